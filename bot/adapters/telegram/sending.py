"""Messages on their way to Telegram: split, rendered, put in the right place; and the typing sign."""

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from typing import Final

from telegram import Bot, InlineKeyboardMarkup, LinkPreviewOptions, ReplyParameters
from telegram import Message as SentMessage
from telegram.constants import ChatAction, ParseMode
from telegram.error import BadRequest, TelegramError

from bot.adapters.telegram.addressing import Place
from bot.adapters.telegram.markup import Segment, is_blank, to_html
from bot.adapters.telegram.rendering import Message
from bot.adapters.telegram.splitting import split_segments

logger = logging.getLogger(__name__)

_NO_PREVIEW: Final = LinkPreviewOptions(is_disabled=True)
# Telegram shows "typing…" for five seconds.
_TYPING_SECONDS: Final = 4.0
# Cancelling a call closes its connection, which is costly when many people ask at once.
_TYPING_GRACE_SECONDS: Final = 1.0


async def send(bot: Bot, place: Place, message: Message) -> int:
    """Sends a message in as many parts as it needs, buttons under the last; the first part's id."""
    first, *others = _sendable_parts(message)
    sent = await _send_part(bot, place, first, None if others else message.keyboard)
    await _send_rest(bot, place, others, message.keyboard)
    return sent.message_id


async def edit(bot: Bot, place: Place, message_id: int, message: Message) -> None:
    """Puts a message in the place of an earlier one, and what does not fit after it."""
    first, *others = _sendable_parts(message)
    try:
        await bot.edit_message_text(
            to_html(first),
            place.chat_id,
            message_id,
            parse_mode=ParseMode.HTML,
            reply_markup=None if others else message.keyboard,
            link_preview_options=_NO_PREVIEW,
        )
    except BadRequest as error:
        if "not modified" not in str(error):
            raise
    await _send_rest(bot, place, others, message.keyboard)


@asynccontextmanager
async def typing(bot: Bot, place: Place) -> AsyncIterator[None]:
    """Shows that the bot is at work until the block ends. Failing to show it harms nothing."""
    done = asyncio.Event()
    sign = asyncio.create_task(_keep_typing(bot, place, done))
    try:
        yield
    finally:
        done.set()
        await asyncio.wait({sign}, timeout=_TYPING_GRACE_SECONDS)
        sign.cancel()


async def _keep_typing(bot: Bot, place: Place, done: asyncio.Event) -> None:
    while not done.is_set():
        try:
            await bot.send_chat_action(place.chat_id, ChatAction.TYPING, message_thread_id=place.topic_id)
        except TelegramError as error:
            logger.debug("typing sign not shown: %s", type(error).__name__)
        with suppress(TimeoutError):
            await asyncio.wait_for(done.wait(), _TYPING_SECONDS)


async def _send_rest(
    bot: Bot, place: Place, parts: Sequence[Sequence[Segment]], keyboard: InlineKeyboardMarkup | None
) -> None:
    for position, part in enumerate(parts, 1):
        await _send_part(bot, replace(place, reply_to=None), part, keyboard if position == len(parts) else None)


async def _send_part(
    bot: Bot, place: Place, part: Sequence[Segment], keyboard: InlineKeyboardMarkup | None
) -> SentMessage:
    return await bot.send_message(
        place.chat_id,
        to_html(part),
        parse_mode=ParseMode.HTML,
        message_thread_id=place.topic_id,
        reply_parameters=_reply_parameters(place),
        reply_markup=keyboard,
        link_preview_options=_NO_PREVIEW,
    )


def _sendable_parts(message: Message) -> list[list[Segment]]:
    # Telegram refuses a message of nothing but blanks.
    return [part for part in split_segments(message.segments) if not is_blank(part)]


def _reply_parameters(place: Place) -> ReplyParameters | None:
    if place.reply_to is None:
        return None
    return ReplyParameters(place.reply_to, allow_sending_without_reply=True)
