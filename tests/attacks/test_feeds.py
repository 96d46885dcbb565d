"""Attacks by whoever publishes a feed: words put into others' mouths, items that break what reads them, odd clocks."""

import json
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from index.article import Article
from index.endpoints import Feed
from index.ingest.feeds.reading import FeedReader
from index.ingest.feeds.report import FeedsReport
from index.ingest.fetching import Fetched, Fetcher
from index.ingest.intake import Ingest
from index.library.disk.library import DiskLibrary
from tests.embedders import HashingEmbedder
from tests.index.ingest.test_sources_web import WORDS, page_of
from tests.web import Page, Site, serve_site

_NOW = 1_714_800_000.0
_LIE = "The central bank raised its main interest rate to 19 percent on Thursday, its governor said. " * 14
_TRUTH = "The central bank kept its main interest rate at 4 percent on Thursday, its governor said."


@dataclass
class Library:
    """A library with feeds on hosts of a test's own, read by a clock that is set by hand."""

    site: Site
    intake: Ingest
    feeds: list[Feed] = field(default_factory=list)
    now: float = _NOW

    def serve(self, host: str, *items: str) -> Feed:
        """Serve a feed, which says that these are its items."""
        path = f"/{host}/rss"
        self.site.pages[path] = Page(f'<rss version="2.0"><channel>{"".join(items)}</channel></rss>', kind="text/xml")
        self.feeds.append(Feed(self.site.url(path, host), 10))
        return self.feeds[-1]

    def read(self, fetcher: Fetcher | None = None) -> FeedsReport:
        """Read the feeds once, as a process of its own would."""
        reader = FeedReader(self.intake, fetcher or self.site.fetcher(), now=lambda: self.now, chance=lambda: 0.5)
        return reader.read(self.feeds, only_due=True)

    def articles(self) -> dict[str, Article]:
        """The articles in the index."""
        snapshot = self.intake.library.open_current(HashingEmbedder())
        try:
            return {article.id: article for article in snapshot.archive.articles()}
        finally:
            snapshot.close()


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    """Serve a page that an honest feed leads to."""
    with serve_site() as site:
        site.pages["/story"] = Page(page_of())
        yield Library(site, Ingest(DiskLibrary(tmp_path / "index"), HashingEmbedder()))


def _item(link: str, text: str = "A teaser.", guid: str = "1") -> str:
    return f"<item><title>Rate</title><link>{link}</link><guid>{guid}</guid><description>{text}</description></item>"


@pytest.mark.parametrize("came", ["from the folder", "from an admin"])
def test_a_feed_puts_no_words_into_a_publishers_mouth(library: Library, tmp_path: Path, came: str) -> None:
    address = "https://www.reuters.com/rate"
    truth = Article(address, "Rate", _TRUTH, "reuters.com", None, address)
    if came == "from the folder":
        (tmp_path / "a.jsonl").write_text(json.dumps({"id": address, "title": "Rate", "text": _TRUTH, "url": address}))
        library.intake.rebuild(tmp_path / "a.jsonl")
    else:
        library.intake.add([truth], "web")
    library.serve("evil.example", _item(address, _LIE))

    library.read()

    articles = library.articles()
    assert articles.pop(address).text == _TRUTH
    ((article_id, lie),) = articles.items()
    assert article_id.startswith("feed/")
    assert (lie.source, lie.url, lie.text.strip()) == ("evil.example", None, _LIE.strip())


@pytest.mark.parametrize("came", ["from the folder", "from an admin"])
def test_a_feed_replaces_no_article_of_its_own_site_that_came_otherwise(
    library: Library, tmp_path: Path, came: str
) -> None:
    address = library.site.url("/rate", "honest.example")
    if came == "from the folder":
        (tmp_path / "a.jsonl").write_text(json.dumps({"id": address, "text": _TRUTH, "url": address}))
        library.intake.rebuild(tmp_path / "a.jsonl")
    else:
        library.intake.add([Article(address, "Rate", _TRUTH)], "document")
    library.serve("honest.example", _item(address, _LIE))
    library.read()
    assert [article.text for article in library.articles().values()] == [_TRUTH]


@pytest.mark.parametrize(
    ("host", "speaks"),
    [
        ("honest.example", True),
        ("feeds.honest.example", True),
        ("rss.honest.example", True),
        ("www.honest.example", True),
        ("evil.honest.example", False),
        ("nothonest.example", False),
        ("honest.example.evil.example", False),
    ],
)
def test_only_a_site_and_its_feeds_speak_for_it(library: Library, host: str, *, speaks: bool) -> None:
    link = library.site.url("/rate", "honest.example")
    library.serve(host, _item(link, _LIE))
    library.read()
    ((article_id, article),) = library.articles().items()
    assert (article_id == link, article.source == "honest.example") == (speaks, speaks or host.startswith("www."))


