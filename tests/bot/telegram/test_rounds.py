"""What one replica does for all goes on whatever breaks, and only while it leads."""

import asyncio
import logging

import pytest

from bot.adapters.telegram.delivery.rounds import Rounds
from bot.errors import StoreUnavailable


async def test_rounds_wait_for_the_lead_and_outlive_what_breaks(caplog: pytest.LogCaptureFixture) -> None:
    leading, done = asyncio.Event(), asyncio.Event()
    happened: list[str] = []
    troubles = iter((StoreUnavailable("gone"), ValueError("odd"), None, None))

    async def do() -> None:
        trouble = next(troubles)
        happened.append("round")
        if trouble is not None:
            raise trouble
        if len(happened) == 4:
            leading.clear()
        if len(happened) == 6:
            done.set()
            await asyncio.Event().wait()

    running = asyncio.create_task(Rounds("counting", do, 0.0, lambda: happened.append("leads")).run(leading))
    await asyncio.sleep(0.01)
    assert happened == []
    with caplog.at_level(logging.WARNING):
        leading.set()
        while len(happened) < 4:
            await asyncio.sleep(0)
        await asyncio.sleep(0.01)
        assert happened == ["leads", "round", "round", "round"]
        leading.set()
        await done.wait()
    running.cancel()
    assert happened == ["leads", "round", "round", "round", "leads", "round"]
    assert [record.getMessage() for record in caplog.records] == [
        "counting must wait: gone",
        "counting broke; it is tried again",
    ]
