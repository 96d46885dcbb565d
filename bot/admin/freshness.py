"""FreshnessWatch: how new the newest article in service is, and which feeds are silent for much longer than ever."""

import logging
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, Protocol

from index.errors import IndexingError
from index.ingest.feeds.silence import SilentFeed
from index.library.live import LiveIndex

logger = logging.getLogger(__name__)

_LOOK_EVERY_SECONDS: Final = 60.0


class SilenceSource(Protocol):
    """Where silent feeds are known: see `bot.admin.ingest.ArticleIngest`."""

    def silent_feeds(self) -> Sequence[SilentFeed]:
        """Return the feeds of which nothing came for much longer than ever."""

    def note_silence_told(self, silent: SilentFeed) -> None:
        """Record that admins were told of a silence."""


@dataclass(frozen=True, slots=True)
class Freshness:
    """When the newest article was published, None where none has a date, and the silent feeds."""

    newest_at: datetime | None
    silent: tuple[SilentFeed, ...] = ()

    @property
    def age_seconds(self) -> float | None:
        """How long ago that was; 0 for a time to come."""
        return max((datetime.now(UTC) - self.newest_at).total_seconds(), 0.0) if self.newest_at is not None else None

    @property
    def silent_addresses(self) -> list[str]:
        """The addresses of the silent feeds, without what follows a question mark: that may be somebody's key."""
        return [feed.url.partition("?")[0] for feed in self.silent]


class FreshnessWatch:
    """Looks when it is asked, and at most once a minute. Safe between threads; too slow for an event loop."""

    def __init__(self, live: LiveIndex, feeds: SilenceSource | None = None) -> None:
        """Keep where to look. `feeds`: None where none are read."""
        self._live = live
        self._feeds = feeds
        self._lock = threading.Lock()
        self._newest: tuple[str, datetime | None] | None = None
        self._silent: tuple[float, tuple[SilentFeed, ...]] = (float("-inf"), ())

    def look(self) -> Freshness:
        """Return how fresh the articles are."""
        with self._lock:
            return Freshness(self._newest_at(), self._silent_now())

    def untold(self) -> list[SilentFeed]:
        """Return the silent feeds that the admins do not know of."""
        return [feed for feed in self.look().silent if not feed.is_told]

    def note_told(self, silent: SilentFeed) -> None:
        """Record that the admins know: they are told again once the feed has spoken and is silent anew."""
        if self._feeds is not None:
            self._feeds.note_silence_told(silent)
        with self._lock:
            self._silent = (float("-inf"), self._silent[1])

    def _newest_at(self) -> datetime | None:
        snapshot = self._live.retriever().snapshot
        if self._newest is None or self._newest[0] != snapshot.name:
            dates = (article.published_at for article in snapshot.archive.headlines())
            self._newest = (snapshot.name, max(filter(None, dates), default=None))
        return self._newest[1]

    def _silent_now(self) -> tuple[SilentFeed, ...]:
        now = time.monotonic()
        if self._feeds is not None and now >= self._silent[0] + _LOOK_EVERY_SECONDS:
            try:
                self._silent = (now, tuple(self._feeds.silent_feeds()))
            except IndexingError as error:
                logger.warning("which feeds are silent is not known: %s", error)
                self._silent = (now, self._silent[1])
        return self._silent[1]
