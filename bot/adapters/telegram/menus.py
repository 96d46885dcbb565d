"""The bot's menus of commands: by whom they are for, and in which language."""

import logging
from collections.abc import Iterator, Sequence
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
)
from telegram.error import TelegramError

from bot.adapters.telegram import texts
from bot.adapters.telegram.admin_texts import ADMIN_COMMANDS
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


async def publish_menus(bot: Bot, admin_ids: frozenset[int]) -> None:
    """Fills the menus of private chats, of groups, and of each admin's own chat, in every language.

    English goes without a language code, so that it is seen wherever there is no translation. Failing is only logged.
    """
    for menu in _menus(admin_ids):
        for language in LANGUAGES:
            speak(language)
            commands = [BotCommand(name, translated(meaning)) for name, meaning in menu.commands]
            code = None if language == ENGLISH else language
            try:
                await bot.set_my_commands(commands, scope=menu.scope, language_code=code)
            except TelegramError as error:
                logger.warning("the command menu of %s could not be set: %s", menu.whose, error)
                break
    speak(ENGLISH)


def _menus(admin_ids: frozenset[int]) -> Iterator[_Menu]:
    yield _Menu("everybody", BotCommandScopeDefault(), texts.READER_COMMANDS)
    yield _Menu("private chats", BotCommandScopeAllPrivateChats(), texts.READER_COMMANDS)
    yield _Menu("groups", BotCommandScopeAllGroupChats(), _GROUP_COMMANDS)
    for admin_id in sorted(admin_ids):
        both = (*texts.READER_COMMANDS, *ADMIN_COMMANDS)
        yield _Menu(f"admin {admin_id}", BotCommandScopeChat(admin_id), both)
