"""The shape of a handler here: a function of a message, a press or an inline question, registered in one line."""

from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, Final

from telegram import CallbackQuery, InlineQuery, Message, Update
from telegram.ext import (
    Application,
    BaseHandler,
    CallbackQueryHandler,
    CommandHandler,
    ContextTypes,
    ExtBot,
    InlineQueryHandler,
    MessageHandler,
    TypeHandler,
    filters,
)

from bot.adapters.translation import speak

TelegramApplication = Application[Any, Any, Any, Any, Any, Any]
TelegramBot = ExtBot[None]
Handler = BaseHandler[Update, ContextTypes.DEFAULT_TYPE, None]
MessageCallback = Callable[[Message, TelegramBot], Awaitable[None]]
PressCallback = Callable[[CallbackQuery, TelegramBot], Awaitable[None]]
InlineCallback = Callable[[InlineQuery, TelegramBot], Awaitable[None]]
_Handle = Callable[[Update, ContextTypes.DEFAULT_TYPE], Coroutine[Any, Any, None]]

BEFORE_ALL: Final = -10
"""The group of handlers that run before every other."""
AFTER_ALL: Final = 10
"""The group of handlers that run after every other."""

# Channel posts are not questions.
_NEW_MESSAGE: Final = filters.UpdateType.MESSAGE
_EDITED_MESSAGE: Final = filters.UpdateType.EDITED_MESSAGE


def on_anything() -> Handler:
    """Take note of whose language counts, be it for an answer or for an apology."""

    async def listen(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        user = update.effective_user
        speak(user.language_code if user is not None else None)

    return TypeHandler(Update, listen)


def on_command(name: str, callback: MessageCallback) -> Handler:
    """Handle `/name` and `/name@thisbot`."""
    return CommandHandler(name, _with_message(callback), filters=_NEW_MESSAGE)


def on_message(which: filters.BaseFilter, callback: MessageCallback) -> Handler:
    """Handle the new messages that pass a filter."""
    return MessageHandler(_NEW_MESSAGE & which, _with_message(callback))


def on_edit(which: filters.BaseFilter, callback: MessageCallback) -> Handler:
    """Handle messages that were edited and now pass a filter."""
    return MessageHandler(_EDITED_MESSAGE & which, _with_message(callback))


def on_press(callback: PressCallback) -> Handler:
    """Handle every button."""

    async def handle(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        if update.callback_query is not None:
            await callback(update.callback_query, context.bot)

    return CallbackQueryHandler(handle)


def on_inline(callback: InlineCallback) -> Handler:
    """Handle what is typed behind the bot's name in any chat."""

    async def handle(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        if update.inline_query is not None:
            await callback(update.inline_query, context.bot)

    return InlineQueryHandler(handle)


def _with_message(callback: MessageCallback) -> _Handle:
    async def handle(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        message = update.message or update.edited_message
        if message is not None:
            await callback(message, context.bot)

    return handle
