"""Messenger: messages on their way to Telegram, split, rendered and put in the right place; and the typing sign."""

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from typing import Final

from telegram import (
    CallbackQuery,
    InlineKeyboardMarkup,
    InlineQueryResultArticle,
    InputTextMessageContent,
    LinkPreviewOptions,
    Message,
    ReplyParameters,
    User,
)
from telegram.constants import ChatAction, ParseMode
from telegram.error import BadRequest, TelegramError

from bot.adapters.telegram.addressing import Place, place_of
from bot.adapters.telegram.delivery.bot import NewsquoteBot
from bot.adapters.telegram.delivery.outbox import GUEST_QUERY, Body, Outbox, put_into, send_requests
from bot.adapters.telegram.delivery.rate_limiter import CallNote
from bot.adapters.telegram.views.html import Segment, is_blank, to_html
from bot.adapters.telegram.views.messages import Outgoing, plain_message
from bot.adapters.telegram.views.splitting import split_segments
from bot.adapters.translation import translated
from bot.store import Answering

logger = logging.getLogger(__name__)

_NO_PREVIEW: Final = LinkPreviewOptions(is_disabled=True)
# Telegram shows "typing…" for five seconds.
_TYPING_SECONDS: Final = 4.0
# Most answers are there sooner: a sign that flickers tells nobody anything, and is a call of its own.
_TYPING_AFTER_SECONDS: Final = 0.3
# Cancelling a call closes its connection, which is costly when many people ask at once.
_TYPING_GRACE_SECONDS: Final = 1.0


class Messenger:
    """Sends and changes messages for the handlers. What one made by `for_update` sends belongs to that update."""

    def __init__(self, bot: NewsquoteBot, outbox: Outbox, update_id: int | None = None) -> None:
        self._bot = bot
        self._outbox = outbox
        self._update_id = update_id

    def for_update(self, update_id: int) -> "Messenger":
        """Return a messenger for what an update leads to: after a kill that is sent, and not made again."""
        return Messenger(self._bot, self._outbox, update_id)

    @property
    def me(self) -> User:
        """The bot as Telegram knows it."""
        return self._bot.bot

    @property
    def username(self) -> str:
        """The bot's name without the @."""
        return self._bot.username

    async def send(
        self, place: Place, message: Outgoing, *, into: Sequence[int] = (), answers: Answering | None = None
    ) -> int:
        """Send a message once, in as many parts as it needs, buttons under the last, and return the first part's id.

        `into` are the parts of an earlier message that it takes the place of, oldest first. `answers` is what it
        answers, kept with every part.

        Raises:
            TelegramError: it cannot be delivered; nothing is gained by trying again.
        """
        return await self.send_each(place, [(message, answers)], into=into)

    async def send_each(
        self, place: Place, messages: Sequence[tuple[Outgoing, Answering | None]], *, into: Sequence[int] = ()
    ) -> int:
        """Send several messages, each with what it answers, all or none: see `send`."""
        requests = [
            request
            for message, answers in messages
            for request in send_requests(message_bodies(place, message), answers)
        ]
        return await self._outbox.deliver(self._update_id, place.chat_id, put_into(requests, into))

    async def answer_guest(self, query_id: str, message: Outgoing) -> None:
        """Answer the query of a guest message once, with as much of a message as one holds.

        Raises:
            TelegramError: it cannot be answered any more.
        """
        if self._update_id is None:
            raise ValueError("a guest's query is answered by the messenger of its update alone")
        content = InputTextMessageContent(
            to_html(_sendable_parts(message)[0]), parse_mode=ParseMode.HTML, link_preview_options=_NO_PREVIEW
        )
        result = InlineQueryResultArticle("1", self.username, content, reply_markup=message.keyboard)
        await self._outbox.answer_guest(self._update_id, {GUEST_QUERY: query_id, "result": result.to_dict()})

    async def say(self, message: Message, text: str) -> None:
        """Answer a message with a plain text, in the language of whoever wrote it."""
        await self.send(place_of(message), plain_message(text))

    async def acknowledge(self, query: CallbackQuery, words: str | None = None, *, alert: bool = False) -> None:
        """End the wait of whoever pressed a button, with a word for them if there is one, as an alert if wanted."""
        try:
            await query.answer(translated(words) if words else None, show_alert=alert)
        except BadRequest as error:  # pressed too long ago for a word; what it asked for is done
            logger.info("a press went unacknowledged: %s", error)

    async def settled(self, place: Place) -> None:
        """Return once no message is on its way to the place's chat."""
        await self._outbox.settled(place.chat_id)

    async def edit(self, place: Place, message_id: int, message: Outgoing, *, in_passing: bool = False) -> None:
        """Put a message in the place of an earlier one, and what does not fit after it.

        One `in_passing` shows progress and is dropped when Telegram has better things to do.
        """
        first, *others = _sendable_parts(message)
        try:
            await self._bot.edit_message_text(
                to_html(first),
                place.chat_id,
                message_id,
                parse_mode=ParseMode.HTML,
                reply_markup=None if others else message.keyboard,
                link_preview_options=_NO_PREVIEW,
                rate_limit_args=CallNote(cosmetic=in_passing),
            )
        except BadRequest as error:
            if "not modified" not in str(error):
                raise
        if others:
            bodies = _bodies(replace(place, reply_to=None), others, message.keyboard)
            await self._outbox.deliver(self._update_id, place.chat_id, send_requests(bodies))

    async def put_under(self, place: Place, message_id: int, keyboard: InlineKeyboardMarkup) -> None:
        """Put other buttons under a message, if Telegram has nothing better to do. Failing harms nothing."""
        try:
            await self._bot.edit_message_reply_markup(
                place.chat_id, message_id, reply_markup=keyboard, rate_limit_args=CallNote(cosmetic=True)
            )
        except TelegramError as error:
            logger.info("buttons were not put under a message: %s", type(error).__name__)

    async def send_photo(self, place: Place, photo: bytes, *, caption: str, filename: str) -> None:
        """Send a picture. It goes past the outbox: a kill may lose it."""
        await self._bot.send_photo(
            place.chat_id,
            photo,
            caption=caption,
            filename=filename,
            message_thread_id=place.topic_id,
            reply_parameters=ReplyParameters(place.reply_to) if place.reply_to is not None else None,
        )

    @asynccontextmanager
    async def typing(self, place: Place) -> AsyncIterator[None]:
        """Show that the bot is at work, if that takes a moment, until the block ends. Failing harms nothing."""
        done = asyncio.Event()
        sign = asyncio.create_task(self._keep_typing(place, done))
        try:
            yield
        finally:
            done.set()
            await asyncio.wait({sign}, timeout=_TYPING_GRACE_SECONDS)
            sign.cancel()

    async def show_upload(self, place: Place) -> None:
        """Show that a picture is on its way. Failing harms nothing."""
        await self._show(place, ChatAction.UPLOAD_PHOTO)

    async def _keep_typing(self, place: Place, done: asyncio.Event) -> None:
        pause = _TYPING_AFTER_SECONDS
        while not await _comes_within(pause, done):
            pause = _TYPING_SECONDS
            await self._show(place, ChatAction.TYPING)

    async def _show(self, place: Place, action: ChatAction) -> None:
        try:
            await self._bot.send_chat_action(place.chat_id, action, message_thread_id=place.topic_id)
        except TelegramError as error:
            logger.debug("%s not shown: %s", action.value, type(error).__name__)


