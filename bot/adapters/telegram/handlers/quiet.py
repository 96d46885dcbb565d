"""`/quiet`: the hours in which nothing comes unasked, and the chat's clock."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from telegram import Message

from bot.adapters.telegram.addressing import command_words
from bot.adapters.telegram.delivery.own_accord import OwnAccord, chat_of
from bot.adapters.telegram.delivery.sending import Messenger
from bot.adapters.telegram.handlers.question_limits import QuestionLimits
from bot.adapters.telegram.routing import Handler, Router
from bot.adapters.telegram.views import texts
from bot.chat_settings import ChatSettings, QuietHours, read_quiet_hours
from bot.store.chat_settings import ChatSettingsRecords

_OFF: Final = frozenset({"off", "aus", "no", "nein", "none"})


class Quiet:
    """Shows and changes the quiet hours of the chat it is asked in."""

    def __init__(self, settings: ChatSettingsRecords, own_accord: OwnAccord, limits: QuestionLimits) -> None:
        self._settings = settings
        self._own_accord = own_accord
        self._limits = limits

    def handlers(self, router: Router) -> Sequence[Handler]:
        """Return the handlers to register."""
        return (router.command("quiet", self._limits.limited(self._quiet), in_channels=True),)

    async def _quiet(self, message: Message, messenger: Messenger) -> None:
        words, chat_id = command_words(message), message.chat.id
        if not words:
            now = await asyncio.to_thread(self._settings.of, chat_of(chat_id))
            await messenger.say(message, _told(now) if now.quiet is not None else texts.HOW_TO_BE_QUIET)
            return
        asked = (None, None) if words.casefold() in _OFF else read_quiet_hours(words)
        if asked is None:
            await messenger.say(message, texts.HOW_TO_BE_QUIET)
            return
        hours, zone = asked
        language = message.from_user.language_code if message.from_user is not None else None

        def alter(settings: ChatSettings) -> ChatSettings:
            return replace(settings, quiet=hours, zone=zone or settings.zone, language=language or settings.language)

        settings = await asyncio.to_thread(self._settings.change, chat_of(chat_id), alter)
        await messenger.say(message, _told(settings))
        await self._own_accord.look_again(chat_id)


def _told(settings: ChatSettings) -> str:
    hours: QuietHours | None = settings.quiet
    return texts.quiet(str(hours), settings.zone) if hours is not None else texts.NOT_QUIET
