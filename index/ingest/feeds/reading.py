"""FeedReader: one pass over the feeds. Reads those that are due, makes articles of their items, publishes them.

Each step is on the disk before the next begins: an item is queued with the feed's cursor, its article kept among the
arrivals, and only what the index has published is done. Whatever stops a pass, the next one goes on from there.
"""

import asyncio
import logging
import random
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from filelock import FileLock, Timeout

from index.article import Article
from index.endpoints import Feed
from index.errors import (
    ArrivalsUnavailable,
    FetchError,
    FetchFailed,
    FetchRefused,
    IndexBusy,
    IndexingError,
    ParsingCutOff,
    Unreadable,
)
from index.ingest.arrivals import MOST_BEGUN
from index.ingest.feeds.items import article_of, fallback_of
from index.ingest.feeds.parsing import KINDS, ParsedFeed, parse_feed
from index.ingest.feeds.report import FeedReport, FeedsReport
from index.ingest.feeds.silence import SilentFeed, silent_feeds
from index.ingest.feeds.state import FeedCursor, FeedState, QueuedItem
from index.ingest.fetching import Fetched, Fetcher
from index.ingest.intake import Ingest
from index.ingest.parsing_apart import parse_apart

logger = logging.getLogger(__name__)

DEFAULT_MINUTES = 30
_AT_ONCE = 4
_MAX_DELAY_SECONDS = 6 * 3600.0
_MAX_ASKED_SECONDS = 24 * 3600.0
_MOST_A_DAY = 2_000
"""Articles that one feed may bring in 24 hours: more than the largest agency sends."""
_ITEM_DELAY_SECONDS = 300.0
_MAX_ATTEMPTS = 32
"""Attempts for about a week, most of them six hours apart: an outage of days loses nothing."""


