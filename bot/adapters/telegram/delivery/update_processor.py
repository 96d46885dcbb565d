"""OrderedUpdateProcessor: updates side by side, but one at a time and in order for each person in each chat."""

import asyncio
import logging
import time
from collections.abc import Awaitable
from dataclasses import dataclass, field
from inspect import iscoroutine
from typing import Any, Final

from structlog.contextvars import bind_contextvars
from telegram import Update
from telegram.ext import BaseUpdateProcessor

from bot.adapters.telegram.addressing import ordering_key

logger = logging.getLogger(__name__)

_MAX_CONCURRENT_UPDATES: Final = 1024
# Nobody types this far ahead: it keeps one flooding person from taking every place.
_LONGEST_LINE: Final = 100
_GLANCE_SECONDS: Final = 0.02


@dataclass(slots=True)
class _Line:
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    length: int = 0


class OrderedUpdateProcessor(BaseUpdateProcessor):
    """Keeps one short-lived lock for each person and chat with an update in hand, and none for others."""

    def __init__(self) -> None:
        super().__init__(_MAX_CONCURRENT_UPDATES)
        self._lines: dict[str, _Line] = {}

    def waiting(self) -> int:
        """Return how many updates are being handled or wait for it."""
        return sum(line.length for line in list(self._lines.values()))  # threads ask, too

    async def idle(self, patience_seconds: float) -> None:
        """Return once no update is in hand, or when that takes too long."""
        until = time.monotonic() + patience_seconds
        while self._lines and time.monotonic() < until:
            await asyncio.sleep(_GLANCE_SECONDS)

    def wait_until_idle(self, patience_seconds: float) -> None:
        """Do the same in a thread."""
        until = time.monotonic() + patience_seconds
        while self._lines and time.monotonic() < until:
            time.sleep(_GLANCE_SECONDS)

    async def initialize(self) -> None:
        """Do nothing: there is nothing to prepare."""

    async def shutdown(self) -> None:
        """Do nothing: there is nothing to clean up."""

    async def do_process_update(self, update: object, coroutine: Awaitable[Any]) -> None:
        """Wait for the same person's earlier updates, and drop those of a flood."""
        if isinstance(update, Update):
            bind_contextvars(update=update.update_id)
        key = ordering_key(update)
        if key is None:
            await coroutine
            return
        line = self._lines.setdefault(key, _Line())
        if line.length >= _LONGEST_LINE:
            logger.warning("%s sends faster than it can be answered: an update was dropped", key)
            if iscoroutine(coroutine):
                coroutine.close()
            return
        line.length += 1
        try:
            async with line.lock:
                await coroutine
        finally:
            line.length -= 1
            if not line.length:
                del self._lines[key]
