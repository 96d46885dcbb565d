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
from index.library.disk.library import DiskLibrary
from tests.embedders import HashingEmbedder
from tests.feed_week import OUTAGE, Week, live_through
from tests.index.ingest.test_sources_web import WORDS, page_of
from tests.web import Page, Site, serve_site

_NOW = 1_714_800_000.0
_ANOTHER = Article("another", "Another", "The ferry stops on Sunday.")


@pytest.fixture(scope="module")
def week(tmp_path_factory: pytest.TempPathFactory) -> Week:
    """Live through the week once, for all tests that ask about it."""
    return live_through(tmp_path_factory.mktemp("week"))


def test_after_a_week_every_article_is_there_once_and_in_its_last_version(week: Week) -> None:
    expected = week.world.expected()
    assert sorted(article.id for article in week.articles) == sorted(expected)
    assert [article.id for article in week.articles if expected[article.id] not in article.text] == []
    assert len({article.text for article in week.articles}) == len(expected)
    assert week.waiting == []


def test_every_failure_of_the_week_is_reported_as_often_as_it_happened(week: Week) -> None:
    assert week.reported_failures() == week.world.failures
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
class OneFeed:
    """A reader of one feed, with a clock that is set by hand."""

    site: Site
    intake: Ingest
    now: float = _NOW
    feeds: tuple[Feed, ...] = field(init=False)

    def __post_init__(self) -> None:
        self.feeds = (Feed(self.site.url("/rss"), 10),)

    def read(self, *, only_due: bool = True) -> FeedsReport:
        """Read the feed once, as a process of its own would."""
        return self.reader().read(self.feeds, only_due=only_due)

    def reader(self) -> FeedReader:
        """Return a reader that leaves nothing to chance."""
        return FeedReader(self.intake, self.site.fetcher(), now=lambda: self.now, chance=lambda: 0.5)

    def texts(self) -> dict[str, str]:
        """Return the texts in the index, by id."""
        snapshot = self.intake.library.open_current(HashingEmbedder())
        try:
            return {article.id: article.text for article in snapshot.archive.articles()}
        finally:
            snapshot.close()


@pytest.fixture
def one_feed(tmp_path: Path) -> Iterator[OneFeed]:
    """Serve a feed of one item, which leads to a page."""
    with serve_site() as site:
        one_feed = OneFeed(site, Ingest(DiskLibrary(tmp_path / "index"), HashingEmbedder()))
        site.pages["/story"] = Page(page_of())
        _serve_feed(one_feed)
        yield one_feed


def _serve_feed(one_feed: OneFeed, description: str = "A teaser.", link: str = "/story") -> None:
    item = (
        f"<item><title>Bridge</title><link>{link}</link><guid>1</guid><description>{description}</description></item>"
    )
    rss = f'<rss version="2.0"><channel><title>News</title>{item}</channel></rss>'
    one_feed.site.pages["/rss"] = Page(rss, kind="text/xml")


def test_an_item_is_fetched_once_and_a_feed_waits_for_its_time(one_feed: OneFeed) -> None:
    (feed,) = one_feed.read().feeds
    assert feed == FeedReport(one_feed.feeds[0].url, items=1, brought=1)
    assert list(one_feed.texts()) == [one_feed.site.url("/story")]

    one_feed.now += 599
    assert one_feed.read().feeds == (FeedReport(feed.url, is_due=False),)
    assert one_feed.reader().next_at(one_feed.feeds) == _NOW + 600
    one_feed.now += 1
    assert one_feed.read() == FeedsReport((FeedReport(feed.url, items=1),))
    assert one_feed.site.paths() == ["/rss", "/story", "/rss"]


