"""How often a feed that is as ever is found silent, and how soon one is that has stopped: made-up feeds over a year.

`python -m benchmarks silent_feeds`: six kinds of feeds, ten of each. From the fifteenth day on it is asked before each
item whether the feed was found silent while it was waited for, its rhythm learned anew every day; then the feed stops.
"""

import math
import random
from collections.abc import Callable, Iterator
from itertools import pairwise
from statistics import median
from typing import Final

from index.ingest.feeds.rhythm import Rhythm, learn_rhythm

_HOUR, _DAY = 3600.0, 24 * 3600.0
_START: Final = 1_714_953_600.0
"""A Monday, midnight UTC."""
_DAYS, _EACH = 364, 10
_LEARNED_AFTER_DAYS: Final = 14

Rate = Callable[[int, int], float]
"""Items an hour, by the day of the week and the hour of the day."""


def _office(weekday: int, hour: int) -> float:
    return 1.2 if weekday < 5 and 8 <= hour < 18 else 0.0


def _agency(weekday: int, hour: int) -> float:
    return 12.0 if 6 <= hour < 22 else 3.0


def _daily(weekday: int, hour: int) -> float:
    return 5.0 if hour == 5 else 0.15 if 6 <= hour < 22 else 0.0


def _weekend(weekday: int, hour: int) -> float:
    return 0.5 if weekday >= 5 and 7 <= hour < 23 else 0.02


def _blog(weekday: int, hour: int) -> float:
    return 0.02


def _monthly(weekday: int, hour: int) -> float:
    return 1 / (30 * 24)


KINDS: Final[dict[str, Rate]] = {
    "office hours": _office,
    "agency": _agency,
    "daily paper": _daily,
    "weekend": _weekend,
    "blog, every other day": _blog,
    "once a month": _monthly,
}


def measure() -> dict[str, object]:
    """Return for each kind: false alarms a feed and year, and hours until a feed that stopped was found silent."""
    return {kind: _of_kind(rate) for kind, rate in KINDS.items()}


def _of_kind(rate: Rate) -> dict[str, float | None]:
    years = [list(_year(rate, random.Random(seed))) for seed in range(_EACH)]
    waits = [_hours_until_found(times) for times in years]
    return {
        "items a year": round(median(map(len, years))),
        "false alarms a feed and year": round(sum(map(_false_alarms, years)) / _EACH, 2),
        "found after it stopped, hours, median": _known(median(waits)),
        "found after it stopped, hours, longest": _known(max(waits)),
    }


def _known(hours: float) -> float | None:
    return round(hours, 1) if math.isfinite(hours) else None


def _year(rate: Rate, chance: random.Random) -> Iterator[float]:
    for number in range(_DAYS * 24):
        expected = rate(number // 24 % 7, number % 24)
        yield from sorted(_START + (number + chance.random()) * _HOUR for _ in range(_poisson(expected, chance)))


def _poisson(expected: float, chance: random.Random) -> int:
    count, product, limit = 0, chance.random(), math.exp(-expected)
    while product > limit:
        count += 1
        product *= chance.random()
    return count


def _false_alarms(times: list[float]) -> int:
    rhythm: Rhythm | None = None
    learned_at, alarms = _START + _LEARNED_AFTER_DAYS * _DAY, 0
    for place, (last, following) in enumerate(pairwise(times)):
        if last >= learned_at:
            rhythm, learned_at = learn_rhythm(times[: place + 1][-5_000:]), last + _DAY
        alarms += rhythm is not None and rhythm.is_silent(last, following)
    return alarms


def _hours_until_found(times: list[float]) -> float:
    rhythm = learn_rhythm(times[-5_000:])
    waits = (number * _HOUR for number in range(1, 24 * 200))
    found = next((wait for wait in waits if rhythm is not None and rhythm.is_silent(times[-1], times[-1] + wait)), None)
    return found / _HOUR if found is not None else math.inf
