"""A clock that is set back and forth by years under the running bot, and under the commands that change an index.

    python -m benchmarks.clock_jumps --jumps 20

Every time people ask, a feed brings a new item, and the admin reloads now and then; every fourth time the bot is killed
and started under the new clock. Lost is a question without an answer; every item must be in the library once. The clock
on the wall is moved by libfaketime (Debian: `apt install libfaketime`); that of timers goes on, as it does when an
administrator sets a clock.
"""

import argparse
import json
import os
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.articles import write_articles
from benchmarks.editions import CHANGES, Editions
from benchmarks.processes import start
from benchmarks.telegram_bot import QUESTION, Bot, answers_counted
from index.embedding.embedder import OnnxEmbedder
from index.library.disk.library import DiskLibrary
from index.settings import IndexSettings
from tests.botapi import User, running_server
from tests.index.ingest.test_sources_web import page_of
from tests.web import Page, Site, serve_site

_LIBRARIES = (Path("/usr/lib"), Path("/usr/lib64"))
_JUMPS = 20
_OFFSETS = ("+10y", "-10y", "+1y", "-25y", "+40d", "+0", "+30y", "-1d")
_PEOPLE = 3
_PATIENCE_SECONDS = 90
_STUCK_SECONDS = 600
_CHANGED = 12


@dataclass(frozen=True, slots=True)
class Clock:
    """A clock for the processes that are started with its `environment`; what it says is read from a file."""

    file: Path

    def set(self, offset: str) -> None:
        """Move it by so much from the true time."""
        fresh = self.file.with_suffix(".new")
        fresh.write_text(f"{offset}\n")
        fresh.replace(self.file)

    @property
    def environment(self) -> dict[str, str]:
        """What a process has to be started with."""
        libraries = [path for folder in _LIBRARIES for path in folder.glob("**/faketime/libfaketimeMT.so.1")]
        if not libraries:
            raise SystemExit("libfaketime is missing: apt install libfaketime")
        return {
            "LD_PRELOAD": str(libraries[0]),
            "FAKETIME_TIMESTAMP_FILE": str(self.file),
            "FAKETIME_CACHE_DURATION": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        }


def measure(jumps: int = _JUMPS) -> dict[str, float]:
    """Return what became of the index, of those who asked, and of what the feed brought."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        clock = Clock(root / "clock")
        clock.set("+0")
        (root / "bot").mkdir()
        return _change(root, clock, jumps) | _serve(root / "bot", clock, jumps)


def _change(root: Path, clock: Clock, jumps: int) -> dict[str, float]:
    embedder = OnnxEmbedder.load(IndexSettings.from_environment().model_cache)
    editions = Editions(root, embedder)
    editions.next_edition()
    editions.finish(["build", "--articles", str(editions.articles)])
    came: Counter[str] = Counter()
    for number in range(jumps):
        kind = list(CHANGES)[number % len(CHANGES)]
        command = CHANGES[kind](editions)
        before = editions.holdings()
        clock.set(_OFFSETS[number % len(_OFFSETS)])
        process = start(["index", *command, "--index", str(editions.index)], clock.environment)
        came["failed"] += process.wait(_STUCK_SECONDS) != 0
        came[editions.state(before, command[0])] += 1
    return {
        "changes: jumps": jumps,
        "changes: done": came["after"],
        "changes: not done": came["before"],
        "changes: failed": came["failed"],
        "changes: broken or articles lost": came["broken"],
    }


def _serve(folder: Path, clock: Clock, jumps: int) -> dict[str, float]:
    came: Counter[str] = Counter()
    items: list[str] = []
    asked: list[User] = []
    with running_server() as server, serve_site() as site:
        _publish(site, items)
        write_articles(folder / "articles.jsonl", _CHANGED, seed=0)
        feed = site.url("/feed.xml", "feed.example")
        settings = {"ARTICLES": str(folder / "articles.jsonl"), "FEEDS": feed, "FEED_MINUTES": "10"}
        bot = Bot(server, folder, {**settings, **clock.environment}, ("tests.attacks.bot_among_hosts", str(site.port)))
        bot.start()
        try:
            for number in range(jumps):
                _publish(site, items)
                clock.set(_OFFSETS[number % len(_OFFSETS)])
                if number % 4 == 3:
                    bot.kill()
                    bot.start()
                people = [server.user(f"Reader {number} {each}") for each in range(_PEOPLE)]
                asked += people
                for person in people:
                    person.says(person.opens_chat(), QUESTION)
                bot.wait_for_answers(people, timeout=_PATIENCE_SECONDS)
                came += _reload(bot, folder, number)
            clock.set("+35y")  # when every feed is due, whatever was noted of it
            time.sleep(20)
            bot.wait_for_answers(asked, timeout=_PATIENCE_SECONDS)
            came += answers_counted(bot, asked)
            came["seconds to stop"] = round(bot.stop())
        finally:
            bot.kill()
    held = _held(folder / "index", items)
    return {
        "serving: jumps": jumps,
        "serving: asked": jumps * _PEOPLE,
        "serving: without an answer": came["lost"],
        "serving: answered more than once": came["repeated"],
        "serving: told that something broke as well": came["apologies"],
        "serving: reloads begun": came["reloads"],
        "serving: reloads that never ended": came["endless"],
        "serving: items of the feed": len(items),
        "serving: – in the library": sum(held[item] == 1 for item in items),
        "serving: – more than once": sum(held[item] > 1 for item in items),
        "serving: s to stop in the end": came["seconds to stop"],
    }


def _publish(site: Site, items: list[str]) -> None:
    """Let the feed have one more item, which leads to a page."""
    number = len(items)
    sentence = (
        f"Ferry number {number} of the harbour was painted blue by the council, the mayor said on Tuesday evening."
    )
    site.pages[f"/story/{number}"] = Page(page_of((sentence,) * 3, title=f"Ferry {number} is blue"))
    items.append(f"Ferry number {number} of")
    links = [site.url(f"/story/{each}", "feed.example") for each in range(len(items))]
    entries = "".join(f"<item><title>Ferry</title><link>{link}</link><guid>{link}</guid></item>" for link in links)
    site.pages["/feed.xml"] = Page(f'<rss version="2.0"><channel>{entries}</channel></rss>', kind="text/xml")


def _reload(bot: Bot, folder: Path, number: int) -> Counter[str]:
    """Every third time, let the admin reload other texts."""
    if number % 3 != 2:
        return Counter()
    write_articles(folder / "articles.jsonl", _CHANGED, seed=number)
    admin = bot.server.user("Admin")
    told_before = len(bot.answers(admin))
    admin.says(admin.opens_chat(), "/reload")
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while time.monotonic() < deadline:
        if any(not message.text.endswith("…") for message in bot.answers(admin)[told_before:]):
            return Counter({"reloads": 1})
        time.sleep(0.2)
    return Counter({"reloads": 1, "endless": 1})


def _held(index: Path, items: Sequence[str]) -> Counter[str]:
    """Return in how many of the library's articles the words of each item stand."""
    embedder = OnnxEmbedder.load(IndexSettings.from_environment().model_cache)
    snapshot = DiskLibrary(index).open_current(embedder)
    try:
        return Counter(item for article in snapshot.archive.articles() for item in items if item in article.text)
    finally:
        snapshot.close()


if __name__ == "__main__":
    os.environ.pop("LD_PRELOAD", None)
    parser = argparse.ArgumentParser(
        "python -m benchmarks.clock_jumps", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--jumps", type=int, default=_JUMPS)
    print(json.dumps(measure(parser.parse_args().jumps), indent=1))
