"""ArticleIngest: takes articles in while the bot runs: web pages, documents, messages, and what the feeds have."""

import logging
from collections.abc import Callable, Iterable, Sequence
from contextlib import nullcontext
from datetime import datetime

from bot.admin.notices import Notices
from bot.admin.operations import Exclusive
from index.article import Article, Skipped
from index.endpoints import Feed
from index.ingest.feeds.reading import FeedReader
from index.ingest.feeds.report import FeedsReport
from index.ingest.feeds.silence import SilentFeed
from index.ingest.fetching import Fetcher
from index.ingest.intake import Ingest
from index.ingest.sources.sent import read_document, read_message
from index.ingest.sources.web import read_addresses
from index.library.builder import BuildReport, ProgressListener
from index.library.live import LiveIndex
from index.text.terms import terms_of, words_of

logger = logging.getLogger(__name__)


class ArticleIngest:
    """Takes articles in and out for admins. A change is in service when the call returns. Safe between threads.

    All of its methods take as long as fetching and indexing do: not for use in an event loop.
    """

    def __init__(
        self,
        live: LiveIndex,
        fetcher: Fetcher,
        feeds: Sequence[Feed] = (),
        *,
        feed_minutes: int = 30,
        exclusive: Exclusive = nullcontext,
    ) -> None:
        """`exclusive` keeps other replicas from changing the index."""
        self._live = live
        self._fetcher = fetcher
        self._exclusive = exclusive
        self._ingest = Ingest(live.library, live.embedder)
        self.feeds = tuple(feeds)
        self.notices = Notices()
        self._reader = FeedReader(self._ingest, fetcher, every_minutes=feed_minutes)

    def add_addresses(self, addresses: Sequence[str], listener: ProgressListener = lambda _: None) -> BuildReport:
        """Take in web pages; those that could not be had are among the skipped ones of the report, with the reason.

        Raises:
            IndexingError: none could be had, or the index cannot be built; the text says why.
        """
        return self.add_pages(self.read_pages(addresses), listener)

    def read_pages(self, addresses: Sequence[str]) -> list[Article | Skipped]:
        """Return the article at each address, or why there is none. They are not taken in."""
        return read_addresses(addresses, self._fetcher)

    def add_pages(self, pages: Sequence[Article | Skipped], listener: ProgressListener = lambda _: None) -> BuildReport:
        """Take in pages that were read.

        Raises:
            IndexingError: none is an article, or the index cannot be built; the text says why.
        """
        return self._add(pages, "web", listener)

    def add_document(
        self, content: bytes, file_name: str, *, origin: str | None = None, published_at: datetime | None = None
    ) -> BuildReport:
        """Take in a document of any kind that a folder of articles may hold.

        Raises:
            IndexingError: it holds no article, or the index cannot be built; the text says why.
        """
        return self._add(read_document(content, file_name, origin=origin, published_at=published_at), "document")

    def add_message(
        self, text: str, *, origin: str | None = None, published_at: datetime | None = None, url: str | None = None
    ) -> BuildReport:
        """Take in the text of a message, as by `index.ingest.sources.sent.read_message`.

        Raises:
            IndexingError: it is no article, or the index cannot be built; the text says why.
        """
        return self._add([read_message(text, origin=origin, published_at=published_at, url=url)], "message")

    def read_page(self, address: str) -> Article | Skipped:
        """Return the article at an address, or why there is none. It is not taken in."""
        return self.read_pages([address])[0]

    def remove(self, article_ids: Sequence[str]) -> BuildReport:
        """Take articles out, for good if they came in this way.

        Raises:
            UnknownArticle: an id is not in the index; nothing is removed then.
        """
        return self._in_service(lambda: self._ingest.remove(article_ids))

    def find(self, words: str, *, most: int) -> list[Article]:
        """Return the article of that id or address, without its text.

        If there is none, return those with the most of the words in their titles, or all of them in their ids, the
        newer ones first.
        """
        headlines = self._live.retriever().archive.headlines()
        words = words.strip()
        exact = [article for article in headlines if words in (article.id, article.url)]
        if exact or not words:
            return exact[:most]
        wanted = set(terms_of(words)) or set(words_of(words))
        scored = [(_matches(article, words, wanted), article) for article in headlines]
        best = max((score for score, _ in scored), default=0)
        found = [article for score, article in scored if score == best > 0]
        return sorted(found, key=_published, reverse=True)[:most]

    def articles(self, ids: Iterable[str]) -> list[Article]:
        """Return the articles of these ids that are in service, in the order of the ids."""
        archive = self._live.retriever().archive
        return [archive.article(article_id) for article_id in ids if archive.find(article_id) is not None]

    def read_feeds(self, *, only_due: bool = False, is_stopped: Callable[[], bool] = lambda: False) -> FeedsReport:
        """Read the feeds once and report what came of it; stop once `is_stopped`. Problems are logged, too.

        Raises:
            IndexBusy: another process is reading feeds.
            ArrivalsUnavailable: nothing can be kept.
        """
        with self._exclusive():
            report = self._reader.read(self.feeds, only_due=only_due, is_stopped=is_stopped)
        if report.build is not None:
            self._live.refresh()
        for feed in report.feeds:
            if feed.is_due or feed.problems:
                logger.info("feed %s", _without_query(str(feed)))
        for problem in report.problems:
            logger.warning("feed %s", _without_query(problem))
        for line in report.given_up:
            self.notices.post(_without_query(line))
        return report

    def next_feed_at(self) -> float:
        """Return when a feed is due, in seconds since 1970; infinity if there is none.

        Raises:
            ArrivalsUnavailable: what is kept about them cannot be read.
        """
        return self._reader.next_at(self.feeds)

    def silent_feeds(self) -> list[SilentFeed]:
        """Return the feeds of which nothing came for much longer than ever.

        Raises:
            ArrivalsUnavailable: what is kept about them cannot be read.
        """
        return self._reader.silent(self.feeds)

    def note_silence_told(self, silent: SilentFeed) -> None:
        """Record that admins were told of a silence: they are not again until the feed has spoken.

        Raises:
            ArrivalsUnavailable: it cannot be kept.
        """
        self._reader.note_silence_told(silent)

    def _add(
        self, items: Sequence[Article | Skipped], origin: str, listener: ProgressListener = lambda _: None
    ) -> BuildReport:
        return self._in_service(lambda: self._ingest.add(items, origin, listener))

    def _in_service(self, change: Callable[[], BuildReport]) -> BuildReport:
        with self._exclusive():
            report = change()
            self._live.refresh()
        return report


def _matches(article: Article, words: str, wanted: set[str]) -> int:
    if words.casefold() in article.id.casefold():
        return len(wanted) or 1
    return len(wanted & {*terms_of(article.title), *words_of(article.title)})


def _published(article: Article) -> float:
    return article.published_at.timestamp() if article.published_at is not None else float("-inf")


def _without_query(text: str) -> str:
    """Return addresses without what follows a question mark: in a feed's it may be somebody's key."""
    return " ".join(word.partition("?")[0] if "://" in word else word for word in text.split(" "))
