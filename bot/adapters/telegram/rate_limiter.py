"""Patience with Telegram: waits out flood limits chat by chat and repeats calls that are safe to repeat."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final

import httpx
from telegram.error import BadRequest, NetworkError, RetryAfter
from telegram.ext import BaseRateLimiter

logger = logging.getLogger(__name__)

_TRIES: Final = 3
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
    """Lets calls through at once until Telegram objects, then holds back that one chat."""

    def __init__(self) -> None:
        self._queues: dict[object, _Queue] = {}

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
        """The call's result, after at most three tries.

        Raises:
            RetryAfter: the chat stays closed for longer than it is worth waiting.
            NetworkError: Telegram stays out of reach, or may have taken what must not be sent twice.
        """
        chat = data.get("chat_id", endpoint)
        for attempt in range(1, _TRIES):
            try:
                async with self._turn(chat):
                    return await callback(*args, **kwargs)
            except RetryAfter as error:
                self._hold_back(chat, error)
            except NetworkError as error:
                if not _may_repeat(endpoint, error):
                    raise
                logger.info("%s failed (%s), trying again", endpoint, type(error).__name__)
                await asyncio.sleep(_BACK_OFF_SECONDS * 2**attempt)
        async with self._turn(chat):
            return await callback(*args, **kwargs)

    @asynccontextmanager
    async def _turn(self, chat: object) -> AsyncIterator[None]:
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

    def _hold_back(self, chat: object, error: RetryAfter) -> None:
        seconds = _seconds(error.retry_after)
        if seconds > _LONGEST_WAIT_SECONDS:
            raise error
        logger.warning("Telegram asks to wait %.1f s before writing to %s again", seconds, chat)
        queue = self._queues.setdefault(chat, _Queue())
        queue.opens_at = max(queue.opens_at, asyncio.get_running_loop().time() + seconds)


def _may_repeat(endpoint: str, error: NetworkError) -> bool:
    if isinstance(error, BadRequest):  # a NetworkError by inheritance only
        return False
    return isinstance(error.__cause__, _NEVER_SENT) or endpoint.startswith(_REPEATABLE)


def _seconds(period: int | timedelta) -> float:
    return period.total_seconds() if isinstance(period, timedelta) else float(period)
