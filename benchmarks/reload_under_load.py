"""Reload under load: 50 people ask, evenly spread over time, through the local Bot API server, while an admin reloads.

    python -m benchmarks.reload_under_load --questions-a-second 5 --reloads 10

Quiet spells and reloads take turns, so that whatever else goes on meets both; a question belongs to a reload if it was
asked between the admin's command and the message that it is done. Every article differs at every reload. With --vectors
the index is on a vector server, a `milvus-lite server`, and a reload switches an alias there.
"""

import argparse
import json
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

import numpy as np

from benchmarks.articles import write_articles
from benchmarks.askers import PEOPLE, Askers
from benchmarks.measuring import peak_mib
from benchmarks.processes import bot_environment, start
from tests.botapi import Chat, ThreadedBotApiServer, User, running_server
from tests.milvus import running_vectors

_RELOADS = 10
_QUESTIONS_A_SECOND = 5.0
_ARTICLES = 100
_QUIET_SECONDS = 10.0
_WARM_UP_SECONDS = 10.0
_MOST_SECONDS = 300.0


def measure(
    questions_a_second: float = _QUESTIONS_A_SECOND, reloads: int = _RELOADS, *, on_vectors: bool = False
) -> dict[str, float]:
    """Return questions asked and failed; seconds from question to answer, without and during reloads."""
    with tempfile.TemporaryDirectory() as folder, running_server() as server, ExitStack() as held:
        root = Path(folder)
        articles = root / "articles"
        articles.mkdir()
        seed = Path(__file__).parents[1] / "seeds" / "000_5c401926a82ef3ad.txt"
        (articles / seed.name).write_bytes(seed.read_bytes())
        write_articles(articles / "made.jsonl", _ARTICLES, seed=0)
        admin = server.user("Ada")
        admin_chat = server.private_chat(admin)
        environment = bot_environment(server, admin, articles, root / "index")
        if on_vectors:
            environment["VECTOR_URL"] = held.enter_context(running_vectors()).url("news")
        process = start(["bot", "run"], environment)
        try:
            server.wait_until(lambda: server.calls_of("getUpdates"), timeout=_MOST_SECONDS)
            askers = Askers(server, questions_a_second)
            spells: list[tuple[float, float]] = []
            with askers.asking():
                time.sleep(_WARM_UP_SECONDS)
                began = time.monotonic()
                for turn in range(reloads):
                    time.sleep(_QUIET_SECONDS)
                    write_articles(articles / "made.jsonl", _ARTICLES, seed=1 + turn)
                    spells.append(_reload(server, admin, admin_chat, turn))
            time.sleep(5)  # whatever is late or sent twice is there by now
            peak = peak_mib(process.pid)
        finally:
            process.kill()
            process.wait()
        return {
            "people": PEOPLE,
            "questions a second": questions_a_second,
            **_figures_of(askers, spells, began),
            "chats with exactly one answer a question": _chats_in_order(askers),
            "refused API calls": sum(call.error is not None for call in server.calls),
            "peak memory of the bot MiB": round(peak),
        }


def _reload(server: ThreadedBotApiServer, admin: User, chat: Chat, done: int) -> tuple[float, float]:
    """Reload; return when it began and ended."""
    began = time.monotonic()
    admin.says(chat, "/reload")
    server.wait_until(
        lambda: sum(message.text.startswith("Reloaded in") for message in server.messages(chat)) > done,
        timeout=_MOST_SECONDS,
    )
    return began, time.monotonic()


def _figures_of(askers: Askers, spells: list[tuple[float, float]], began: float) -> dict[str, float]:
    waits = askers.waits()
    counted = [(at, wait) for at, wait in waits if at >= began and wait is not None]
    during = [wait for at, wait in counted if any(first <= at <= last for first, last in spells)]
    without = [wait for at, wait in counted if not any(first <= at <= last for first, last in spells)]
    p95 = {name: float(np.percentile(some, 95)) for name, some in (("without", without), ("during", during))}
    return {
        "questions": len(waits),
        "questions without an answer": sum(wait is None for _, wait in waits),
        "reloads": len(spells),
        "s a reload (median)": round(float(np.median([last - first for first, last in spells])), 1),
        "questions without a reload": len(without),
        "questions during reloads": len(during),
        "s to the answer without, p50": round(float(np.median(without)), 3),
        "s to the answer without, p95": round(p95["without"], 3),
        "s to the answer during, p50": round(float(np.median(during)), 3),
        "s to the answer during, p95": round(p95["during"], 3),
        "p95 during, times that without": round(p95["during"] / p95["without"], 2),
    }


def _chats_in_order(askers: Askers) -> int:
    chats = zip(askers.chats, askers.asked, strict=True)
    return sum(len(askers.server.messages(chat)) == len(asked) for chat, asked in chats)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        "python -m benchmarks.reload_under_load",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--questions-a-second", type=float, default=_QUESTIONS_A_SECOND)
    parser.add_argument("--reloads", type=int, default=_RELOADS)
    parser.add_argument("--vectors", action="store_true", help="the index on a vector server")
    options = parser.parse_args()
    figures = measure(options.questions_a_second, options.reloads, on_vectors=options.vectors)
    print(json.dumps(figures, indent=1))
