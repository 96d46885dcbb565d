"""The gravest attacks at once on the bot's process, while people ask: nobody waits, and a restart brings none back."""

import logging
import signal
import statistics
import subprocess
import sys
import time
import urllib.request
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Thread

import pytest

from index.article import Article
from index.embedding.embedder import OnnxEmbedder
from index.library.disk.library import DiskLibrary
from tests.bot.telegram.test_end_to_end import _ARTICLES, _ROOT, _environment, _write
from tests.botapi import ThreadedBotApiServer, User, running_server
from tests.index.ingest.test_sources_web import page_of
from tests.ports import free_port
from tests.web import Page, Site, serve_site

logger = logging.getLogger(__name__)
pytestmark = pytest.mark.slow

_QUESTION = "How much did the repair of the old bridge cost?"
_LIE = "A harbour on the moon was bought for 99 million florins, and the astronomers of Ulm were glad of it. " * 13
_PEOPLE = 50


def _feed(*items: str) -> Page:
    return Page(f'<rss version="2.0"><channel>{"".join(items)}</channel></rss>', kind="text/xml")


def _item(link: str, rest: str = "", title: str = "News") -> str:
    return f"<item><title>{title}</title><link>{link}</link><guid>{link[:50]}</guid>{rest}</item>"


def _serve_attacks(site: Site) -> list[str]:
    """Serve the feeds of five publishers, four of whom mean harm; return their addresses."""
    attributes = " ".join(f"a{number}=x" for number in range(60_000))
    story = " ".join(f"Sentence number {number} says something else again." for number in range(4_000))
    feeds = {
        "frozen": _feed(_item("/a", f"<author>{'a.' * 200_000}</author>")),
        "page": _feed(_item(site.url("/attributes", "page.example"))),
        "title": _feed(_item("/long", f"<description>{story}</description>", title="word " * 80_000)),
        "words": _feed(
            _item("https://courier.example/bridge", f"<description>{_LIE}</description>"), _item("http://xn--/")
        ),
        "honest": _feed(_item(site.url("/story", "honest.example"))),
    }
    site.pages["/attributes"] = Page(f"<html><body><div {attributes}>{'word ' * 200}</div></body></html>")
    site.pages["/story"] = Page(page_of())
    for name, feed in feeds.items():
        site.pages[f"/{name}.xml"] = feed
    return [site.url(f"/{name}.xml", f"{name}.example") for name in feeds]


@dataclass
class Attacked:
    """A bot's process that reads these feeds."""

    server: ThreadedBotApiServer
    site: Site
    folder: Path
    admin: User
    feeds: list[str]
    embedder: OnnxEmbedder
    health: str = field(default_factory=lambda: f"127.0.0.1:{free_port()}")
    process: subprocess.Popen[str] | None = None

    def start(self) -> None:
        """Start the process, and wait until it asks for updates."""
        before = len(self.server.calls_of("getUpdates"))
        settings = {"FEEDS": ",".join(self.feeds), "FEED_MINUTES": "10", "HEALTH_LISTEN": self.health}
        with (self.folder / "log.txt").open("a") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "tests.attacks.bot_among_hosts", str(self.site.port)],
                cwd=_ROOT,
                env={**_environment(self.server, self.admin, self.folder), **settings},
                stderr=log,
                text=True,
            )
        self.server.wait_until(lambda: len(self.server.calls_of("getUpdates")) > before, timeout=120)

    def stop(self) -> float:
        """Return how long the process took to end after SIGTERM."""
        assert self.process is not None
        began = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(30)
        return time.monotonic() - began

    def memory(self) -> int:
        """Return the most memory that the process took so far, in MB."""
        assert self.process is not None
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(status.partition("VmHWM:")[2].split()[0]) // 1000

    def has_read(self, feed: str) -> bool:
        """Return whether the log tells what came of a feed."""
        return f"feed http://{feed}.example" in (self.folder / "log.txt").read_text()

    def articles(self) -> dict[str, Article]:
        """Return the articles in the index."""
        snapshot = DiskLibrary(self.folder / "index").open_current(self.embedder)
        try:
            return {article.id: article for article in snapshot.archive.articles()}
        finally:
            snapshot.close()

    def fetched(self) -> Counter[str]:
        """Return how often each feed and page was asked for."""
        return Counter(self.site.paths())


@pytest.fixture
def attacked(tmp_path: Path, shipped_embedder: OnnxEmbedder) -> Iterator[Attacked]:
    _write(tmp_path / "articles.jsonl", *_ARTICLES)
    with running_server() as server, serve_site() as site:
        attacked = Attacked(server, site, tmp_path, server.user("Grace"), _serve_attacks(site), shipped_embedder)
        try:
            yield attacked
        finally:
            if attacked.process is not None:
                attacked.process.kill()
                attacked.process.wait()


def _watch_health(attacked: Attacked, is_over: Event, waits: list[float]) -> None:
    while not is_over.wait(0.1):
        began = time.monotonic()
        with urllib.request.urlopen(f"http://{attacked.health}/healthz", timeout=10) as response:
            response.read()
        waits.append(time.monotonic() - began)


def _seconds_to_answer(attacked: Attacked, number: int) -> float:
    person: User = attacked.server.user(f"Reader {number}")
    began = time.monotonic()
    person.says(person.opens_chat(), _QUESTION)
    attacked.server.wait_for_message(person.opens_chat(), lambda said: "4.2 million" in said.text, timeout=30)
    return time.monotonic() - began


def test_people_are_answered_while_feeds_and_pages_attack_and_a_restart_brings_nothing_back(
    attacked: Attacked,
) -> None:
    attacked.start()
    attacked.server.wait_until(lambda: attacked.fetched()["/frozen.xml"] == 1, timeout=60)
    waits, is_over = [0.0], Event()
    watching = Thread(target=_watch_health, args=(attacked, is_over, waits))
    watching.start()
    answered = [_seconds_to_answer(attacked, number) for number in range(_PEOPLE)]
    attacked.server.wait_until(lambda: attacked.has_read("honest"), timeout=120)
    is_over.set()
    watching.join()
    memory, stopped, before = attacked.memory(), attacked.stop(), attacked.fetched()
    p95 = statistics.quantiles(answered, n=20)[-1]
    figures = f"p50 {statistics.median(answered):.2f} s, p95 {p95:.2f} s, healthz {max(waits):.2f} s"
    logger.info("%s, stopped in %.1f s, %d MB", figures, stopped, memory)
    assert (p95 < 5, max(waits) < 2, stopped < 10, memory < 600) == (True, True, True, True)

    articles = attacked.articles()
    lies = [article for article in articles.values() if "99 million" in article.text]
    assert [(lie.source, lie.url) for lie in lies] == [("words.example", None)]
    assert attacked.site.url("/story", "honest.example") in articles
    assert max(len(article.title) for article in articles.values()) <= 300

    attacked.start()
    attacked.server.wait_until(lambda: _seconds_to_answer(attacked, _PEOPLE) > 0, timeout=30)
    time.sleep(3)
    assert attacked.fetched() == before
    assert attacked.stop() < 10
