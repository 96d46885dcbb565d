"""Tells the admins, once, of a feed that is silent for much longer than it ever is."""

import asyncio
from collections.abc import Collection
from functools import partial

from bot.adapters.telegram.addressing import Place
from bot.adapters.telegram.delivery.own_accord import Announcement, OwnAccord
from bot.adapters.telegram.views.admin_messages import silence_message
from bot.admin.freshness import FreshnessWatch
from index.hashing import digest_of
from index.ingest.feeds.silence import SilentFeed


class SilenceNews:
    """Has every admin told. Planned under the same key after a kill, nobody is told twice."""

    def __init__(
        self,
        freshness: FreshnessWatch,
        own_accord: OwnAccord,
        admin_ids: Collection[int],
    ) -> None:
        self._freshness = freshness
        self._own_accord = own_accord
        self._admin_ids = admin_ids

    async def tell(self) -> None:
        """Plan to tell of each silence that nobody was told of, and note that it was."""
        if not self._admin_ids:
            return
        for silent in await asyncio.to_thread(self._freshness.untold):
            for admin_id in self._admin_ids:
                key = f"silence:{admin_id}:{_name_of(silent)}"
                show = partial(silence_message, silent)
                await self._own_accord.plan(Announcement(key, "silence", Place(admin_id), show))
            await asyncio.to_thread(self._freshness.note_told, silent)


def _name_of(silent: SilentFeed) -> str:
    return digest_of(f"{silent.url} {silent.last_at}", 16).hex()