def test_a_feed_does_not_date_the_page_of_another_site(library: Library) -> None:
    link = library.site.url("/story", "news.example")
    dated = _item(link).replace("</item>", "<pubDate>Wed, 01 Jan 2020 10:00:00 GMT</pubDate></item>")
    library.serve("evil.example", dated)
    library.read()
    published = library.articles()[link].published_at
    assert published is not None
    assert published.year == 2024


@pytest.mark.parametrize("link", ["http://xn--/", "http://xn--a", "https://\u2028/"])
def test_a_link_that_is_no_address_costs_its_item_and_no_other_feed(library: Library, link: str) -> None:
    library.serve("evil.example", _item(link), _item("/story", guid="2"))
    library.serve("honest.example", _item("/story"))
    report = library.read()
    assert [feed.brought for feed in report.feeds] == [1, 1]
    assert len(library.articles()) == 2
    library.now += 600
    assert library.read().problems == ()


class _Killed(BaseException):
    """The end of a process, which no `except Exception` hears of."""


class _Deadly(Fetcher):
    """Dies over a page, or over a feed."""

    def __init__(self, site: Site, part: str) -> None:
        inner = site.fetcher()
        self._get, self._part = inner.get, part

    async def get(
        self, address: str, kinds: frozenset[str], *, etag: str | None = None, last_modified: str | None = None
    ) -> Fetched:
        """Die, or fetch."""
        if self._part in address:
            raise _Killed
        return await self._get(address, kinds, etag=etag, last_modified=last_modified)


def test_an_item_that_kills_the_process_is_begun_three_times_and_last(library: Library) -> None:
    library.serve("evil.example", _item("/deadly"), _item("/story", guid="2"))
    deaths = 0
    for _ in range(20):
        try:
            report = library.read(_Deadly(library.site, "/deadly"))
        except _Killed:
            deaths += 1
        else:
            if report.given_up:
                break
        library.now += 301
    assert deaths == 3
    assert "/deadly: is given up, as it broke what reads it 3 times" in report.given_up[0]
    assert [article_id.endswith("/story") for article_id in library.articles()] == [True]


def test_a_feed_that_kills_the_process_is_not_the_first_thing_that_the_next_one_reads(library: Library) -> None:
    library.serve("evil.example", _item("/story"))
    with pytest.raises(_Killed):
        library.read(_Deadly(library.site, "evil.example"))
    assert [feed.is_due for feed in library.read().feeds] == [False]
    library.now += 1_000
    assert [feed.brought for feed in library.read().feeds] == [1]


def test_what_breaks_the_code_is_named_counted_and_stops_nothing(library: Library) -> None:
    class Broken(_Deadly):
        async def get(self, address: str, *arguments: object, **named: object) -> Fetched:
            """Break, or fetch."""
            if self._part in address:
                raise ZeroDivisionError
            return await self._get(address, *arguments, **named)  # type: ignore[arg-type]

    library.serve("evil.example", _item("/broken"))
    library.serve("broken.example", _item("/story"))
    library.serve("honest.example", _item("/story"))
    report = library.read(Broken(library.site, "/broken"))
    assert report.feeds[0].problems[0].endswith("/broken: broke the code (ZeroDivisionError) (time 1 of 3)")
    assert report.feeds[1].error == "that broke (ZeroDivisionError); the log says more"
    assert [feed.brought for feed in report.feeds] == [0, 0, 1]


def test_a_clock_that_was_ahead_puts_no_feed_and_no_item_off(library: Library) -> None:
    library.site.pages["/late"] = Page(status=503)
    library.serve("honest.example", _item("/late"))
    library.now += 75 * 365 * 86_400
    library.read()
    library.now = _NOW
    library.site.pages["/late"] = Page(page_of())
    (feed,) = library.read().feeds
    assert (feed.is_due, feed.brought) == (True, 1)


def test_the_text_of_an_item_is_kept_until_its_article_is_published(library: Library) -> None:
    library.serve("honest.example", _item("/rate", _LIE))
    library.read()
    connection = sqlite3.connect(library.intake.file.path)
    assert connection.execute("SELECT state, text FROM items").fetchall() == [("done", "")]
    connection.close()
    library.now += 600
    assert library.read().build is None


def test_a_file_of_before_goes_on_being_read(tmp_path: Path, library: Library) -> None:
    library.serve("honest.example", _item("/story"))
    library.read()
    connection = sqlite3.connect(library.intake.file.path)
    for statement in (
        "DROP INDEX articles_by_origin",
        "ALTER TABLE articles DROP COLUMN begun",
        "ALTER TABLE items DROP COLUMN begun",
        "ALTER TABLE items DROP COLUMN seen_at",
        "ALTER TABLE feeds DROP COLUMN silence_told",
        "PRAGMA user_version = 0",
    ):
        connection.execute(statement)
    connection.close()
    library.now += 600
    library.site.pages["/story"] = Page(page_of(WORDS[::-1]))
    library.serve("another.example", _item("/story"))
    assert [feed.brought for feed in library.read().feeds] == [0, 1]
