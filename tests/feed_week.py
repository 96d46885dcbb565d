"""A simulated week of four news sites with feeds, everything that goes wrong with such, and a clock of its own.

`python -m tests.feed_week` prints what the test of it checks, as figures.
"""

import html
import json
import sys
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from email.message import Message
from email.utils import formatdate
from pathlib import Path
from tempfile import TemporaryDirectory

from filelock import FileLock

from index import Article
from index.embedding.embedder import Vectors
from index.endpoints import Feed
from index.ingest.feeds.reading import FeedReader
from index.ingest.feeds.report import FeedsReport
from index.ingest.fetching import Fetcher, FetchLimits
from index.ingest.intake import Ingest
from index.library.disk.library import DiskLibrary
from tests.embedders import HashingEmbedder
from tests.web import NOT_THERE, Page, Serve, Site, serve_site

HOURS = 7 * 24
_STEP_HOURS = 3
_START = 1_714_800_000.0
_SHOWN_ITEMS = 14
_LIMITS = FetchLimits(max_bytes=200_000, total_seconds=3, step_seconds=3, pause_seconds=0)
OUTAGE = range(90, 116)
"""Nothing can be reached: not one name resolves."""


@dataclass(frozen=True)
class Story:
    """One article of a site. It is written anew from hour `changes` on, and its page is gone from hour `gone` on."""

    site: str
    number: int
    hour: int
    changes: int = HOURS
    gone: int = HOURS
    page_down: range = range(0)
    page: Page | None = None
    link: str | None = None
    teaser: str = "A teaser."

    @property
    def path(self) -> str:
        """Where its page is."""
        return f"/{self.site}/{self.number}"

    def sentences(self, hour: int) -> list[str]:
        """What it says at that hour."""
        version = "second" if hour >= self.changes else "first"
        return [
            f"The {version} report number {self.number} of the {self.site} is about a bridge over river {self.hour}.",
            f"Mayor number {self.number} of the town of {self.site} said that work would begin in {self.hour} days.",
            f"It would cost {self.number * 100 + self.hour} million euros, and nobody knows who will pay for it.",
        ]


