"""Which feeds are silent, over the file that reading them keeps, and that it is told once."""

import sqlite3
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from index.endpoints import Feed
from index.ingest.arrivals import ArrivalsFile
from index.ingest.feeds.parsing import FeedItem
from index.ingest.feeds.silence import SilentFeed, silent_feeds
from index.ingest.feeds.state import FeedCursor, FeedState

HOUR = 3600.0
DAY = 24 * HOUR
START = 1_714_953_600.0
LAST = START + 30 * DAY
FEED = Feed("https://courier.example/feed?key=secret")


def items(first: float, last: float, *, is_dated: bool = True) -> Iterable[FeedItem]:
    """An item each hour."""
    for number in range(int((last - first) / HOUR) + 1):
        at = first + number * HOUR
        published = datetime.fromtimestamp(at, UTC) if is_dated else None
        yield FeedItem(f"{at}", "s", None, f"Story of hour {at / HOUR:.0f}", published, "Words.")


@pytest.fixture
def state(tmp_path: Path) -> FeedState:
    state = FeedState(ArrivalsFile(tmp_path / "arrivals.sqlite"))
    state.note_read(FEED.url, FeedCursor(read_at=LAST), items(START, LAST))
    return state


def silent(state: FeedState, now: float) -> list[SilentFeed]:
    return list(silent_feeds(state, [FEED], now))


def test_a_feed_that_is_as_ever_is_not_silent_and_one_of_which_nothing_came_for_long_is(state: FeedState) -> None:
    cursor = FeedCursor(read_at=LAST + 2 * HOUR)
    state.note_read(FEED.url, cursor, [])
    assert silent(state, LAST + DAY) == []
    state.note_read(FEED.url, replace(cursor, read_at=LAST + 8 * HOUR), [])
    title = f"Story of hour {LAST / HOUR:.0f}"
    assert silent(state, LAST + DAY) == [SilentFeed(FEED.url, LAST, title, None, is_told=False)]


def test_a_bot_that_was_off_finds_no_feed_silent_that_it_has_not_read_since(state: FeedState) -> None:
    assert silent(state, LAST + 10 * DAY) == []


def test_a_feed_that_cannot_be_read_is_silent_too_with_the_reason(state: FeedState) -> None:
    broken = FeedCursor(read_at=LAST, failures=3, error="no such host")
    state.note_failure(FEED.url, replace(broken, failures=2))
    assert silent(state, LAST + DAY) == []
    state.note_failure(FEED.url, broken)
    assert [feed.error for feed in silent(state, LAST + DAY)] == ["no such host"]


def test_once_told_it_is_told_again_only_after_the_feed_has_spoken(state: FeedState) -> None:
    read = FeedCursor(read_at=LAST + DAY)
    state.note_read(FEED.url, read, [])
    (found,) = silent(state, LAST + DAY)
    state.note_silence_told(found.url, found.last_at)
    state.note_read(FEED.url, replace(read, read_at=LAST + 2 * DAY), [])
    assert [feed.is_told for feed in silent(state, LAST + 2 * DAY)] == [True]
    spoken = LAST + 3 * DAY
    state.note_read(FEED.url, replace(read, read_at=spoken), items(spoken, spoken))
    assert silent(state, spoken) == []
    state.note_read(FEED.url, replace(read, read_at=spoken + 5 * DAY), [])
    assert [(feed.last_at, feed.is_told) for feed in silent(state, spoken + 5 * DAY)] == [(spoken, False)]


def test_items_without_a_date_and_those_dated_ahead_count_from_when_they_were_seen(tmp_path: Path) -> None:
    state = FeedState(ArrivalsFile(tmp_path / "arrivals.sqlite"))
    for number, item in enumerate(items(START, LAST, is_dated=False)):
        ahead = datetime.fromtimestamp(LAST + 90 * DAY, UTC)
        item = replace(item, published_at=ahead) if number % 2 else item
        state.note_read(FEED.url, FeedCursor(read_at=START + number * HOUR), [item])
    heard = [item.at for item in state.heard(FEED.url)]
    assert (heard[0], heard[-1], len(heard)) == (LAST, START, 30 * 24 + 1)


def test_a_file_of_an_earlier_version_learns_what_is_new(tmp_path: Path) -> None:
    path = tmp_path / "arrivals.sqlite"
    FeedState(ArrivalsFile(path)).note_read(FEED.url, FeedCursor(read_at=START), items(START, START))
    with sqlite3.connect(path) as file:
        file.execute("ALTER TABLE items DROP COLUMN seen_at")
        file.execute("ALTER TABLE feeds DROP COLUMN silence_told")
        file.execute("PRAGMA user_version = 1")
    state = FeedState(ArrivalsFile(path))
    assert ([item.at for item in state.heard(FEED.url)], state.silence_told(FEED.url)) == ([START], None)
