"""Events in the order of their days, one quote each; the day is the one that the sentence tells."""

from collections.abc import Sequence
from itertools import groupby

import numpy as np

from bot.composing.choosing import Choice
from bot.composing.draft import Arrangement
from bot.composing.event_days import EventDay, Precision, event_day
from bot.composing.weighed import Weighed
from bot.reading.features import Floats

_OPENS_WITH = 0.5
_LONG_BEFORE, _SEASON, _FEW = 2 * 365, 120, 2
"""Where more than a few events lie within a season, a single day years before is when the like last happened, and no
part of the story."""
_FORMATS = {Precision.DAY: "%Y-%m-%d", Precision.MONTH: "%Y-%m", Precision.YEAR: "%Y"}


def timeline(weighed: Weighed, how: Choice) -> Arrangement:
    """Return a part for each day, headed by it ("2025-10-20", "2025-10" or "2025"); undated sentences count among those
    left out.

    How an article begins is news of the day it came out, where it tells no other. Nothing comes first that is much less
    likely to belong there than the best: old background is told of many things.
    """
    days = [_day(weighed, row) for row in range(len(weighed.chances))]
    is_dated = np.array([day is not None for day in days])
    chosen = weighed.chosen(how, np.where(is_dated, weighed.chances, 0.0))
    undated = int((~is_dated & (weighed.chances >= how.least(weighed.chances))).sum())
    dated = sorted([(day, row) for row in chosen.rows if (day := days[row]) is not None], key=_order)
    start = _start(dated, weighed.chances)
    parts = tuple(
        (heading, tuple(row for _, row in events))
        for heading, events in groupby(dated[start:], key=lambda one: heading_of(one[0]))
    )
    return Arrangement(parts, chosen.left_out + undated + start)


def _start(dated: Sequence[tuple[EventDay, int]], chances: Floats) -> int:
    """Return the place of the event that comes first: those before it are background."""
    sure = _OPENS_WITH * float(chances.max())
    start = next((place for place, (_, row) in enumerate(dated) if chances[row] >= sure), 0)
    days = [day.first.toordinal() for day, _ in dated]
    then = next((place for place in range(start, len(days)) if days[place] > days[start]), start)
    is_long_before = days[then] - days[start] > _LONG_BEFORE if days else False
    return then if is_long_before and days[-1] - days[then] < _SEASON and len(days) - then > _FEW else start


def heading_of(day: EventDay) -> str:
    """Return a day, month or year as ISO 8601 writes it."""
    return f"{day.first:{_FORMATS[day.precision]}}"


def _day(weighed: Weighed, row: int) -> EventDay | None:
    one = weighed.found.sentences[row]
    published = one.article.published_at
    if published is None:
        return None
    told = event_day(one.text, published.date())
    is_lead = weighed.found.places[row] == 0
    return EventDay(published.date(), Precision.DAY) if told is None and is_lead else told


def _order(event: tuple[EventDay, int]) -> tuple[int, Precision, int]:
    day, row = event
    return day.first.toordinal(), day.precision, row
