"""Readers' commands and messages: asking, starting afresh, seeing the sources, getting help."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import takewhile
from typing import Final

from telegram import Message
from telegram.ext import filters

from bot.adapters import wording
from bot.adapters.telegram.addressing import (
    asker_id,
    command_words,
    conversation_id,
    is_group,
    names_bot,
    payer_id,
    place_of,
    question_for,
)
from bot.adapters.telegram.config import TelegramConfig
from bot.adapters.telegram.delivery.sending import Messenger
from bot.adapters.telegram.handlers.access import Access
from bot.adapters.telegram.handlers.answers import Answers, asking_of
from bot.adapters.telegram.handlers.question_limits import QuestionLimits
from bot.adapters.telegram.routing import Handler, Router
from bot.adapters.telegram.views import texts
from bot.adapters.telegram.views.help import help_message
from bot.adapters.telegram.views.links import HELP, DeepLink, Opens, article_key, read_payload
from bot.adapters.telegram.views.messages import lead_message, plain_message, sources_message
from bot.dialogue import Dialogue
from bot.query.kinds import MessageKind
from bot.query.said_requests import SAID_COMMAND
from bot.query.several import MOST_AT_ONCE, split_questions
from bot.store import Answering

# A question that was not answered before may still be one after it was edited, but nobody waits for an old one.
_EDIT_COUNTS_AS_NEW: Final = timedelta(minutes=10)
_KIND_OF_COMMAND: Final = {"/timeline": MessageKind.TIMELINE}
"""Commands that say what they ask for."""


class Questions:
    """Handles what readers say."""

    def __init__(
        self, dialogue: Dialogue, config: TelegramConfig, answers: Answers, access: Access, limits: QuestionLimits
    ) -> None:
        self._dialogue = dialogue
        self._config = config
        self._answers = answers
        self._access = access
        self._limits = limits
        self._last_album: str | None = None

    def handlers(self, router: Router) -> Sequence[Handler]:
        """Return the handlers to register, the admins' commands before the last ones: those take what is left."""
        admitted, limited = self._access.guard, self._limits.limited
        return (
            router.command("start", admitted(limited(self._start))),
            router.command("help", admitted(limited(self._help))),
            router.command("ask", admitted(self._ask)),
            router.command("said", admitted(self._said)),
            router.command("timeline", admitted(self._timeline)),
            router.command("sources", admitted(limited(self._sources))),
            router.command("new", admitted(limited(self._start_over))),
            router.message(filters.TEXT & ~filters.COMMAND, self._hear),
            router.edit(filters.TEXT, self._hear_again),
        )

    def last_handlers(self, router: Router) -> Sequence[Handler]:
        """Return the handlers of what no other handler wanted."""
        wordless = filters.ChatType.PRIVATE & ~filters.TEXT & ~filters.StatusUpdate.ALL
        return (
            router.message(filters.COMMAND, self._hint),
            router.message(wordless, self._access.guard(self._limits.limited(self._ask_for_words))),
        )

    async def _start(self, message: Message, messenger: Messenger) -> None:
        payload = command_words(message)
        if payload in ("", HELP):
            await self._help(message, messenger)
            return
        link = read_payload(payload)
        if link is None or not await self._open(message, messenger, link):
            await messenger.say(message, texts.LINK_GONE)

    async def _open(self, message: Message, messenger: Messenger, link: DeepLink) -> bool:
        if link.opens is Opens.ARTICLE:
            return await self._open_article(message, messenger, link.target)
        question = link.target
        if link.opens is Opens.REPLY:
            reply = await asyncio.to_thread(self._dialogue.recall, link.target)
            if reply is None:
                return False
            question = reply.resolved_question
        await self._answer(message, messenger, question, literally=True)
        return True

    async def _open_article(self, message: Message, messenger: Messenger, key: str) -> bool:
        articles = await asyncio.to_thread(self._dialogue.sources)
        found = next((article for article in articles if article_key(article.id) == key), None)
        lead = await asyncio.to_thread(self._dialogue.lead, found.id) if found is not None else None
        if lead is not None:
            await messenger.send(place_of(message), lead_message(lead))
        return lead is not None

    async def _help(self, message: Message, messenger: Messenger) -> None:
        articles = await asyncio.to_thread(self._dialogue.sources)
        for_admin = self._config.is_admin(asker_id(message)) and not is_group(message.chat)
        is_a_guest = bool(messenger.me.supports_guest_queries)
        shown = help_message(articles, messenger.username, for_admin=for_admin, is_a_guest=is_a_guest)
        await messenger.send(place_of(message), shown)

    async def _sources(self, message: Message, messenger: Messenger) -> None:
        words = command_words(message)
        listing = await asyncio.to_thread(lambda: sources_message(self._dialogue.sources(), page=0, words=words))
        await messenger.send(place_of(message), listing)

    async def _start_over(self, message: Message, messenger: Messenger) -> None:
        await asyncio.to_thread(self._dialogue.start_over, conversation_id(message))
        await messenger.say(message, wording.STARTED_OVER)

    async def _hear(self, message: Message, messenger: Messenger) -> None:
        question = question_for(message, messenger.me)
        if question is not None:
            await self._access.guard(lambda heard, by: self._answer(heard, by, question))(message, messenger)

    async def _hear_again(self, message: Message, messenger: Messenger) -> None:
        """Edit the answer to a question that was edited; one without an answer is answered if it is still fresh."""
        question = _edited_question(message, messenger)
        kind = _KIND_OF_COMMAND.get(_command(message, messenger))
        parts = await self._answers.answer_to(message, messenger)
        if not parts:
            if question and datetime.now(UTC) - message.date < _EDIT_COUNTS_AS_NEW:
                answer = partial(self._answer, question=question, kind=kind)
                await self._access.guard(answer)(message, messenger)
            return
        # Telegram also reports edits that leave the words as they are.
        asked = split_questions(question) if question else ()
        is_as_before = list(asked[:MOST_AT_ONCE]) == list(await self._answers.questions_of(parts))
        if is_as_before or not self._access.admits(asker_id(message), message.chat.id):
            return
        if question and await self._turns_away(message, messenger):
            return
        await self._answers.retract(parts)
        into = tuple(part.message_id for part in parts)
        if question and len(question) <= texts.LONGEST_QUESTION:
            replying_to = await self._answers.asked_about(message)
            asking = replace(asking_of(message, asked[0]), replying_to=replying_to, into=into, kind=kind)
            await self._answers.give(messenger, asking, further=self._within_limits(message, asked[1:]))
        else:
            notice = texts.too_long() if question else texts.EDITED_AWAY
            answers = Answering(message.message_id, parts[0].reply_id)
            await messenger.send(place_of(message), plain_message(notice), into=into, answers=answers)

    async def _ask(self, message: Message, messenger: Messenger) -> None:
        await self._answer(message, messenger, command_words(message))

    async def _said(self, message: Message, messenger: Messenger) -> None:
        words = command_words(message)
        if words:
            await self._answer(message, messenger, f"{SAID_COMMAND} {words}")
        elif not await self._turns_away(message, messenger):
            await messenger.say(message, texts.WHOSE_WORDS)

    async def _timeline(self, message: Message, messenger: Messenger) -> None:
        await self._answer(message, messenger, command_words(message), kind=MessageKind.TIMELINE)

    async def _answer(
        self,
        message: Message,
        messenger: Messenger,
        question: str,
        *,
        literally: bool = False,
        kind: MessageKind | None = None,
    ) -> None:
        if await self._turns_away(message, messenger):
            return
        if not question:
            await messenger.say(message, texts.HOW_TO_ASK if kind is None else texts.HOW_TO_ASK_FOR_A_TIMELINE)
            return
        if len(question) > texts.LONGEST_QUESTION:
            await messenger.say(message, texts.too_long())
            return
        replying_to = None if literally else await self._answers.asked_about(message)
        asked = (question,) if literally else split_questions(question)
        asking = replace(asking_of(message, asked[0]), literally=literally, replying_to=replying_to, kind=kind)
        await self._answers.give(messenger, asking, further=self._within_limits(message, asked[1:]))
        if len(asked) > MOST_AT_ONCE:
            await messenger.say(message, wording.at_most(MOST_AT_ONCE))

    def _within_limits(self, message: Message, further: Sequence[str]) -> Sequence[str]:
        """Return the further questions of a message that are answered: a few, each counted."""
        payer = payer_id(message)
        return list(takewhile(lambda _: self._limits.check(payer) is None, further[: MOST_AT_ONCE - 1]))

    async def _turns_away(self, message: Message, messenger: Messenger) -> bool:
        """Return whether its author asks more than the bot reads, and say so to them."""
        throttled = self._limits.check(payer_id(message))
        if throttled is not None:
            await self._limits.tell(messenger, message, throttled)
        return throttled is not None

    async def _hint(self, message: Message, messenger: Messenger) -> None:
        if not is_group(message.chat) or names_bot(message, messenger.me):
            hint = self._access.guard(self._limits.limited(_say_unknown))
            await hint(message, messenger)

    async def _ask_for_words(self, message: Message, messenger: Messenger) -> None:
        # An album comes as one message a picture; one sentence is enough.
        album = message.media_group_id
        if album is None or album != self._last_album:
            self._last_album = album
            await messenger.say(message, _why_not_read(message))


def _why_not_read(message: Message) -> str:
    """Return why the bot makes nothing of a message without text."""
    if message.voice or message.audio or message.video_note:
        return texts.NO_EARS
    if message.photo or message.video or message.animation or message.sticker:
        return texts.NO_EYES
    return texts.NO_TEXT


async def _say_unknown(message: Message, messenger: Messenger) -> None:
    await messenger.say(message, texts.UNKNOWN_COMMAND)


def _edited_question(message: Message, messenger: Messenger) -> str | None:
    """Return the question that an edited message asks now; None if it asks nothing of this bot."""
    if not (message.text or "").startswith("/"):
        return question_for(message, messenger.me)
    words = command_words(message)
    if not words:
        return None
    asked = {"/ask": words, "/timeline": words, SAID_COMMAND: f"{SAID_COMMAND} {words}"}
    return asked.get(_command(message, messenger))


def _command(message: Message, messenger: Messenger) -> str:
    """Return the command that a message gives to this bot, with its "/"; empty for any other message."""
    text = message.text or ""
    command, _, addressee = text.split(maxsplit=1)[0].partition("@") if text.startswith("/") else ("", "", "")
    return command if addressee.lower() in ("", messenger.username.lower()) else ""