async def _comes_within(seconds: float, event: asyncio.Event) -> bool:
    with suppress(TimeoutError):
        await asyncio.wait_for(event.wait(), seconds)
    return event.is_set()


def message_bodies(place: Place, message: Outgoing) -> Sequence[Body]:
    """Return what is sent to show a message in a place, in as many parts as it needs, with buttons under the last."""
    return _bodies(place, _sendable_parts(message), message.keyboard)


def _bodies(place: Place, parts: Sequence[Sequence[Segment]], keyboard: InlineKeyboardMarkup | None) -> Sequence[Body]:
    last = len(parts) - 1
    return [
        _body(place if not position else replace(place, reply_to=None), part, keyboard if position == last else None)
        for position, part in enumerate(parts)
    ]


def _body(place: Place, part: Sequence[Segment], keyboard: InlineKeyboardMarkup | None) -> Body:
    body: Body = {
        "text": to_html(part),
        "parse_mode": ParseMode.HTML.value,
        "link_preview_options": _NO_PREVIEW.to_dict(),
    }
    if place.topic_id is not None:
        body["message_thread_id"] = place.topic_id
    if place.reply_to is not None:
        body["reply_parameters"] = {"message_id": place.reply_to, "allow_sending_without_reply": True}
    if keyboard is not None:
        body["reply_markup"] = keyboard.to_dict()
    return body


def _sendable_parts(message: Outgoing) -> list[list[Segment]]:
    # Telegram refuses a message of nothing but blanks.
    return [part for part in split_segments(message.segments) if not is_blank(part)]
