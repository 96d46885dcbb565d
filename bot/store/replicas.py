"""Replicas: which processes share a database, which of them live, and which has which lock.

A replica lives while it says so again and again. The database's clock alone counts. Whoever was silent for too long is
struck off the list, and all that it held is free.
"""

import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Final
from uuid import uuid4

from sqlalchemy import Connection, Engine, bindparam, delete, func, insert, select, update

from bot.errors import LeaseLost
from bot.store.tables import leases, locks, replicas
from bot.store.transactions import Transactions, keep_if_new, outlives_connections

logger = logging.getLogger(__name__)

LEASE_SECONDS: Final = 8.0
"""How long a replica may be silent before the others take over; it beats four times as often."""
_LEADING: Final = "leading"
_LOOK_SECONDS: Final = 0.5
_LEFT: Final = "left"
# A server that was away itself says nothing about who lives.
_A_LEASE_AGO: Final = func.now() - timedelta(seconds=LEASE_SECONDS)
_STRIKE_OFF: Final = delete(replicas).where(
    replicas.c.beaten_at < _A_LEASE_AGO, func.pg_postmaster_start_time() < _A_LEASE_AGO
)

_TAKE: Final = keep_if_new(locks)
_OWNER_UNTIL_THE_END: Final = select(leases.c.owner).where(leases.c.lane == bindparam("key")).with_for_update(read=True)


class Replicas(Transactions):
    """Speaks for this process among those that share the database. Safe to call from several threads.

    A database in a file or in memory has one process only: whoever comes takes over what the last one left.
    """

    def __init__(self, engine: Engine, *, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__(engine)
        self._clock = clock
        self._lock = threading.Lock()
        self._id: str | None = None
        self._beaten_at = clock()
        self._judges_from = self._beaten_at
        self._held: dict[str, int] = {}
        self.leads = False
        self.count = 1

    @property
    def is_alone(self) -> bool:
        """Whether no other process can share this database."""
        return self._engine.dialect.name == "sqlite"

    @property
    def id(self) -> str:
        """What this process is called, once it has joined."""
        if self._id is None:
            self.join()
        assert self._id is not None
        return self._id

    @property
    def silent_seconds(self) -> float:
        """How long ago the database last answered a beat."""
        return self._clock() - self._beaten_at

    @outlives_connections
    def join(self) -> None:
        """Put this process on the list, under a new name; it holds nothing yet."""
        name = uuid4().hex
        with self._lock, self._writing() as connection:
            if self.is_alone:
                connection.execute(delete(replicas))
            connection.execute(insert(replicas).values(id=name, beaten_at=func.now()))
            self.count = _count(connection)
        self._id, self.leads, self._beaten_at = name, False, self._clock()

    def beat(self) -> bool:
        """Say that this process lives, strike off those that do not, and lead if nobody does.

        Return False if it was struck off itself: it must give up all that it holds and `join` again.

        Raises:
            StoreUnavailable: the database is out of reach.
        """
        me, now = self.id, self._clock()
        if self.is_alone:
            self.leads, self._beaten_at = True, now
            return True
        if self.silent_seconds > LEASE_SECONDS / 2:
            self._judges_from = now + LEASE_SECONDS  # the others may not have been able to beat either
        with self._writing() as connection:
            mine = update(replicas).where(replicas.c.id == me).values(beaten_at=func.now())
            if connection.execute(mine).rowcount == 0:
                self.leads = False
                return False
            if now >= self._judges_from and (dead := connection.execute(_STRIKE_OFF).rowcount):
                logger.warning("%d replicas were not heard of for %.0f s: theirs is taken over", dead, LEASE_SECONDS)
            leads = self._take(connection, _LEADING)
            count = _count(connection)
        if leads and not self.leads:
            logger.info("this replica leads")
        self.leads, self.count, self._beaten_at = leads, count, now
        return True

    def write(self) -> None:
        """Change something, to find out whether the database keeps it.

        Raises:
            StoreUnavailable: it does not.
        """
        with self._writing() as connection:
            connection.execute(update(replicas).where(replicas.c.id == self._id).values(beaten_at=func.now()))

    @contextmanager
    def lock(self, name: str, *, patience_seconds: float) -> Iterator[bool]:
        """Wait for the lock of this name and hold it for the block; yield False if it is not free in time.

        The lock keeps other replicas out, and not other threads of this one.
        """
        if self.is_alone:
            yield True
            return
        deadline = self._clock() + patience_seconds
        while not (taken := self._acquire(name)) and self._clock() < deadline:
            time.sleep(_LOOK_SECONDS)
        try:
            yield taken
        finally:
            if taken:
                self._release(name)

    def check_lease(self, connection: Connection, key: int) -> None:
        """Raise LeaseLost unless this replica holds a lease, and keep it so until the transaction ends.

        One that never joined is alone.

        Raises:
            LeaseLost: another replica holds it.
        """
        if self._id is None:
            return
        owner = connection.scalar(_OWNER_UNTIL_THE_END, {"key": key})
        if owner != self._id:
            raise LeaseLost("another replica holds the lease of this chat")

    def leave(self) -> None:
        """Take this process off the list, so that others may have at once what it held."""
        leaving, self._id, self.leads = self._id, _LEFT, False
        with self._writing() as connection:
            connection.execute(delete(replicas).where(replicas.c.id == leaving))

    @outlives_connections
    def _acquire(self, name: str) -> bool:
        with self._lock:
            with self._writing() as connection:
                taken = self._take(connection, name)
            self._held[name] = self._held.get(name, 0) + taken
        return taken

    @outlives_connections
    def _release(self, name: str) -> None:
        with self._lock:
            self._held[name] -= 1
            if not self._held[name]:
                mine = (locks.c.duty == name) & (locks.c.owner == self._id)
                with self._writing() as connection:
                    connection.execute(delete(locks).where(mine))

    def _take(self, connection: Connection, name: str) -> bool:
        me = self.id
        connection.execute(_TAKE.on(connection), {"duty": name, "owner": me})
        return connection.scalar(select(locks.c.owner).where(locks.c.duty == name)) == me


def _count(connection: Connection) -> int:
    return connection.execute(select(func.count()).select_from(replicas)).scalar_one()
