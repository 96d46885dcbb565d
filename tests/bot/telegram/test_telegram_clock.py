"""A machine's clock that is wrong, or is set while the bot runs, costs no answer."""

from datetime import UTC, datetime, timedelta, tzinfo
from email.utils import format_datetime
from types import ModuleType

import pytest

import bot.store.outbox
import bot.store.outbox_rows
from bot.adapters.telegram import server as serving
from bot.adapters.telegram.delivery import inbox, outbox, telegram_clock
from bot.adapters.telegram.delivery.telegram_clock import TelegramClock
from tests.bot.examples import OPENED
from tests.bot.telegram.serving import served
from tests.botapi import BotApiServer

_CLOCKS: tuple[ModuleType, ...] = (
    inbox, outbox, serving, telegram_clock, bot.store.outbox, bot.store.outbox_rows,
)  # fmt: skip


def _set_clock(years: int, monkeypatch: pytest.MonkeyPatch) -> None:
    class Wrong(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
            return datetime.now(tz) + timedelta(days=365 * years)

    for module in _CLOCKS:
        if hasattr(module, "datetime"):
            monkeypatch.setattr(module, "datetime", Wrong)


@pytest.mark.parametrize("years", [10, 1, -1, -25])
async def test_a_question_is_answered_whatever_this_machine_s_clock_says(
    years: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    _set_clock(years, monkeypatch)
    async with BotApiServer() as server, served(server) as bot:
        assert OPENED.quote.text in (await bot.ask(server.user("Ada"))).text


async def test_a_clock_that_is_set_while_questions_come_costs_none(monkeypatch: pytest.MonkeyPatch) -> None:
    async with BotApiServer() as server, served(server) as bot:
        ada = server.user("Ada")
        for number, years in enumerate((0, 10, -10, 1), start=1):
            _set_clock(years, monkeypatch)
            await bot.ask(ada, f"Who opened it, {number}?")
            assert len(bot.answers(ada)) == number
            monkeypatch.undo()


def test_time_is_what_telegram_said_last_and_this_machine_s_before_that() -> None:
    clock, then = TelegramClock(), datetime(2024, 5, 4, 12, 30, tzinfo=UTC)
    assert abs(clock.now() - datetime.now(UTC)) < timedelta(seconds=5)
    clock.hear(format_datetime(then, usegmt=True))
    clock.hear(None)
    clock.hear("yesterday")
    clock.hear("Sat, 04 May 2030 12:30:00")
    assert then <= clock.now() < then + timedelta(seconds=60)
    assert clock.earliest() < then + timedelta(seconds=60)
    clock.hear(format_datetime(datetime.now(UTC) + timedelta(days=9), usegmt=True))
    assert clock.earliest() <= datetime.now(UTC)
