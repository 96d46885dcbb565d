"""Ingest: keeps what arrives from anywhere but the articles folder, publishes it, and puts it into every build."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from index.article import Article, Skipped
from index.embedding.embedder import Embedder
from index.errors import ArticlesMissing
from index.ingest.arrivals import Arrivals, ArrivalsFile
from index.ingest.sources import read_articles
from index.library.builder import BuildReport, ProgressListener
from index.library.protocol import Library

_FILE = "arrivals.sqlite"


class Ingest:
    """One library, and what arrived for it. Safe to use from several threads and processes, like the library."""

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
        report = self.library.rebuild(_joined(read_articles(path), self.arrivals.all()), self._embedder, listener)
        self._mark_published(waiting)
        return report

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
        return self._publish(arrived, [*files, *skipped], listener)

    def publish_waiting(self, listener: ProgressListener = lambda _: None) -> BuildReport | None:
        """Publish what arrived and is in no build yet; None if there is nothing.

        Raises:
            IndexBusy: another process is building; everything goes on waiting.
        """
        waiting = self.arrivals.waiting()
        return self._publish(waiting, [], listener) if waiting else None

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
        report = self.library.add(_joined(beside, articles), self._embedder, listener)
        self._mark_published(articles)
        return report

    def _mark_published(self, articles: list[Article]) -> None:
        if articles:
            self.arrivals.mark_published(articles)


def _last_of_each_id(articles: Iterable[Article]) -> list[Article]:
    return list({article.id: article for article in articles}.values())


def _joined(items: Iterable[Article | Skipped], arrived: Iterable[Article]) -> Iterator[Article | Skipped]:
    seen = set()
    for item in items:
        if isinstance(item, Article):
            seen.add(item.id)
        yield item
    yield from (article for article in arrived if article.id not in seen)
