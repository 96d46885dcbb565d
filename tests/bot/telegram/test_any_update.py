"""No update, whatever its kind and content, breaks the bot or stays unfinished."""

import asyncio
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from bot.adapters.telegram import Metrics, TelegramConfig, build_service
from bot.store import Store
from tests.bot.telegram.fakes import TOKEN, RecordingRequest, fake_app
from tests.bot.telegram.generated_updates import updates

_ANY_AGE = timedelta(days=36_500)


class Errors(logging.Handler):
    """What was logged as an error."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.messages: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.messages.append(self.format(record))


class Handled:
    """A bot without a network that is given one update after the other."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self.store = Store.in_memory()
        config = TelegramConfig(
            TOKEN, messages_per_second=0, questions_per_minute=10**9, most_waiting=10**9, answer_within=_ANY_AGE
        )
        self.request = RecordingRequest()
        self.service = build_service(fake_app(store=self.store), config, Metrics(), request=self.request)
        self.count = 0
        self.loop.run_until_complete(self.service.application.initialize())
        self.loop.run_until_complete(self.service.inbox.resume())

    def handle(self, update: dict[str, Any]) -> None:
        """Gives the bot the update, and waits until it is done with it."""
        self.count += 1
        self.request.calls.clear()
        self.loop.run_until_complete(self._handle({"update_id": self.count, **update}))

    async def _handle(self, update: dict[str, Any]) -> None:
        await self.service.inbox.take([update])
        async with asyncio.timeout(10):
            while self.service.inbox.in_hand:
                await asyncio.sleep(0.0005)  # threads are at work: to look without a pause would hold them up

    def close(self) -> None:
        """Ends the bot."""
        self.loop.run_until_complete(self.service.inbox.stop(0.0))
        self.loop.run_until_complete(self.service.application.shutdown())
        self.service.close()
        self.store.close()
        self.loop.close()


@contextmanager
def handling() -> Iterator[tuple[Handled, Errors]]:
    """A bot for the length of the block, and the errors it logs meanwhile."""
    errors, handled = Errors(), Handled()
    logging.getLogger().addHandler(errors)
    try:
        yield handled, errors
    finally:
        logging.getLogger().removeHandler(errors)
        handled.close()


def check_many(count: int, kind: str | None = None) -> int:
    """Handles so many generated updates, of every kind or of one; how many there were in the end.

    Raises:
        AssertionError: one of them led to an error, or was left unfinished.
    """
    with handling() as (handled, errors):

        @settings(
            max_examples=count, deadline=None, database=None, derandomize=True, suppress_health_check=list(HealthCheck)
        )
        @given(updates(kind))
        def check(update: dict[str, Any]) -> None:
            errors.messages.clear()
            handled.handle(update)
            assert errors.messages == []

        check()
        assert handled.store.outbox.unfinished() == []
        assert handled.store.outbox.pending() == []
        return handled.count


def test_hundreds_of_calls_into_other_chats(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PTB_TIMEDELTA", "true")
    assert check_many(200, "guest_message") >= 200


def test_hundreds_of_updates_of_every_kind(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PTB_TIMEDELTA", "true")
    assert check_many(400) >= 400
