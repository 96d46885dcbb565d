"""Ledger: what came in and is not finished, what goes out and whether it arrived. It outlives a killed process.

Words are kept no longer than they are needed: a finished update and a delivered message leave only numbers behind.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum
from typing import Any

from sqlalchemy import Connection, RowMapping, Select, and_, delete, func, or_, select, update

from bot.store import ledger_statements as statements
from bot.store.ledger_tables import inbox, outbox
from bot.store.transactions import Transactions

Body = dict[str, Any]


class Outcome(Enum):
    """How an update or a message ended; the value is what is stored."""

    DONE = "done"
    EXPIRED = "expired"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Received:
    """An update as it came. `box` names the sequence that its message's id counts in, None if it has no message."""

    update_id: int
    body: Body
    box: int | None = None
    message_id: int | None = None
    chat_id: int | None = None
    person_id: int | None = None


@dataclass(frozen=True, slots=True)
class Parcel:
    """One message on its way. `attempted`: a call with it was made, so that it may have arrived."""

    id: int
    update_id: int | None
    planned_at: datetime
    box: int
    chat_id: int
    body: Body
    attempted: bool = False
    after_id: int | None = None


class Ledger(Transactions):
    """Safe to call from several threads; a method returns once its change is kept.

    Every method raises `StoreUnavailable` when the database does not do its part.
    """

    def receive(self, updates: Sequence[Received]) -> list[Received]:
        """Keeps the updates that are new, and returns those, in order; one that was here before is left out."""
        now = datetime.now(UTC)
        numbers = [received.update_id for received in updates]
        with self._writing() as connection:
            known = set(connection.scalars(statements.KNOWN, {"numbers": numbers}))
            fresh = [received for received in _distinct(updates) if received.update_id not in known]
            if fresh:
                connection.execute(statements.RECEIVE, [_received_row(received, now) for received in fresh])
        return fresh

    def unfinished(self) -> list[tuple[datetime, Body]]:
        """The updates that still need handling, in order, and when each came.

        One whose answer is planned needs none: see `pending`.
        """
        planned = select(outbox.c.update_id).where(outbox.c.update_id.is_not(None))
        is_open = inbox.c.outcome.is_(None)
        with self._writing() as connection:
            closed = {"outcome": Outcome.DONE.value, "body": None}
            connection.execute(update(inbox).where(is_open, inbox.c.update_id.in_(planned)).values(closed))
            left = select(inbox.c.received_at, inbox.c.body).where(is_open).order_by(inbox.c.update_id)
            return [(received_at, body) for received_at, body in connection.execute(left)]

    def finish(self, update_id: int, outcome: Outcome) -> None:
        """Ends an update and forgets its words."""
        with self._writing() as connection:
            connection.execute(statements.FINISH, {"number": update_id, "ended": outcome.value})

    def plan(self, update_id: int | None, box: int, chat_id: int, bodies: Sequence[Body]) -> list[Parcel]:
        """Keeps the messages of one answer, all or none, before the first of them is sent."""
        now = datetime.now(UTC)
        common = {"update_id": update_id, "planned_at": now, "box": box, "chat_id": chat_id, "attempted": False}
        with self._writing() as connection:
            numbers = [connection.execute(statements.PLAN, {**common, "body": body}).scalar_one() for body in bodies]
        return [
            Parcel(number, update_id, now, box, chat_id, body) for number, body in zip(numbers, bodies, strict=True)
        ]

    def attempt(self, parcel_id: int) -> None:
        """Notes that a message is about to be sent, and after which id of its box its own will be."""
        with self._writing() as connection:
            connection.execute(statements.ATTEMPT, {"number": parcel_id})

    def delivered(self, parcel_id: int, message_id: int) -> None:
        """Notes under which id a message arrived, and forgets its words."""
        self._end(parcel_id, Outcome.DONE, message_id)

    def undelivered(self, parcel_id: int, outcome: Outcome) -> None:
        """Notes that a message is not to be sent any more, and forgets its words."""
        self._end(parcel_id, outcome, None)

    def pending(self) -> list[Parcel]:
        """The messages that are planned and not known to have arrived, in order."""
        still_open = select(outbox).where(outbox.c.outcome.is_(None)).order_by(outbox.c.id)
        with self._reading() as connection:
            return [_parcel(row) for row in connection.execute(still_open).mappings()]

    def parcel(self, parcel_id: int) -> Parcel:
        """A message as it is noted now."""
        with self._reading() as connection:
            return _parcel(connection.execute(select(outbox).where(outbox.c.id == parcel_id)).mappings().one())

    def move(self, parcel_id: int, box: int, chat_id: int) -> None:
        """Readdresses a message that was refused because its chat has another id now."""
        elsewhere = {"box": box, "chat_id": chat_id, "attempted": False, "after_id": None}
        with self._writing() as connection:
            connection.execute(update(outbox).where(outbox.c.id == parcel_id).values(elsewhere))

    def unaccounted(self, box: int, after_id: int, *, beyond: int) -> list[int]:
        """The ids after one that belong to no known message, ascending.

        They end past the newest known one, by as many as are on their way in the box and `beyond` more.
        """
        with self._reading() as connection:
            on_their_way = select(func.count()).where(
                outbox.c.box == box, outbox.c.attempted.is_(True), outbox.c.outcome.is_(None)
            )
            beyond += connection.execute(on_their_way).scalar_one()
            newest = max(_newest(connection, box), after_id)
            known = {
                number
                for table in (inbox, outbox)
                for number in connection.scalars(
                    select(table.c.message_id).where(table.c.box == box, table.c.message_id > after_id)
                )
            }
        return [number for number in range(after_id + 1, newest + beyond + 1) if number not in known]

    def forget(self, person_id: int) -> None:
        """Deletes every trace of what a person sent, and of what was sent to their own chat."""
        theirs = or_(inbox.c.person_id == person_id, inbox.c.chat_id == person_id)
        asked = select(inbox.c.update_id).where(theirs)
        with self._writing() as connection:
            answered = or_(outbox.c.chat_id == person_id, outbox.c.update_id.in_(asked))
            connection.execute(delete(outbox).where(answered, outbox.c.outcome.is_not(None)))
            connection.execute(delete(inbox).where(theirs, inbox.c.outcome.is_not(None)))

    def delete_before(self, moment: datetime) -> None:
        """Deletes what was finished before then."""
        with self._writing() as connection:
            old = and_(outbox.c.outcome.is_not(None), outbox.c.planned_at < moment)
            connection.execute(delete(outbox).where(old))
            old = and_(inbox.c.outcome.is_not(None), inbox.c.received_at < moment)
            connection.execute(delete(inbox).where(old))

    def _end(self, parcel_id: int, outcome: Outcome, message_id: int | None) -> None:
        with self._writing() as connection:
            connection.execute(statements.END, {"number": parcel_id, "ended": outcome.value, "arrived_as": message_id})


def _distinct(updates: Sequence[Received]) -> list[Received]:
    return list({received.update_id: received for received in reversed(updates)}.values())[::-1]


def _received_row(received: Received, now: datetime) -> Body:
    return {
        "update_id": received.update_id,
        "received_at": now,
        "box": received.box,
        "message_id": received.message_id,
        "chat_id": received.chat_id,
        "person_id": received.person_id,
        "body": received.body,
    }


def _newest(connection: Connection, box: int) -> int:
    def highest(table: Any) -> Select[Any]:  # noqa: ANN401 - both tables have these columns
        return select(func.max(table.c.message_id)).where(table.c.box == box)

    return max(connection.scalar(highest(table)) or 0 for table in (inbox, outbox))


def _parcel(row: RowMapping) -> Parcel:
    return Parcel(
        row["id"],
        row["update_id"],
        row["planned_at"],
        row["box"],
        row["chat_id"],
        row["body"],
        row["attempted"],
        row["after_id"],
    )