def test_a_feed_that_fails_is_left_alone_for_longer_and_longer(one_feed: OneFeed) -> None:
    one_feed.site.pages["/rss"] = Page(status=503)
    waits = []
    for _ in range(9):
        assert one_feed.read().failed
        waits.append(one_feed.reader().next_at(one_feed.feeds) - one_feed.now)
        one_feed.now += waits[-1]
    assert waits == [600, 1200, 2400, 4800, 9600, 19200, 21600, 21600, 21600]

    one_feed.site.pages["/rss"] = Page(status=503, headers={"Retry-After": "40000"})
    assert one_feed.read().failed[0].failures == 10
    assert one_feed.reader().next_at(one_feed.feeds) == one_feed.now + 40000


def test_a_page_that_stays_out_of_reach_is_given_up_after_a_week_and_the_feeds_own_text_taken(
    one_feed: OneFeed,
) -> None:
    _serve_feed(one_feed, " ".join(WORDS))
    one_feed.site.pages["/story"] = Page(status=500)
    first = one_feed.read()
    assert first.feeds[0].waiting == 1
    assert first.problems[0].endswith("(tried again later)")
    started = one_feed.now
    while not (report := one_feed.read()).build:
        one_feed.now += 6 * 3600
    assert 6 < (one_feed.now - started) / 86400 < 8
    assert report.problems[0].endswith("(taken as the feed gives it)")
    assert one_feed.texts() == {one_feed.site.url("/story"): " ".join(WORDS)}


def test_a_whole_story_in_a_feed_needs_no_page(one_feed: OneFeed) -> None:
    _serve_feed(one_feed, " ".join(WORDS * 5))
    one_feed.read()
    assert one_feed.site.paths() == ["/rss"]
    assert one_feed.texts() == {one_feed.site.url("/story"): " ".join(WORDS * 5)}


def test_an_item_that_comes_to_lead_elsewhere_stays_the_same_article(one_feed: OneFeed) -> None:
    one_feed.read()
    one_feed.now += 600
    one_feed.site.pages["/moved"] = Page(page_of(WORDS[::-1]))
    _serve_feed(one_feed, link="/moved")
    report = one_feed.read()
    assert report.build is not None
    assert (report.build.added, report.build.changed) == ((), (one_feed.site.url("/story"),))


def test_what_an_admin_removed_is_not_brought_back_by_a_change(one_feed: OneFeed) -> None:
    one_feed.read()
    one_feed.intake.add([_ANOTHER], "web")
    one_feed.intake.remove([one_feed.site.url("/story")])
    one_feed.now += 600
    _serve_feed(one_feed, "It has changed.")
    assert one_feed.read().build is None
    assert list(one_feed.texts()) == ["another"]


def test_a_pass_leaves_to_the_next_what_takes_too_long(one_feed: OneFeed) -> None:
    reader = FeedReader(one_feed.intake, one_feed.site.fetcher(), work_seconds=0.0, now=lambda: one_feed.now)
    (feed,) = reader.read(one_feed.feeds).feeds
    assert (feed.brought, feed.waiting, feed.problems) == (0, 1, ())
    assert str(feed).endswith("1 items, 0 articles new or changed, 1 left for later")
    (feed,) = one_feed.reader().read(one_feed.feeds, is_stopped=lambda: True).feeds
    assert (feed.brought, feed.waiting) == (0, 1)
    (feed,) = one_feed.read(only_due=False).feeds
    assert (feed.brought, feed.waiting) == (1, 0)


def test_only_one_process_reads_feeds_at_a_time(one_feed: OneFeed) -> None:
    one_feed.read()
    with FileLock(one_feed.intake.library.root / "feeds.lock"), pytest.raises(IndexBusy, match="reading feeds"):
        one_feed.read()


def test_an_item_is_done_only_once_the_index_has_published_it(one_feed: OneFeed) -> None:
    def states() -> list[str]:
        connection = sqlite3.connect(one_feed.intake.file.path)
        try:
            return [state for (state,) in connection.execute("SELECT state FROM items")]
        finally:
            connection.close()

    one_feed.intake.library.root.mkdir()
    with FileLock(one_feed.intake.library.root / "write.lock"):
        report = one_feed.read()
    assert report.error is not None
    assert states() == ["kept"]
    assert one_feed.read().error is None
    assert states() == ["done"]
