"""ChatLeases: who handles what. A chat is a lane, and one replica at a time has it in hand: its updates in their order,
the messages to it one by one. What a replica leaves behind in a lane, dead or cut off, the next one to take it
finishes.
"""

import threading
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, Engine, delete, exists, select, union

from bot.errors import StoreUnavailable
from bot.store import statements
from bot.store.outbox_rows import Body, Delivery, IncomingUpdate, OutboxMessage, keep_updates, message_from
from bot.store.replicas import Replicas
from bot.store.statements import FINISH
from bot.store.tables import lanes, outbox
from bot.store.transactions import Transactions, outlives_connections

_MOST_TAKEN_OVER: Final = 100


@dataclass(frozen=True, slots=True)
class ClaimedUpdate:
    """An update to handle now, in its lane, and when it came. Say `done` afterwards, whatever came of it."""

    update_id: int
    lane: int
    received_at: datetime
    body: Body


@dataclass(frozen=True, slots=True)
class Claimed:
    """What is to be done: first the messages, with a `leave` for each of their lanes after it; then the updates.

    `repeated` counts updates that were here before.
    """

    parcels: tuple[OutboxMessage, ...] = ()
    updates: tuple[ClaimedUpdate, ...] = ()
    repeated: int = 0


class ChatLeases(Transactions):
    """What this replica has in hand. Safe to call from several threads; nothing is handed out twice."""

    def __init__(self, engine: Engine, replicas: Replicas) -> None:
        super().__init__(engine)
        self._replicas = replicas
        self._lock = threading.RLock()
        self._users: Counter[int] = Counter()
        self._in_hand: set[int] = set()
        self._aside: dict[int, int] = {}

    @outlives_connections
    def receive(self, updates: Sequence[IncomingUpdate]) -> Claimed:
        """Keep the updates, and hand out those of lanes that are free or this replica's already."""
        if not updates:
            return Claimed()
        wanted = sorted({_lane_of(received) for received in updates})
        with self._lock:
            me = self._replicas.id
            with self._writing() as connection:
                fresh = keep_updates(connection, updates)
                # Waits for whoever is about to leave the lane: they see these updates, or we get it.
                rows = [{"lane": lane, "owner": me} for lane in wanted]
                owners = connection.execute(statements.CLAIM.on(connection), rows).all()
                mine = {lane for lane, owner in owners if owner == me}
                work = self._work(connection, mine)
            self._hand_out(work)
        return Claimed(work.parcels, work.updates, len(updates) - fresh)

    @outlives_connections
    def take_over(self) -> Claimed:
        """Hand out what lies in lanes that nobody has: left by replicas that died, or by a database out of reach."""
        with self._lock:
            me = self._replicas.id
            with self._writing() as connection:
                idle = (lanes.c.owner == me) & lanes.c.lane.not_in(list(self._users))
                connection.execute(delete(lanes).where(idle))
                waiting = union(
                    select(statements.LANE.label("lane")).where(statements.IS_OPEN),
                    select(outbox.c.chat_id).where(outbox.c.outcome.is_(None)),
                ).subquery()
                is_free = ~exists().where(lanes.c.lane == waiting.c.lane)
                free = select(waiting.c.lane).where(is_free).order_by(waiting.c.lane).limit(_MOST_TAKEN_OVER)
                rows = [{"lane": lane, "owner": me} for lane in connection.scalars(free)]
                mine: set[int] = set()
                if rows:
                    mine = set(connection.scalars(statements.CLAIM_FREE.on(connection), rows))
                # A lane that is kept for a while may have got updates by way of other replicas.
                work = self._work(connection, mine | set(self._users))
            self._hand_out(work)
        return work

    def done(self, handed: ClaimedUpdate, outcome: Delivery | None) -> Claimed:
        """End an update and forget its words, or with no outcome leave it for later; hand out what comes next."""
        with self._lock:
            self._in_hand.discard(handed.update_id)
            if outcome is None:
                self._aside[handed.update_id] = handed.lane
            self._users[handed.lane] -= 1
            return self._go_on(handed.lane, handed.update_id, outcome)

    @outlives_connections
    def enter(self, lane: int) -> Claimed | None:
        """Keep a lane in hand until `leave`; None if another replica has it. There may be something to do in it."""
        with self._lock:
            work = Claimed()
            if lane not in self._users:
                me = self._replicas.id
                with self._writing() as connection:
                    connection.execute(statements.CLAIM_FREE.on(connection), {"lane": lane, "owner": me})
                    if connection.scalar(statements.OWNER, {"number": lane}) != me:
                        return None
                    work = self._work(connection, {lane})
                self._hand_out(work)
            self._users[lane] += 1
        return work

    def leave(self, lane: int) -> Claimed:
        """Return the other half of `enter`; hands out what comes next."""
        with self._lock:
            self._users[lane] -= 1
            return self._go_on(lane, None, None) if self._users[lane] <= 0 else Claimed()

    def drop_all(self) -> None:
        """Have nothing in hand any more, for a replica that was struck off."""
        with self._lock:
            self._users.clear()
            self._in_hand.clear()
            self._aside.clear()

    def _go_on(self, lane: int, update_id: int | None, outcome: Delivery | None) -> Claimed:
        is_idle = self._users[lane] <= 0
        if is_idle:
            del self._users[lane]
        try:
            return self._finish_and_look(lane, update_id, outcome, is_idle=is_idle)
        except StoreUnavailable:
            if update_id is not None:
                self._aside[update_id] = lane
            raise

    @outlives_connections
    def _finish_and_look(self, lane: int, update_id: int | None, outcome: Delivery | None, *, is_idle: bool) -> Claimed:
        with self._writing() as connection:
            if outcome is not None:
                connection.execute(FINISH, {"number": update_id, "ended": outcome.value})
            mine = {"number": lane, "me": self._replicas.id}
            if connection.scalar(statements.KEEP, mine) is None:
                return Claimed()
            updates = self._updates(connection, {lane})
            if is_idle and not updates:
                connection.execute(statements.LET_GO, mine)
        work = Claimed(updates=updates)
        self._hand_out(work)
        return work

    def _work(self, connection: Connection, mine: Collection[int]) -> Claimed:
        """Return what is to be done in lanes that are this replica's, with what somebody else began in those it had
        not."""
        taken = {lane for lane in mine if lane not in self._users}
        self._aside = {update_id: lane for update_id, lane in self._aside.items() if lane not in taken}
        parcels: Sequence[OutboxMessage] = ()
        if taken:
            unsent = connection.execute(statements.UNSENT, {"lanes": list(taken)}).mappings()
            parcels = [message_from(row) for row in unsent]
            connection.execute(statements.FINISH_ANSWERED, {"lanes": list(taken)})
        return Claimed(tuple(parcels), self._updates(connection, mine))

    def _updates(self, connection: Connection, mine: Iterable[int]) -> tuple[ClaimedUpdate, ...]:
        unfinished = connection.execute(statements.UPDATES, {"lanes": list(mine)})
        taken_care_of = self._in_hand | self._aside.keys()
        return tuple(ClaimedUpdate(*row) for row in unfinished if row.update_id not in taken_care_of)

    def _hand_out(self, work: Claimed) -> None:
        self._in_hand.update(handed.update_id for handed in work.updates)
        self._users.update(handed.lane for handed in work.updates)
        self._users.update({parcel.chat_id for parcel in work.parcels})


def _lane_of(received: IncomingUpdate) -> int:
    return received.chat_id if received.chat_id is not None else statements.BEYOND_CHATS + received.update_id
