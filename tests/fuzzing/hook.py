"""A bot in this process that takes updates by webhook, and a Telegram that knows nobody: what posts are given to."""

import asyncio
import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from http.client import HTTPConnection
from typing import Final

from bot.adapters.telegram import TelegramConfig
from tests.bot.telegram.serving import FAST, Served, served
from tests.botapi import BotApiServer
from tests.ports import free_port

_SECRET: Final = "Correct-Horse_9"
_POLITE: Final = frozenset({200, 400, 413, 503})
_PATIENCE_SECONDS: Final = 30.0


class _Tracebacks(logging.Handler):
    """What was logged with a traceback: nothing that a stranger posts may lead to one."""

    def __init__(self) -> None:
        super().__init__()
        self.messages: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        if record.exc_info:
            self.messages.append(self.format(record))


class RunningHook:
    """The bot in a thread of its own."""

    def __init__(self) -> None:
        self._port = free_port()
        self._tracebacks = _Tracebacks()
        self._is_up = threading.Event()
        self._loop = asyncio.new_event_loop()
        self._is_over = asyncio.Event()
        self._bot: Served | None = None
        logging.getLogger().addHandler(self._tracebacks)
        self._thread = threading.Thread(target=lambda: self._loop.run_until_complete(self._serve()), daemon=True)
        self._thread.start()
        assert self._is_up.wait(_PATIENCE_SECONDS)

    def close(self) -> None:
        """Ends the bot."""
        self._loop.call_soon_threadsafe(self._is_over.set)
        self._thread.join()
        self._loop.close()
        logging.getLogger().removeHandler(self._tracebacks)

    def post(self, body: bytes) -> None:
        """Posts as Telegram does, and waits until the bot is done with it.

        Raises:
            AssertionError: the answer was an error of ours, something was logged with a traceback, or left unfinished.
        """
        self._tracebacks.messages.clear()
        connection = HTTPConnection("127.0.0.1", self._port, timeout=_PATIENCE_SECONDS)
        try:
            headers = {"X-Telegram-Bot-Api-Secret-Token": _SECRET, "Content-Type": "application/json"}
            connection.request("POST", "/hook", body, headers)
            status = connection.getresponse().status
        finally:
            connection.close()
        assert status in _POLITE, status
        assert self._bot is not None
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while self._bot.store.outbox.unfinished():
            assert time.monotonic() < deadline, "left unfinished"
            time.sleep(0.001)
        assert self._tracebacks.messages == [], self._tracebacks.messages

    async def _serve(self) -> None:
        config: TelegramConfig = replace(
            FAST,
            webhook_url="https://bot.example/hook",
            webhook_listen=("127.0.0.1", self._port),
            webhook_secret=_SECRET,
        )
        async with BotApiServer() as server, served(server, config=config) as bot:
            self._bot = bot
            self._is_up.set()
            await self._is_over.wait()


@contextmanager
def running_hook() -> Iterator[RunningHook]:
    """A bot that takes posts for the length of the block."""
    hook = RunningHook()
    try:
        yield hook
    finally:
        hook.close()
