"""A strict local Telegram Bot API server, to run the real bot against over HTTP."""

from .driver import BotApiServer, ThreadedBotApiServer, running_server
from .errors import ApiError
from .faults import (
    Fault,
    delay,
    drop_after,
    drop_before,
    garbage,
    internal_error,
    server_error,
    silence,
    too_many_requests,
)
from .people import User
from .setup import TOKEN, BotSetup, FloodLimits
from .state import Call, CallbackQuery, ChatAction, GuestQuery, InlineQuery, InlineResult
from .tdparse import parse_html
from .values import Chat, Message

__all__ = [
    "TOKEN",
    "ApiError",
    "BotApiServer",
    "BotSetup",
    "Call",
    "CallbackQuery",
    "Chat",
    "ChatAction",
    "Fault",
    "FloodLimits",
    "GuestQuery",
    "InlineQuery",
    "InlineResult",
    "Message",
    "ThreadedBotApiServer",
    "User",
    "delay",
    "drop_after",
    "drop_before",
    "garbage",
    "internal_error",
    "parse_html",
    "running_server",
    "server_error",
    "silence",
    "too_many_requests",
]
