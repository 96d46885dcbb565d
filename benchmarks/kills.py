"""Kills: SIGKILL at random moments of `index build`, `add`, `remove`, `rollback`, and of a reload in the running bot.

After each one the index must load, pass `verify` and answer, and hold every article from before or every one from
after.

    python -m benchmarks.kills --of-each 100
"""

import argparse
import json
import os
import random
import signal
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from rich.console import Console
from rich.progress import track

from benchmarks.articles import write_articles
from benchmarks.processes import bot_environment, start
from index import Query
from index.embedding.embedder import OnnxEmbedder
from index.errors import IndexingError
from index.library.disk.library import DiskLibrary
from index.search.retrieval import Retriever
from index.settings import IndexSettings
from tests.botapi import Chat, ThreadedBotApiServer, User, running_server

_KILLS_OF_EACH = 100
_ARTICLES = 12
_SEED = 11

Holdings = dict[str, str]
"""The revision of each article, by its id."""


@dataclass(slots=True)
class _Bench:
    """One index folder, and the articles to change it with."""

    root: Path
    embedder: OnnxEmbedder
    edition: int = 0

    @property
    def index(self) -> Path:
        """The index folder."""
        return self.root / "index"

    @property
    def articles(self) -> Path:
        """The articles of the last edition."""
        return self.root / "articles.jsonl"

    def next_edition(self) -> None:
        """Write other texts under the same ids."""
        self.edition += 1
        write_articles(self.articles, _ARTICLES, seed=self.edition)

    def holdings(self) -> Holdings | None:
        """Return what the index holds; None if it does not load, answer or verify."""
        library = DiskLibrary(self.index)
        try:
            with closing(library.open_current(self.embedder)) as snapshot:
                if not Retriever(snapshot, self.embedder).search(Query("Who brokered the ceasefire?")):
                    return None
                held = {article.id: article.revision for article in snapshot.archive.articles()}
            return None if library.verify() else held
        except IndexingError:
            return None


def measure(of_each: int = _KILLS_OF_EACH) -> dict[str, float]:
    """Return how many kills of each kind left the index as before, as after, or broken.

    The seconds that each command takes unharmed are returned as well.
    """
    embedder = OnnxEmbedder.load(IndexSettings.from_environment().model_cache)
    figures: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as folder:
        bench = _Bench(Path(folder), embedder)
        bench.next_edition()
        _finish(["build", "--articles", str(bench.articles)], bench)
        for kind, prepare in {"build": _edition, "add": _arrival, "remove": _departure, "rollback": _return}.items():
            whole = _finish(prepare(bench), bench)
            states = Counter(_kill(prepare(bench), bench, whole, number) for number in _kills(kind, of_each))
            figures |= _figures_of(kind, states, whole)
        whole = _finish_a_reload(bench)
        states = Counter(_kill_a_reload(bench, whole, number) for number in _kills("reload", of_each))
        figures |= _figures_of("reload", states, whole)
    figures["kills"] = sum(int(count) for name, count in figures.items() if name.endswith("kills"))
    return figures


def _kills(kind: str, of_each: int) -> Iterable[int]:
    return track(range(of_each), kind, console=Console(stderr=True))


def _figures_of(kind: str, states: Counter[str], whole: float) -> dict[str, float]:
    return {
        f"{kind}: kills": sum(states.values()),
        f"{kind}: as before": states["before"],
        f"{kind}: as after": states["after"],
        f"{kind}: broken or articles lost": states["broken"],
        f"{kind}: unharmed s": round(whole, 2),
    }


def _edition(bench: _Bench) -> list[str]:
    bench.next_edition()
    return ["build", "--articles", str(bench.articles)]


def _arrival(bench: _Bench) -> list[str]:
    bench.edition += 1
    arriving = bench.root / "arriving.jsonl"
    write_articles(arriving, 1, seed=bench.edition)
    arriving.write_text(arriving.read_text().replace("made/0", f"arrived/{bench.edition}"))
    return ["add", str(arriving)]


