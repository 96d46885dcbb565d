"""Store: keeps conversations, replies and votes."""

from datetime import UTC, datetime
from itertools import groupby
from types import TracebackType
from typing import Self

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    and_,
    bindparam,
    delete,
    false,
    func,
    insert,
    not_,
    or_,
    select,
    update,
)

from bot.conversation import Conversation, Turn
from bot.replies import Reply, Vote
from bot.store.brought import BroughtRecords
from bot.store.chat_moves import ChatMoves
from bot.store.chat_settings import ChatSettingsRecords
from bot.store.engine import memory_engine, open_engine
from bot.store.moderation import ModerationRecords
from bot.store.names import NameRecords
from bot.store.outbox import OutboxStore
from bot.store.own_accord.corrections import CorrectionRecords
from bot.store.own_accord.digest_records import DigestRecords
from bot.store.own_accord.own_messages import OwnMessages
from bot.store.own_accord.watches import WatchRecords
from bot.store.rows import GREETED_BEFORE, REMARKED, reply_from, turn_from, turn_row
from bot.store.sent_answers import SentAnswers
from bot.store.tables import citations, replies, turns, votes
from bot.store.tokens import TokenRecords
from bot.store.transactions import Transactions, outlives_connections
from bot.store.usage import UsageRecords
from bot.store.written_replies import KEEP_TURN, write_reply
from index.attribution.names import NameCorrections

_REPLIES = select(
    replies,
    turns.c.conversation_id,
    turns.c.question,
    turns.c.resolved_question,
    turns.c.answer,
    turns.c.options,
    turns.c.asked_at,
).join_from(replies, turns)
_NEWEST_TURNS = (
    select(turns)
    .where(turns.c.conversation_id == bindparam("conversation"), turns.c.closed.is_(False))
    .order_by(turns.c.id.desc())
    .limit(bindparam("last"))
)
_IS_REMARK = or_(replies.c.reason.startswith(REMARKED), replies.c.reason == GREETED_BEFORE)
_LAST_CLOSED = (
    select(func.coalesce(func.max(turns.c.id), 0))
    .join_from(turns, replies, isouter=True)
    .where(
        turns.c.conversation_id == bindparam("conversation"),
        turns.c.closed,
        not_(func.coalesce(_IS_REMARK, false())),
    )
    .scalar_subquery()
)
"""Small talk is closed as soon as it is said: it belongs to what was said last, too."""
_NEWEST_REPLIES = (
    _REPLIES.where(turns.c.conversation_id == bindparam("conversation"), turns.c.id > _LAST_CLOSED)
    .order_by(turns.c.id.desc())
    .limit(bindparam("last"))
)
_CITATIONS_OF = (
    select(citations)
    .where(citations.c.reply_id.in_(bindparam("replies", expanding=True)))
    .order_by(citations.c.reply_id, citations.c.number)
)


