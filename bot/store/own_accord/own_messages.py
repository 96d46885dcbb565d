"""OwnMessages: what the bot says of its own accord, from when it is planned until the outbox has it.

A message has a key that says what it tells whom. Whatever key was planned once is never planned again, and what waits
goes to the outbox in one transaction: so it arrives once, over kills and however many replicas there are.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from sqlalchemy import Connection, Engine, RowMapping, delete, func, select, update

from bot.store import statements
from bot.store.outbox_rows import Answering, Body, Delivery, OutboxMessage, SendRequest, message_from, request_columns
from bot.store.replicas import Replicas
from bot.store.tables import outbox, own_messages
from bot.store.transactions import Transactions, Upsert, outlives_connections

OwnKind = Literal["alert", "digest", "correction", "silence"]

_PLAN: Final = Upsert(own_messages, lambda insert: insert.on_conflict_do_nothing().returning(own_messages.c.id))
_HANDED_OVER: Final = "handed over"
_WAITS: Final = own_messages.c.outcome.is_(None)


@dataclass(frozen=True, slots=True)
class OwnMessage:
    """A message in its parts, each the body of a call. It is sent from `not_before` on, or not at all after
    `expires_at`; `answers` names the reply that it shows, if it shows one."""

    key: str
    kind: OwnKind
    chat_id: int
    bodies: Sequence[Body]
    not_before: datetime
    expires_at: datetime
    answers: Answering | None = None


@dataclass(frozen=True, slots=True)
class WaitingMessage:
    """A message that is due, by its number."""

    id: int
    chat_id: int
    expires_at: datetime


class OwnMessages(Transactions):
    """Safe to call from several threads; a method returns once its change is kept.

    Every method raises `StoreUnavailable` when the database does not do its part.
    """

    def __init__(self, engine: Engine, replicas: Replicas) -> None:
        super().__init__(engine)
        self._replicas = replicas

    @outlives_connections
    def plan(self, messages: Sequence[OwnMessage], planned_at: datetime) -> int:
        """Keep the messages whose keys are new, all or none, and return how many those are."""
        with self._writing() as connection:
            rows = [_row_of(message, planned_at) for message in messages]
            return len([row for row in rows if connection.scalar(_PLAN.on(connection), row) is not None])

    @outlives_connections
    def due(self, now: datetime, *, most: int) -> list[WaitingMessage]:
        """Return messages that wait and may be sent by now, the longest planned first."""
        columns = (own_messages.c.id, own_messages.c.chat_id, own_messages.c.expires_at)
        waiting = select(*columns).where(_WAITS, own_messages.c.not_before <= now).order_by(own_messages.c.id)
        with self._reading() as connection:
            return [WaitingMessage(*row) for row in connection.execute(waiting.limit(most))]

    @outlives_connections
    def hand_over(self, message_id: int, sequence: int, now: datetime) -> list[OutboxMessage]:
        """Move a message that waits to the outbox, and return it in its parts; none if somebody else did.

        Raises:
            LeaseLost: another replica holds the chat.
        """
        waiting = select(own_messages).where(own_messages.c.id == message_id, _WAITS).with_for_update()
        with self._writing() as connection:
            row = connection.execute(waiting).mappings().one_or_none()
            if row is None:
                return []
            self._replicas.check_lease(connection, row["chat_id"])
            handed = {"outcome": _HANDED_OVER, "bodies": None}
            connection.execute(update(own_messages).where(own_messages.c.id == message_id).values(handed))
            return _planned(connection, row, sequence, now)

    @outlives_connections
    def postpone(self, message_id: int, not_before: datetime) -> None:
        """Have a message wait for longer."""
        with self._writing() as connection:
            waiting = update(own_messages).where(own_messages.c.id == message_id, _WAITS)
            connection.execute(waiting.values(not_before=not_before))

    @outlives_connections
    def look_again(self, chat_id: int, now: datetime) -> None:
        """Have it decided anew when what waits for a chat is sent, for its quiet hours are others now."""
        with self._writing() as connection:
            later = (own_messages.c.chat_id == chat_id, _WAITS, own_messages.c.not_before > now)
            connection.execute(update(own_messages).where(*later).values(not_before=now))

    @outlives_connections
    def end(self, message_id: int, outcome: Delivery) -> None:
        """Note how a message ended, and forget its words."""
        ended = {"outcome": outcome.value, "bodies": None}
        with self._writing() as connection:
            connection.execute(update(own_messages).where(own_messages.c.id == message_id).values(ended))

    @outlives_connections
    def end_all(self, chat_id: int) -> None:
        """Give up what waits for a chat that cannot be written to."""
        ended = {"outcome": Delivery.REFUSED.value, "bodies": None}
        with self._writing() as connection:
            connection.execute(update(own_messages).where(own_messages.c.chat_id == chat_id, _WAITS).values(ended))

    @outlives_connections
    def planned_since(self, chat_id: int, kind: OwnKind, moment: datetime) -> int:
        """Return how many messages of a kind were planned for a chat since then."""
        counted = select(func.count()).where(
            own_messages.c.chat_id == chat_id, own_messages.c.kind == kind, own_messages.c.planned_at >= moment
        )
        with self._reading() as connection:
            return connection.execute(counted).scalar_one()

    @outlives_connections
    def forget(self, chat_id: int) -> None:
        """Delete what was and what is to be said to a chat."""
        with self._writing() as connection:
            connection.execute(delete(own_messages).where(own_messages.c.chat_id == chat_id))

    @outlives_connections
    def delete_before(self, moment: datetime) -> None:
        """Delete what was finished before then. Its keys are known no more, so nothing that old may be planned."""
        with self._writing() as connection:
            connection.execute(delete(own_messages).where(~_WAITS, own_messages.c.planned_at < moment))


def _row_of(message: OwnMessage, planned_at: datetime) -> Body:
    answers = message.answers
    return {
        "key": message.key,
        "kind": message.kind,
        "chat_id": message.chat_id,
        "bodies": list(message.bodies),
        "question_id": answers.question_id if answers is not None else None,
        "reply_id": answers.reply_id if answers is not None else None,
        "planned_at": planned_at,
        "not_before": message.not_before,
        "expires_at": message.expires_at,
    }


def _planned(connection: Connection, row: RowMapping, sequence: int, now: datetime) -> list[OutboxMessage]:
    answers = Answering(row["question_id"], row["reply_id"]) if row["question_id"] is not None else None
    keyed = {f"own:{row['key']}:{number}": body for number, body in enumerate(row["bodies"])}
    common = {
        "planned_at": now,
        "box": sequence,
        "chat_id": row["chat_id"],
        "attempted": False,
        "give_up_at": row["expires_at"],
    }
    for key, body in keyed.items():
        request = request_columns(SendRequest(body, answers=answers))
        connection.execute(statements.PLAN.on(connection), {**common, "key": key, **request})
    planned = select(outbox).where(outbox.c.key.in_(keyed)).order_by(outbox.c.id)
    return [message_from(each) for each in connection.execute(planned).mappings()]
