"""What happens when something breaks: a kind sentence to the reader, a clean traceback in the log."""

import logging
import re
import traceback
from collections.abc import Iterator
from contextlib import suppress

from telegram import Update
from telegram.error import BadRequest, Conflict, Forbidden, NetworkError, TelegramError
from telegram.ext import ContextTypes

from bot.adapters.telegram import texts
from bot.adapters.telegram.addressing import ordering_key, place_of
from bot.adapters.telegram.rendering import plain_message
from bot.adapters.telegram.sending import send

logger = logging.getLogger(__name__)


async def report_problem(update: object, context: ContextTypes.DEFAULT_TYPE) -> None:
    """The application's handler of last resort."""
    error = context.error
    if not isinstance(update, Update):
        _log_without_update(error, context.bot.token)
        return
    if isinstance(error, Forbidden):
        logger.info("%s can no longer be written to", ordering_key(update))
        return
    secrets = (context.bot.token, *_private_words(update))
    logger.error("could not handle an update of %s\n%s", ordering_key(update), _traceback(error, secrets))
    with suppress(TelegramError):
        await _apologise(update, context)


async def _apologise(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    sentence = texts.MAYBE_UNSENT if _may_have_arrived(context.error) else texts.WENT_WRONG
    if update.callback_query is not None:
        await update.callback_query.answer(sentence, show_alert=True)
    elif update.message is not None:
        await send(context.bot, place_of(update.message), plain_message(sentence))


def _may_have_arrived(error: Exception | None) -> bool:
    return isinstance(error, NetworkError) and not isinstance(error, BadRequest)


def _log_without_update(error: Exception | None, token: str) -> None:
    if isinstance(error, Conflict):
        logger.error("another process fetches this bot's updates: only one may run at a time")
    elif isinstance(error, NetworkError):
        logger.warning("Telegram is out of reach (%s), trying again", type(error).__name__)
    else:
        logger.error("a problem outside any update\n%s", _traceback(error, (token,)))


def _traceback(error: Exception | None, secrets: tuple[str, ...]) -> str:
    text = "".join(traceback.format_exception(error)) if error is not None else ""
    return redacted(text, secrets)


def redacted(text: str, secrets: tuple[str, ...]) -> str:
    """The text with every secret blacked out, as it stands or as `repr` writes it."""
    forms = {form for secret in secrets for form in (secret, repr(secret)[1:-1])}
    for form in sorted(forms, key=len, reverse=True):
        text = re.sub(rf"(?<!\w){re.escape(form)}(?!\w)", "[…]", text)
    return text


def _private_words(update: Update) -> Iterator[str]:
    message, user = update.effective_message, update.effective_user
    words = []
    if message is not None:
        words += [message.text, message.caption, *(message.text or "").split("\n")]
        words.append((message.text or "").partition(" ")[2])
    if user is not None:
        words += [user.first_name, user.last_name, user.full_name, user.username]
    return (word for word in words if word and len(word) > 1)
