"""Admins' commands about people: whom the bot does not answer."""

import re
from collections.abc import Callable

from telegram import Message

from bot.adapters.telegram import admin_texts
from bot.adapters.telegram.addressing import asker_id, command_words, place_of
from bot.adapters.telegram.admission import person
from bot.adapters.telegram.answers import Answers
from bot.adapters.telegram.config import TelegramConfig
from bot.adapters.telegram.decisions import Decisions
from bot.adapters.telegram.handling import TelegramBot
from bot.adapters.telegram.markup import styled
from bot.adapters.telegram.rendering import plain_message
from bot.adapters.telegram.sending import send
from bot.admin.console import Newsroom


class Banning:
    """`/ban` and `/unban`; both ask first."""

    def __init__(self, newsroom: Newsroom, config: TelegramConfig, answers: Answers, decisions: Decisions) -> None:
        self._newsroom = newsroom
        self._config = config
        self._answers = answers
        self._decisions = decisions

    async def ban(self, message: Message, bot: TelegramBot) -> None:
        """Whom the message names, or replies to, or whose question it answers."""
        user_id = _named(message) or await self._replied_to(message, bot)
        if user_id is None:
            await _say(bot, message, admin_texts.BAN_HOW)
        elif self._config.is_admin(user_id):
            await _say(bot, message, admin_texts.ADMINS_STAY)
        else:
            question = styled(admin_texts.ask_to_ban(user_id))
            await self._decisions.ask(message, bot, [question], self._banning(user_id, by=asker_id(message)))

    async def unban(self, message: Message, bot: TelegramBot) -> None:
        """Whom the message names; without a name it lists who is banned."""
        user_id = _named(message)
        if user_id is None:
            banned = sorted(int(each.partition(":")[2]) for each in self._newsroom.banned())
            await _say(bot, message, admin_texts.bans(banned))
        elif not self._newsroom.is_banned(person(user_id)):
            await _say(bot, message, admin_texts.not_banned(user_id))
        else:
            question = styled(admin_texts.ask_to_unban(user_id))
            await self._decisions.ask(message, bot, [question], self._unbanning(user_id, by=asker_id(message)))

    def _banning(self, user_id: int, *, by: int) -> Callable[[], str]:
        def deed() -> str:
            self._newsroom.ban(person(user_id), by=person(by))
            return admin_texts.banned(user_id)

        return deed

    def _unbanning(self, user_id: int, *, by: int) -> Callable[[], str]:
        def deed() -> str:
            self._newsroom.unban(person(user_id), by=person(by))
            return admin_texts.unbanned(user_id)

        return deed

    async def _replied_to(self, message: Message, bot: TelegramBot) -> int | None:
        original = message.reply_to_message
        if original is None or original.forum_topic_created is not None:
            return None
        if original.from_user is not None and original.from_user.id != bot.id:
            return original.from_user.id
        return await self._answers.asker_of(original)


def _named(message: Message) -> int | None:
    match = re.fullmatch(r"\d{1,15}", command_words(message))
    return int(match[0]) if match else None


async def _say(bot: TelegramBot, message: Message, text: str) -> None:
    await send(bot, place_of(message), plain_message(text))
