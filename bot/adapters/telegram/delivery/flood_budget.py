"""FloodBudget: how much Telegram lets a bot say, in each chat and in all of them.

The limits are those of https://core.telegram.org/bots/faq.

A call counts from its start until `span` seconds after its end. It reached Telegram somewhere in between, so however
long it was under way, Telegram never sees more than the limit within a span.
"""

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Final

_PER_CHAT_SECOND: Final = 1
_PER_GROUP_MINUTE: Final = 20
_MINUTE_SECONDS: Final = 60.0
# A little more than Telegram's second: its clock is not ours.
_SECOND_SECONDS: Final = 1.02
_GLANCE_SECONDS: Final = 0.02
_MANY_CHATS: Final = 1_000
_CHATS_THAT_MEAN_ALL: Final = 3
_NO_LIMIT: Final = 1_000_000


class Window:
    """Counts the calls within any `span` seconds, of which there may be `limit`."""

    def __init__(self, limit: int, span: float) -> None:
        self.limit = limit
        self._span = span
        self._under_way = 0
        self._ended: deque[float] = deque()

    @property
    def used(self) -> int:
        """How many calls count now."""
        now = time.monotonic()
        while self._ended and self._ended[0] + self._span <= now:
            self._ended.popleft()
        return self._under_way + len(self._ended)

    @property
    def wait_seconds(self) -> float:
        """How long it takes until there may be room for a call; 0 if there is."""
        if self.used < self.limit:
            return 0.0
        if not self._ended:
            return _GLANCE_SECONDS
        return max(self._ended[0] + self._span - time.monotonic(), 0.001)

    def start(self) -> None:
        """Count a call from now on."""
        self._under_way += 1

    def end(self) -> None:
        """Note that a call is over; it still counts for a span."""
        self._under_way -= 1
        self._ended.append(time.monotonic())


@dataclass(slots=True)
class _Chat:
    """What one chat may have.

    `lock` is held from waiting for room to the end of the call: a chat's calls go out one by one, in order.
    """

    windows: tuple[Window, ...]
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    opens_at: float = 0.0
    users: int = 0

    @property
    def wait_seconds(self) -> float:
        return max(self.opens_at - time.monotonic(), 0.0, *(window.wait_seconds for window in self.windows))

    @property
    def is_idle(self) -> bool:
        closed = self.opens_at > time.monotonic()
        return not self.users and not closed and not any(window.used for window in self.windows)


class FloodBudget:
    """Grants turns, first come first served within a chat and between chats that have room."""

    def __init__(self, messages_per_second: int = 30) -> None:
        """With 0 messages a second there are no limits, as on a Bot API server of one's own, but waits it asks for."""
        self._is_limited = messages_per_second > 0
        self._all = Window(messages_per_second or _NO_LIMIT, _SECOND_SECONDS)
        self._messages_per_second = messages_per_second or _NO_LIMIT
        self._gate = asyncio.Lock()
        self._chats: dict[object, _Chat] = {}
        self._opens_at = 0.0
        self._objecting: set[object] = set()

    def share_among(self, bots: int) -> None:
        """Leave to others, who speak for the same bot, as much of what all chats may have together as is kept."""
        self._all.limit = max(self._messages_per_second // bots, 1)

    @asynccontextmanager
    async def turn(self, chat_id: object) -> AsyncIterator[None]:
        """Wait until a message may go to the chat, and count it when the block ends."""
        chat = self._chat(chat_id)
        chat.users += 1
        try:
            async with chat.lock:
                await _sleep_until_free(chat)
                windows = (self._all, *chat.windows)
                await self._enter(windows)
                try:
                    yield
                finally:
                    for window in windows:
                        window.end()
        finally:
            chat.users -= 1

    @asynccontextmanager
    async def common_turn(self) -> AsyncIterator[None]:
        """Wait until there is room among all calls, for one that puts nothing into a chat."""
        await self._enter((self._all,))
        try:
            yield
        finally:
            self._all.end()

    async def _enter(self, windows: Iterable[Window]) -> None:
        async with self._gate:
            while (wait := max(self._opens_at - time.monotonic(), self._all.wait_seconds)) > 0:
                await asyncio.sleep(wait)
            for window in windows:
                window.start()

    def has_room_to_spare(self, chat_id: object) -> bool:
        """Return whether a call that nobody would miss takes nothing from a message: then it counts as one."""
        now = time.monotonic()
        chat = self._chats.get(chat_id)
        if self._gate.locked() or self._opens_at > now or self._all.used >= self._all.limit / 2:
            return False
        return chat is None or chat.opens_at <= now

    @asynccontextmanager
    async def spare_turn(self) -> AsyncIterator[None]:
        """Count a cosmetic call among all, without a wait and without a part in its chat's budget."""
        self._all.start()
        try:
            yield
        finally:
            self._all.end()

    def objected(self, chat_id: object, seconds: float) -> None:
        """Note that Telegram asked to wait with a chat; several chats in a row without a success mean all of them."""
        opens_at = time.monotonic() + seconds
        chat = self._chat(chat_id)
        chat.opens_at = max(chat.opens_at, opens_at)
        self._objecting.add(chat_id)
        if len(self._objecting) >= _CHATS_THAT_MEAN_ALL:
            self._opens_at = max(self._opens_at, opens_at)

    def succeeded(self) -> None:
        """Note that Telegram took a message, so it does not object to all of them."""
        self._objecting.clear()

    def _chat(self, chat_id: object) -> _Chat:
        chat = self._chats.get(chat_id)
        if chat is None:
            if len(self._chats) >= _MANY_CHATS:
                self._chats = {known: chat for known, chat in self._chats.items() if not chat.is_idle}
            windows = _windows(chat_id) if self._is_limited else ()
            chat = self._chats[chat_id] = _Chat(windows)
        return chat


async def _sleep_until_free(chat: _Chat) -> None:
    while wait := chat.wait_seconds:
        await asyncio.sleep(wait)


def _windows(chat_id: object) -> tuple[Window, ...]:
    each_second = Window(_PER_CHAT_SECOND, _SECOND_SECONDS)
    is_group = str(chat_id).startswith("-")
    return (each_second, Window(_PER_GROUP_MINUTE, _MINUTE_SECONDS + 0.5)) if is_group else (each_second,)
