"""What a chat has set for itself: its clock, when it wants quiet, and what the bot may send of its own accord."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta, tzinfo
from functools import cache
from typing import Final
from zoneinfo import ZoneInfo, available_timezones

_A_DAY: Final = timedelta(days=1)
_HOURS: Final = re.compile(r"(\d{1,2})(?::(\d\d))?\s*(?:-|–|—|to|bis)\s*(\d{1,2})(?::(\d\d))?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class QuietHours:
    """The hours of every day, by the chat's own clock, in which nothing comes unasked. They may go past midnight."""

    begin: time
    end: time

    def __str__(self) -> str:
        return f"{self.begin:%H:%M}–{self.end:%H:%M}"


@dataclass(frozen=True, slots=True)
class ChatSettings:
    """What a chat has set. `zone` is an IANA name; None: UTC. `alerts_a_day` None: as many as is usual.

    `digest` is its schedule in the words of whoever reads it; None: there is none. `language` is what the bot speaks
    there when nobody has just written. `unreachable_since`: since when the bot may not write there. `is_channel`: many
    read there, and only admins write.
    """

    zone: str | None = None
    quiet: QuietHours | None = None
    alerts_a_day: int | None = None
    digest: str | None = None
    corrections: bool = True
    language: str | None = None
    unreachable_since: datetime | None = None
    is_channel: bool = False

    @property
    def clock(self) -> tzinfo:
        """The chat's time zone."""
        return ZoneInfo(self.zone) if self.zone is not None else UTC

    def quiet_until(self, now: datetime) -> datetime | None:
        """Return when the quiet hours end that hold at a moment, in UTC; None if there are none then."""
        if self.quiet is None:
            return None
        begin, end = self.quiet.begin, self.quiet.end
        local = now.astimezone(self.clock)
        at = local.time()
        is_quiet = begin <= at < end if begin <= end else at >= begin or at < end
        if not is_quiet:
            return None
        until = datetime.combine(local.date(), end, tzinfo=self.clock)
        if end <= at:
            until = datetime.combine(local.date() + _A_DAY, end, tzinfo=self.clock)
        return until.astimezone(UTC)

    def day_began(self, now: datetime) -> datetime:
        """Return when the day began that a moment is in by the chat's clock, in UTC."""
        return datetime.combine(now.astimezone(self.clock).date(), time(), tzinfo=self.clock).astimezone(UTC)


def read_quiet_hours(words: str) -> tuple[QuietHours, str | None] | None:
    """Return the hours that "22-7" or "22:30-7 Europe/Prague" names, and the zone if it names one; None if it makes no
    sense."""
    found = _HOURS.match(words.strip())
    if found is None:
        return None
    begin, end = _time(found[1], found[2]), _time(found[3], found[4])
    rest = words.strip()[found.end() :].strip()
    zone = find_zone(rest) if rest else None
    if begin is None or end is None or begin == end or (rest and zone is None):
        return None
    return QuietHours(begin, end), zone


def find_zone(words: str) -> str | None:
    """Return the IANA name of a time zone, in any letters; its last part alone, a city, will do. None: there is no
    such zone, or several."""
    wanted = words.strip().replace(" ", "_").casefold()
    named = _zones().get(wanted, ())
    return named[0] if len(named) == 1 else None


@cache
def _zones() -> dict[str, Sequence[str]]:
    by_city: dict[str, list[str]] = {}
    names = sorted(name for name in available_timezones() if not name.startswith(("posix/", "right/")))
    for name in names:
        if "/" in name and not name.startswith("Etc/"):
            by_city.setdefault(name.rpartition("/")[2].casefold(), []).append(name)
    return {**by_city, **{name.casefold(): [name] for name in names}}


def _time(hour: str, minute: str | None) -> time | None:
    hours, minutes = int(hour), int(minute or 0)
    if (hours, minutes) == (24, 0):
        return time()
    return time(hours, minutes) if hours < 24 and minutes < 60 else None
