"""SentAnswers: which message of a chat answers which, so that a reply to it or an edit of its question finds it."""

from dataclasses import asdict, dataclass
from typing import Final

from sqlalchemy import ColumnElement, bindparam, delete, insert, select, update

from bot.store.tables import replies, sent_answers, turns
from bot.store.transactions import Transactions, outlives_connections

_FIELDS: Final = ("chat_id", "message_id", "question_id", "reply_id")
# Made once: making a statement takes longer than carrying it out, and each answer needs these.
_CLEAR: Final = delete(sent_answers).where(
    sent_answers.c.chat_id == bindparam("chat"), sent_answers.c.message_id == bindparam("message")
)
# A reply that is gone already (a reader had all forgotten meanwhile) needs no entry.
_REMEMBER: Final = insert(sent_answers).from_select(
    _FIELDS,
    select(*(bindparam(name, type_=sent_answers.c[name].type) for name in _FIELDS[:-1]), replies.c.id).where(
        replies.c.id == bindparam("reply_id")
    ),
)


@dataclass(frozen=True, slots=True)
class SentAnswer:
    """A message of the bot's that holds a reply or a part of it, and the message that asked."""

    chat_id: int
    message_id: int
    question_id: int
    reply_id: str


class SentAnswers(Transactions):
    """Remembers answers. Safe to call from several threads. An entry goes with the reply it is about.

    Every method raises `StoreUnavailable` when the database does not do its part.
    """

    @outlives_connections
    def remember(self, sent: SentAnswer) -> None:
        """Keep an answer, in the place of an earlier one in the same message."""
        with self._writing() as connection:
            # Locks the reply where others may delete it meanwhile.
            known = select(replies.c.id).where(replies.c.id == sent.reply_id).with_for_update(read=True)
            connection.execute(_CLEAR, {"chat": sent.chat_id, "message": sent.message_id})
            if connection.scalar(known) is not None:
                connection.execute(_REMEMBER, asdict(sent))

    @outlives_connections
    def in_message(self, chat_id: int, message_id: int) -> SentAnswer | None:
        """Return the answer in a message of the bot's, or None."""
        found = self._found(sent_answers.c.chat_id == chat_id, sent_answers.c.message_id == message_id)
        return found[0] if found else None

    @outlives_connections
    def to_question(self, chat_id: int, question_id: int) -> list[SentAnswer]:
        """Return the messages that hold the answer to a message, oldest first."""
        return self._found(sent_answers.c.chat_id == chat_id, sent_answers.c.question_id == question_id)

    @outlives_connections
    def of_reply(self, reply_id: str) -> list[SentAnswer]:
        """Return the messages that hold a reply, oldest first."""
        return self._found(sent_answers.c.reply_id == reply_id)

    @outlives_connections
    def remove(self, chat_id: int, message_id: int) -> None:
        """Forget what a message holds, for it is no more."""
        with self._writing() as connection:
            connection.execute(_CLEAR, {"chat": chat_id, "message": message_id})

    @outlives_connections
    def is_retracted(self, reply_id: str) -> bool:
        """Return whether a reply's turn was left out of its conversation."""
        turn = select(turns.c.closed).join_from(turns, replies).where(replies.c.id == reply_id)
        with self._reading() as connection:
            return bool(connection.scalar(turn))

    @outlives_connections
    def retract(self, reply_id: str) -> None:
        """Leave a reply's turn out of its conversation, as if it had not been asked; the reply can still be loaded."""
        turn = select(replies.c.turn_id).where(replies.c.id == reply_id).scalar_subquery()
        with self._writing() as connection:
            connection.execute(update(turns).where(turns.c.id == turn).values(closed=True))

    def _found(self, *which: ColumnElement[bool]) -> list[SentAnswer]:
        found = select(sent_answers).where(*which).order_by(sent_answers.c.message_id)
        with self._reading() as connection:
            return [SentAnswer(**row) for row in connection.execute(found).mappings()]
