"""How well days of publication go with the days that a question asks about: pure functions."""

from collections.abc import Mapping

from index.article import AskedDates

_REPORTED_WITHIN_DAYS = 7
"""What happened on a day is often reported, or reported better, in the days after it."""


def score_dates(days: Mapping[int, int], asked: AskedDates) -> dict[int, float]:
    """Row to a score in [0, 1], from its day as an ordinal (0: unknown).

    1 for a day that is asked about, a half for the week after them, else 0. Where the latest is wanted, the newest day
    has 1 and the oldest 0.
    """
    if asked.latest:
        known = [day for day in days.values() if day]
        oldest, newest = min(known, default=0), max(known, default=0)
        return {row: (day - oldest) / (newest - oldest or 1) if day else 0.0 for row, day in days.items()}
    first = asked.first.toordinal() if asked.first else 1
    last = asked.last.toordinal() if asked.last else max(days.values(), default=0)
    return {row: _score(day, first, last) for row, day in days.items()}


def _score(day: int, first: int, last: int) -> float:
    if first <= day <= last:
        return 1.0
    return 0.5 if last < day <= last + _REPORTED_WITHIN_DAYS else 0.0