def _departure(bench: _Bench) -> list[str]:
    """Add an article; return the command that removes it."""
    _finish(_arrival(bench), bench)
    return ["remove", f"arrived/{bench.edition}"]


def _return(bench: _Bench) -> list[str]:
    """Add an article; return the command that goes back to the state before it."""
    _finish(_arrival(bench), bench)
    return ["rollback"]


def _finish(command: list[str], bench: _Bench) -> float:
    """Run the whole command; return how many seconds it took."""
    started = time.perf_counter()
    process = start(["index", *command, "--index", str(bench.index)])
    assert process.wait() == 0, command
    return time.perf_counter() - started


def _kill(command: list[str], bench: _Bench, whole: float, number: int) -> str:
    before = bench.holdings()
    process = start(["index", *command, "--index", str(bench.index)])
    time.sleep(random.Random(_SEED + number).uniform(whole * 0.3, whole))
    process.kill()
    process.wait()
    return _state(before, bench, command)


def _finish_a_reload(bench: _Bench) -> float:
    """Reload in a running bot; return the seconds from its first word about it to its last."""
    bench.next_edition()
    with running_server() as server, _bot(server, bench.articles, bench.index) as (chat, admin, _):
        admin.says(chat, "/reload")
        server.wait_until(lambda: server.calls_of("sendMessage"), timeout=30)
        started = time.perf_counter()
        server.wait_until(lambda: "Reloaded in" in server.messages(chat)[-1].text, timeout=120)
        return time.perf_counter() - started


def _kill_a_reload(bench: _Bench, whole: float, number: int) -> str:
    """Kill the bot together with the process that it reloads in; return what became of the index."""
    bench.next_edition()
    before = bench.holdings()
    with running_server() as server, _bot(server, bench.articles, bench.index) as (chat, admin, kill):
        admin.says(chat, "/reload")
        server.wait_until(lambda: server.calls_of("sendMessage"), timeout=30)
        time.sleep(random.Random(_SEED + number).uniform(whole * 0.3, whole))
        kill()
    return _state(before, bench, ["reload"])


@contextmanager
def _bot(server: ThreadedBotApiServer, articles: Path, index: Path) -> Iterator[tuple[Chat, User, Callable[[], None]]]:
    """Run a real bot on the local Bot API server; give its chat, its admin, and the way to kill it."""
    admin = server.user("Ada")
    chat = server.private_chat(admin)
    environment = bot_environment(server, admin, articles, index)
    # Of its own: to the next bot, the first update of another server is one that it has seen.
    environment["DATABASE_URL"] = f"sqlite:///{index.parent / f'{uuid4().hex}.db'}"
    process = start(["bot", "run"], environment, in_own_group=True)

    def kill() -> None:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    try:
        server.wait_until(lambda: server.calls_of("getUpdates"), timeout=60)
        yield chat, admin, kill
    finally:
        with suppress(ProcessLookupError):
            kill()


def _state(before: Holdings | None, bench: _Bench, command: list[str]) -> str:
    """Return whether the index is as before or as after the command, in full, or broken."""
    now = bench.holdings()
    if now is None or before is None:
        return "broken"
    if now == before:
        return "before"
    came, went = now.keys() - before.keys(), before.keys() - now.keys()
    changed = {article_id for article_id in now.keys() & before.keys() if now[article_id] != before[article_id]}
    expected = {
        "build": len(changed) == _ARTICLES and not came,
        "reload": len(changed) in (0, _ARTICLES) and not came,  # 0: only what had been added before is gone
        "add": len(came) == 1 and not went and not changed,
        "remove": len(went) == 1 and not came and not changed,
        "rollback": len(went) == 1 and not came and not changed,
    }
    return "after" if expected[command[0]] else "broken"


if __name__ == "__main__":
    parser = argparse.ArgumentParser("python -m benchmarks.kills")
    parser.add_argument("--of-each", type=int, default=_KILLS_OF_EACH, help="kills of each of five kinds")
    print(json.dumps(measure(parser.parse_args().of_each), indent=1))
