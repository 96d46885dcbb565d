"""Readers' commands and messages: asking, starting afresh, seeing the sources, getting help."""

import asyncio
from collections.abc import Sequence
from concurrent.futures import Executor

from telegram import Message
from telegram.ext import filters

from bot.adapters import wording
from bot.adapters.telegram import texts
from bot.adapters.telegram.addressing import (
    asker_id,
    command_words,
    conversation_id,
    is_group,
    names_bot,
    place_of,
    question_for,
)
from bot.adapters.telegram.config import TelegramConfig
from bot.adapters.telegram.guidance import help_message
from bot.adapters.telegram.handling import Handler, MessageCallback, TelegramBot, on_command, on_message
from bot.adapters.telegram.rendering import plain_message, reply_message, sources_message
from bot.adapters.telegram.sending import send, typing
from bot.dialogue import Dialogue


class Questions:
    """Answers readers. Questions run on `threads`, so that their number bounds the load."""

    def __init__(self, dialogue: Dialogue, config: TelegramConfig, threads: Executor) -> None:
        self._dialogue = dialogue
        self._config = config
        self._threads = threads
        self._last_album: str | None = None

    def handlers(self) -> Sequence[Handler]:
        """What to register, the admins' commands before the last two: those take what is left."""
        return (
            on_command("start", self._admitted(self._help)),
            on_command("help", self._admitted(self._help)),
            on_command("ask", self._admitted(self._ask)),
            on_command("sources", self._admitted(self._sources)),
            on_command("new", self._admitted(self._start_over)),
            on_message(filters.TEXT & ~filters.COMMAND, self._hear),
        )

    def last_handlers(self) -> Sequence[Handler]:
        """What no other handler wanted."""
        wordless = filters.ChatType.PRIVATE & ~filters.TEXT & ~filters.StatusUpdate.ALL
        return (
            on_message(filters.COMMAND, self._hint),
            on_message(wordless, self._admitted(self._ask_for_words)),
        )

    def _admitted(self, callback: MessageCallback) -> MessageCallback:
        async def handle(message: Message, bot: TelegramBot) -> None:
            asker = asker_id(message)
            if self._config.may_ask(asker, message.chat.id):
                await callback(message, bot)
            else:
                await _say(bot, message, texts.not_allowed(asker))

        return handle

    async def _help(self, message: Message, bot: TelegramBot) -> None:
        articles = await asyncio.to_thread(self._dialogue.sources)
        for_admin = self._config.is_admin(asker_id(message)) and not is_group(message.chat)
        await send(bot, place_of(message), help_message(articles, bot.username, for_admin=for_admin))

    async def _sources(self, message: Message, bot: TelegramBot) -> None:
        articles = await asyncio.to_thread(self._dialogue.sources)
        await send(bot, place_of(message), sources_message(articles, page=0))

    async def _start_over(self, message: Message, bot: TelegramBot) -> None:
        await asyncio.to_thread(self._dialogue.start_over, conversation_id(message))
        await _say(bot, message, wording.STARTED_OVER)

    async def _hear(self, message: Message, bot: TelegramBot) -> None:
        question = question_for(message, bot.bot)
        if question is not None:
            await self._admitted(lambda heard, by: self._answer(heard, by, question))(message, bot)

    async def _ask(self, message: Message, bot: TelegramBot) -> None:
        await self._answer(message, bot, command_words(message))

    async def _answer(self, message: Message, bot: TelegramBot, question: str) -> None:
        if not question:
            await _say(bot, message, texts.HOW_TO_ASK)
            return
        if len(question) > texts.LONGEST_QUESTION:
            await _say(bot, message, texts.TOO_LONG)
            return
        place = place_of(message)
        async with typing(bot, place):
            reply = await asyncio.get_running_loop().run_in_executor(
                self._threads, self._dialogue.reply, conversation_id(message), question
            )
            await send(bot, place, reply_message(reply))

    async def _hint(self, message: Message, bot: TelegramBot) -> None:
        if not is_group(message.chat) or names_bot(message, bot.bot):
            await _say(bot, message, texts.UNKNOWN_COMMAND)

    async def _ask_for_words(self, message: Message, bot: TelegramBot) -> None:
        # An album comes as one message a picture; one sentence is enough.
        album = message.media_group_id
        if album is None or album != self._last_album:
            self._last_album = album
            await _say(bot, message, texts.NO_TEXT)


async def _say(bot: TelegramBot, message: Message, text: str) -> None:
    await send(bot, place_of(message), plain_message(text))
