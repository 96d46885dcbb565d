"""The bot's process over feeds that attack it, while people ask: what they wait, and what becomes of the bot."""

import signal
import statistics
import subprocess
import sys
import time
import urllib.request
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Thread

from index.article import Article
from index.embedding.embedder import OnnxEmbedder
from index.library.disk.library import DiskLibrary
from tests.attacks.hostile_feeds import serve_attacks
from tests.bot.telegram.test_end_to_end import _ARTICLES, _ROOT, _environment, _write
from tests.botapi import ThreadedBotApiServer, User, running_server
from tests.ports import free_port
from tests.web import Site, serve_site

_QUESTION = "How much did the repair of the old bridge cost?"
_ANSWER = "4.2 million"
_QUIET_SECONDS = 3.0


@dataclass(frozen=True)
class Endured:
    """What an attack cost: seconds from question to answer, seconds of the slowest `/healthz` and of the stop, MB."""

    answered: list[float]
    slowest_healthz: float
    stopped: float
    memory: int
    fetched_again: int
    """Feeds and pages asked for once more within seconds of a restart."""

    @property
    def p50(self) -> float:
        """Seconds that half of the answers took at most."""
        return statistics.median(self.answered)

    @property
    def p95(self) -> float:
        """Seconds that nineteen of twenty answers took at most."""
        return statistics.quantiles(self.answered, n=20)[-1]


@dataclass
class AttackedBot:
    """A bot's process that reads these feeds."""

    server: ThreadedBotApiServer
    site: Site
    folder: Path
    admin: User
    feeds: list[str]
    health: str = field(default_factory=lambda: f"127.0.0.1:{free_port()}")
    process: subprocess.Popen[str] | None = None
    settings: Mapping[str, str] = field(default_factory=dict)
    """Of the environment, beside its own."""

    def start(self) -> None:
        """Start the process, and wait until it asks for updates."""
        before = len(self.server.calls_of("getUpdates"))
        reading = {"FEEDS": ",".join(self.feeds), "FEED_MINUTES": "10", "HEALTH_LISTEN": self.health}
        with (self.folder / "log.txt").open("a") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "tests.attacks.bot_among_hosts", str(self.site.port)],
                cwd=_ROOT,
                env={**_environment(self.server, self.admin, self.folder), **reading, **self.settings},
                stderr=log,
                text=True,
            )
        self.server.wait_until(lambda: len(self.server.calls_of("getUpdates")) > before, timeout=300)

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

    def articles(self, embedder: OnnxEmbedder) -> dict[str, Article]:
        """Return the articles in the index."""
        snapshot = DiskLibrary(self.folder / "index").open_current(embedder)
        try:
            return {article.id: article for article in snapshot.archive.articles()}
        finally:
            snapshot.close()

    def fetched(self) -> Counter[str]:
        """Return how often each feed and page was asked for."""
        return Counter(self.site.paths())

    def endure(self, people: int) -> Endured:
        """Ask for so many people, one after the other, from the first feed's being read on; stop, and start again.

        The process runs before, and is stopped after.
        """
        self.server.wait_until(self.fetched, timeout=60)
        waits, is_over = [0.0], Event()
        watching = Thread(target=_watch_health, args=(self, is_over, waits))
        watching.start()
        answered = [self.seconds_to_answer(number) for number in range(people)]
        self.server.wait_until(lambda: self.has_read("honest"), timeout=600)
        is_over.set()
        watching.join()
        memory, stopped, before = self.memory(), self.stop(), self.fetched()
        self.start()
        self.seconds_to_answer(people)
        time.sleep(_QUIET_SECONDS)
        again = (self.fetched() - before).total()
        return Endured(answered, max(waits), max(stopped, self.stop()), memory, again)

    def seconds_to_answer(self, number: int) -> float:
        """Return how long somebody waits for an answer."""
        person: User = self.server.user(f"Reader {number}")
        began = time.monotonic()
        person.says(person.opens_chat(), _QUESTION)
        self.server.wait_for_message(person.opens_chat(), lambda said: _ANSWER in said.text, timeout=60)
        return time.monotonic() - began


def _watch_health(attacked: AttackedBot, is_over: Event, waits: list[float]) -> None:
    while not is_over.wait(0.1):
        began = time.monotonic()
        with urllib.request.urlopen(f"http://{attacked.health}/healthz", timeout=30) as response:
            response.read()
        waits.append(time.monotonic() - began)


@contextmanager
def attacked_bot(folder: Path, *attacks: str) -> Iterator[AttackedBot]:
    """A bot that reads the feeds of these attacks and an honest one, not started yet; ended after the block."""
    _write(folder / "articles.jsonl", *_ARTICLES)
    with running_server() as server, serve_site() as site:
        attacked = AttackedBot(server, site, folder, server.user("Grace"), serve_attacks(site, *attacks))
        try:
            yield attacked
        finally:
            if attacked.process is not None:
                attacked.process.kill()
                attacked.process.wait()
