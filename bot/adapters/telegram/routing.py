"""The shape of a handler here: a function of a message, a press or an inline question, registered in one line."""

import re
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, Final

from telegram import CallbackQuery, InlineQuery, Message, Update
from telegram.constants import ChatType
from telegram.ext import (
    BaseHandler,
    CallbackQueryHandler,
    CommandHandler,
    ContextTypes,
    InlineQueryHandler,
    MessageHandler,
    TypeHandler,
    filters,
)

from bot.adapters.permalinks import Permalinks
from bot.adapters.telegram.delivery.sending import Messenger
from bot.adapters.telegram.views.places import link_places
from bot.adapters.translation import speak

Handler = BaseHandler[Update, ContextTypes.DEFAULT_TYPE, None]
MessageCallback = Callable[[Message, Messenger], Awaitable[None]]
PressCallback = Callable[[CallbackQuery, Messenger], Awaitable[None]]
InlineCallback = Callable[[InlineQuery], Awaitable[None]]
_Handle = Callable[[Update, ContextTypes.DEFAULT_TYPE], Coroutine[Any, Any, None]]

BEFORE_ALL: Final = -10
"""The group of handlers that run before every other."""
WITH_OTHERS: Final = 0
"""The group of which the first handler that wants an update takes it."""
AFTER_ALL: Final = 10
"""The group of handlers that run after every other."""

# Channel posts are not questions; only some commands count there.
_NEW_MESSAGE: Final = filters.UpdateType.MESSAGE
_NEW_POST: Final = filters.UpdateType.CHANNEL_POST
_EDITED_MESSAGE: Final = filters.UpdateType.EDITED_MESSAGE


def on_anything(permalinks: Permalinks | None, hear_from: Callable[[int, str | None], Awaitable[None]]) -> Handler:
    """Take note of whose language counts, be it for an answer or for an apology, and of where quotes lead.

    `hear_from` is called with the chat, and in a private one with the person's language.
    """

    async def listen(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        user = update.effective_user
        speak(user.language_code if user is not None else None)
        chat = update.effective_chat if update.guest_message is None else None
        is_private = chat is not None and chat.type == ChatType.PRIVATE
        link_places(permalinks, in_private=is_private)
        if chat is not None:
            await hear_from(chat.id, user.language_code if user is not None and is_private else None)

    return TypeHandler(Update, listen)


def on_inline(callback: InlineCallback) -> Handler:
    """Handle what is typed behind the bot's name in any chat."""

    async def handle(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        if update.inline_query is not None:
            await callback(update.inline_query)

    return InlineQueryHandler(handle)


class Router:
    """Makes handlers of callbacks, which are given a messenger for the update at hand."""

    def __init__(self, messenger: Messenger) -> None:
        self._messenger = messenger

    def command(self, name: str, callback: MessageCallback, *, in_channels: bool = False) -> Handler:
        """Handle `/name` and `/name@thisbot`; `in_channels`, also where an admin of a channel posts it."""
        where = _NEW_MESSAGE | _NEW_POST if in_channels else _NEW_MESSAGE
        return CommandHandler(name, self._with_message(callback), filters=where)

    def message(self, which: filters.BaseFilter, callback: MessageCallback) -> Handler:
        """Handle the new messages that pass a filter."""
        return MessageHandler(_NEW_MESSAGE & which, self._with_message(callback))

    def edit(self, which: filters.BaseFilter, callback: MessageCallback) -> Handler:
        """Handle messages that were edited and now pass a filter."""
        return MessageHandler(_EDITED_MESSAGE & which, self._with_message(callback))

    def guest(self, callback: MessageCallback) -> Handler:
        """Handle the messages that mention the bot in chats that it is not a member of."""

        async def handle(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
            if update.guest_message is not None:
                await callback(update.guest_message, self._messenger.for_update(update.update_id))

        return MessageHandler(filters.UpdateType.GUEST_MESSAGE, handle)

    def press(self, callback: PressCallback, pattern: re.Pattern[str] | None = None) -> Handler:
        """Handle the buttons whose data a pattern matches, or every button."""

        async def handle(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
            if update.callback_query is not None:
                await callback(update.callback_query, self._messenger.for_update(update.update_id))

        return CallbackQueryHandler(handle, pattern)

    def _with_message(self, callback: MessageCallback) -> _Handle:
        async def handle(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
            message = update.message or update.edited_message or update.channel_post
            if message is not None:
                await callback(message, self._messenger.for_update(update.update_id))

        return handle


def is_of_a_button(query: CallbackQuery) -> bool:
    """Return whether the message has a button with the data of the press. The data is what a client sends, and may be
    anything; the message is what Telegram knows."""
    return label_of(query) is not None


def label_of(query: CallbackQuery) -> str | None:
    """Return what the button says that was pressed; None if the message has none with the data of the press."""
    markup = query.message.reply_markup if isinstance(query.message, Message) else None
    rows = markup.inline_keyboard if markup is not None else ()
    buttons = (one for row in rows for one in row if one.callback_data is not None)
    return next((one.text for one in buttons if one.callback_data == query.data), None)
