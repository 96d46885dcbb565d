"""ChatMoves: gives a chat whose number has changed what was kept under its old one. Chats are `MESSENGER:NUMBER`."""

from typing import Any, Final

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Table,
    and_,
    delete,
    exists,
    func,
    insert,
    literal,
    select,
    update,
)

from bot.store.tables import (
    alerts,
    brought_articles,
    chat_settings,
    correction_notices,
    digests,
    own_messages,
    sent_answers,
    turns,
    watches,
)
from bot.store.transactions import Transactions, outlives_connections
from bot.watches.telling import watch_conversation

_HOLD_CONVERSATIONS: Final = (turns, brought_articles, correction_notices)
_COPIED: Final = tuple(column for column in watches.c if column.name not in ("id", "chat", "owner"))


class ChatMoves(Transactions):
    """Safe to call from several threads. What is under the new number already stays as it is."""

    @outlives_connections
    def move(self, old: str, new: str) -> None:
        """Let all that is kept of a chat follow it, whole or not at all; done again, it changes nothing.

        Raises:
            StoreUnavailable: the database does not do its part.
        """
        with self._writing() as connection:
            _move_conversations(connection, old, new)
            _move_watches(connection, old, new)
            for table in (chat_settings, digests):
                _rename(connection, table, table.c.chat, table.c.chat == old, new)
            # messages of the old chat have no number in the new one
            connection.execute(delete(sent_answers).where(sent_answers.c.chat_id == _number(old)))
            reached = update(chat_settings).where(chat_settings.c.chat == new)
            connection.execute(reached.values(unreachable_since=None))
            waiting = and_(own_messages.c.chat_id == _number(old), own_messages.c.outcome.is_(None))
            connection.execute(update(own_messages).where(waiting).values(chat_id=_number(new)))


def _move_conversations(connection: Connection, old: str, new: str) -> None:
    """Rename the conversations of the people in a chat, that of whoever speaks as the chat, and that of its alerts."""
    as_chat, watched = f"{old}:0:{_number(old)}", watch_conversation(old)
    for table in _HOLD_CONVERSATIONS:
        named = table.c.conversation_id
        _rename(connection, table, named, named == as_chat, f"{new}:0:{_number(new)}")
        _rename(connection, table, named, named == watched, watch_conversation(new))
        rest = func.substr(named, len(old) + 1)
        _rename(connection, table, named, named.startswith(f"{old}:", autoescape=True), literal(new).concat(rest))


def _rename(
    connection: Connection,
    table: Table,
    column: Column[Any],
    which: ColumnElement[bool],
    name: str | ColumnElement[str],
) -> None:
    """Give rows another name; those that are there under it already take the place of theirs."""
    if column.primary_key:
        there = table.alias()
        others = (one for one in table.primary_key.columns if one is not column)
        same = (there.c[column.name] == name, *(there.c[one.name] == one for one in others))
        connection.execute(delete(table).where(which, exists().where(*same)))
    connection.execute(update(table).where(which).values({column: name}))


def _move_watches(connection: Connection, old: str, new: str) -> None:
    """Keep what is watched anew, so that whoever knows the watches by their numbers sees that they are others."""
    for watch in connection.execute(select(watches).where(watches.c.chat == old).order_by(watches.c.id)).mappings():
        same = select(watches.c.id).where(
            watches.c.chat == new, watches.c.topic == watch["topic"], watches.c.words == watch["words"]
        )
        kept = connection.scalar(same)
        if kept is None:
            owner = new if watch["owner"] == old else watch["owner"]
            row = {column.name: watch[column.name] for column in _COPIED} | {"chat": new, "owner": owner}
            kept = connection.execute(insert(watches).returning(watches.c.id), row).scalar_one()
        theirs = alerts.c.watch_id == watch["id"]
        connection.execute(update(alerts).where(theirs).values(watch_id=kept, chat=new))
        connection.execute(delete(watches).where(watches.c.id == watch["id"]))


def _number(chat: str) -> int:
    return int(chat.rpartition(":")[2])
