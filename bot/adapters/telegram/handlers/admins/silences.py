"""Tells the admins, once, of a feed that is silent for much longer than it ever is."""

import asyncio
import logging
from collections.abc import Callable, Collection
from functools import partial
from typing import Final

from bot.adapters.telegram.addressing import Place
from bot.adapters.telegram.delivery.own_accord import Announcement, OwnAccord
from bot.adapters.telegram.views.admin_messages import silence_message
from bot.admin.freshness import FreshnessWatch
from bot.errors import StoreUnavailable
from index.errors import IndexingError
from index.hashing import digest_of
from index.ingest.feeds.silence import SilentFeed

logger = logging.getLogger(__name__)

_LOOK_EVERY_SECONDS: Final = 60.0


class SilenceNews:
    """Has every admin told. Planned under the same key after a kill, nobody is told twice."""

    def __init__(
        self,
        freshness: FreshnessWatch,
        own_accord: OwnAccord,
        admin_ids: Collection[int],
        *,
        is_leading: Callable[[], bool],
        every_seconds: float = _LOOK_EVERY_SECONDS,
    ) -> None:
        """`is_leading` tells whether this replica does what one does for all."""
        self._freshness = freshness
        self._own_accord = own_accord
        self._admin_ids = admin_ids
        self._is_leading = is_leading
        self._every_seconds = every_seconds

    async def run(self) -> None:
        """Run until it is cancelled."""
        while True:
            try:
                if self._is_leading() and self._admin_ids:
                    await self.tell()
            except (StoreUnavailable, IndexingError) as error:
                logger.warning("that a feed is silent must wait: %s", error)
            except Exception:  # answers must not suffer from it, and the next round may fare better
                logger.exception("looking for silent feeds broke; it is tried again")
            await asyncio.sleep(self._every_seconds)

    async def tell(self) -> None:
        """Plan to tell of each silence that nobody was told of, and note that it was."""
        for silent in await asyncio.to_thread(self._freshness.untold):
            for admin_id in self._admin_ids:
                key = f"silence:{admin_id}:{_name_of(silent)}"
                show = partial(silence_message, silent)
                await self._own_accord.plan(Announcement(key, "silence", Place(admin_id), show))
            await asyncio.to_thread(self._freshness.note_told, silent)


def _name_of(silent: SilentFeed) -> str:
    return digest_of(f"{silent.url} {silent.last_at}", 16).hex()
