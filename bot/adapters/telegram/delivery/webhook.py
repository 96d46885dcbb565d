"""Webhook: Telegram posts each update, and posts it again until it is told that it was taken."""

import asyncio
import hmac
import logging
from collections.abc import Awaitable, Callable
from typing import Final
from urllib.parse import urlsplit

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from telegram.error import TelegramError

from bot.adapters.telegram.delivery.bot import NewsquoteBot
from bot.adapters.telegram.delivery.inbox import Inbox
from bot.errors import StoreUnavailable
from bot.retrying import BackOff

logger = logging.getLogger(__name__)

_SECRET_HEADER: Final = "X-Telegram-Bot-Api-Secret-Token"
_GLANCE_SECONDS: Final = 1.0


class Webhook:
    """Takes updates that carry the secret, and says yes to one only when it is kept."""

    def __init__(
        self,
        bot: NewsquoteBot,
        inbox: Inbox,
        allowed: list[str],
        on_contact: Callable[[], None],
        *,
        url: str,
        secret: str,
        leading: asyncio.Event,
    ) -> None:
        """Of several replicas behind the same address, the one with `leading` set tells Telegram of it."""
        self._bot = bot
        self._inbox = inbox
        self._allowed = allowed
        self._on_contact = on_contact
        self._url = url
        self._secret = secret
        self._leading = leading

    @property
    def path(self) -> str:
        """The path of the public address, which is the one that is served."""
        return urlsplit(self._url).path or "/"

    async def run(self, start: Callable[[], Awaitable[None]]) -> None:
        """Tell Telegram where to post, and run until cancelled.

        `start` is awaited as soon as Telegram is told, or at once where another replica leads; then Telegram is told
        when this one comes to lead.
        """
        tells = self._leading.is_set()
        if tells:
            await self._register()
        self._on_contact()
        await self._insist(start)
        if not tells:
            await self._leading.wait()
            await self._register()
        await asyncio.Event().wait()

    async def receive(self, request: Request) -> Response:
        """Take one post of Telegram's, and return whether it was taken."""
        given = request.headers.get(_SECRET_HEADER, "")
        if not hmac.compare_digest(given.encode("latin-1"), self._secret.encode()):
            logger.warning("a post without the webhook's secret was turned away")
            return Response(status_code=403)
        try:
            update = await request.json()
        except (ValueError, RecursionError, ClientDisconnect):
            return Response(status_code=400)
        if not isinstance(update, dict) or not _is_number(update.get("update_id")):
            return Response(status_code=400)
        if self._inbox.is_full:
            return Response(status_code=503)
        try:
            await self._inbox.take([update])
        except StoreUnavailable as error:
            logger.error("updates wait at Telegram: %s", error)
            return Response(status_code=503)
        return Response()

    async def _insist(self, start: Callable[[], Awaitable[None]]) -> None:
        while True:
            try:
                await start()
            except StoreUnavailable as error:
                logger.error("what is unfinished cannot be read, trying again: %s", error)
                await asyncio.sleep(_GLANCE_SECONDS)
            else:
                return

    async def _register(self) -> None:
        back_off = BackOff()
        while True:
            try:
                await self._bot.set_webhook(self._url, allowed_updates=self._allowed, secret_token=self._secret)
            except TelegramError as error:
                logger.warning("the webhook could not be set (%s), trying again", error)
                await back_off.pause()
            else:
                return


def _is_number(value: object) -> bool:
    """Return whether it is a whole number that a database takes."""
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 1 << 63


def derived_secret(token: str) -> str:
    """Return the webhook's secret where none is set.

    It is the same for every replica, and nobody can find it without the token.
    """
    return hmac.new(token.encode(), b"the secret of the webhook", "sha256").hexdigest()
