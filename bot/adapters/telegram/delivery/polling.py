"""Polling: updates are fetched from Telegram."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from typing import Final

from telegram.error import Conflict, InvalidToken, TelegramError

from bot.adapters.telegram.delivery.bot import NewsquoteBot
from bot.adapters.telegram.delivery.inbox import Inbox
from bot.errors import StoreUnavailable
from bot.retrying import BackOff

logger = logging.getLogger(__name__)

# Under load several updates come with each call then; who asks alone does not wait.
_BETWEEN_CALLS_SECONDS: Final = 0.05
# Both mend themselves, if at all, more slowly than a network does.
_LEAST_PAUSE_SECONDS: Final[dict[type[TelegramError], float]] = {Conflict: 2.0, InvalidToken: 15.0}


class Polling:
    """Asks for updates, and tells Telegram that it has some only when they are kept."""

    def __init__(
        self,
        bot: NewsquoteBot,
        inbox: Inbox,
        allowed: list[str],
        on_contact: Callable[[], None],
        on_error: Callable[[TelegramError], None] = lambda _: None,
    ) -> None:
        """`on_contact` is called whenever Telegram has answered, `on_error` when it has not or not as it should."""
        self._bot = bot
        self._inbox = inbox
        self._allowed = allowed
        self._on_contact = on_contact
        self._on_error = on_error
        self._offset = 0

    async def run(self, start: Callable[[], Awaitable[None]]) -> None:
        """Run until it is cancelled. `start` is awaited once it is known what waits at Telegram."""
        await self._insist(self._bot.delete_webhook)
        await self._insist(lambda: self._poll(wait_seconds=0))
        await self._insist(start)
        while True:
            called_at = time.monotonic()
            await self._insist(self._poll)
            await self._inbox.room()
            await asyncio.sleep(max(0.0, called_at + _BETWEEN_CALLS_SECONDS - time.monotonic()))

    async def _poll(self, **waiting: int) -> None:
        updates = await self._bot.fetch_updates(self._offset, self._allowed, **waiting)
        self._on_contact()
        await self._inbox.take(updates)
        if updates:
            self._offset = updates[-1]["update_id"] + 1

    async def _insist(self, work: Callable[[], Awaitable[object]]) -> None:
        back_off = BackOff()
        while True:
            try:
                await work()
            except TelegramError as error:
                self._on_error(error)
                _explain(error)
                await back_off.pause(at_least=_LEAST_PAUSE_SECONDS.get(type(error), 0.0))
            except StoreUnavailable as error:
                logger.error("updates wait at Telegram: %s", error)
                await back_off.pause()
            else:
                return


def _explain(error: TelegramError) -> None:
    if isinstance(error, Conflict):
        logger.error("another process fetches this bot's updates: only one may run at a time")
    elif isinstance(error, InvalidToken):
        logger.error("Telegram no longer knows the bot's token: check TELEGRAM_BOT_TOKEN")
    else:
        logger.warning("Telegram is out of reach (%s), trying again", type(error).__name__)
