"""The conversation in a terminal: typed by a person, or piped in and out as plain text."""

from bot.adapters.terminal.chat import CONVERSATION_ID, run_chat, show_checked, show_digest, show_replies, show_reply
from bot.adapters.terminal.rendering import render_reply
from bot.adapters.terminal.watching import TerminalWatches

__all__ = [
    "CONVERSATION_ID",
    "TerminalWatches",
    "render_reply",
    "run_chat",
    "show_checked",
    "show_digest",
    "show_replies",
    "show_reply",
]
