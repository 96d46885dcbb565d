"""FeedSchedule: reads the feeds in the background, each when its time has come, for as long as the bot runs."""

import logging
import time
from collections.abc import Callable
from threading import Event, Thread
from types import TracebackType
from typing import Self

from bot.admin.ingest import ArticleIngest
from index.errors import IndexingError

logger = logging.getLogger(__name__)

_LONGEST_SLEEP_SECONDS = 300.0
"""Items that failed are tried again in between, and a clock that was set is noticed."""
_JOIN_SECONDS = 5.0


class FeedSchedule:
    """A context: inside it a thread reads the feeds. Without feeds it does nothing.

    The thread ends with the process at the latest: whatever a pass was at, the next one goes on from there.
    """

    def __init__(
        self,
        articles: ArticleIngest,
        *,
        leads: Callable[[], bool] = lambda: True,
        now: Callable[[], float] = time.time,
        pause_seconds: float = 5.0,
    ) -> None:
        """`pause_seconds` is the least time between two passes. `leads` tells whether this replica reads."""
        self._articles = articles
        self._leads = leads
        self._now = now
        self._pause_seconds = pause_seconds
        self._stop = Event()
        self._thread = Thread(target=self._run, name="feeds", daemon=True)

    def __enter__(self) -> Self:
        if self._articles.feeds:
            self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join(_JOIN_SECONDS)

    def _run(self) -> None:
        while not self._stop.wait(self._seconds_to_wait()):
            if not self._leads():
                continue
            try:
                self._articles.read_feeds(only_due=True, is_stopped=self._stop.is_set)
            except IndexingError as error:
                logger.warning("the feeds were not read: %s", error)
            except Exception:  # this thread's top: a feed that breaks the code must not end the schedule
                logger.exception("reading the feeds broke; it is tried again")
                self._stop.wait(_LONGEST_SLEEP_SECONDS)

    def _seconds_to_wait(self) -> float:
        try:
            due_in = self._articles.next_feed_at() - self._now()
        except IndexingError as error:
            logger.warning("when the feeds are due is not known: %s", error)
            return _LONGEST_SLEEP_SECONDS
        longest = _LONGEST_SLEEP_SECONDS if self._leads() else self._pause_seconds
        return min(max(due_in, self._pause_seconds), longest)
