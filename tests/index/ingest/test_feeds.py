"""Feeds into an index, over real connections: a week in which everything goes wrong, and single turns of it."""

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from filelock import FileLock

from index import Article
from index.endpoints import Feed
from index.errors import IndexBusy
from index.ingest.feeds.reading import FeedReader
from index.ingest.feeds.report import FeedReport, FeedsReport
from index.ingest.intake import Ingest
from index.library.disk.library import Library
from tests.embedders import HashingEmbedder
from tests.feed_week import OUTAGE, Week, live_through
from tests.index.ingest.test_sources_web import WORDS, page_of
from tests.web import Page, Site, serve_site

_NOW = 1_714_800_000.0
_ANOTHER = Article("another", "Another", "The ferry stops on Sunday.")


@pytest.fixture(scope="module")
def week(tmp_path_factory: pytest.TempPathFactory) -> Week:
    """Lived through once for all that is asked of it."""
    return live_through(tmp_path_factory.mktemp("week"))


def test_after_a_week_every_article_is_there_once_and_in_its_last_version(week: Week) -> None:
    expected = week.world.expected()
    assert sorted(article.id for article in week.articles) == sorted(expected)
    assert [article.id for article in week.articles if expected[article.id] not in article.text] == []
    assert len({article.text for article in week.articles}) == len(expected)
    assert week.waiting == []


def test_every_failure_of_the_week_is_reported_as_often_as_it_happened(week: Week) -> None:
    assert week.told() == week.world.failures
    assert set(week.world.failures.values()) > {1, 5}


def test_during_the_outage_every_feed_that_is_tried_is_reported(week: Week) -> None:
    feeds = [feed for hour, report in week.reports if hour in OUTAGE for feed in report.feeds if feed.is_due]
    assert {feed.url for feed in feeds} == {feed.url for feed in week.world.feeds()}
    assert {feed.error for feed in feeds} == {
        "news.example: no such host could be found (is the name right, and the network up?)"
    }


def test_a_busy_index_and_a_kill_each_cost_one_publication_and_no_article(week: Week) -> None:
    assert week.n_kills == 2
    assert [hour for hour, report in week.reports if report.error] == [48]


def test_unchanged_feeds_are_not_sent_again(week: Week) -> None:
    assert week.world.served[304] > week.world.served[200] / 3


@dataclass
class Desk:
    """A reader of one feed, with a clock that is set by hand."""

    site: Site
    intake: Ingest
    now: float = _NOW
    feeds: tuple[Feed, ...] = field(init=False)

    def __post_init__(self) -> None:
        self.feeds = (Feed(self.site.url("/rss"), 10),)

    def read(self, *, only_due: bool = True) -> FeedsReport:
        """One pass, by a process of its own."""
        return self.reader().read(self.feeds, only_due=only_due)

    def reader(self) -> FeedReader:
        """With no chance in it."""
        return FeedReader(self.intake, self.site.fetcher(), now=lambda: self.now, chance=lambda: 0.5)

    def texts(self) -> dict[str, str]:
        """What is in the index, by id."""
        snapshot = self.intake.library.open_current(HashingEmbedder())
        try:
            return {article.id: article.text for article in snapshot.archive.articles()}
        finally:
            snapshot.close()


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """With a feed of one item, which leads to a page."""
    with serve_site() as site:
        desk = Desk(site, Ingest(Library(tmp_path / "index"), HashingEmbedder()))
        site.pages["/story"] = Page(page_of())
        _serve_feed(desk)
        yield desk


def _serve_feed(desk: Desk, description: str = "A teaser.", link: str = "/story") -> None:
    item = (
        f"<item><title>Bridge</title><link>{link}</link><guid>1</guid><description>{description}</description></item>"
    )
    rss = f'<rss version="2.0"><channel><title>News</title>{item}</channel></rss>'
    desk.site.pages["/rss"] = Page(rss, kind="text/xml")


def test_an_item_is_fetched_once_and_a_feed_waits_for_its_time(desk: Desk) -> None:
    (feed,) = desk.read().feeds
    assert feed == FeedReport(desk.feeds[0].url, items=1, brought=1)
    assert list(desk.texts()) == [desk.site.url("/story")]

    desk.now += 599
    assert desk.read().feeds == (FeedReport(feed.url, is_due=False),)
    assert desk.reader().next_at(desk.feeds) == _NOW + 600
    desk.now += 1
    assert desk.read() == FeedsReport((FeedReport(feed.url, items=1),))
    assert desk.site.paths() == ["/rss", "/story", "/rss"]


