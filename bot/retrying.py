"""Pauses between tries that get longer and longer."""

import asyncio
import threading
import time
from collections.abc import Callable
from typing import Final

_FIRST_SECONDS: Final = 0.5
_LONGEST_SECONDS: Final = 15.0


class BackOff:
    """Doubles the pause with each failure, up to a limit. One for each thing that is tried until it works."""

    def __init__(self, first_seconds: float = _FIRST_SECONDS, longest_seconds: float = _LONGEST_SECONDS) -> None:
        self._next_seconds = first_seconds
        self._longest_seconds = longest_seconds

    def next_seconds(self, *, at_least: float = 0.0) -> float:
        """Return how long to wait before the next try; the pauses after it build on this one."""
        seconds = max(self._next_seconds, at_least)
        self._next_seconds = min(2 * seconds, self._longest_seconds)
        return seconds

    async def pause(self, *, at_least: float = 0.0) -> None:
        """Wait before the next try."""
        await asyncio.sleep(self.next_seconds(at_least=at_least))


class Breaker:
    """Keeps everybody from trying for a while what failed several times in a row. Safe to call from several threads.

    After a pause one caller may try: if that works everybody may again, if not the next pause is longer.
    """

    def __init__(
        self,
        failures: int = 3,
        *,
        first_seconds: float = 30.0,
        longest_seconds: float = 600.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._failures = failures
        self._pauses = first_seconds, longest_seconds
        self._clock = clock
        self._lock = threading.Lock()
        self._in_a_row = 0
        self._back_off = BackOff(*self._pauses)
        self._closed_until = 0.0

    def may_try(self) -> bool:
        """Return whether to try now. Whoever is told so after a pause is the only one, until it says how that went."""
        with self._lock:
            if self._in_a_row < self._failures:
                return True
            if self._clock() < self._closed_until:
                return False
            self._closed_until = self._clock() + self._pauses[0]
            return True

    def worked(self) -> None:
        """Note that a try went well."""
        with self._lock:
            self._in_a_row = 0
            self._back_off = BackOff(*self._pauses)

    def failed(self) -> None:
        """Note that a try failed."""
        with self._lock:
            self._in_a_row += 1
            if self._in_a_row >= self._failures:
                self._closed_until = self._clock() + self._back_off.next_seconds()
