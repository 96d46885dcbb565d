"""Admins' commands: reloading the articles while the bot runs, its state, its figures."""

import asyncio
import logging
from collections.abc import Sequence
from contextlib import suppress
from typing import Final

from telegram import Message
from telegram.error import TelegramError

from bot.adapters.telegram import texts
from bot.adapters.telegram.addressing import Place, asker_id, place_of
from bot.adapters.telegram.config import TelegramConfig
from bot.adapters.telegram.handling import Handler, MessageCallback, TelegramBot, on_command
from bot.adapters.telegram.rendering import plain_message
from bot.adapters.telegram.sending import edit, send
from bot.newsroom import Newsroom
from index.building import BuildProgress, BuildReport
from index.errors import IndexingError

logger = logging.getLogger(__name__)

_STATS_DAYS: Final = 7


class Administration:
    """Runs one reload at a time beside everything else; the message about it is edited as it goes."""

    def __init__(self, newsroom: Newsroom, config: TelegramConfig, *, edit_every_seconds: float = 2.0) -> None:
        self._newsroom = newsroom
        self._config = config
        self._edit_every_seconds = edit_every_seconds
        self._reload: asyncio.Task[None] | None = None

    def handlers(self) -> Sequence[Handler]:
        """What to register."""
        return (
            on_command("reload", self._for_admins(self._start_reload)),
            on_command("status", self._for_admins(self._status)),
            on_command("stats", self._for_admins(self._stats)),
        )

    def _for_admins(self, callback: MessageCallback) -> MessageCallback:
        async def handle(message: Message, bot: TelegramBot) -> None:
            if self._config.is_admin(asker_id(message)):
                await callback(message, bot)
            else:
                await _say(bot, message, texts.ADMINS_ONLY)

        return handle

    async def _status(self, message: Message, bot: TelegramBot) -> None:
        await _say(bot, message, texts.status(await asyncio.to_thread(self._newsroom.status)))

    async def _stats(self, message: Message, bot: TelegramBot) -> None:
        figures = await asyncio.to_thread(self._newsroom.stats, _STATS_DAYS)
        await _say(bot, message, texts.stats(figures))

    async def _start_reload(self, message: Message, bot: TelegramBot) -> None:
        if self._reload is not None and not self._reload.done():
            await _say(bot, message, texts.ALREADY_RELOADING)
            return
        # A task of its own: the admin can go on asking while it runs.
        self._reload = asyncio.create_task(self._run_reload(bot, place_of(message)))

    async def _run_reload(self, bot: TelegramBot, place: Place) -> None:
        try:
            message_id = await send(bot, place, plain_message(texts.RELOADING))
            outcome = await self._reload_showing_progress(bot, place, message_id)
            await _finish(bot, place, message_id, outcome)
        except TelegramError as error:
            logger.warning("the admin could not be told about the reload: %s", type(error).__name__)

    async def _reload_showing_progress(self, bot: TelegramBot, place: Place, message_id: int) -> str:
        latest = shown = texts.RELOADING

        def listen(progress: BuildProgress) -> None:  # in the reload's thread: it only leaves a note
            nonlocal latest
            latest = texts.progress(progress)

        work = asyncio.create_task(asyncio.to_thread(self._newsroom.reload, listen))
        while not (await asyncio.wait({work}, timeout=self._edit_every_seconds))[0]:
            if latest != shown:
                shown = latest
                with suppress(TelegramError):
                    await edit(bot, place, message_id, plain_message(shown), in_passing=True)
        return _outcome(work)


async def _finish(bot: TelegramBot, place: Place, message_id: int, outcome: str) -> None:
    try:
        await edit(bot, place, message_id, plain_message(outcome))
    except TelegramError:  # the admin deleted the message, say
        await send(bot, place, plain_message(outcome))


def _outcome(work: asyncio.Task[BuildReport]) -> str:
    error = work.exception()
    if error is None:
        return texts.reloaded(work.result())
    if isinstance(error, IndexingError):
        logger.warning("the reload failed: %s", error)
        return texts.not_reloaded(str(error))
    logger.error("the reload broke", exc_info=error)
    return texts.RELOAD_BROKE


async def _say(bot: TelegramBot, message: Message, text: str) -> None:
    await send(bot, place_of(message), plain_message(text))
