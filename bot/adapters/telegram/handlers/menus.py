"""The bot's menus of commands: whom each is for, in every language."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from telegram import (
    Bot,
    BotCommand,
    BotCommandScope,
    BotCommandScopeAllGroupChats,
    BotCommandScopeAllPrivateChats,
    BotCommandScopeChat,
    BotCommandScopeDefault,
    Update,
)
from telegram.error import TelegramError
from telegram.ext import ContextTypes, TypeHandler

from bot.adapters.telegram.routing import Handler
from bot.adapters.telegram.views import texts
from bot.adapters.telegram.views.admin_texts import ADMIN_COMMANDS
from bot.adapters.translation import ENGLISH, LANGUAGES, speak, translated

logger = logging.getLogger(__name__)

Commands = Sequence[tuple[str, str]]

# In a group what stands out is what one can do there; help is a private matter.
_GROUP_COMMANDS: Final = tuple(command for command in texts.READER_COMMANDS if command[0] != "help")


@dataclass(frozen=True, slots=True)
class _Menu:
    whose: str
    scope: BotCommandScope
    commands: Commands


class Menus:
    """Fills the menus of private chats, of groups, and of each admin's own chat, in every language.

    English goes without a language code, so that it is seen wherever there is no translation. Failing is only logged.
    Telegram knows no chat with an admin who has never written to the bot: theirs is filled when they do.
    """

    def __init__(self, bot: Bot, admin_ids: frozenset[int]) -> None:
        self._bot = bot
        self._without = set(admin_ids)

    async def publish(self) -> None:
        """Fill every menu that can be filled now."""
        for menu in _MENUS:
            await _fill(self._bot, menu)
        for admin_id in sorted(self._without):
            await self._fill_admins(admin_id)

    def handler(self) -> Handler:
        """Return the handler to register, in AFTER_ALL: nobody's answer waits for a menu."""

        async def welcome(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
            user, chat = update.effective_user, update.effective_chat
            if user is not None and user.id in self._without and chat is not None and chat.id == user.id:
                await self._fill_admins(user.id)

        return TypeHandler(Update, welcome)

    async def _fill_admins(self, admin_id: int) -> None:
        menu = _Menu(f"admin {admin_id}", BotCommandScopeChat(admin_id), (*texts.READER_COMMANDS, *ADMIN_COMMANDS))
        if await _fill(self._bot, menu):
            self._without.discard(admin_id)


_MENUS: Final = (
    _Menu("everybody", BotCommandScopeDefault(), texts.READER_COMMANDS),
    _Menu("private chats", BotCommandScopeAllPrivateChats(), texts.READER_COMMANDS),
    _Menu("groups", BotCommandScopeAllGroupChats(), _GROUP_COMMANDS),
)


async def _fill(bot: Bot, menu: _Menu) -> bool:
    """Return whether Telegram took it."""
    try:
        for language in LANGUAGES:
            speak(language)
            commands = [BotCommand(name, translated(meaning)) for name, meaning in menu.commands]
            code = None if language == ENGLISH else language
            await bot.set_my_commands(commands, scope=menu.scope, language_code=code)
    except TelegramError as error:
        if "chat not found" in str(error).lower():
            logger.info("%s has not written yet: their menu is set when they do", menu.whose)
        else:
            logger.warning("the command menu of %s could not be set: %s", menu.whose, error)
        return False
    finally:
        speak(ENGLISH)
    return True