@dataclass
class World:
    """The sites. `failures` counts what was served that is no good, by the address asked for."""

    site: Site
    hour: int = 0
    failures: Counter[str] = field(default_factory=Counter)
    served: Counter[int] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.stories = _stories(self.site)
        for story in self.stories:
            self.site.pages[story.path] = self._page_server(story)
        for name in ("courier", "gazette", "herald", "tribune"):
            self.site.pages[f"/{name}.xml"] = self._feed_server(name)

    def feeds(self) -> tuple[Feed, ...]:
        """Where they are; the tribune is read every six hours, the others every three."""
        urls = {name: self.site.url(f"/{name}.xml") for name in ("courier", "gazette", "herald", "tribune")}
        return tuple(Feed(url, 360 if name == "tribune" else None) for name, url in urls.items())

    def expected(self) -> dict[str, str]:
        """Id to a sentence that only its last version has, of every article that can be had at all."""
        good = [story for story in self.stories if story.page is None and story.link is None]
        return {self.site.url(story.path): story.sentences(HOURS - _STEP_HOURS)[0] for story in good}

    def _page_server(self, story: Story) -> Serve:
        def serve(headers: Message) -> Page:
            page = story.page or Page(_html(story, self.hour))
            if self.hour in story.page_down:
                page = Page(status=500)
            elif self.hour >= story.gone:
                page = Page(status=410)
            if page.status >= 400 or story.page is not None:
                self.failures[self.site.url(story.path)] += 1
            self.served[page.status] += 1
            return page

        return serve

    def _feed_server(self, name: str) -> Serve:
        def serve(headers: Message) -> Page:
            page = self._feed(name, headers)
            if page.status >= 400 or page.drip_seconds or page.kind == "broken":
                self.failures[self.site.url(f"/{name}.xml")] += 1
            self.served[page.status] += 1
            return replace(page, kind="application/rss+xml") if page.kind == "broken" else page

        return serve

    def _feed(self, name: str, headers: Message) -> Page:
        shown = [story for story in self.stories if story.site == name and story.hour <= self.hour < story.gone]
        body = _rss(self.site, shown[-_SHOWN_ITEMS:], self.hour)
        stamp = f'"{hash(body)}"'
        if name == "courier" and self.hour in range(21, 30):
            return Page(status=500)
        if name == "courier" and self.hour in range(39, 43):
            return Page(body[: len(body) * 2 // 3], kind="broken")
        if name == "gazette" and self.hour in range(60, 62):
            return Page("x" * 100, drip_seconds=0.2, kind="text/xml")
        if name == "herald" and self.hour in range(63, 69):
            return Page("<html><body>We are being repaired.</body></html>", kind="broken")
        if name == "tribune" and self.hour in range(72, 78):
            return Page(status=302, headers={"Location": "http://10.0.0.1/feed"}, kind="broken")
        if headers["If-None-Match"] == stamp:
            return Page(status=304, headers={"ETag": stamp})
        return Page(body, kind="application/rss+xml; charset=utf-8", headers={"ETag": stamp})


class StoppableEmbedder(HashingEmbedder):
    """Dies in the middle of its work when it has to, like a process that is killed."""

    dies = False

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        """The vectors, unless it is time to die."""
        if self.dies:
            raise KeyboardInterrupt
        return super().embed_passages(texts)


@dataclass
class Week:
    """What came of it."""

    world: World
    reports: list[tuple[int, FeedsReport]]
    articles: list[Article]
    waiting: list[Article]
    n_kills: int
    seconds: float

    def reported_failures(self) -> Counter[str]:
        """How many failures were reported while the sites could be reached, by the address that failed."""
        reported: Counter[str] = Counter()
        for report in [report for hour, report in self.reports if hour not in OUTAGE]:
            reported.update(feed.url for feed in report.failed)
            reported.update(_address_in(problem) for feed in report.feeds for problem in feed.problems)
        return reported


def live_through(folder: Path) -> Week:
    """The week, with the bot started anew every day, killed twice while it publishes, and the index busy once."""
    started = time.perf_counter()
    with serve_site() as site:
        world = World(site)
        embedder = StoppableEmbedder()
        reports: list[tuple[int, FeedsReport]] = []
        kills = 0
        for world.hour in range(0, HOURS, _STEP_HOURS):
            if world.hour % 24 == 0:
                intake = Ingest(DiskLibrary(folder / "index"), embedder)
                hosts = dict.fromkeys(("news.example",), ("127.0.0.1",))
                fetchers = {False: site.fetcher(_LIMITS, hosts), True: site.fetcher(_LIMITS, {"news.example": ()})}
            reader = _reader(intake, fetchers[world.hour in OUTAGE], world)
            embedder.dies = world.hour in (18, 120)
            lock = FileLock(folder / "index" / "write.lock")
            if world.hour == 48:
                lock.acquire()
            try:
                reports.append((world.hour, reader.read(world.feeds(), only_due=True)))
            except KeyboardInterrupt:
                kills += 1
            lock.release()
        snapshot = intake.library.open_current(embedder)
        articles = list(snapshot.archive.articles())
        snapshot.close()
        return Week(world, reports, articles, intake.arrivals.waiting(), kills, time.perf_counter() - started)


def _reader(intake: Ingest, fetcher: Fetcher, world: World) -> FeedReader:
    now = _START + world.hour * 3600.0
    return FeedReader(intake, fetcher, every_minutes=180, now=lambda: now, chance=lambda: 0.5)


def _stories(site: Site) -> list[Story]:
    courier = [Story("courier", number, number * 6, changes=number * 6 + 30 if number % 3 == 0 else HOURS)
               for number in range(26)]  # fmt: skip
    gazette = [Story("gazette", number, number * 7, gone=150 if number < 3 else HOURS) for number in range(23)]
    gazette[5] = replace(gazette[5], page_down=range(30, 80))
    gazette[18] = replace(gazette[18], page_down=range(116, 140))
    herald = [Story("herald", number, number * 9, changes=number * 9 + 13) for number in range(18)]
    tribune = [Story("tribune", number, number * 12) for number in range(12)]
    site.pages["/round"] = Page(status=302, headers={"Location": "/round"})
    private = Page(status=302, headers={"Location": "http://10.0.0.1/secret"})
    odd = [
        Story("tribune", 90, 10, page=private),
        Story("tribune", 91, 22, page=NOT_THERE),
        Story("tribune", 92, 34, page=Page(b"\0" * 50, kind="video/mp4")),
        Story("tribune", 93, 46, page=Page("x" * 300_000)),
        Story("tribune", 94, 58, page=Page("<html><body><p>Log in.</p></body></html>")),
        Story("tribune", 95, 70, page=Page(status=302, headers={"Location": "/round"})),
        Story("tribune", 96, 11, link=f"{site.url('/courier/1')}?utm_source=tribune"),
        Story("courier", 97, 25, link=f"{site.url('/courier/2')}#comments"),
    ]
    return sorted([*courier, *gazette, *herald, *tribune, *odd], key=lambda story: story.hour)


def _html(story: Story, hour: int) -> str:
    paragraphs = "".join(f"<p>{sentence}</p>" for sentence in story.sentences(hour))
    heading = f"Story {story.number} of the {story.site}"
    return f"<html><head><title>{heading}</title></head><body><h1>{heading}</h1><article>{paragraphs}</article></body>"


def _rss(site: Site, stories: list[Story], hour: int) -> str:
    items = [_rss_item(site, story, hour) for story in stories]
    channel = "".join(["<title>News</title>", *items, *items[:1]])
    return f'<?xml version="1.0"?><rss version="2.0"><channel>{channel}</channel></rss>'


def _rss_item(site: Site, story: Story, hour: int) -> str:
    """The herald puts whole stories into its feed; the others a teaser, which tells when a story has changed."""
    story_html = "".join(f"<p>{sentence}</p>" for sentence in story.sentences(hour)) * 5
    text = story_html if story.site == "herald" else f"{story.teaser} {'Updated.' * (hour >= story.changes)}"
    link = html.escape(story.link or site.url(story.path))
    published = formatdate(_START + story.hour * 3600)
    return (
        f"<item><title>Story {story.number} of the {story.site}</title><link>{link}</link><guid>{story.number}</guid>"
        f"<pubDate>{published}</pubDate><description>{html.escape(text)}</description></item>"
    )


def _address_in(problem: str) -> str:
    """The address that a report is about."""
    return next((word.rstrip(":,") for word in problem.split() if word.startswith("http")), problem)


def main() -> None:
    """Prints the figures of the week."""
    with TemporaryDirectory() as folder:
        week = live_through(Path(folder))
    expected, found = week.world.expected(), {article.id: article.text for article in week.articles}
    figures = {
        "passes": len(week.reports),
        "requests": len(week.world.site.requests),
        "304s": week.world.served[304],
        "articles expected": len(expected),
        "in the index once and in their last version": sum(
            words in found.get(id, "") for id, words in expected.items()
        ),
        "others in the index": len(found.keys() - expected.keys()),
        "failures served": sum(week.world.failures.values()),
        "failures reported": sum(week.reported_failures().values()),
        "kills": week.n_kills,
        "seconds": round(week.seconds, 1),
    }
    json.dump(figures, sys.stdout, indent=1)


if __name__ == "__main__":
    main()
