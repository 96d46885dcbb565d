"""What admins bring in while the bot runs is in service at once, and the feeds are read in the background."""

import logging
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest

from bot.admin.feed_schedule import FeedSchedule
from bot.admin.ingest import ArticleIngest
from bot.admin.operations import IndexOperations
from index.endpoints import Feed
from index.errors import ArticlesMissing
from index.ingest.intake import Ingest
from index.ingest.sources import read_articles
from index.library.disk.library import DiskLibrary
from index.library.live import LiveIndex
from tests.embedders import HashingEmbedder
from tests.index.ingest.test_sources_web import page_of
from tests.web import Page, Site, serve_site

_SENT = datetime(2024, 5, 4, 7, 30, tzinfo=UTC)
_MESSAGE = "The ferry across the lake stops on Sunday."


@dataclass(frozen=True)
class Parts:
    """What takes articles in, the operations on their index, and the site that is read."""

    articles: ArticleIngest
    operations: IndexOperations
    live: LiveIndex
    site: Site

    def ids(self) -> list[str]:
        """What is in service."""
        return sorted(article.id for article in self.live.retriever().archive.headlines())


@pytest.fixture
def parts(tmp_path: Path) -> Iterator[Parts]:
    """With an article about a roof in service, a story on the web and a feed that leads to it."""
    folder = tmp_path / "articles"
    folder.mkdir()
    (folder / "roof.txt").write_text("The roof leaks.")
    library, embedder = DiskLibrary(tmp_path / "index"), HashingEmbedder()
    library.rebuild(read_articles(folder), embedder)
    live, rebuild = LiveIndex(library, embedder), partial(Ingest(library, embedder).rebuild, folder)
    with serve_site() as site:
        site.pages["/story"] = Page(page_of())
        item = "<item><title>Bridge</title><link>/story</link><guid>1</guid></item>"
        site.pages["/rss"] = Page(f'<rss version="2.0"><channel>{item}</channel></rss>', kind="text/xml")
        articles = ArticleIngest(live, site.fetcher(), [Feed(site.url("/rss?key=secret"))], feed_minutes=10)
        yield Parts(articles, IndexOperations(live, rebuild, reader_name="a reader"), live, site)


def test_pages_documents_and_messages_are_in_service_at_once_and_outlive_a_reload(parts: Parts) -> None:
    url = parts.site.url("/story")
    report = parts.articles.add_addresses([url, parts.site.url("/gone")])
    assert (report.added, [skipped.name for skipped in report.skipped]) == ((url,), [parts.site.url("/gone")])
    assert parts.articles.add_document(b"The harbour freezes.", "harbour.txt").added == ("sent/harbour.txt",)
    (message,) = parts.articles.add_message(_MESSAGE, origin="The Courier", published_at=_SENT).added
    assert parts.ids() == sorted([url, "roof.txt", "sent/harbour.txt", message])

    report = parts.operations.reload()

    assert (report.added, report.changed, report.removed) == ((), (), ())
    assert parts.articles.remove([message, "sent/harbour.txt"]).articles == 2
    parts.operations.reload()
    assert parts.ids() == [url, "roof.txt"]


def test_what_is_no_article_is_told_and_nothing_changes(parts: Parts) -> None:
    with pytest.raises(ArticlesMissing, match=r"^Nothing was added\. .*the site has no such page \(404\)"):
        parts.articles.add_addresses([parts.site.url("/gone")])
    with pytest.raises(ArticlesMissing, match=r"^Nothing was added\. film\.mp4: is of an unsupported kind"):
        parts.articles.add_document(b"\0\1\2", "film.mp4")
    with pytest.raises(ArticlesMissing, match=r"^Nothing was added\. Hello!: is too short for an article"):
        parts.articles.add_message("Hello!")
    assert parts.ids() == ["roof.txt"]


def test_articles_are_found_by_id_address_or_the_most_words_of_their_titles(parts: Parts) -> None:
    url = parts.site.url("/story")
    parts.articles.add_addresses([url])
    parts.articles.add_document(b"The harbour freezes.", "old harbour.txt")
    for words, ids in {
        url: [url],
        "old": [url, "sent/old harbour.txt"],
        "the old bridges": [url],
        "SENT/OLD": ["sent/old harbour.txt"],
        "roofs and harbours": ["sent/old harbour.txt", "roof.txt"],
        "ferry": [],
        " ": [],
    }.items():
        assert sorted(article.id for article in parts.articles.find(words, most=5)) == sorted(ids), words
    assert len(parts.articles.find("old", most=1)) == 1
    assert [article.title for article in parts.articles.articles(["gone", "roof.txt"])] == ["Roof"]


def test_the_feeds_are_read_in_the_background(parts: Parts, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, logger="bot.admin.ingest")
    with FeedSchedule(parts.articles, pause_seconds=0.01):
        _wait_until(lambda: parts.site.url("/story") in parts.ids())
    assert parts.site.paths() == ["/rss?key=secret", "/story"]
    assert parts.articles.next_feed_at() > time.time() + 500
    assert "secret" not in caplog.text
    assert "/rss 1 items, 1 articles new or changed" in caplog.text


def test_a_feed_that_fails_is_logged_and_the_schedule_goes_on(parts: Parts, caplog: pytest.LogCaptureFixture) -> None:
    parts.site.pages["/rss"] = Page(status=404)
    with FeedSchedule(parts.articles, pause_seconds=0.01) as schedule:
        _wait_until(lambda: "the site has no such page (404)" in caplog.text)
        assert schedule is not None
    assert "secret" not in caplog.text
    assert parts.ids() == ["roof.txt"]


def test_without_feeds_nothing_runs(parts: Parts) -> None:
    articles = ArticleIngest(parts.live, parts.site.fetcher())
    with FeedSchedule(articles):
        assert articles.next_feed_at() == float("inf")
    assert parts.site.requests == []


def _wait_until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.02)
