"""Nothing that is watched is missed or told twice, whatever becomes of the bot in a month."""

import pytest

from benchmarks.watch_month import measure


@pytest.mark.slow
def test_kills_an_outage_and_a_clock_change_cost_no_alert_and_repeat_none() -> None:
    figures = measure(stories=3, chats=3, watches=6, others=3)
    told = figures["facts told though disturbed"]
    assert isinstance(told, int)
    assert told > 20
    assert {
        name: figures[name] for name in figures if name.startswith(("kills", "facts missed", "facts told twice"))
    } == {
        "kills": 3,
        "facts missed for the disturbances": 0,
        "facts told twice": 0,
    }
    assert (figures["messages sent twice"], figures["alerts in quiet hours"]) == (0, 0)
