"""Kills: SIGKILL at random moments of `index build`, `add`, `remove`, `rollback`, and of a reload in the running bot.

After each one the index must load, pass `verify` and answer, and hold every article from before or every one from
after.

    python -m benchmarks.kills --of-each 100
    python -m benchmarks.kills --of-each 20 --first 80   in parts: the last twenty of a hundred moments
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
from contextlib import contextmanager, suppress
from pathlib import Path
from uuid import uuid4

from rich.console import Console
from rich.progress import track

from benchmarks.editions import CHANGES, Editions
from benchmarks.processes import bot_environment, start
from index.embedding.embedder import OnnxEmbedder
from index.settings import IndexSettings
from tests.botapi import Chat, ThreadedBotApiServer, User, running_server

_KILLS_OF_EACH = 100
_SEED = 11


def measure(of_each: int = _KILLS_OF_EACH, first: int = 0) -> dict[str, float]:
    """Return how many kills of each kind left the index as before, as after, or broken.

    `first`: the number of the first moment; each number has a moment of its own.

    The seconds that each command takes unharmed are returned as well.
    """
    embedder = OnnxEmbedder.load(IndexSettings.from_environment().model_cache)
    figures: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as folder:
        editions = Editions(Path(folder), embedder)
        editions.next_edition()
        editions.finish(["build", "--articles", str(editions.articles)])
        for kind, prepare in CHANGES.items():
            whole = editions.finish(prepare(editions))
            states = Counter(
                _kill(prepare(editions), editions, whole, number) for number in _kills(kind, of_each, first)
            )
            figures |= _figures_of(kind, states, whole)
        whole = _finish_a_reload(editions)
        states = Counter(_kill_a_reload(editions, whole, number) for number in _kills("reload", of_each, first))
        figures |= _figures_of("reload", states, whole)
    figures["kills"] = sum(int(count) for name, count in figures.items() if name.endswith("kills"))
    return figures


def _kills(kind: str, of_each: int, first: int) -> Iterable[int]:
    return track(range(first, first + of_each), kind, console=Console(stderr=True))


def _figures_of(kind: str, states: Counter[str], whole: float) -> dict[str, float]:
    return {
        f"{kind}: kills": sum(states.values()),
        f"{kind}: as before": states["before"],
        f"{kind}: as after": states["after"],
        f"{kind}: broken or articles lost": states["broken"],
        f"{kind}: unharmed s": round(whole, 2),
    }


def _kill(command: list[str], editions: Editions, whole: float, number: int) -> str:
    before = editions.holdings()
    process = start(["index", *command, "--index", str(editions.index)])
    time.sleep(random.Random(_SEED + number).uniform(whole * 0.3, whole))
    process.kill()
    process.wait()
    return editions.state(before, command[0])


def _finish_a_reload(editions: Editions) -> float:
    """Reload in a running bot; return the seconds from its first word about it to its last."""
    editions.next_edition()
    with running_server() as server, _bot(server, editions.articles, editions.index) as (chat, admin, _):
        admin.says(chat, "/reload")
        server.wait_until(lambda: server.calls_of("sendMessage"), timeout=30)
        started = time.perf_counter()
        server.wait_until(lambda: "Reloaded in" in server.messages(chat)[-1].text, timeout=120)
        return time.perf_counter() - started


def _kill_a_reload(editions: Editions, whole: float, number: int) -> str:
    """Kill the bot together with the process that it reloads in; return what became of the index."""
    editions.next_edition()
    before = editions.holdings()
    with running_server() as server, _bot(server, editions.articles, editions.index) as (chat, admin, kill):
        admin.says(chat, "/reload")
        server.wait_until(lambda: server.calls_of("sendMessage"), timeout=30)
        time.sleep(random.Random(_SEED + number).uniform(whole * 0.3, whole))
        kill()
    return editions.state(before, "reload")


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


if __name__ == "__main__":
    parser = argparse.ArgumentParser("python -m benchmarks.kills", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--of-each", type=int, default=_KILLS_OF_EACH, help="kills of each of five kinds")
    parser.add_argument("--first", type=int, default=0, metavar="NUMBER", help="the first of their moments")
    options = parser.parse_args()
    print(json.dumps(measure(options.of_each, options.first), indent=1))
