"""Heartbeat: how this replica tells the others that it lives, and learns how many they are and which of them leads."""

import asyncio
import logging
from collections.abc import Callable
from typing import Final

from bot.adapters.telegram.delivery.inbox import Inbox
from bot.errors import StoreUnavailable
from bot.store import Replicas
from bot.store.replicas import LEASE_SECONDS

logger = logging.getLogger(__name__)

_EVERY_SECONDS: Final = LEASE_SECONDS / 4
_LONGEST_SILENCE_SECONDS: Final = LEASE_SECONDS / 2


class Heartbeat:
    """Says every two seconds that this replica lives, and takes over what dead ones left."""

    def __init__(
        self,
        replicas: Replicas,
        inbox: Inbox,
        on_count: Callable[[int], None],
        look_again: Callable[[], object],
        *,
        every_seconds: float = _EVERY_SECONDS,
    ) -> None:
        """`on_count` hears how many replicas there are. `look_again` reads in a thread what others may have changed."""
        self._replicas = replicas
        self._inbox = inbox
        self._on_count = on_count
        self._look_again = look_again
        self._every_seconds = every_seconds
        self._out_of_reach = False
        self.leading = asyncio.Event()

    @property
    def problem(self) -> str | None:
        """Why this replica cannot answer, or None if it can."""
        is_silent = self._out_of_reach and self._replicas.silent_seconds > _LONGEST_SILENCE_SECONDS
        return "the database is out of reach" if is_silent else None

    async def join(self) -> None:
        """Say for the first time that this replica lives, and keep trying while the database is out of reach."""
        while not await self._beat():
            await asyncio.sleep(self._every_seconds)

    async def run(self) -> None:
        """Run until it is cancelled."""
        while True:
            await asyncio.sleep(self._every_seconds)
            await self._inbox.try_to_keep()
            if not await self._beat():
                continue
            try:
                await asyncio.to_thread(self._look_again)
                await self._inbox.take_over()
            except StoreUnavailable as error:
                logger.warning("what others left could not be looked at: %s", error)
            except Exception:  # whatever it is, the others must go on hearing that this replica lives
                logger.exception("looking at what others left broke; it is tried again")

    async def leave(self) -> None:
        """Leave all that this replica holds to the others, at once."""
        try:
            await asyncio.to_thread(self._replicas.leave)
        except StoreUnavailable as error:
            logger.warning("the other replicas will have to find out that this one is gone: %s", error)

    async def _beat(self) -> bool:
        try:
            if not await asyncio.to_thread(self._replicas.beat):
                logger.warning("the other replicas thought that this one was dead: it begins again")
                self.leading.clear()
                await self._inbox.start_over()
        except StoreUnavailable as error:
            if not self._out_of_reach:
                logger.error("the database is out of reach, trying again: %s", error)
            self._out_of_reach = True
            return False
        if self._out_of_reach:
            logger.info("the database is back")
            self._out_of_reach = False
        self._on_count(self._replicas.count)
        (self.leading.set if self._replicas.leads else self.leading.clear)()
        return True
