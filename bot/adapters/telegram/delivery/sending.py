"""Messages on their way to Telegram: split, rendered, put in the right place; and the typing sign."""

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from typing import Final

from telegram import Bot, InlineKeyboardMarkup, LinkPreviewOptions
from telegram.constants import ChatAction, ParseMode
from telegram.error import BadRequest, TelegramError

from bot.adapters.telegram.addressing import Place
from bot.adapters.telegram.delivery.bot import NewsquoteBot
from bot.adapters.telegram.delivery.outbox import Body, send_requests
from bot.adapters.telegram.delivery.rate_limiter import CallNote
from bot.adapters.telegram.delivery.update_processor import update_in_hand
from bot.adapters.telegram.views.html import Segment, is_blank, to_html
from bot.adapters.telegram.views.messages import Outgoing
from bot.adapters.telegram.views.splitting import split_segments
from bot.store import Answering

logger = logging.getLogger(__name__)

_NO_PREVIEW: Final = LinkPreviewOptions(is_disabled=True)
# Telegram shows "typing…" for five seconds.
_TYPING_SECONDS: Final = 4.0
# Most answers are there sooner: a sign that flickers tells nobody anything, and is a call of its own.
_TYPING_AFTER_SECONDS: Final = 0.3
# Cancelling a call closes its connection, which is costly when many people ask at once.
_TYPING_GRACE_SECONDS: Final = 1.0


async def send(
    bot: Bot, place: Place, message: Outgoing, *, into: Sequence[int] = (), answers: Answering | None = None
) -> int:
    """Send a message once, in as many parts as it needs, buttons under the last; the first part's id.

    `into` are the parts of an earlier message that it takes the place of, oldest first. `answers` is what it answers,
    kept with every part.

    Raises:
        TelegramError: it cannot be delivered; nothing is gained by trying again.
    """
    return await _deliver(bot, place, _sendable_parts(message), message.keyboard, into, answers)


async def settled(bot: Bot, place: Place) -> None:
    """Return once no message is on its way to the place's chat."""
    await _own(bot).outbox.settled(place.chat_id)


async def edit(bot: Bot, place: Place, message_id: int, message: Outgoing, *, in_passing: bool = False) -> None:
    """Put a message in the place of an earlier one, and what does not fit after it.

    One `in_passing` shows progress and is dropped when Telegram has better things to do.
    """
    first, *others = _sendable_parts(message)
    try:
        await _own(bot).edit_message_text(
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
        await _deliver(bot, replace(place, reply_to=None), others, message.keyboard)


@asynccontextmanager
async def typing(bot: Bot, place: Place) -> AsyncIterator[None]:
    """Show that the bot is at work, if that takes a moment, until the block ends. Failing to show it harms nothing."""
    done = asyncio.Event()
    sign = asyncio.create_task(_keep_typing(bot, place, done))
    try:
        yield
    finally:
        done.set()
        await asyncio.wait({sign}, timeout=_TYPING_GRACE_SECONDS)
        sign.cancel()


async def _keep_typing(bot: Bot, place: Place, done: asyncio.Event) -> None:
    pause = _TYPING_AFTER_SECONDS
    while not await _comes_within(pause, done):
        pause = _TYPING_SECONDS
        try:
            await bot.send_chat_action(place.chat_id, ChatAction.TYPING, message_thread_id=place.topic_id)
        except TelegramError as error:
            logger.debug("typing sign not shown: %s", type(error).__name__)


async def _comes_within(seconds: float, event: asyncio.Event) -> bool:
    with suppress(TimeoutError):
        await asyncio.wait_for(event.wait(), seconds)
    return event.is_set()


async def _deliver(
    bot: Bot,
    place: Place,
    parts: Sequence[Sequence[Segment]],
    keyboard: InlineKeyboardMarkup | None,
    into: Sequence[int] = (),
    answers: Answering | None = None,
) -> int:
    own, last = _own(bot), len(parts) - 1
    bodies = [
        _body(place if not position else replace(place, reply_to=None), part, keyboard if position == last else None)
        for position, part in enumerate(parts)
    ]
    requests = send_requests(bodies, into, answers)
    return await own.outbox.deliver(own, update_in_hand.get(), place.chat_id, requests)


def _own(bot: Bot) -> NewsquoteBot:
    if not isinstance(bot, NewsquoteBot):
        raise TypeError(f"messages go out through build_application's bot, not {type(bot).__name__}")
    return bot


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
