"""Groups that become supergroups: they get another number, and what they have set follows them."""

import asyncio
import logging
from collections.abc import Callable, Sequence

from telegram import Message
from telegram.ext import filters

from bot.adapters.telegram.delivery.own_accord import chat_of
from bot.adapters.telegram.delivery.sending import Messenger
from bot.adapters.telegram.routing import Handler, Router

logger = logging.getLogger(__name__)


class Upgrades:
    """Takes Telegram's own notes of an upgrade, one in the old chat and one in the new: either comes first."""

    def __init__(self, move: Callable[[str, str], None]) -> None:
        """`move` lets all that is kept of the one chat follow to the other."""
        self._move = move

    def handlers(self, router: Router) -> Sequence[Handler]:
        """Return the handlers to register."""
        return (router.message(filters.StatusUpdate.MIGRATE, self._follow),)

    async def _follow(self, message: Message, _messenger: Messenger) -> None:
        old = message.migrate_from_chat_id or message.chat.id
        new = message.migrate_to_chat_id or message.chat.id
        await asyncio.to_thread(self._move, chat_of(old), chat_of(new))
        logger.info("the group %s is the supergroup %s now", old, new)
