"""Pauses between tries that get longer and longer."""

import asyncio
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
