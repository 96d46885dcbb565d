"""OutboxStore: keeps what came in and is not finished, and what goes out and whether it arrived, over a kill.

Words are kept no longer than they are needed: a finished update and a delivered message leave only numbers behind.
Ids of messages count up in sequences; the column of a message's sequence is called `box`.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import Connection, Engine, Select, and_, delete, func, or_, select, update

from bot.store import statements
from bot.store.leases import ChatLeases
from bot.store.outbox_rows import (
    Body,
    Delivery,
    IncomingUpdate,
    OutboxMessage,
    SendRequest,
    keep_updates,
    message_from,
    request_columns,
)
from bot.store.replicas import Replicas
from bot.store.tables import inbox, outbox
from bot.store.transactions import Transactions, outlives_connections


class OutboxStore(Transactions):
    """Keeps updates and messages. Safe to call from several threads; a method returns once its change is kept.

    Every method raises `StoreUnavailable` when the database does not do its part.
    """

    def __init__(self, engine: Engine) -> None:
        super().__init__(engine)
        self.replicas = Replicas(engine)
        self.leases = ChatLeases(engine, self.replicas)
        self.joined: dict[int, Sequence[int]] = {}
        """Updates, and those that are parts of them: with the plan of an answer to one these are finished, or a kill
        would have them handled by themselves."""

    @outlives_connections
    def receive(self, updates: Sequence[IncomingUpdate]) -> None:
        """Keep the updates; one that was here before is left as it is. Nobody holds them yet: see `ChatLeases`."""
        if updates:
            with self._writing() as connection:
                keep_updates(connection, updates)

    @outlives_connections
    def unfinished(self) -> list[tuple[datetime, Body]]:
        """Return the updates that are not finished, in order, and when each came."""
        left = select(inbox.c.received_at, inbox.c.body).where(inbox.c.outcome.is_(None)).order_by(inbox.c.update_id)
        with self._reading() as connection:
            return [(received_at, body) for received_at, body in connection.execute(left)]

    @outlives_connections
    def finish(self, update_id: int, outcome: Delivery) -> None:
        """End an update and forget its words."""
        with self._writing() as connection:
            connection.execute(statements.FINISH, {"number": update_id, "ended": outcome.value})

    def plan(
        self,
        update_id: int | None,
        sequence: int,
        chat_id: int,
        requests: Sequence[SendRequest],
        planned_at: datetime | None = None,
    ) -> list[OutboxMessage]:
        """Keep the messages of one answer, all or none, before the first of them is sent.

        `planned_at` is by whatever clock the caller goes by; None: this machine's.

        Raises:
            LeaseLost: another replica holds the chat.
        """
        answer, now = uuid4().hex, planned_at or datetime.now(UTC)
        common = {"update_id": update_id, "planned_at": now, "box": sequence, "chat_id": chat_id, "attempted": False}
        keyed = {f"{answer}:{number}": request for number, request in enumerate(requests)}
        rows = [{**common, "key": key, **request_columns(request)} for key, request in keyed.items()]
        numbers = self._plan(chat_id, rows)
        return [
            OutboxMessage(numbers[key], update_id, now, sequence, chat_id, request) for key, request in keyed.items()
        ]

    @outlives_connections
    def _plan(self, chat_id: int, rows: Sequence[Body]) -> dict[str, int]:
        with self._writing() as connection:
            self.replicas.check_lease(connection, chat_id)
            for row in rows:
                connection.execute(statements.PLAN.on(connection), row)
            for part in self.joined.get(rows[0]["update_id"], ()):
                connection.execute(statements.FINISH, {"number": part, "ended": Delivery.DONE.value})
            planned = connection.execute(statements.PLANNED, {"keys": [row["key"] for row in rows]})
            return {key: number for key, number in planned}

    @outlives_connections
    def attempt(self, outbox_id: int) -> None:
        """Note that a message is about to be sent, and after which id of its sequence its own will be.

        Raises:
            LeaseLost: another replica holds the chat.
        """
        with self._writing() as connection:
            chat_id = connection.execute(statements.CHAT, {"number": outbox_id}).scalar_one()
            self.replicas.check_lease(connection, chat_id)
            connection.execute(statements.ATTEMPT, {"number": outbox_id})

    @outlives_connections
    def delivered(self, outbox_id: int, message_id: int) -> None:
        """Note under which id a message arrived, and forget its words."""
        self._end(outbox_id, Delivery.DONE, message_id)

    @outlives_connections
    def undelivered(self, outbox_id: int, outcome: Delivery) -> None:
        """Note that a message is not to be sent any more, and forget its words."""
        self._end(outbox_id, outcome, None)

    @outlives_connections
    def pending(self) -> list[OutboxMessage]:
        """Return the messages that are planned and not known to have arrived, in order."""
        still_open = select(outbox).where(outbox.c.outcome.is_(None)).order_by(outbox.c.id)
        with self._reading() as connection:
            return [message_from(row) for row in connection.execute(still_open).mappings()]

    @outlives_connections
    def message(self, outbox_id: int) -> OutboxMessage:
        """Return a message as it is noted now."""
        with self._reading() as connection:
            return message_from(connection.execute(select(outbox).where(outbox.c.id == outbox_id)).mappings().one())

    @outlives_connections
    def move(self, outbox_id: int, sequence: int, chat_id: int) -> None:
        """Readdress a message that was refused because its chat has another id now."""
        elsewhere = {"box": sequence, "chat_id": chat_id, "attempted": False, "after_id": None}
        with self._writing() as connection:
            connection.execute(update(outbox).where(outbox.c.id == outbox_id).values(elsewhere))

    @outlives_connections
    def unaccounted(self, sequence: int, after_id: int, *, beyond: int) -> list[int]:
        """Return the ids after one that belong to no known message, ascending.

        They end past the newest known one, by as many as are on their way in the sequence and `beyond` more.
        """
        with self._reading() as connection:
            on_their_way = select(func.count()).where(
                outbox.c.box == sequence, outbox.c.attempted.is_(True), outbox.c.outcome.is_(None)
            )
            beyond += connection.execute(on_their_way).scalar_one()
            newest = max(_newest(connection, sequence), after_id)
            known = {
                number
                for table in (inbox, outbox)
                for number in connection.scalars(
                    select(table.c.message_id).where(table.c.box == sequence, table.c.message_id > after_id)
                )
            }
        return [number for number in range(after_id + 1, newest + beyond + 1) if number not in known]

    @outlives_connections
    def forget(self, person_id: int) -> None:
        """Delete every trace of what a person sent, and of what was sent to their own chat."""
        theirs = or_(inbox.c.person_id == person_id, inbox.c.chat_id == person_id)
        asked = select(inbox.c.update_id).where(theirs)
        with self._writing() as connection:
            answered = or_(outbox.c.chat_id == person_id, outbox.c.update_id.in_(asked))
            connection.execute(delete(outbox).where(answered, outbox.c.outcome.is_not(None)))
            connection.execute(delete(inbox).where(theirs, inbox.c.outcome.is_not(None)))

    @outlives_connections
    def delete_before(self, moment: datetime) -> None:
        """Delete what was finished before then."""
        with self._writing() as connection:
            old = and_(outbox.c.outcome.is_not(None), outbox.c.planned_at < moment)
            connection.execute(delete(outbox).where(old))
            old = and_(inbox.c.outcome.is_not(None), inbox.c.received_at < moment)
            connection.execute(delete(inbox).where(old))

    def _end(self, outbox_id: int, outcome: Delivery, message_id: int | None) -> None:
        with self._writing() as connection:
            connection.execute(statements.END, {"number": outbox_id, "ended": outcome.value, "arrived_as": message_id})


def _newest(connection: Connection, sequence: int) -> int:
    def highest(table: Any) -> Select[Any]:  # noqa: ANN401 - both tables have these columns
        return select(func.max(table.c.message_id)).where(table.c.box == sequence)

    return max(connection.scalar(highest(table)) or 0 for table in (inbox, outbox))
