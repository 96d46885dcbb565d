"""Tells admins what they should hear of without having asked: what was given up since it broke what reads it."""

import asyncio
import logging
from collections.abc import Collection
from typing import Final

from telegram.error import TelegramError

from bot.adapters.telegram.addressing import Place
from bot.adapters.telegram.delivery.sending import Messenger
from bot.adapters.telegram.views import admin_texts
from bot.adapters.telegram.views.admin_messages import of_others
from bot.adapters.telegram.views.messages import Outgoing
from bot.admin.notices import Notices
from bot.errors import StoreUnavailable

logger = logging.getLogger(__name__)

_LOOK_EVERY_SECONDS: Final = 5.0


class AdminNotices:
    """Sends every admin a message of what has come together."""

    def __init__(
        self,
        notices: Notices,
        messenger: Messenger,
        admin_ids: Collection[int],
        *,
        every_seconds: float = _LOOK_EVERY_SECONDS,
    ) -> None:
        self._notices = notices
        self._messenger = messenger
        self._admin_ids = admin_ids
        self._every_seconds = every_seconds

    async def run(self) -> None:
        """Run until it is cancelled."""
        while True:
            await asyncio.sleep(self._every_seconds)
            if lines := self._notices.take():
                await self._tell(Outgoing(tuple(of_others(admin_texts.given_up(lines)))))

    async def _tell(self, message: Outgoing) -> None:
        for admin_id in self._admin_ids:
            try:
                await self._messenger.send(Place(admin_id), message)
            except (TelegramError, StoreUnavailable) as error:  # who never wrote to the bot cannot be written to
                logger.warning("an admin could not be told what was given up: %s", type(error).__name__)
