"""The shape of a handler here: a function of a message or a press, registered in one line."""

from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, Final

from telegram import CallbackQuery, Message, Update
from telegram.ext import (
    Application,
    BaseHandler,
    CallbackQueryHandler,
    CommandHandler,
    ContextTypes,
    ExtBot,
    MessageHandler,
    filters,
)

TelegramApplication = Application[Any, Any, Any, Any, Any, Any]
TelegramBot = ExtBot[None]
Handler = BaseHandler[Update, ContextTypes.DEFAULT_TYPE, None]
MessageCallback = Callable[[Message, TelegramBot], Awaitable[None]]
PressCallback = Callable[[CallbackQuery, TelegramBot], Awaitable[None]]

# Edited messages and channel posts are not questions.
_NEW_MESSAGE: Final = filters.UpdateType.MESSAGE


def on_command(name: str, callback: MessageCallback) -> Handler:
    """Handles `/name` and `/name@thisbot`."""
    return CommandHandler(name, _with_message(callback), filters=_NEW_MESSAGE)


def on_message(which: filters.BaseFilter, callback: MessageCallback) -> Handler:
    """Handles the new messages that pass a filter."""
    return MessageHandler(_NEW_MESSAGE & which, _with_message(callback))


def on_press(callback: PressCallback) -> Handler:
    """Handles every button."""

    async def handle(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        if update.callback_query is not None:
            await callback(update.callback_query, context.bot)

    return CallbackQueryHandler(handle)


def _with_message(
    callback: MessageCallback,
) -> Callable[[Update, ContextTypes.DEFAULT_TYPE], Coroutine[Any, Any, None]]:
    async def handle(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        if update.message is not None:
            await callback(update.message, context.bot)

    return handle