def test_a_feed_that_fails_is_left_alone_for_longer_and_longer(desk: Desk) -> None:
    desk.site.pages["/rss"] = Page(status=503)
    waits = []
    for _ in range(9):
        assert desk.read().failed
        waits.append(desk.reader().next_at(desk.feeds) - desk.now)
        desk.now += waits[-1]
    assert waits == [600, 1200, 2400, 4800, 9600, 19200, 21600, 21600, 21600]

    desk.site.pages["/rss"] = Page(status=503, headers={"Retry-After": "40000"})
    assert desk.read().failed[0].failures == 10
    assert desk.reader().next_at(desk.feeds) == desk.now + 40000


def test_a_page_that_stays_out_of_reach_is_given_up_after_a_week_and_the_feeds_own_text_taken(desk: Desk) -> None:
    _serve_feed(desk, " ".join(WORDS))
    desk.site.pages["/story"] = Page(status=500)
    first = desk.read()
    assert first.feeds[0].waiting == 1
    assert first.problems[0].endswith("(tried again later)")
    started = desk.now
    while not (report := desk.read()).build:
        desk.now += 6 * 3600
    assert 6 < (desk.now - started) / 86400 < 8
    assert report.problems[0].endswith("(taken as the feed gives it)")
    assert desk.texts() == {desk.site.url("/story"): " ".join(WORDS)}


def test_a_whole_story_in_a_feed_needs_no_page(desk: Desk) -> None:
    _serve_feed(desk, " ".join(WORDS * 5))
    desk.read()
    assert desk.site.paths() == ["/rss"]
    assert desk.texts() == {desk.site.url("/story"): " ".join(WORDS * 5)}


def test_an_item_that_comes_to_lead_elsewhere_stays_the_same_article(desk: Desk) -> None:
    desk.read()
    desk.now += 600
    desk.site.pages["/moved"] = Page(page_of(WORDS[::-1]))
    _serve_feed(desk, link="/moved")
    report = desk.read()
    assert report.build is not None
    assert (report.build.added, report.build.changed) == ((), (desk.site.url("/story"),))


def test_what_an_admin_removed_is_not_brought_back_by_a_change(desk: Desk) -> None:
    desk.read()
    desk.intake.add([_ANOTHER], "web")
    desk.intake.remove([desk.site.url("/story")])
    desk.now += 600
    _serve_feed(desk, "It has changed.")
    assert desk.read().build is None
    assert list(desk.texts()) == ["another"]


def test_a_pass_leaves_to_the_next_what_takes_too_long(desk: Desk) -> None:
    reader = FeedReader(desk.intake, desk.site.fetcher(), work_seconds=0.0, now=lambda: desk.now)
    (feed,) = reader.read(desk.feeds).feeds
    assert (feed.brought, feed.waiting, feed.problems) == (0, 1, ())
    assert str(feed).endswith("1 items, 0 articles new or changed, 1 left for later")
    (feed,) = desk.reader().read(desk.feeds, is_stopped=lambda: True).feeds
    assert (feed.brought, feed.waiting) == (0, 1)
    (feed,) = desk.read(only_due=False).feeds
    assert (feed.brought, feed.waiting) == (1, 0)


def test_only_one_process_reads_feeds_at_a_time(desk: Desk) -> None:
    desk.read()
    with FileLock(desk.intake.library.root / "feeds.lock"), pytest.raises(IndexBusy, match="reading feeds"):
        desk.read()


def test_an_item_is_done_only_once_the_index_has_published_it(desk: Desk) -> None:
    def states() -> list[str]:
        connection = sqlite3.connect(desk.intake.file.path)
        try:
            return [state for (state,) in connection.execute("SELECT state FROM items")]
        finally:
            connection.close()

    desk.intake.library.root.mkdir()
    with FileLock(desk.intake.library.root / "write.lock"):
        report = desk.read()
    assert report.error is not None
    assert states() == ["kept"]
    assert desk.read().error is None
    assert states() == ["done"]
