"""Which silence of a feed is much longer than it ever is."""

from collections.abc import Iterator
from itertools import pairwise
from random import Random

import pytest

from index.ingest.feeds.rhythm import learn_rhythm

HOUR = 3600.0
DAY = 24 * HOUR
MONDAY = 1_714_953_600.0
"""Midnight UTC."""
WEEKS = 8


def of_an_office(weeks: int = WEEKS, a_day: int = 12, seed: int = 1) -> list[float]:
    """Items from Monday to Friday between 8 and 18 o'clock."""
    chance = Random(seed)
    days = [MONDAY + day * DAY for day in range(7 * weeks) if day % 7 < 5]
    return sorted(day + chance.uniform(8, 18) * HOUR for day in days for _ in range(a_day))


def of_an_agency(weeks: int = 3, seed: int = 1) -> Iterator[float]:
    """Items at any time, every ten minutes on average."""
    chance, at = Random(seed), MONDAY
    while at < MONDAY + weeks * 7 * DAY:
        at += chance.expovariate(1 / (10 * 60))
        yield at


def first_silent(times: list[float], step: float = HOUR) -> float | None:
    """After how many hours without an item the feed is found silent, up to four weeks."""
    rhythm = learn_rhythm(times)
    assert rhythm is not None
    waits = (number * step for number in range(1, int(28 * DAY / step)))
    return next((wait / HOUR for wait in waits if rhythm.is_silent(times[-1], times[-1] + wait)), None)


def test_no_silence_of_an_offices_feed_that_is_as_ever_is_found_too_long() -> None:
    times = of_an_office()
    rhythm = learn_rhythm(times)
    assert rhythm is not None
    assert [gap for gap in pairwise(times) if rhythm.is_silent(*gap)] == []


def test_an_office_that_says_nothing_is_noticed_on_the_next_working_day_and_not_by_night_or_at_the_weekend() -> None:
    until_friday = of_an_office()
    monday_noon = 66
    assert monday_noon < (first_silent(until_friday) or 0) < monday_noon + 24
    until_wednesday = [at for at in until_friday if at < MONDAY + (7 * (WEEKS - 1) + 3) * DAY]
    thursday_morning = 14
    assert thursday_morning < (first_silent(until_wednesday) or 0) < thursday_morning + 24


def test_an_agency_is_noticed_within_hours_and_a_weekly_after_more_than_two_weeks() -> None:
    assert first_silent(list(of_an_agency())) == 7
    weekly = [MONDAY + week * 7 * DAY for week in range(10)]
    assert 14 * 24 < (first_silent(weekly) or 0) < 15 * 24


@pytest.mark.parametrize(
    "times",
    [
        [],
        [MONDAY],
        [MONDAY] * 100,
        [MONDAY + number * HOUR for number in range(200)],
        [MONDAY + number * 7 * DAY for number in range(8)],
    ],
)
def test_of_less_than_two_weeks_or_a_few_items_nothing_is_known(times: list[float]) -> None:
    assert learn_rhythm(times) is None


def test_one_long_pause_long_ago_is_no_rhythm() -> None:
    before = [MONDAY + number * HOUR for number in range(12)]
    after = [MONDAY + 20 * DAY + number * HOUR for number in range(24 * 30)]
    assert (first_silent(before + after) or 0) < 24
