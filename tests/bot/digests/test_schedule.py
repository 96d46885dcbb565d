"""When a digest is due: what people write, and clocks that are changed."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.digests.schedule import Due, Schedule, read_schedule

PRAGUE = ZoneInfo("Europe/Prague")
EIGHT = Schedule(time(8))


@pytest.mark.parametrize(
    ("words", "read"),
    [
        ("daily 8:00", (Schedule(time(8)), "")),
        ("Daily at 8 Europe/Prague", (Schedule(time(8)), "Europe/Prague")),
        ("every day 7.30pm", (Schedule(time(19, 30)), "")),
        ("daily 12am", (Schedule(time(0)), "")),
        ("täglich um 18 Uhr Berlin", (Schedule(time(18)), "Berlin")),
        ("weekly Mon 8:00", (Schedule(time(8), 0), "")),
        ("weekly on Sunday at 21:05 New York", (Schedule(time(21, 5), 6), "New York")),
        ("wöchentlich Mi 8:00", (Schedule(time(8), 2), "")),
        ("wöchentlich am Donnerstag um 6 Uhr", (Schedule(time(6), 3), "")),
        ("weekly mo 8", (Schedule(time(8), 0), "")),
        ("weekly tuesday 8", (Schedule(time(8), 1), "")),
        ("daily", None),
        ("daily 25:00", None),
        ("daily 8:60", None),
        ("daily 13pm", None),
        ("weekly 8:00", None),
        ("weekly noday 8:00", None),
        ("monthly 8:00", None),
        ("daily 8x", None),
        ("", None),
    ],
)
def test_schedules_are_read_as_people_write_them(words: str, read: tuple[Schedule, str] | None) -> None:
    assert read_schedule(words) == read


@given(st.times().map(lambda at: at.replace(second=0, microsecond=0)), st.none() | st.integers(0, 6))
def test_a_schedule_is_read_as_it_was_written(at: time, weekday: int | None) -> None:
    assert read_schedule(str(Schedule(at, weekday))) == (Schedule(at, weekday), "")


def test_the_last_one_is_due_by_the_chats_own_clock() -> None:
    now = datetime(2031, 5, 6, 6, 0, tzinfo=UTC)  # a Tuesday, eight o'clock in Prague

    assert EIGHT.last_due(now, PRAGUE) == Due(date(2031, 5, 6), now)
    assert EIGHT.last_due(now, UTC) == Due(date(2031, 5, 5), datetime(2031, 5, 5, 8, tzinfo=UTC))
    assert EIGHT.last_due(now - timedelta(seconds=1), PRAGUE).day == date(2031, 5, 5)
    assert Schedule(time(8), 0).last_due(now, PRAGUE).day == date(2031, 5, 5)
    assert Schedule(time(8), 2).last_due(now, PRAGUE).day == date(2031, 4, 30)


@pytest.mark.parametrize("at", [time(2, 30), time(1, 59), time(3, 0)])
@pytest.mark.parametrize("first", [datetime(2031, 3, 29, tzinfo=UTC), datetime(2031, 10, 25, tzinfo=UTC)])
def test_each_day_has_one_digest_where_clocks_are_changed(at: time, first: datetime) -> None:
    minutes = (first + timedelta(minutes=each) for each in range(3 * 24 * 60))

    due = [Schedule(at).last_due(now, PRAGUE) for now in minutes]

    assert [one.at for one in due] == sorted(one.at for one in due)
    days = sorted({one.day for one in due})
    assert days == [days[0] + timedelta(days=each) for each in range(len(days))]
    assert len(set(due)) == len(days) >= 3


def test_an_hour_that_is_left_out_counts_after_it_and_one_that_comes_twice_the_first_time() -> None:
    half_past_two = Schedule(time(2, 30))

    in_spring = half_past_two.last_due(datetime(2031, 3, 30, 12, tzinfo=UTC), PRAGUE)
    in_autumn = half_past_two.last_due(datetime(2031, 10, 26, 12, tzinfo=UTC), PRAGUE)

    assert in_spring == Due(date(2031, 3, 30), datetime(2031, 3, 30, 1, 30, tzinfo=UTC))
    assert in_autumn == Due(date(2031, 10, 26), datetime(2031, 10, 26, 0, 30, tzinfo=UTC))
