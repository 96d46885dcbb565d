"""The server as a test holds it: in the test's event loop, or in a thread of its own."""

import asyncio
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final, Self

from .server import Endpoint
from .setup import BotSetup
from .state import CallbackQuery, GuestQuery, InlineQuery, InlineResult
from .values import Chat, Message
from .world import BotWorld, Predicate

_TICK_SECONDS: Final = 0.01


class BotApiServer(BotWorld):
    """The server in the running event loop; waits are coroutines."""

    def __init__(self, setup: BotSetup | None = None) -> None:
        super().__init__(setup)
        self._endpoint = Endpoint(self.state, self.faults)

    async def start(self) -> None:
        """Opens a free port; `url` is good from then on."""
        self.port = await self._endpoint.start()

    async def stop(self) -> None:
        """Closes the port."""
        await self._endpoint.stop()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *error: object) -> None:
        await self.stop()

    async def wait_until(self, condition: Callable[[], object], timeout: float = 10.0) -> None:
        """Returns once the condition holds; fails with the last calls when it never does."""
        deadline = time.monotonic() + timeout
        while not condition():
            if time.monotonic() > deadline:
                raise TimeoutError(f"nothing within {timeout} s; {self.describe()}")
            await asyncio.sleep(_TICK_SECONDS)

    async def wait_for_message(self, chat: Chat, predicate: Predicate | None = None, timeout: float = 10.0) -> Message:
        """The next bot message in the chat that fits, each returned once; edits count."""
        found: list[Message] = []
        await self.wait_until(lambda: _collect(self, chat, predicate, found), timeout)
        return found[0]

    async def wait_for_results(self, query: InlineQuery, timeout: float = 10.0) -> list[InlineResult]:
        """What the bot offered for what was typed behind its name."""
        await self.wait_until(lambda: query.results is not None, timeout)
        return query.results or []

    async def wait_for_guest_answer(self, query: GuestQuery, timeout: float = 10.0) -> Message:
        """What the bot answered where it was called as a guest."""
        await self.wait_until(lambda: query.answer is not None, timeout)
        assert query.answer is not None
        return query.answer

    async def wait_for_answer(self, query: CallbackQuery, timeout: float = 10.0) -> str:
        """The notice that answered a button press, empty if it had no words."""
        await self.wait_until(lambda: query.answer is not None, timeout)
        return query.text


class ThreadedBotApiServer(BotWorld):
    """The server in a thread of its own; waits block."""

    def __init__(self, setup: BotSetup | None = None) -> None:
        super().__init__(setup)
        self._endpoint = Endpoint(self.state, self.faults)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    def start(self) -> None:
        """Opens a free port; `url` is good from then on."""
        self._thread.start()
        starting = asyncio.run_coroutine_threadsafe(self._endpoint.start(), self._loop)
        self.port = starting.result()

    def stop(self) -> None:
        """Closes the port and ends the thread."""
        asyncio.run_coroutine_threadsafe(self._endpoint.stop(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def wait_until(self, condition: Callable[[], object], timeout: float = 10.0) -> None:
        """Returns once the condition holds; fails with the last calls when it never does."""
        deadline = time.monotonic() + timeout
        while not condition():
            if time.monotonic() > deadline:
                raise TimeoutError(f"nothing within {timeout} s; {self.describe()}")
            time.sleep(_TICK_SECONDS)

    def wait_for_message(self, chat: Chat, predicate: Predicate | None = None, timeout: float = 10.0) -> Message:
        """The next bot message in the chat that fits, each returned once; edits count."""
        found: list[Message] = []
        self.wait_until(lambda: _collect(self, chat, predicate, found), timeout)
        return found[0]

    def wait_for_answer(self, query: CallbackQuery, timeout: float = 10.0) -> str:
        """The notice that answered a button press, empty if it had no words."""
        self.wait_until(lambda: query.answer is not None, timeout)
        return query.text


def _collect(world: BotWorld, chat: Chat, predicate: Predicate | None, found: list[Message]) -> bool:
    message = world.take_message(chat, predicate)
    if message is not None:
        found.append(message)
    return message is not None


@contextmanager
def running_server(setup: BotSetup | None = None) -> Iterator[ThreadedBotApiServer]:
    """A server in a background thread, for tests that are not coroutines."""
    server = ThreadedBotApiServer(setup)
    server.start()
    try:
        yield server
    finally:
        server.stop()