class Store(Transactions):
    """Keeps conversations on SQL. Safe to call from several threads; a method returns once its change is kept.

    Every method raises `StoreUnavailable` when the database does not do its part.
    """

    def __init__(self, engine: Engine) -> None:
        """`engine` is one whose tables are up to date: use `open` or `in_memory`."""
        super().__init__(engine)
        self.usage = UsageRecords(engine)
        self.moderation = ModerationRecords(engine)
        self.names = NameRecords(engine)
        self.tokens = TokenRecords(engine)
        self.corrections = CorrectionRecords(engine)
        self.sent_answers = SentAnswers(engine)
        self.brought = BroughtRecords(engine)
        self.outbox = OutboxStore(engine)
        self.chat_settings = ChatSettingsRecords(engine)
        self.chat_moves = ChatMoves(engine)
        self.watches = WatchRecords(engine)
        self.digests = DigestRecords(engine)
        self.own_messages = OwnMessages(engine, self.outbox.replicas)

    @classmethod
    def open(cls, database_url: str) -> Self:
        """Return the store at the URL, created or brought up to date first.

        Raises:
            StoreUnavailable: the database cannot be reached.
            StoreTooNew: a later version has changed its tables.
        """
        return cls(open_engine(database_url))

    @classmethod
    def in_memory(cls) -> Self:
        """Return an empty store that is gone when closed: for one-off questions and for tests."""
        return cls(memory_engine())

    @outlives_connections
    def conversation(self, conversation_id: str, *, last: int) -> Conversation:
        """Return the `last` newest turns since the conversation was started over, oldest first."""
        with self._reading() as connection:
            rows = connection.execute(_NEWEST_TURNS, {"conversation": conversation_id, "last": last}).mappings().all()
        return Conversation(conversation_id, tuple(turn_from(row) for row in reversed(rows)))

    @outlives_connections
    def add_turn(self, conversation_id: str, turn: Turn) -> None:
        """Keep a turn that came from elsewhere; it has no reply, and no figure counts it."""
        with self._writing(once=True) as connection:
            connection.execute(KEEP_TURN, turn_row(conversation_id, turn))

    @outlives_connections
    def save_reply(self, reply: Reply, *, asked_at: datetime | None = None) -> None:
        """Keep a reply and its turn, whole or not at all; asked just now unless `asked_at` says when.

        Small talk is no part of the conversation that follows.
        """
        with self._writing() as connection:
            write_reply(connection, reply, asked_at or datetime.now(UTC))

    @outlives_connections
    def load_reply(self, reply_id: str) -> Reply | None:
        """Return the reply as it was saved, without its hits, or None if there is none of that id."""
        with self._reading() as connection:
            row = connection.execute(_REPLIES.where(replies.c.id == reply_id)).mappings().one_or_none()
            if row is None:
                return None
            cited = connection.execute(
                select(citations).where(citations.c.reply_id == reply_id).order_by(citations.c.number)
            )
            return reply_from(row, cited.mappings().all())

    @outlives_connections
    def replies(self, conversation_id: str, *, last: int) -> tuple[Reply, ...]:
        """Return the `last` newest replies since the conversation was started over, oldest first, without hits."""
        with self._reading() as connection:
            found = (
                connection.execute(_NEWEST_REPLIES, {"conversation": conversation_id, "last": last}).mappings().all()
            )
            rows = connection.execute(_CITATIONS_OF, {"replies": [row["id"] for row in found]}).mappings().all()
        cited = {id: list(some) for id, some in groupby(rows, key=lambda row: row["reply_id"])}
        return tuple(reply_from(row, cited.get(row["id"], [])) for row in reversed(found))

    def name_corrections(self) -> NameCorrections:
        """Return what admins said of names."""
        return self.names.corrections()

    @outlives_connections
    def vote(self, reply_id: str, voter: str, vote: Vote) -> bool:
        """Keep the voter's last vote on a reply, and return False if there is no reply of that id."""
        given = {"value": vote.value, "at": datetime.now(UTC)}
        earlier = (votes.c.reply_id == reply_id) & (votes.c.voter == voter)
        with self._writing() as connection:
            # Locks the reply where several may write: two votes of one voter then do not cross.
            known = select(replies.c.id).where(replies.c.id == reply_id).with_for_update()
            if connection.scalar(known) is None:
                return False
            if connection.execute(update(votes).where(earlier).values(given)).rowcount == 0:
                connection.execute(insert(votes).values(reply_id=reply_id, voter=voter, **given))
        return True

    @outlives_connections
    def vote_of(self, reply_id: str, voter: str) -> Vote | None:
        """Return the voter's vote on a reply, if there is one."""
        earlier = select(votes.c.value).where(votes.c.reply_id == reply_id, votes.c.voter == voter)
        with self._reading() as connection:
            value = connection.scalar(earlier)
        return Vote(value) if value is not None else None

    @outlives_connections
    def start_over(self, conversation_id: str) -> None:
        """Leave the turns so far out of the conversation; their replies can still be loaded."""
        still_open = (turns.c.conversation_id == conversation_id) & turns.c.closed.is_(False)
        with self._writing() as connection:
            connection.execute(update(turns).where(still_open).values(closed=True))

    @outlives_connections
    def forget(self, conversation_id: str) -> int:
        """Delete a conversation's turns with their replies, citations and votes, and return how many turns it had."""
        with self._writing() as connection:
            return delete_turns(connection, turns.c.conversation_id == conversation_id)

    @outlives_connections
    def forget_person(self, person: str) -> None:
        """Delete all of a person's conversations and votes.

        `person` is `MESSENGER:NUMBER`. Theirs are the conversation of that id, and those in groups, whose ids begin
        with the messenger and end with the number.
        """
        messenger, _, number = person.partition(":")
        in_groups = and_(
            turns.c.conversation_id.startswith(f"{messenger}:", autoescape=True),
            turns.c.conversation_id.endswith(f":{number}", autoescape=True),
        )
        with self._writing() as connection:
            connection.execute(delete(votes).where(votes.c.voter == person))
            delete_turns(connection, or_(turns.c.conversation_id == person, in_groups))

    @outlives_connections
    def delete_before(self, moment: datetime) -> None:
        """Delete what was asked before then, with its replies and the votes on them."""
        with self._writing() as connection:
            delete_turns(connection, turns.c.asked_at < moment)
        self.corrections.delete_before(moment)

    def close(self) -> None:
        """Let go of the database; the store must not be used afterwards."""
        self._engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def delete_turns(connection: Connection, which: ColumnElement[bool]) -> int:
    """Delete these turns, their replies, and the citations of and votes on those; return how many turns there were."""
    doomed = select(replies.c.id).where(replies.c.turn_id.in_(select(turns.c.id).where(which)))
    connection.execute(doomed.with_for_update()).all()  # no vote may come in between
    connection.execute(delete(votes).where(votes.c.reply_id.in_(doomed)))
    connection.execute(delete(citations).where(citations.c.reply_id.in_(doomed)))
    connection.execute(delete(replies).where(replies.c.turn_id.in_(select(turns.c.id).where(which))))
    return connection.execute(delete(turns).where(which)).rowcount