class FeedReader:
    """Reads feeds into one library. One pass at a time, over all processes."""

    def __init__(
        self,
        intake: Ingest,
        fetcher: Fetcher,
        *,
        every_minutes: int = DEFAULT_MINUTES,
        work_seconds: float = 300.0,
        now: Callable[[], float] = time.time,
        chance: Callable[[], float] = random.random,
    ) -> None:
        """`now` gives seconds since 1970; `chance` gives numbers in [0, 1), and spreads what is tried again.

        `work_seconds`: after so long a pass leaves the rest of a feed's items to the next one, so that a site that is
        slow, or wants to be asked slowly, does not keep the other feeds from being published.
        """
        self._intake = intake
        self._fetcher = fetcher
        self._state = FeedState(intake.file)
        self._every_minutes = every_minutes
        self._work_seconds = work_seconds
        self._now = now
        self._chance = chance
        self._is_served: Callable[[str], bool] = lambda _: False

    def read(
        self, feeds: Sequence[Feed], *, only_due: bool = False, is_stopped: Callable[[], bool] = lambda: False
    ) -> FeedsReport:
        """Read the feeds once and return what came of it; a feed or item that fails is reported and stops no other.

        `is_stopped` is asked before each item: what is left then is left to the next pass.

        Raises:
            IndexBusy: another process is reading feeds into this index.
            ArrivalsUnavailable: nothing can be kept.
        """
        with self._alone():
            with self._intake.serves() as self._is_served:
                reports = asyncio.run(self._read_all(feeds, only_due, is_stopped))
            broken = tuple(self._intake.give_up())
            try:
                build = self._intake.publish_waiting()
            except IndexingError as error:
                return FeedsReport(tuple(reports), error=str(error), broken=broken)
            except Exception as error:  # what was being indexed is indexed one by one from now on
                logger.exception("publishing what the feeds brought broke")
                return FeedsReport(tuple(reports), error=f"that broke ({type(error).__name__})", broken=broken)
            self._state.note_published(self._state.kept_articles())
        return FeedsReport(tuple(reports), build, broken=broken)

    def next_at(self, feeds: Sequence[Feed]) -> float:
        """Return when the first of them is due, in seconds since 1970."""
        return min((self._due_at(feed, self._state.cursor(feed.url)) for feed in feeds), default=float("inf"))

    def silent(self, feeds: Sequence[Feed]) -> list[SilentFeed]:
        """Return the feeds of which nothing came for much longer than ever."""
        return list(silent_feeds(self._state, feeds, self._now()))

    def note_silence_told(self, silent: SilentFeed) -> None:
        """Record that admins were told of a silence: they are not again until the feed has spoken."""
        self._state.note_silence_told(silent.url, silent.last_at)

    def _due_at(self, feed: Feed, cursor: FeedCursor) -> float:
        """Return when the feed is due: at once, if a clock that was ahead has put it off for longer than anything
        does."""
        longest = max(self._every_seconds(feed), _MAX_DELAY_SECONDS) * 1.25 + _MAX_ASKED_SECONDS
        return cursor.next_at if cursor.next_at <= self._now() + longest else 0.0

    def _every_seconds(self, feed: Feed) -> float:
        return 60.0 * (feed.every_minutes or self._every_minutes)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        root = self._intake.library.root
        root.mkdir(parents=True, exist_ok=True)
        lock = FileLock(root / "feeds.lock", timeout=0)
        try:
            lock.acquire()
        except Timeout as error:
            raise IndexBusy(f"Another process is reading feeds into {root}. Try again when it is done.") from error
        try:
            yield
        finally:
            lock.release()

    async def _read_all(
        self, feeds: Sequence[Feed], only_due: bool, is_stopped: Callable[[], bool]
    ) -> list[FeedReport]:
        gate = asyncio.Semaphore(_AT_ONCE)

        async def read(feed: Feed) -> FeedReport:
            async with gate:
                try:
                    report = await self._read_feed(feed, only_due)
                    return await self._work_off(feed, report, is_stopped)
                except IndexingError:
                    raise
                except Exception as error:  # a feed that breaks the code must stop no other
                    logger.exception("reading a feed broke")
                    return FeedReport(feed.url, error=f"that broke ({type(error).__name__}); the log says more")

        return list(await asyncio.gather(*map(read, feeds)))

    async def _read_feed(self, feed: Feed, only_due: bool) -> FeedReport:
        cursor = self._state.cursor(feed.url)
        if only_due and self._now() < self._due_at(feed, cursor):
            return FeedReport(feed.url, is_due=False)
        every_seconds = self._every_seconds(feed)
        # first of all: should this be the end of the process, the next one does not begin with it
        self._note_failure(feed, cursor, FetchFailed("reading it did not come to its end"))
        try:
            fetched = await self._fetcher.get(feed.url, KINDS, etag=cursor.etag, last_modified=cursor.last_modified)
            parsed = ParsedFeed(None, ()) if fetched.is_unchanged else await _parsed(fetched)
        except (FetchError, Unreadable) as error:
            failures = self._note_failure(feed, cursor, error)
            return FeedReport(feed.url, error=str(error), failures=failures)
        now = self._now()
        if fetched.is_unchanged:
            read = FeedCursor(cursor.etag, cursor.last_modified, now + every_seconds, read_at=now)
        else:
            read = FeedCursor(fetched.etag, fetched.last_modified, now + every_seconds, read_at=now)
        self._state.note_read(feed.url, read, parsed.items)
        return FeedReport(
            feed.url,
            is_unchanged=fetched.is_unchanged,
            items=len(parsed.items),
            problems=(parsed.flaw,) if parsed.flaw else (),
        )

    async def _work_off(self, feed: Feed, report: FeedReport, is_stopped: Callable[[], bool]) -> FeedReport:
        """Make articles of the feed's queued items, new ones and those left from earlier passes, and return the report
        with the figures."""
        brought, problems, given_up = 0, list(report.problems), list[str]()
        stop_at = time.monotonic() + self._work_seconds
        a_day_ago = datetime.fromtimestamp(self._now(), UTC) - timedelta(days=1)
        for queued in self._state.queue(feed.url, self._now()):
            if is_stopped() or time.monotonic() >= stop_at:
                break
            if self._intake.arrivals.n_kept_since(feed.url, a_day_ago) >= _MOST_A_DAY:
                problems.append(
                    f"has brought {_MOST_A_DAY:,} articles in a day, the most that are taken; the rest waits"
                )
                break
            if queued.begun < MOST_BEGUN:
                brought += await self._work_on(feed, queued, problems)
            else:
                self._state.note_given_up(queued, "broke what reads it")
                given_up.append(f"{_name_of(queued)}: is given up, as it broke what reads it {MOST_BEGUN} times")
        waiting = self._state.n_queued(feed.url)
        return replace(report, brought=brought, waiting=waiting, problems=tuple(problems), given_up=tuple(given_up))

    async def _work_on(self, feed: Feed, queued: QueuedItem, problems: list[str]) -> int:
        """Make an article of an item, and return how many articles changed. That it is begun is counted before it is:
        so a death counts."""
        begun_again_at = self._now() + _ITEM_DELAY_SECONDS * (queued.begun + 1)
        self._state.note_begun(queued, begun_again_at)
        try:
            return self._keep(feed, queued, await article_of(queued.item, feed.url, self._fetcher))
        except FetchFailed as error:
            if queued.attempts + 1 < _MAX_ATTEMPTS:
                delay = self._delay(_ITEM_DELAY_SECONDS, queued.attempts + 1, error)
                self._state.note_delay(queued, self._now() + delay, str(error))
                problems.append(f"{_name_of(queued)}: {error} (tried again later)")
                return 0
            return self._fall_back(feed, queued, error, problems)
        except FetchRefused as error:
            return self._fall_back(feed, queued, error, problems)
        except ArrivalsUnavailable:
            raise
        except Exception as error:  # an item that breaks the code, or what reads it, must stop no other
            if not isinstance(error, ParsingCutOff):
                logger.exception("an item of a feed broke what reads it")
            what = str(error) if isinstance(error, ParsingCutOff) else f"broke the code ({type(error).__name__})"
            self._state.note_broken(queued, what)
            problems.append(f"{_name_of(queued)}: {what} (time {queued.begun + 1} of {MOST_BEGUN})")
            return 0

    def _note_failure(self, feed: Feed, cursor: FeedCursor, error: IndexingError) -> int:
        """Record that the feed was not read, and return how often in a row."""
        failures = cursor.failures + 1
        next_at = self._now() + self._delay(self._every_seconds(feed), failures, error)
        self._state.note_failure(feed.url, replace(cursor, failures=failures, next_at=next_at, error=str(error)))
        return failures

    def _fall_back(self, feed: Feed, queued: QueuedItem, error: FetchError, problems: list[str]) -> int:
        """Keep the item as the feed itself gives it, if that is more than a line or two; return how many articles
        changed."""
        article = fallback_of(queued.item, feed.url)
        if article is None:
            self._state.note_given_up(queued, str(error))
            problems.append(f"{_name_of(queued)}: {error} (left out)")
            return 0
        problems.append(f"{_name_of(queued)}: {error} (taken as the feed gives it)")
        return self._keep(feed, queued, article)

    def _keep(self, feed: Feed, queued: QueuedItem, article: Article) -> int:
        """Keep the item's article, and return 1 if it is new or has changed. One that came in another way, by another
        feed, from an admin or from the articles folder, stays as it is."""
        if queued.article is not None:
            article = replace(article, id=queued.article)
        origin = self._intake.arrivals.origin_of(article.id)
        is_anothers = origin != feed.url if origin is not None else self._is_served(article.id)
        changes = [] if is_anothers else self._intake.arrivals.keep([article], feed.url, unless_removed=True)
        self._state.note_kept(queued, article.id)
        return len(changes)

    def _delay(self, seconds: float, failures: int, error: IndexingError) -> float:
        """Return seconds to wait: doubled with each failure up to six hours, give or take a quarter, and never less
        than the server asks for."""
        doubled = min(seconds * 2.0 ** min(failures - 1, 20), max(_MAX_DELAY_SECONDS, seconds))
        asked = (error.retry_after_seconds or 0.0) if isinstance(error, FetchFailed) else 0.0
        return max(doubled * (0.75 + 0.5 * self._chance()), min(asked, _MAX_ASKED_SECONDS))


async def _parsed(fetched: Fetched) -> ParsedFeed:
    return await asyncio.to_thread(parse_apart, parse_feed, fetched.content, fetched.url)


def _name_of(queued: QueuedItem) -> str:
    return queued.item.link or queued.item.title or queued.item.key
