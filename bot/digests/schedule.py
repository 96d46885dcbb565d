"""Schedule: when a chat is to get its digest, by its own clock, and which one was due last."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Final

_DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_CALLED: Final = {
    **{name: number for number, name in enumerate(_DAYS)},
    **{name: number for number, name in enumerate(("mo", "di", "mi", "do", "fr", "sa", "so"))},
    **{name: number for number, name in enumerate(("mon", "die", "mit", "don", "fre", "sam", "son"))},
}
_TIME: Final = r"(?P<hour>\d{1,2})(?:[:.](?P<minute>\d\d))?(?:\s*(?:uhr|h))?(?:\s*(?P<half>[ap])\.?m\.?)?"
_DAILY: Final = re.compile(rf"(?:daily|every\s+day|täglich)(?:\s+(?:at|um))?\s+{_TIME}(?!\w)", re.IGNORECASE)
_WEEKLY: Final = re.compile(
    rf"(?:weekly|every\s+week|wöchentlich)(?:\s+(?:on|am))?\s+(?P<day>[a-zäöü]{{2,10}})\.?(?:\s+(?:at|um))?\s+{_TIME}(?!\w)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Schedule:
    """Every day at a time, or every week on a day of it; `weekday` counts from Monday, 0. Written and read as text:
    "daily 08:00", "weekly mon 08:00"."""

    at: time
    weekday: int | None = None

    def __str__(self) -> str:
        when = f"{self.at:%H:%M}"
        return f"daily {when}" if self.weekday is None else f"weekly {_DAYS[self.weekday]} {when}"

    @property
    def days(self) -> int:
        """How many days lie between two digests."""
        return 1 if self.weekday is None else 7

    def last_due(self, now: datetime, clock: tzinfo) -> "Due":
        """Return the digest that was due last by then.

        Where clocks go back an hour that comes twice counts the first time, where they go forward one that is left out
        counts as the same time after it.
        """
        day = now.astimezone(clock).date()
        while True:
            if self.weekday in (None, day.weekday()):
                at = datetime.combine(day, self.at, tzinfo=clock).astimezone(UTC)
                if at <= now:
                    return Due(day, at)
            day -= timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Due:
    """A digest that is due: the day it belongs to by the chat's clock, and the moment, in UTC."""

    day: date
    at: datetime


def read_schedule(words: str) -> tuple[Schedule, str] | None:
    """Return the schedule that words begin with, and what follows it; None if they name none."""
    words = words.strip()
    found = _DAILY.match(words) or _WEEKLY.match(words)
    if found is None:
        return None
    at = _time(found)
    named = found.groupdict().get("day")
    weekday = _weekday(named) if named is not None else None
    if at is None or (named is not None and weekday is None):
        return None
    return Schedule(at, weekday), words[found.end() :].strip()


def _weekday(named: str) -> int | None:
    """Return the day that a name stands for, in full or short, in English or German."""
    lower = named.casefold()
    return next((_CALLED[lower[:n]] for n in (3, 2) if lower[:n] in _CALLED and (n == 3 or len(lower) == n)), None)


def _time(found: re.Match[str]) -> time | None:
    hour, minute, half = int(found["hour"]), int(found["minute"] or 0), (found["half"] or "").lower()
    if half and not 1 <= hour <= 12:
        return None
    if half:
        hour = hour % 12 + (12 if half == "p" else 0)
    return time(hour, minute) if hour < 24 and minute < 60 else None
