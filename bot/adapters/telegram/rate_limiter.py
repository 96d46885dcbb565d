"""Patience with Telegram: waits out flood limits chat by chat and repeats calls that are safe to repeat."""

import asyncio
import logging
from collections import deque
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final

import httpx
from telegram.error import BadRequest, NetworkError, RetryAfter, TelegramError
from telegram.ext import BaseRateLimiter

logger = logging.getLogger(__name__)

_TRIES: Final = 4
# What https://core.telegram.org/bots/faq grants a bot over all its chats; kept to for a while after Telegram
# objects, so that when hundreds ask at once, their second tries do not collide again.
_MESSAGES_PER_SECOND: Final = 30
_PACED_SECONDS: Final = 60.0
_LONGEST_WAIT_SECONDS: Final = 120.0
_BACK_OFF_SECONDS: Final = 0.5
_REPEATABLE: Final = ("get", "edit", "answerCallbackQuery", "sendChatAction", "setMy", "deleteMy")
_NEVER_SENT: Final = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)

_Result = bool | dict[str, Any] | list[dict[str, Any]]


@dataclass(slots=True)
class _Queue:
    """Calls of one chat that Telegram told to wait; they go out one by one from `opens_at` on."""

    opens_at: float = 0.0
    length: int = 0
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)


class PatientRateLimiter(BaseRateLimiter[None]):
    """Lets calls through at once until Telegram objects, then holds back that one chat and keeps the pace."""

    def __init__(self, max_calls: int) -> None:
        """`max_calls`: under way at once. httpx slows down badly when it has to queue calls itself."""
        self._free_calls = asyncio.Semaphore(max_calls)
        self._queues: dict[object, _Queue] = {}
        self._sent_at: deque[float] = deque(maxlen=_MESSAGES_PER_SECOND)
        self._paced_until = 0.0

    async def initialize(self) -> None:
        """Nothing to prepare."""

    async def shutdown(self) -> None:
        """Nothing to clean up."""

    async def process_request(
        self,
        callback: Callable[..., Coroutine[Any, Any, _Result]],
        args: Any,  # noqa: ANN401 - the base class's signature
        kwargs: dict[str, Any],
        endpoint: str,
        data: dict[str, Any],
        rate_limit_args: None,
    ) -> _Result:
        """The call's result, after at most four tries.

        Raises:
            RetryAfter: the chat stays closed for longer than it is worth waiting.
            NetworkError: Telegram stays out of reach, or may have taken what must not be sent twice.
        """
        chat = data.get("chat_id", endpoint)
        for attempt in range(1, _TRIES):
            try:
                async with self._turn(chat, endpoint):
                    return await callback(*args, **kwargs)
            except RetryAfter as error:
                self._hold_back(chat, error)
            except TelegramError as error:
                if not _may_repeat(endpoint, error):
                    raise
                logger.info("%s failed (%s), trying again", endpoint, type(error).__name__)
                await asyncio.sleep(_BACK_OFF_SECONDS * 2**attempt)
        async with self._turn(chat, endpoint):
            return await callback(*args, **kwargs)

    @asynccontextmanager
    async def _turn(self, chat: object, endpoint: str) -> AsyncIterator[None]:
        async with self._chat_turn(chat):
            if endpoint == "sendMessage":
                await self._pace()
            async with self._free_calls:
                yield

    @asynccontextmanager
    async def _chat_turn(self, chat: object) -> AsyncIterator[None]:
        queue = self._queues.get(chat)
        if queue is None:
            yield
            return
        queue.length += 1
        try:
            async with queue.lock:
                await asyncio.sleep(max(0.0, queue.opens_at - asyncio.get_running_loop().time()))
                yield
        finally:
            queue.length -= 1
            if not queue.length and queue.opens_at <= asyncio.get_running_loop().time():
                self._queues.pop(chat, None)

    async def _pace(self) -> None:
        now = starts_at = asyncio.get_running_loop().time()
        if now < self._paced_until and len(self._sent_at) == _MESSAGES_PER_SECOND:
            starts_at = max(now, self._sent_at[0] + 1.0)
        self._sent_at.append(starts_at)
        await asyncio.sleep(starts_at - now)

    def _hold_back(self, chat: object, error: RetryAfter) -> None:
        seconds = _seconds(error.retry_after)
        if seconds > _LONGEST_WAIT_SECONDS:
            raise error
        logger.warning("Telegram asks to wait %.1f s before writing to %s again", seconds, chat)
        queue = self._queues.setdefault(chat, _Queue())
        now = asyncio.get_running_loop().time()
        queue.opens_at = max(queue.opens_at, now + seconds)
        self._paced_until = now + _PACED_SECONDS


def _may_repeat(endpoint: str, error: TelegramError) -> bool:
    if isinstance(error.__cause__, _NEVER_SENT):
        return True
    # A BadRequest is a NetworkError by inheritance only; a bare TelegramError is an answer that is not JSON.
    is_refusal = isinstance(error, BadRequest)
    is_transient = isinstance(error, NetworkError) or type(error) is TelegramError
    return is_transient and not is_refusal and endpoint.startswith(_REPEATABLE)


def _seconds(period: int | timedelta) -> float:
    return period.total_seconds() if isinstance(period, timedelta) else float(period)
