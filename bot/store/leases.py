"""ChatLeases: which replica handles which chat.

One replica at a time holds the lease of a chat: it handles the chat's updates in their order and sends the messages to
it one by one. What a replica leaves unfinished, because it died or was cut off, the next holder finishes. The key of a
lease is the chat's id; an update from no chat has a lease of its own.
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
from bot.store.tables import leases, outbox
from bot.store.transactions import Transactions, outlives_connections

_MOST_TAKEN_OVER: Final = 100


@dataclass(frozen=True, slots=True)
class ClaimedUpdate:
    """An update to handle now, under the lease of `key`, and when it came. Call `done` afterwards in any case."""

    update_id: int
    key: int
    received_at: datetime
    body: Body


@dataclass(frozen=True, slots=True)
class Claimed:
    """What is to be done: first the messages, with a `release` for each of their chats after it; then the updates.

    `repeated` counts updates that were here before.
    """

    messages: tuple[OutboxMessage, ...] = ()
    updates: tuple[ClaimedUpdate, ...] = ()
    repeated: int = 0


class ChatLeases(Transactions):
    """What this replica holds. Safe to call from several threads; nothing is claimed twice."""

    def __init__(self, engine: Engine, replicas: Replicas) -> None:
        super().__init__(engine)
        self._replicas = replicas
        self._lock = threading.RLock()
        self._users: Counter[int] = Counter()
        self._in_hand: set[int] = set()
        self._aside: dict[int, int] = {}

    @outlives_connections
    def receive(self, updates: Sequence[IncomingUpdate]) -> Claimed:
        """Keep the updates, and claim those whose lease is free or this replica's already."""
        if not updates:
            return Claimed()
        wanted = sorted({_key_of(received) for received in updates})
        with self._lock:
            me = self._replicas.id
            with self._writing() as connection:
                fresh = keep_updates(connection, updates)
                # Waits for whoever is about to let go of the lease: they see these updates, or we get it.
                rows = [{"lane": key, "owner": me} for key in wanted]
                owners = connection.execute(statements.CLAIM.on(connection), rows).all()
                mine = {key for key, owner in owners if owner == me}
                work = self._work(connection, mine)
            self._note_claimed(work)
        return Claimed(work.messages, work.updates, len(updates) - fresh)

    @outlives_connections
    def take_over(self) -> Claimed:
        """Claim what nobody holds a lease of: what replicas left that died, or a database that was out of reach."""
        with self._lock:
            me = self._replicas.id
            with self._writing() as connection:
                idle = (leases.c.owner == me) & leases.c.lane.not_in(list(self._users))
                connection.execute(delete(leases).where(idle))
                waiting = union(
                    select(statements.LEASE_KEY.label("key")).where(statements.IS_OPEN),
                    select(outbox.c.chat_id).where(outbox.c.outcome.is_(None)),
                ).subquery()
                is_free = ~exists().where(leases.c.lane == waiting.c.key)
                free = select(waiting.c.key).where(is_free).order_by(waiting.c.key).limit(_MOST_TAKEN_OVER)
                rows = [{"lane": key, "owner": me} for key in connection.scalars(free)]
                mine: set[int] = set()
                if rows:
                    mine = set(connection.scalars(statements.CLAIM_FREE.on(connection), rows))
                # A chat that is held for a while may have got updates by way of other replicas.
                work = self._work(connection, mine | set(self._users))
            self._note_claimed(work)
        return work

    def done(self, claimed: ClaimedUpdate, outcome: Delivery | None) -> Claimed:
        """End an update and forget its words, or with no outcome leave it for later; claim what comes next."""
        with self._lock:
            self._in_hand.discard(claimed.update_id)
            if outcome is None:
                self._aside[claimed.update_id] = claimed.key
            self._users[claimed.key] -= 1
            return self._go_on(claimed.key, claimed.update_id, outcome)

    def look(self, key: int) -> Claimed:
        """Claim what came to a chat, by way of other replicas, while this one handles something in it."""
        with self._lock:
            return self._finish_and_look(key, None, None, is_idle=False)

    @outlives_connections
    def acquire(self, key: int) -> Claimed | None:
        """Hold a lease until `release`, and claim what there is to do under it; None if another replica has it."""
        with self._lock:
            work = Claimed()
            if key not in self._users:
                me = self._replicas.id
                with self._writing() as connection:
                    connection.execute(statements.CLAIM_FREE.on(connection), {"lane": key, "owner": me})
                    if connection.scalar(statements.OWNER, {"number": key}) != me:
                        return None
                    work = self._work(connection, {key})
                self._note_claimed(work)
            self._users[key] += 1
        return work

    def release(self, key: int) -> Claimed:
        """Let go of what `acquire` gave, unless it is held otherwise too, and claim what came meanwhile."""
        with self._lock:
            self._users[key] -= 1
            return self._go_on(key, None, None) if self._users[key] <= 0 else Claimed()

    def drop_all(self) -> None:
        """Forget all that this replica held: it was struck off."""
        with self._lock:
            self._users.clear()
            self._in_hand.clear()
            self._aside.clear()

    def _go_on(self, key: int, update_id: int | None, outcome: Delivery | None) -> Claimed:
        is_idle = self._users[key] <= 0
        if is_idle:
            del self._users[key]
        try:
            return self._finish_and_look(key, update_id, outcome, is_idle=is_idle)
        except StoreUnavailable:
            if update_id is not None:
                self._aside[update_id] = key
            raise

    @outlives_connections
    def _finish_and_look(self, key: int, update_id: int | None, outcome: Delivery | None, *, is_idle: bool) -> Claimed:
        with self._writing() as connection:
            if outcome is not None:
                connection.execute(FINISH, {"number": update_id, "ended": outcome.value})
            mine = {"number": key, "me": self._replicas.id}
            if connection.scalar(statements.KEEP, mine) is None:
                return Claimed()
            updates = self._updates(connection, {key})
            if is_idle and not updates:
                connection.execute(statements.LET_GO, mine)
        work = Claimed(updates=updates)
        self._note_claimed(work)
        return work

    def _work(self, connection: Connection, mine: Collection[int]) -> Claimed:
        """Return what is to be done under leases of this replica's. Where it had not held one, that includes what
        somebody else began."""
        taken = {key for key in mine if key not in self._users}
        self._aside = {update_id: key for update_id, key in self._aside.items() if key not in taken}
        messages: Sequence[OutboxMessage] = ()
        if taken:
            unsent = connection.execute(statements.UNSENT, {"leases": list(taken)}).mappings()
            messages = [message_from(row) for row in unsent]
            connection.execute(statements.FINISH_ANSWERED, {"leases": list(taken)})
        return Claimed(tuple(messages), self._updates(connection, mine))

    def _updates(self, connection: Connection, mine: Iterable[int]) -> tuple[ClaimedUpdate, ...]:
        unfinished = connection.execute(statements.UPDATES, {"leases": list(mine)})
        taken_care_of = self._in_hand | self._aside.keys()
        return tuple(ClaimedUpdate(*row) for row in unfinished if row.update_id not in taken_care_of)

    def _note_claimed(self, work: Claimed) -> None:
        self._in_hand.update(claimed.update_id for claimed in work.updates)
        self._users.update(claimed.key for claimed in work.updates)
        self._users.update({message.chat_id for message in work.messages})


def _key_of(received: IncomingUpdate) -> int:
    return received.chat_id if received.chat_id is not None else statements.BEYOND_CHATS + received.update_id
