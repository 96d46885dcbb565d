"""The real bot on the line of the tests' Bot API server, and what is said there as bubbles to be drawn."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from bot.adapters.permalinks import Permalinks
from bot.adapters.telegram.application import Service
from bot.app import App
from docs.chat_bubbles import Bubble
from tests.bot.telegram.running_bot import at_work
from tests.botapi import BotApiServer, Message, User


@dataclass(frozen=True, slots=True)
class ServedBot:
    """The server, the bot that polls it, and an admin of the bot."""

    server: BotApiServer
    service: Service
    admin: User


@asynccontextmanager
async def served_bot(app: App, permalinks: Permalinks | None = None) -> AsyncIterator[ServedBot]:
    """Serve the bot until the block ends."""
    async with BotApiServer() as server, at_work(app, server, permalinks) as (service, admin):
        yield ServedBot(server, service, admin)


async def ask(server: BotApiServer, user: User, text: str) -> tuple[Message, Message]:
    """Return what somebody writes to the bot, and its next message."""
    chat = user.opens_chat()
    asked = user.says(chat, text)
    return asked, await server.wait_for_message(chat, timeout=30)


def bubble_of(message: Message, *, by_reader: bool = False, head: str = "") -> Bubble:
    """Return a message as it is drawn: on the right if it is the reader's own; see `Bubble` for the head."""
    rows = (message.content.markup or {}).get("inline_keyboard", [])
    return Bubble(
        text=message.text,
        entities=message.entities,
        rows=[[button["text"] for button in row] for row in rows],
        photo=message.file.content if message.file is not None else None,
        by_reader=by_reader,
        head=head,
    )
