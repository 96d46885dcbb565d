"""Rounds: what one replica does for all, again and again, whatever breaks in between."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from bot.errors import StoreUnavailable
from index.errors import IndexingError

logger = logging.getLogger(__name__)


def _nothing() -> None:
    return


@dataclass(frozen=True, slots=True)
class Rounds:
    """Something that is done every so many seconds while this replica leads.

    `what` is its name in the log, `do` one round, and `on_leading` comes before the first round after each time that
    another replica may have led.
    """

    what: str
    do: Callable[[], Awaitable[object]]
    every_seconds: float
    on_leading: Callable[[], object] = _nothing

    async def run(self, leading: asyncio.Event) -> None:
        """Run until it is cancelled; what cannot be done is tried again in the next round."""
        was_leading = False
        while True:
            if not (was_leading and leading.is_set()):
                await leading.wait()
                self.on_leading()
                was_leading = True
            await self._do_once()
            await asyncio.sleep(self.every_seconds)

    async def _do_once(self) -> None:
        try:
            await self.do()
        except (StoreUnavailable, IndexingError) as error:
            logger.warning("%s must wait: %s", self.what, error)
        except Exception:  # answers must not suffer from it, and the next round may fare better
            logger.exception("%s broke; it is tried again", self.what)
