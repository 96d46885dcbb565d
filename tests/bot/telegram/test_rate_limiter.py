"""Patience with Telegram: who waits, what is tried again, and what never is."""

import asyncio
import time
from datetime import timedelta
from typing import Any

import pytest
from aiohttp import ConnectionTimeoutError
from telegram.error import BadRequest, NetworkError, RetryAfter, TelegramError, TimedOut

from bot.adapters.telegram.delivery import flood_budget as flood
from bot.adapters.telegram.delivery import rate_limiter
from bot.adapters.telegram.delivery.rate_limiter import PatientRateLimiter


class Telegram:
    """Fails in the given ways, then succeeds; keeps when each call came."""

    def __init__(self, *failures: Exception) -> None:
        self.failures = list(failures)
        self.called_at: list[float] = []

    async def call(self) -> bool:
        self.called_at.append(time.monotonic())
        if self.failures:
            raise self.failures.pop(0)
        return True


def _flood(seconds: float) -> RetryAfter:
    return RetryAfter(timedelta(seconds=seconds))


def _unsent() -> NetworkError:
    error = NetworkError("ConnectionTimeoutError")
    error.__cause__ = ConnectionTimeoutError()
    return error


async def _process(limiter: PatientRateLimiter, telegram: Telegram, endpoint: str, chat: int = 1) -> Any:  # noqa: ANN401
    return await limiter.process_request(telegram.call, (), {}, endpoint, {"chat_id": chat}, None)


@pytest.fixture(autouse=True)
def _short_back_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rate_limiter, "_BACK_OFF_SECONDS", 0.001)


async def test_a_flooded_chat_waits_as_long_as_asked_and_others_do_not() -> None:
    limiter, flooded, calm = PatientRateLimiter(16, 0), Telegram(_flood(0.2)), Telegram()
    first = asyncio.create_task(_process(limiter, flooded, "sendMessage", chat=1))
    await asyncio.sleep(0.01)
    assert await _process(limiter, calm, "sendMessage", chat=2)
    assert await first
    assert flooded.called_at[1] - flooded.called_at[0] >= 0.2
    assert flooded.called_at[0] < calm.called_at[0] < flooded.called_at[1]


async def test_everything_for_a_flooded_chat_waits_in_line() -> None:
    limiter, flooded, later = PatientRateLimiter(16, 0), Telegram(_flood(0.1)), Telegram()
    first = asyncio.create_task(_process(limiter, flooded, "sendMessage"))
    await asyncio.sleep(0.01)
    await _process(limiter, later, "sendMessage")
    await first
    assert later.called_at[0] - flooded.called_at[0] >= 0.1


async def test_when_every_chat_objects_the_others_are_not_tried_until_the_wait_is_over() -> None:
    limiter, objecting, calm = PatientRateLimiter(16, 0), Telegram(*(_flood(0.3) for _ in range(3))), Telegram()
    first = [asyncio.create_task(_process(limiter, objecting, "sendMessage", chat)) for chat in (1, 2, 3)]
    await asyncio.sleep(0.05)
    await _process(limiter, calm, "sendMessage", chat=4)
    await asyncio.gather(*first)
    assert calm.called_at[0] - objecting.called_at[0] >= 0.3


async def test_typing_signs_go_first_when_it_gets_tight_and_are_never_repeated() -> None:
    limiter, telegram = PatientRateLimiter(16, 4), Telegram(TimedOut())
    with pytest.raises(TimedOut):
        await _process(limiter, telegram, "sendChatAction")
    await _process(limiter, telegram, "sendMessage")
    assert await _process(limiter, telegram, "sendChatAction", chat=2)
    assert len(telegram.called_at) == 2


async def test_four_tries_and_no_more() -> None:
    telegram = Telegram(*(_flood(0.001) for _ in range(5)))
    with pytest.raises(RetryAfter):
        await _process(PatientRateLimiter(16, 0), telegram, "sendMessage")
    assert len(telegram.called_at) == 4


async def test_thirty_a_second_in_all_and_one_in_each_chat(monkeypatch: pytest.MonkeyPatch) -> None:
    limiter, telegram, one = PatientRateLimiter(16, 3), Telegram(), Telegram()
    await asyncio.gather(*(_process(limiter, telegram, "sendMessage", chat) for chat in range(1, 7)))
    assert telegram.called_at[3] - telegram.called_at[0] >= 1.0
    await asyncio.gather(*(_process(limiter, one, "sendMessage", chat=9) for _ in range(2)))
    assert one.called_at[1] - one.called_at[0] >= 1.0


async def test_twenty_a_minute_in_a_group(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(flood, "_SECOND_SECONDS", 0.01)
    monkeypatch.setattr(flood, "_MINUTE_SECONDS", 2.5)
    limiter, telegram = PatientRateLimiter(16, 30), Telegram()
    for _ in range(21):
        await _process(limiter, telegram, "sendMessage", chat=-1)
    assert telegram.called_at[19] - telegram.called_at[0] < 2.5
    assert telegram.called_at[20] - telegram.called_at[0] >= 3.0


async def test_an_hour_is_not_waited() -> None:
    telegram = Telegram(_flood(3600))
    with pytest.raises(RetryAfter):
        await _process(PatientRateLimiter(16, 0), telegram, "sendMessage")


@pytest.mark.parametrize("endpoint", ["getMe", "editMessageText", "answerCallbackQuery", "setMyCommands"])
async def test_what_may_be_done_twice_is_tried_again(endpoint: str) -> None:
    telegram = Telegram(TimedOut(), NetworkError("502"), TelegramError("Invalid server response"))
    assert await _process(PatientRateLimiter(16, 0), telegram, endpoint)
    assert len(telegram.called_at) == 4


async def test_a_message_that_may_have_arrived_is_not_sent_twice() -> None:
    telegram = Telegram(TimedOut())
    with pytest.raises(TimedOut):
        await _process(PatientRateLimiter(16, 0), telegram, "sendMessage")
    assert len(telegram.called_at) == 1


async def test_a_message_that_never_left_is_sent_again() -> None:
    telegram = Telegram(_unsent())
    assert await _process(PatientRateLimiter(16, 0), telegram, "sendMessage")


async def test_a_malformed_call_is_not_repeated() -> None:
    telegram = Telegram(BadRequest("message is not modified"))
    with pytest.raises(BadRequest):
        await _process(PatientRateLimiter(16, 0), telegram, "editMessageText")
    assert len(telegram.called_at) == 1
