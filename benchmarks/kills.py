"""Kills: SIGKILL at random moments of `index build` and of a reload in the running bot.

After each one the index must load and answer. Every build has work to do: each edition changes every article.
"""

import random
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.articles import write_articles
from benchmarks.processes import bot_environment, start
from index import Query
from index.embedding import OnnxEmbedder
from index.errors import IndexingError
from index.library import Library
from index.retrieval import Retriever
from index.settings import IndexSettings
from tests.botapi import Chat, ThreadedBotApiServer, User, running_server

_KILLS_OF_EACH = 100
_ARTICLES = 12
_SEED = 11


def measure() -> dict[str, float]:
    """200 kills: how many left an index that does not load or answer, and where in the work they fell."""
    embedder = OnnxEmbedder.load(IndexSettings.from_environment().model_cache)
    with tempfile.TemporaryDirectory() as folder:
        index, articles = Path(folder) / "index", Path(folder) / "articles.jsonl"
        write_articles(articles, _ARTICLES, seed=0)
        whole = _seconds_of_a_build(articles, index)
        builds = [_kill_a_build(number, whole, articles, index, embedder) for number in range(_KILLS_OF_EACH)]
        reloads = [_kill_a_reload(number, articles, index, embedder) for number in range(_KILLS_OF_EACH)]
    return {
        "build kills": len(builds),
        "build kills after which the index did not answer": builds.count("broken"),
        "build kills that came before the switch": builds.count("old"),
        "build kills that came after it": builds.count("new"),
        "reload kills": len(reloads),
        "reload kills after which the index did not answer": reloads.count("broken"),
        "reload kills that came before the switch": reloads.count("old"),
        "reload kills that came after it": reloads.count("new"),
        "whole build s": round(whole, 2),
    }


def _seconds_of_a_build(articles: Path, index: Path) -> float:
    started = time.perf_counter()
    process = start(["index", "build", "--articles", str(articles), "--index", str(index)])
    assert process.wait() == 0
    return time.perf_counter() - started


def _kill_a_build(number: int, whole: float, articles: Path, index: Path, embedder: OnnxEmbedder) -> str:
    write_articles(articles, _ARTICLES, seed=1 + number)
    before = Library(index).current_name()
    process = start(["index", "build", "--articles", str(articles), "--index", str(index)])
    time.sleep(random.Random(_SEED + number).uniform(0, whole))
    process.kill()
    process.wait()
    return _state(before, index, embedder)


def _kill_a_reload(number: int, articles: Path, index: Path, embedder: OnnxEmbedder) -> str:
    write_articles(articles, _ARTICLES, seed=1000 + number)
    before = Library(index).current_name()
    with running_server() as server, _bot(server, articles, index) as (chat, admin, kill):
        admin.says(chat, "/reload")
        server.wait_until(lambda: any(call.method == "sendMessage" for call in server.calls), timeout=30)
        time.sleep(random.Random(_SEED + number).uniform(0, 1.6))
        kill()
    return _state(before, index, embedder)


@contextmanager
def _bot(server: ThreadedBotApiServer, articles: Path, index: Path) -> Iterator[tuple[Chat, User, Callable[[], None]]]:
    """A real bot on the local Bot API server, its admin, and the way to kill it."""
    admin = server.user("Ada")
    chat = server.private_chat(admin)
    process = start(["bot", "run"], bot_environment(server, admin, articles, index))
    try:
        server.wait_until(lambda: server.calls_of("getUpdates"), timeout=60)
        yield chat, admin, process.kill
    finally:
        process.kill()
        process.wait()


def _state(before: str, index: Path, embedder: OnnxEmbedder) -> str:
    """Whether the index still answers, and if so whether the killed work had been published."""
    library = Library(index)
    try:
        snapshot = library.open_current(embedder)
        hits = Retriever(snapshot, embedder).search(Query("Who brokered the ceasefire?"))
        whole = bool(hits) and not library.verify()
    except IndexingError:
        return "broken"
    name = snapshot.name
    snapshot.close()
    if not whole:
        return "broken"
    return "old" if name == before else "new"
