"""Answers while alerts go out: people ask, and an article arrives that thousands of chats wait for.

    python -m benchmarks.watch_storm [--alerts 5000] [--questions-a-second 2] [--quiet 60] [--storm 600]

A bot polls the local Bot API server. Before and after the storm there are as many seconds of quiet as `--quiet` says;
the storm begins with the admin's reload and ends with the last alert, or after `--storm` seconds. Alerts keep to what
Telegram lets a bot send, so that thousands take minutes.
"""

import argparse
import json
import sqlite3
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import numpy as np

from benchmarks.articles import write_articles
from benchmarks.askers import PEOPLE, Askers
from benchmarks.measuring import peak_mib
from benchmarks.processes import bot_environment, start
from bot.adapters.telegram.views.texts import ALERT_HEADING
from bot.store import Store
from bot.watches.watch import new_watch
from tests.botapi import ThreadedBotApiServer, running_server

_ARTICLES: Final = 100
_MOST_SECONDS: Final = 300.0
_WARM_UP_SECONDS: Final = 10.0
_NEWS: Final = (
    "The ferry of Skarn runs again\n\nThe ferry of Skarn runs again from 2 July, the council said on Monday."
    " Its repair cost 300,000 euros, and tickets will cost what they did before.\n"
)
_WORDINGS: Final = (
    "When does the ferry of Skarn run again?",
    "skarn ferry runs again when",
    "from which day on does the ferry in Skarn run again?",
    "when will the Skarn ferry run again",
    "ferry of Skarn runs again",
)


def measure(
    alerts: int = 5_000, questions_a_second: float = 2.0, quiet_seconds: float = 60.0, storm_seconds: float = 600.0
) -> dict[str, object]:
    """Return how long people wait for answers without and with alerts going out, and how fast these go out."""
    with tempfile.TemporaryDirectory() as folder, running_server() as server:
        root = Path(folder)
        articles = root / "articles"
        articles.mkdir()
        write_articles(articles / "made.jsonl", _ARTICLES, seed=0)
        admin = server.user("Ada")
        environment = bot_environment(server, admin, articles, root / "index")
        watching = list(_watching(server, root / "bot.db", alerts))
        process = start(["bot", "run"], environment)
        try:
            server.wait_until(lambda: server.calls_of("getUpdates"), timeout=_MOST_SECONDS)
            server.wait_until(lambda: _is_looked_through(root / "bot.db"), timeout=_MOST_SECONDS)
            askers = Askers(server, questions_a_second)
            with askers.asking():
                time.sleep(_WARM_UP_SECONDS)
                began = time.monotonic()
                time.sleep(quiet_seconds)
                (articles / "news.txt").write_text(_NEWS, encoding="utf-8")
                storm = time.monotonic()
                admin.says(server.private_chat(admin), "/reload")
                _wait_for(server, set(watching), storm + storm_seconds)
                calm = time.monotonic()
                time.sleep(quiet_seconds)
            time.sleep(5)  # whatever is late is there by now
            peak = peak_mib(process.pid)
        finally:
            process.kill()
            process.wait()
        return {
            "people": PEOPLE,
            "watches": alerts,
            **_figures_of(askers, began, storm, calm),
            **_alerts_of(server, set(watching), storm),
            "peak memory of the bot MiB": round(peak),
        }


def _watching(server: ThreadedBotApiServer, database: Path, count: int) -> Iterator[int]:
    """Yield the chats that watch for the news, once each."""
    with Store.open(f"sqlite:///{database}") as store:
        for number in range(count):
            chat_id = server.private_chat(server.user(f"Reader{number}")).id
            chat = f"tg:{chat_id}"
            watch = new_watch(chat, 0, _WORDINGS[number % len(_WORDINGS)], datetime.now(UTC))
            store.watches.add(watch, chat, None, most=1)
            yield chat_id


def _is_looked_through(database: Path) -> bool:
    with sqlite3.connect(database, timeout=10) as connection:
        (count,) = connection.execute("SELECT count(*) FROM matched_articles").fetchone()
    return bool(count)


def _told(server: ThreadedBotApiServer, watching: set[int]) -> list[tuple[float, int]]:
    """Return when each alert arrived, and where."""
    return [
        (call.at, chat_id)
        for call in server.calls_of("sendMessage")
        if (chat_id := int(str(call.params["chat_id"]))) in watching
        and call.error is None
        and ALERT_HEADING in str(call.params["text"])
    ]


def _wait_for(server: ThreadedBotApiServer, watching: set[int], until: float) -> None:
    while time.monotonic() < until and len(_told(server, watching)) < len(watching):
        time.sleep(2)


def _figures_of(askers: Askers, began: float, storm: float, calm: float) -> dict[str, object]:
    waits = [(at, wait) for at, wait in askers.waits() if at >= began]
    during = [wait for at, wait in waits if storm <= at < calm and wait is not None]
    without = [wait for at, wait in waits if not storm <= at < calm and wait is not None]
    p95 = {name: float(np.percentile(some, 95)) for name, some in (("without", without), ("during", during))}
    return {
        "questions without an answer": sum(wait is None for _, wait in waits),
        "questions without alerts": len(without),
        "questions while alerts go out": len(during),
        "s to the answer without, p50": round(float(np.median(without)), 3),
        "s to the answer without, p95": round(p95["without"], 3),
        "s to the answer during, p50": round(float(np.median(during)), 3),
        "s to the answer during, p95": round(p95["during"], 3),
        "s to the answer during, longest": round(max(during), 3),
        "p95 during, times that without": round(p95["during"] / p95["without"], 2),
    }


def _alerts_of(server: ThreadedBotApiServer, watching: set[int], storm: float) -> dict[str, object]:
    told = _told(server, watching)
    at = [when - storm for when, _ in told]
    return {
        "alerts": len(told),
        "chats told": len({chat_id for _, chat_id in told}),
        "s to the first alert": round(min(at, default=0.0), 1),
        "s to the last alert": round(max(at, default=0.0), 1),
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        "python -m benchmarks.watch_storm", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--alerts", type=int, default=5_000, help="so many chats watch for what arrives")
    parser.add_argument("--questions-a-second", type=float, default=2.0)
    parser.add_argument("--quiet", type=float, default=60.0, help="seconds without alerts, before and after")
    parser.add_argument("--storm", type=float, default=600.0, help="seconds of alerts, at most")
    options = parser.parse_args()
    print(json.dumps(measure(options.alerts, options.questions_a_second, options.quiet, options.storm), indent=1))


if __name__ == "__main__":
    main()
