"""Which feeds are silent for much longer than they ever are."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from index.endpoints import Feed
from index.ingest.feeds.rhythm import learn_rhythm
from index.ingest.feeds.state import FeedState

_FAILED_OFTEN = 3
"""So many times in a row unread, a feed is taken to be silent since it was last heard, and not since it was read."""


@dataclass(frozen=True, slots=True)
class SilentFeed:
    """A feed of which nothing came for much longer than ever: when and what it had last (seconds since 1970; a title),
    and why it cannot be read, if that is why. `is_told`: the admins know."""

    url: str
    last_at: float
    last_title: str | None
    error: str | None
    is_told: bool


def silent_feeds(state: FeedState, feeds: Sequence[Feed], now: float) -> Iterator[SilentFeed]:
    """Yield the feeds that are silent, as far as reading them told: how it is with one that was not read since a start
    is not known."""
    for feed in feeds:
        cursor, heard = state.cursor(feed.url), state.heard(feed.url)
        read_until = now if cursor.failures >= _FAILED_OFTEN else cursor.read_at
        rhythm = learn_rhythm([item.at for item in heard])
        if rhythm is None or read_until is None or not rhythm.is_silent(heard[0].at, read_until):
            continue
        told = state.silence_told(feed.url)
        is_told = told is not None and told >= heard[0].at
        yield SilentFeed(feed.url, heard[0].at, heard[0].title, cursor.error if cursor.failures else None, is_told)
