"""Ingest: keeps what arrives from anywhere but the articles folder, publishes it, and puts it into every build."""

import logging
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from index.article import Article, Skipped
from index.embedding.embedder import Embedder
from index.errors import ArticlesMissing, IndexingError, SnapshotMissing
from index.ingest.arrivals import MOST_BEGUN, Arrivals, ArrivalsFile
from index.ingest.sources import read_articles
from index.library.builder import BuildReport, ProgressListener
from index.library.protocol import Library
from index.search.retrieval import Snapshot

logger = logging.getLogger(__name__)

_FILE = "arrivals.sqlite"


class Ingest:
    """One library, and what arrived for it. Safe to use from several threads and processes, like the library.

    What is being indexed when a build breaks (killed, no memory left, an error of ours) is indexed one by one from then
    on, so that one article costs itself, and is given up after three times.
    """

    def __init__(self, library: Library, embedder: Embedder) -> None:
        self.library = library
        self.file = ArrivalsFile(library.root / _FILE)
        self.arrivals = Arrivals(self.file)
        self._embedder = embedder

    def rebuild(self, path: Path, listener: ProgressListener = lambda _: None) -> BuildReport:
        """Build from the articles at `path` and all that arrived; where both have an id, the file goes first.

        Raises:
            IndexingError: see `Library.rebuild`.
        """
        waiting = self.arrivals.waiting()
        doubtful = {article.id for article in self.arrivals.doubtful()}
        arrived = (article for article in self.arrivals.all() if article.id not in doubtful)
        with self._indexing(waiting):
            report = self.library.rebuild(_joined(read_articles(path), arrived), self._embedder, listener)
        return self._with_doubtful(report, listener) or report

    def add(
        self,
        items: Iterable[Article | Skipped],
        origin: str,
        listener: ProgressListener = lambda _: None,
        *,
        beside: Iterable[Article | Skipped] = (),
    ) -> BuildReport:
        """Keep these articles, and publish them with all that waits; report those that could not be had.

        `beside`: articles of files, which are published with them but need not be kept: the files are.

        Raises:
            ArticlesMissing: not one of them is an article; says why.
            IndexBusy: another process is building. The articles are kept: the next build takes them in.
        """
        known = list(items)
        articles = _last_of_each_id(item for item in known if isinstance(item, Article))
        skipped = [item for item in known if isinstance(item, Skipped)]
        files = list(beside)
        if not articles and not files:
            raise ArticlesMissing("Nothing was added. " + " ".join(f"{item.name}: {item.reason}." for item in skipped))
        if articles:
            self.arrivals.keep(articles, origin)
        arrived = _last_of_each_id([*self.arrivals.waiting(), *articles])
        report = self._publish(arrived, [*files, *skipped], listener)
        return self._with_doubtful(report, listener) or report

    def publish_waiting(self, listener: ProgressListener = lambda _: None) -> BuildReport | None:
        """Publish what arrived and is in no build yet; None if there is nothing.

        Raises:
            IndexBusy: another process is building; everything goes on waiting.
        """
        waiting = self.arrivals.waiting()
        return self._with_doubtful(self._publish(waiting, [], listener) if waiting else None, listener)

    def give_up(self) -> list[Skipped]:
        """Take out what broke the process while it was indexed, three times over, and say what that is."""
        reason = f"is given up: the process broke {MOST_BEGUN} times while this was indexed"
        found = [Skipped(article_id, reason) for article_id in self.arrivals.give_up()]
        for skipped in found:
            logger.error("%s %s", skipped.name, skipped.reason)
        return found

    @contextmanager
    def serves(self) -> Iterator[Callable[[str], bool]]:
        """Give what tells whether an article of an id is in the index, within a block; it is opened when first
        asked."""
        snapshot: Snapshot | None = None

        def is_served(article_id: str) -> bool:
            nonlocal snapshot
            try:
                snapshot = snapshot or self.library.open_current(self._embedder)
            except SnapshotMissing:
                return False
            return snapshot.archive.find(article_id) is not None

        try:
            yield is_served
        finally:
            if snapshot is not None:
                snapshot.close()

    def remove(self, article_ids: Iterable[str]) -> BuildReport:
        """Take articles out of the index, for good: no later build and no feed brings back what arrived.

        Raises:
            UnknownArticle: an id is not in the index; nothing is removed then.
        """
        leaving = frozenset(article_ids)
        report = self.library.remove(leaving, self._embedder)
        self.arrivals.remove(leaving)
        return report

    def _publish(
        self, articles: list[Article], beside: Sequence[Article | Skipped], listener: ProgressListener
    ) -> BuildReport:
        with self._indexing(articles):
            return self.library.add(_joined(beside, articles), self._embedder, listener)

    def _with_doubtful(self, report: BuildReport | None, listener: ProgressListener) -> BuildReport | None:
        """Return the report with those of the doubtful articles, each of which is published by itself."""
        skipped = self.give_up()
        for article in self.arrivals.doubtful():
            try:
                alone = self._publish([article], [], listener)
            except (IndexingError, OSError, sqlite3.Error):
                raise
            except Exception as error:
                logger.exception("indexing an article broke: %s", article.id)
                skipped.append(Skipped(article.id, f"broke the build ({type(error).__name__}); it is tried again"))
            else:
                report = _followed(report, alone)
        return replace(report, skipped=(*report.skipped, *skipped)) if report is not None else None

    @contextmanager
    def _indexing(self, articles: Sequence[Article]) -> Iterator[None]:
        """Count that these are indexed before it begins, so that a death in between counts."""
        if not articles:
            yield
            return
        self.arrivals.note_begun(articles)
        try:
            yield
        except (IndexingError, KeyboardInterrupt, OSError, sqlite3.Error):  # a busy index, a full disk: not theirs
            self.arrivals.note_ended(articles)
            raise
        self.arrivals.mark_published(articles)


def _followed(first: BuildReport | None, second: BuildReport) -> BuildReport:
    """Return what two builds made, one after the other."""
    if first is None:
        return second
    return replace(
        second,
        embedded=first.embedded + second.embedded,
        added=(*first.added, *second.added),
        changed=(*first.changed, *second.changed),
        removed=(*first.removed, *second.removed),
        skipped=(*first.skipped, *second.skipped),
        seconds=first.seconds + second.seconds,
    )


def _last_of_each_id(articles: Iterable[Article]) -> list[Article]:
    return list({article.id: article for article in articles}.values())


def _joined(items: Iterable[Article | Skipped], arrived: Iterable[Article]) -> Iterator[Article | Skipped]:
    seen = set()
    for item in items:
        if isinstance(item, Article):
            seen.add(item.id)
        yield item
    yield from (article for article in arrived if article.id not in seen)
