"""The hours in which a chat wants quiet, by its own clock."""

from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

import pytest

from bot.chat_settings import ChatSettings, QuietHours, find_zone, read_quiet_hours

_NIGHT = QuietHours(time(22), time(7))
_PRAGUE = "Europe/Prague"


def _in_prague(year: int, month: int, day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=ZoneInfo(_PRAGUE))


@pytest.mark.parametrize(
    ("words", "read"),
    [
        ("22-7", (_NIGHT, None)),
        ("22:00 – 07:00 prague", (_NIGHT, _PRAGUE)),
        ("22 to 7 Europe/Prague", (_NIGHT, _PRAGUE)),
        ("22:30-6:45 America/new york", (QuietHours(time(22, 30), time(6, 45)), "America/New_York")),
        ("13-24", (QuietHours(time(13), time()), None)),
        ("25-7", None),
        ("22:60-7", None),
        ("7-7", None),
        ("22-7 Atlantis", None),
        ("at night", None),
    ],
)
def test_hours_are_read_as_people_write_them(words: str, read: tuple[QuietHours, str | None] | None) -> None:
    assert read_quiet_hours(words) == read


def test_a_city_that_several_zones_are_named_after_must_be_told_apart() -> None:
    assert [find_zone(name) for name in ("Berlin", "utc", "louisville", "america/louisville")] == [
        "Europe/Berlin",
        "UTC",
        None,
        "America/Louisville",
    ]


@pytest.mark.parametrize(
    ("now", "until"),
    [
        (_in_prague(2026, 6, 1, 21, 59), None),
        (_in_prague(2026, 6, 1, 22, 0), _in_prague(2026, 6, 2, 7)),
        (_in_prague(2026, 6, 2, 6, 59), _in_prague(2026, 6, 2, 7)),
        (_in_prague(2026, 6, 2, 7, 0), None),
        # the clock is set forward, and back
        (_in_prague(2026, 3, 28, 23, 0), datetime(2026, 3, 29, 5, tzinfo=UTC)),
        (_in_prague(2026, 10, 24, 23, 0), datetime(2026, 10, 25, 6, tzinfo=UTC)),
    ],
)
def test_quiet_hours_past_midnight_end_by_the_chats_own_clock(now: datetime, until: datetime | None) -> None:
    assert ChatSettings(zone=_PRAGUE, quiet=_NIGHT).quiet_until(now) == until


def test_quiet_hours_within_a_day_end_the_same_day_and_without_a_zone_they_are_utc() -> None:
    noon = ChatSettings(quiet=QuietHours(time(12), time(14)))
    assert noon.quiet_until(datetime(2026, 6, 1, 13, tzinfo=UTC)) == datetime(2026, 6, 1, 14, tzinfo=UTC)
    assert noon.quiet_until(datetime(2026, 6, 1, 15, tzinfo=UTC)) is None


def test_a_day_begins_at_midnight_by_the_chats_own_clock() -> None:
    began = ChatSettings(zone=_PRAGUE).day_began(datetime(2026, 6, 1, 22, 30, tzinfo=UTC))
    assert began == datetime(2026, 6, 1, 22, tzinfo=UTC)
