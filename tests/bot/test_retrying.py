"""How long what failed waits before it is tried again."""

import time

from bot.retrying import BackOff


def test_pauses_double_up_to_a_limit() -> None:
    back_off = BackOff(0.5, 3.0)
    assert [back_off.next_seconds() for _ in range(5)] == [0.5, 1.0, 2.0, 3.0, 3.0]


def test_pauses_build_on_one_that_had_to_be_longer() -> None:
    back_off = BackOff(0.5, 15.0)
    pauses = [back_off.next_seconds(at_least=least) for least in (0.0, 3.0, 0.0, 60.0, 0.0)]
    assert pauses == [
        0.5,
        3.0,
        6.0,
        60.0,
        15.0,
    ]


async def test_a_pause_is_waited_for() -> None:
    started = time.monotonic()
    await BackOff(0.05).pause()
    assert 0.05 <= time.monotonic() - started < 1.0
