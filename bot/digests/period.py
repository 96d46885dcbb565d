"""Period: the time that a digest is of, and which articles came in it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Final

from index import Article

MOST_DAYS: Final = 31
MOST_ARTICLES: Final = 4_000
"""Of more the newest are taken: comparing each with each would take gigabytes."""
_STEP_MINUTES: Final = 5
_MIDNIGHT: Final = time()


@dataclass(frozen=True, slots=True)
class Period:
    """From `first` to `end`, both in UTC and included."""

    first: datetime
    end: datetime

    @classmethod
    def until(cls, end: datetime, days: int) -> "Period":
        """Return so many days up to a moment."""
        return cls(end - timedelta(days=days), end)

    @classmethod
    def up_to_now(cls, now: datetime, days: int) -> "Period":
        """Return the last days, until a full five minutes: what is asked for twice in these is the same."""
        past = timedelta(minutes=now.minute % _STEP_MINUTES, seconds=now.second, microseconds=now.microsecond)
        return cls.until(now - past + timedelta(minutes=_STEP_MINUTES), days)

    def holds(self, article: Article) -> bool:
        """Return whether an article came in it.

        One of which only the day is known (it says midnight) came some time on that day.
        """
        published = article.published_at
        if published is None or published > self.end:
            return False
        is_day_only = published.time() == _MIDNIGHT
        return published >= self.first or (is_day_only and published.date() >= self.first.date())


def came_in(period: Period, headlines: Iterable[Article]) -> list[Article]:
    """Return the articles that came in a period, the newest first; one without a date came in none."""
    dated = [(one.published_at, one) for one in headlines if one.published_at is not None and period.holds(one)]
    dated.sort(key=lambda pair: (pair[0], pair[1].id), reverse=True)
    return [article for _, article in dated[:MOST_ARTICLES]]
