"""Which group messages reach the bot: https://core.telegram.org/bots/features#privacy-mode."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .values import Message

if TYPE_CHECKING:
    from .state import State


def reaches_bot(state: State, message: Message) -> bool:
    """Whether Telegram shows the bot this message."""
    chat = message.chat
    if chat.is_private:
        return True
    if state.bot.id not in chat.members:
        return False
    if chat.type == "channel":
        return chat.members[state.bot.id] == "administrator"
    if message.service:
        return True
    if message.sender.is_bot:
        return False
    if not state.setup.privacy_mode or chat.members[state.bot.id] == "administrator":
        return True
    return _is_meant_for_bot(state, message)


def _is_meant_for_bot(state: State, message: Message) -> bool:
    """Commands for this bot, and replies to it or to a message that was meant for it.

    The manual names no mentions. Some bots report that they get them all the same, so
    `BotSetup.mentions_pass_privacy` is a switch, off as documented.
    """
    if message.sender.id == state.bot.id:
        return True
    name = f"@{state.bot.username}".lower()
    if any(_is_for(name, command, message, state) for command in _commands(message)):
        return True
    mentions = [mention.lower() for mention in message.entity_texts("mention")]
    if state.setup.mentions_pass_privacy and name in mentions:
        return True
    return message.reply_to is not None and _is_meant_for_bot(state, message.reply_to)


def _commands(message: Message) -> list[str]:
    return message.entity_texts("bot_command")


def _is_for(name: str, command: str, message: Message, state: State) -> bool:
    _, _, addressee = command.partition("@")
    if addressee:
        return f"@{addressee}".lower() == name
    # A bare command goes to the bot that spoke last.
    return message.chat.last_bot_id in (None, state.bot.id)
