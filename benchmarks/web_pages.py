"""The web: how long a reading page of 20,000 characters takes, and what pages add to the bot's start and memory."""

import http.client
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from random import Random

from benchmarks.measuring import cpu_seconds
from benchmarks.telegram_bot import Bot
from bot.adapters.metrics import Metrics
from bot.adapters.permalinks import reading_path
from bot.adapters.web import WebConfig, WebCore, served_beside
from bot.admin.services import AdminServices
from bot.app import build_core
from bot.settings import Settings
from bot.store import Store
from index import Article
from index.embedding.embedder import load_embedder
from index.library.disk.library import DiskLibrary
from tests.botapi import running_server
from tests.ports import free_port

_CHARACTERS = 20_000
_PAGES = 300
_STARTS = 3


def measure() -> dict[str, float]:
    """Return times of pages over one connection, and medians of three starts with and without pages."""
    with tempfile.TemporaryDirectory() as folder:
        pages = _pages(Path(folder))
    return {**pages, **_starts()}


def _pages(folder: Path) -> dict[str, float]:
    settings = Settings.from_environment(index=folder / "index")
    article = Article("long", "A long article", _text(Random(7)), "The Courier", url="https://courier.example/long")
    older = replace(article, text=article.text.replace("council", "board", 40))
    library = DiskLibrary(settings.index)
    embedder = load_embedder(None, settings.model_cache)
    library.rebuild([older], embedder)
    library.add([article], embedder)
    with _served(settings) as connection:
        marked = "?q=9000-9200&q=15000-15090"
        times = {
            "reading page of 20,000 characters": _times(connection, reading_path("long", article.revision) + marked),
            "its older version with differences": _times(connection, reading_path("long", older.revision)),
            "start page": _times(connection, "/"),
        }
    found = {}
    for name, (taken, spent) in times.items():
        found[f"{name} ms p50"] = round(statistics.median(taken), 1)
        found[f"{name} ms p95"] = round(sorted(taken)[int(len(taken) * 0.95)], 1)
        found[f"{name} ms of the processor"] = round(spent, 1)
    return found


def _times(connection: http.client.HTTPConnection, path: str) -> tuple[list[float], float]:
    """Return the milliseconds of each answer, and those of the processor for one, with the client's share."""
    taken, spent = [], time.process_time()
    for _ in range(_PAGES):
        began = time.perf_counter()
        connection.request("GET", path)
        answer = connection.getresponse()
        answer.read()
        taken.append((time.perf_counter() - began) * 1000)
        assert answer.status == 200
    return taken, (time.process_time() - spent) * 1000 / _PAGES


@contextmanager
def _served(settings: Settings) -> Iterator[http.client.HTTPConnection]:
    def no_admin() -> AdminServices:
        raise AssertionError("nobody asked for it")

    port = free_port()
    with Store.in_memory() as store:
        core = build_core(settings, store)
        web = WebCore(core.dialogue, core.live, no_admin, Metrics(), WebConfig(("127.0.0.1", port)))
        with served_beside(web, lambda _: None):
            yield http.client.HTTPConnection("127.0.0.1", port)


def _starts() -> dict[str, float]:
    """Return medians of starts with and without pages, in turn: what else the machine does weighs on both."""
    kinds = {"without pages": "", "with pages": f"127.0.0.1:{free_port()}"}
    starts = [{name: _start({"WEB_LISTEN": listen}) for name, listen in kinds.items()} for _ in range(_STARTS)]
    found = {}
    for name in kinds:
        seconds, of_a_core, memory = zip(*(each[name] for each in starts), strict=True)
        found[f"start {name} s"] = round(statistics.median(seconds), 2)
        found[f"start {name} s of a core"] = round(statistics.median(of_a_core), 2)
        found[f"memory {name} MiB"] = round(statistics.median(memory))
    return found


def _start(settings: dict[str, str]) -> tuple[float, float, float]:
    """Return the seconds from the start of the process until it asks Telegram for updates, those of a core that it has
    used by then, and its memory a second later. The index is there: the first start builds it."""
    with tempfile.TemporaryDirectory() as folder, running_server() as server:
        bot = Bot(server, Path(folder), settings)
        bot.start()
        bot.stop()
        seconds = bot.start()
        pid = bot.process.pid if bot.process else 0
        of_a_core = cpu_seconds(pid)
        time.sleep(1)
        memory = _resident_mib(pid)
        bot.stop()
    return seconds, of_a_core, memory


def _resident_mib(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS")) / 1024


_WORDS = "the council said on Tuesday that a bridge over the river would not be closed before the end of May"


def _text(chance: Random) -> str:
    words = _WORDS.split(" ")
    sentences: list[str] = []
    while sum(map(len, sentences)) < _CHARACTERS:
        chosen = " ".join(chance.choices(words, k=chance.randint(8, 24)))
        sentences.append(f"{chosen.capitalize()}.{chance.choice([' ', ' ', ' ', chr(10) * 2])}")
    return "".join(sentences)[:_CHARACTERS]
