"""PatientRateLimiter: every call waits for its turn, waits out objections, and is repeated if that is safe."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from telegram.error import BadRequest, Forbidden, NetworkError, RetryAfter, TelegramError
from telegram.ext import BaseRateLimiter

from bot.adapters.telegram.delivery.flood_budget import FloodBudget
from bot.adapters.telegram.delivery.http import NEVER_SENT

logger = logging.getLogger(__name__)

_TRIES: Final = 4
_LONGEST_WAIT_SECONDS: Final = 120.0
_BACK_OFF_SECONDS: Final = 0.5
_GLANCE_SECONDS: Final = 0.05
_REPEATABLE: Final = ("get", "edit", "answerCallbackQuery", "setMy", "deleteMy", "setWebhook", "deleteWebhook")
_COUNTED: Final = ("send", "edit", "copy", "forward")
_TYPING: Final = "sendChatAction"

_Result = bool | dict[str, Any] | list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class CallNote:
    """What a caller may say about a call, as `rate_limit_args`.

    Nobody would miss a `cosmetic` call: it is dropped rather than take the place of a message. A call that `looks` is
    expected to change nothing, and takes no part in its chat's budget. `before` is awaited each time the call is about
    to leave.
    """

    cosmetic: bool = False
    looks: bool = False
    before: Callable[[], Awaitable[object]] | None = None


_PLAIN: Final = CallNote()
_COSMETIC: Final = CallNote(cosmetic=True)


class PatientRateLimiter(BaseRateLimiter[CallNote]):
    """Has one flood budget for every call, so that Telegram has no reason to object; if it does, one chat waits."""

    def __init__(
        self,
        max_calls: int,
        messages_per_second: int = 30,
        on_error: Callable[[TelegramError], None] = lambda _: None,
    ) -> None:
        """At most `max_calls` are under way at once: as many as there are connections."""
        self._free_calls = asyncio.Semaphore(max_calls)
        self._budget = FloodBudget(messages_per_second)
        self._on_error = on_error

    def share_among(self, bots: int) -> None:
        """See `FloodBudget`."""
        self._budget.share_among(bots)

    async def spare_room(self, chat: object) -> None:
        """Return once a message to a chat can be sent that takes nothing from the answers."""
        while not self._budget.has_room_to_spare(chat):
            await asyncio.sleep(_GLANCE_SECONDS)

    async def initialize(self) -> None:
        """Do nothing: there is nothing to prepare."""

    async def shutdown(self) -> None:
        """Do nothing: there is nothing to clean up."""

    async def process_request(
        self,
        callback: Callable[..., Coroutine[Any, Any, _Result]],
        args: Any,  # noqa: ANN401 - the base class's signature
        kwargs: dict[str, Any],
        endpoint: str,
        data: dict[str, Any],
        rate_limit_args: CallNote | None,
    ) -> _Result:
        """Return the call's result, after at most four tries, or True for a cosmetic call that was dropped.

        Raises:
            RetryAfter: the chat stays closed for longer than it is worth waiting.
            NetworkError: Telegram stays out of reach, or may have taken what must not be sent twice.
        """
        note = rate_limit_args or (_COSMETIC if endpoint == _TYPING else _PLAIN)
        chat = data.get("chat_id", endpoint)
        if note.cosmetic:
            return await self._in_passing(chat, callback(*args, **kwargs))
        for attempt in range(1, _TRIES):
            try:
                return await self._call(chat, endpoint, note, lambda: callback(*args, **kwargs))
            except RetryAfter as error:
                await self._hold_back(chat, endpoint, error)
            except TelegramError as error:
                if not _may_repeat(endpoint, error):
                    raise
                logger.info("%s failed (%s), trying again", endpoint, type(error).__name__)
                await asyncio.sleep(_BACK_OFF_SECONDS * 2**attempt)
        return await self._call(chat, endpoint, note, lambda: callback(*args, **kwargs))

    async def _call(
        self, chat: object, endpoint: str, note: CallNote, call: Callable[[], Coroutine[Any, Any, _Result]]
    ) -> _Result:
        is_counted = endpoint.startswith(_COUNTED)
        try:
            async with self._turn(chat, note) if is_counted else nullcontext(), self._free_calls:
                if note.before is not None:
                    await note.before()
                result = await call()
        except TelegramError as error:
            self._on_error(error)
            raise
        if is_counted:
            self._budget.succeeded()
        return result

    def _turn(self, chat: object, note: CallNote) -> AbstractAsyncContextManager[None]:
        return self._budget.common_turn() if note.looks else self._budget.turn(chat)

    async def _in_passing(self, chat: object, call: Coroutine[Any, Any, _Result]) -> _Result:
        if not self._budget.has_room_to_spare(chat):
            call.close()
            return True
        try:
            async with self._budget.spare_turn(), self._free_calls:
                return await call
        except TelegramError as error:
            self._on_error(error)
            if not isinstance(error, RetryAfter):
                raise
            self._budget.objected(chat, min(seconds_of(error.retry_after), _LONGEST_WAIT_SECONDS))
            return True

    async def _hold_back(self, chat: object, endpoint: str, error: RetryAfter) -> None:
        """Close the chat for as long as Telegram asks, or raise the error if that is too long to wait for."""
        seconds = seconds_of(error.retry_after)
        if seconds > _LONGEST_WAIT_SECONDS:
            raise error
        logger.warning("Telegram asks to wait %.1f s before writing to %s again", seconds, chat)
        if endpoint.startswith(_COUNTED):
            self._budget.objected(chat, seconds)
        else:
            await asyncio.sleep(seconds)


def _may_repeat(endpoint: str, error: TelegramError) -> bool:
    return never_left(error) or (may_have_arrived(error) and endpoint.startswith(_REPEATABLE))


def never_left(error: TelegramError) -> bool:
    """Return whether the call surely did not reach Telegram."""
    return isinstance(error.__cause__, NEVER_SENT)


def may_have_arrived(error: TelegramError) -> bool:
    """Return whether the error says nothing about what Telegram did with the call."""
    # A BadRequest is a NetworkError by inheritance only; a bare TelegramError is an answer that is not JSON.
    is_verdict = isinstance(error, BadRequest | Forbidden | RetryAfter)
    return not is_verdict and (isinstance(error, NetworkError) or type(error) is TelegramError)


def seconds_of(period: int | timedelta) -> float:
    """Return a period as Telegram's library gives it, in seconds."""
    return period.total_seconds() if isinstance(period, timedelta) else float(period)
