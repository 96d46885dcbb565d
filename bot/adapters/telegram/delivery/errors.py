"""ErrorReport: when something breaks, the reader gets a kind sentence, and the log a traceback without secrets."""

import logging
import re
import traceback
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Final

from telegram import Update
from telegram.error import BadRequest, Forbidden, NetworkError, RetryAfter, TelegramError
from telegram.ext import ContextTypes

from bot.adapters.telegram.addressing import ordering_key, place_of
from bot.adapters.telegram.delivery.rate_limiter import may_have_arrived
from bot.adapters.telegram.delivery.sending import Messenger
from bot.adapters.telegram.views import texts
from bot.adapters.telegram.views.messages import plain_message
from bot.errors import StoreInterrupted

logger = logging.getLogger(__name__)

# What Telegram says of chats, topics and messages that are gone or closed to the bot.
_NOBODY_THERE: Final = (
    "chat not found",
    "chat_write_forbidden",
    "thread not found",
    "topic_closed",
    "topic_deleted",
    "not enough rights",
    "need administrator rights",
    "have no rights",
    "peer_id_invalid",
    "chat was deactivated",
    "query is too old",
    "message to edit not found",
    "message to be replied not found",
)


class ErrorReport:
    """The application's handler of last resort."""

    def __init__(self, messenger: Messenger, put_off: Callable[[int], bool]) -> None:
        """`put_off` has an update handled again, and says whether that may be."""
        self._messenger = messenger
        self._put_off = put_off

    async def handle(self, update: object, context: ContextTypes.DEFAULT_TYPE) -> None:
        """Log what broke, and tell whoever waits for an answer that none will come."""
        error = context.error
        if not isinstance(update, Update):
            _log_without_update(error, context.bot.token)
            return
        if isinstance(error, StoreInterrupted) and self._put_off(update.update_id):
            logger.info("an update of %s waits for the database: %s", ordering_key(update), error)
            return
        if isinstance(error, TelegramError) and _is_final(error):
            logger.info("%s was not told: %s", ordering_key(update), type(error).__name__)
            return
        secrets = (context.bot.token, *_private_words(update))
        logger.error("could not handle an update of %s\n%s", ordering_key(update), _traceback(error, secrets))
        with suppress(TelegramError):
            await self._apologise(update)

    async def _apologise(self, update: Update) -> None:
        if update.callback_query is not None:
            await update.callback_query.answer(texts.WENT_WRONG, show_alert=True)
        elif update.message is not None:
            messenger = self._messenger.for_update(update.update_id)
            await messenger.send(place_of(update.message), plain_message(texts.WENT_WRONG))
        elif update.guest_message is not None and update.guest_message.guest_query_id is not None:
            messenger = self._messenger.for_update(update.update_id)
            await messenger.answer_guest(update.guest_message.guest_query_id, plain_message(texts.WENT_WRONG))


def _is_final(error: TelegramError) -> bool:
    """Return whether there is nobody to apologise to: blocked, deleted, no longer allowed; or long out of reach."""
    if isinstance(error, BadRequest):
        return any(sign in str(error).lower() for sign in _NOBODY_THERE)
    return isinstance(error, Forbidden | RetryAfter) or may_have_arrived(error)


def _log_without_update(error: Exception | None, token: str) -> None:
    if isinstance(error, NetworkError):
        logger.warning("Telegram is out of reach (%s)", type(error).__name__)
    else:
        logger.error("a problem outside any update\n%s", _traceback(error, (token,)))


def _traceback(error: Exception | None, secrets: tuple[str, ...]) -> str:
    text = "".join(traceback.format_exception(error)) if error is not None else ""
    return redacted(text, secrets)


def redacted(text: str, secrets: tuple[str, ...]) -> str:
    """Return the text with every secret blacked out, as it stands or as `repr` writes it."""
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
        original = message.reply_to_message
        words += [original.text, original.caption] if original is not None else []
    if user is not None:
        words += [user.first_name, user.last_name, user.full_name, user.username]
    return (word for word in words if word and len(word) > 1)
