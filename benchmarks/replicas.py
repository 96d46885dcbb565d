"""Replicas: two bots behind a round-robin proxy, on one PostgreSQL and one vector server (a `milvus-lite server`).

Every five seconds one or the other bot is killed, later if not both are ready again by then; the database and the
vector server are killed and started again once each.

A hundred people ask, read the answer, and ask again. Lost is a question without an answer a minute after the end,
repeated every message beyond one a question. A kill is over when whatever was unanswered at its moment is answered.

    python -m benchmarks.replicas --seconds 120 --people 100
"""

import argparse
import json
import os
import random
import statistics
import subprocess
import tempfile
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from urllib.error import URLError

import psycopg

from benchmarks.processes import bot_environment, start
from benchmarks.telegram_bot import QUESTION, SEEDS
from bot.adapters.telegram.views.texts import WENT_WRONG
from tests.botapi import ThreadedBotApiServer, User, running_server
from tests.milvus import VectorServer, running_vectors
from tests.ports import free_ports
from tests.postgresql import PostgresServer, running_postgres
from tests.round_robin import round_robin

_SECONDS = 120.0
_PEOPLE = 100
_KILL_EVERY_SECONDS = 5.0
_REST_SECONDS = 60.0
_THINKING_SECONDS = (4.0, 10.0)
_POLL_SECONDS = 0.05
_SEED = 7
_REAL: Final = ("bot", "run")
_STAND_IN: Final = ("benchmarks.stand_in_bot",)

Disturbance = Callable[[], None]
"""Breaks something and puts it right again; returns when it is right."""


@dataclass(slots=True)
class _Replica:
    """A bot process that shares index and database with others."""

    command: tuple[str, ...]
    environment: dict[str, str]
    port: int
    health: int
    process: subprocess.Popen[str] | None = None

    def start(self) -> None:
        """Start it; it is ready some seconds later."""
        listening = {"WEBHOOK_LISTEN": f"127.0.0.1:{self.port}", "HEALTH_LISTEN": f"127.0.0.1:{self.health}"}
        self.process = start(self.command, {**self.environment, **listening})

    def kill(self) -> None:
        """Kill it without a warning."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()

    def is_ready(self) -> bool:
        """Return whether it says that it can answer."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.health}/readyz", timeout=2) as answer:
                return bool(answer.status == 200)
        except (URLError, OSError):
            return False


@dataclass(slots=True)
class _Reader:
    """Somebody who asks one question after the other."""

    user: User
    asks_at: float
    asked_at: list[float] = field(default_factory=list)
    answered_at: list[float] = field(default_factory=list)


class _Crowd:
    """Readers who ask in a thread of their own, and when each of their questions was asked and answered."""

    def __init__(self, server: ThreadedBotApiServer, count: int) -> None:
        self._server = server
        self._chance = random.Random(_SEED)
        now = time.monotonic()
        self.readers = [
            _Reader(server.user(f"Reader {n}"), now + self._chance.uniform(0, _THINKING_SECONDS[1]))
            for n in range(count)
        ]
        self._asking = True
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def start(self) -> None:
        """Let the readers begin to ask."""
        self._thread.start()

    def rest(self) -> None:
        """Stop asking, and wait for the answers."""
        self._asking = False
        deadline = time.monotonic() + _REST_SECONDS
        while self.unanswered() and time.monotonic() < deadline:
            time.sleep(_POLL_SECONDS)
        time.sleep(3)  # for what comes twice
        self._ended.set()
        self._thread.join()

    def unanswered(self) -> int:
        """Return how many questions wait for an answer."""
        return sum(len(reader.asked_at) - len(reader.answered_at) for reader in self.readers)

    def waits(self) -> list[tuple[float, float]]:
        """Return when each answered question was asked and answered."""
        pairs = (zip(reader.asked_at, reader.answered_at, strict=False) for reader in self.readers)
        return sorted(pair for each in pairs for pair in each)

    def _run(self) -> None:
        while not self._ended.wait(_POLL_SECONDS):
            now = time.monotonic()
            for reader in self.readers:
                count = len(self._server.messages(reader.user.opens_chat()))
                if count > len(reader.answered_at):
                    reader.answered_at += [now] * (count - len(reader.answered_at))
                    reader.asks_at = now + self._chance.uniform(*_THINKING_SECONDS)
                if self._asking and now > reader.asks_at and len(reader.asked_at) <= len(reader.answered_at):
                    reader.user.says(reader.user.opens_chat(), QUESTION)
                    reader.asked_at.append(now)


def measure(seconds: float = _SECONDS, people: int = _PEOPLE, *, command: tuple[str, ...] = _REAL) -> dict[str, float]:
    """Return what the kills cost, and what a restart of each server costs."""
    with (
        running_postgres(durable=True) as postgres,
        running_vectors() as vectors,
        running_server() as server,
        _cluster(server, postgres, vectors, command) as replicas,
    ):
        empty_bytes = _size_of(replicas[0].environment["DATABASE_URL"])
        crowd = _Crowd(server, people)
        crowd.start()
        began = time.monotonic()
        restarts = {
            "database": _restart(postgres.stop, postgres.start),
            "vector server": _restart(vectors.kill, vectors.start),
        }
        killed, ready_after, restarted = _disturb(replicas, began + seconds, restarts)
        crowd.rest()
        texts = [message.text for reader in crowd.readers for message in server.messages(reader.user.opens_chat())]
        refused = sum("Too Many Requests" in (call.error or "") for call in server.calls)
        hooks = len(server.calls_of("setWebhook"))
        kept_bytes = _size_of(replicas[0].environment["DATABASE_URL"]) - empty_bytes
    waits = crowd.waits()
    asked = sum(len(reader.asked_at) for reader in crowd.readers)
    times = [answered - at for at, answered in waits]
    recoveries = [max([0.0, *(answered - at for since, answered in waits if since <= at < answered)]) for at in killed]
    return {
        "load average": round(os.getloadavg()[0], 1),
        "replicas": len(replicas),
        "people": people,
        "asked": asked,
        "lost": sum(max(len(reader.asked_at) - len(reader.answered_at), 0) for reader in crowd.readers),
        "repeated": sum(max(len(reader.answered_at) - len(reader.asked_at), 0) for reader in crowd.readers),
        "apologies": sum(WENT_WRONG in text for text in texts),
        "kills": len(killed),
        "questions of each moment of a kill answered after s, median": round(statistics.median(recoveries), 2),
        "... at most s": round(max(recoveries), 2),
        "replica ready again after s, median": round(statistics.median(ready_after), 2),
        "... at most s (ready again)": round(max(ready_after), 2),
        **{f"{name} away s": round(end - since, 2) for name, (since, end) in restarted.items()},
        **{f"{name} back, first answer after s": _first_after(waits, end) for name, (_, end) in restarted.items()},
        "answer p50 s": round(statistics.median(times), 2),
        "answer p95 s": round(statistics.quantiles(times, n=20)[18], 2),
        "answer at most s": round(max(times), 2),
        "calls refused with 429": refused,
        "setWebhook calls": hooks,
        "database, bytes a question": round(kept_bytes / asked),
    }


def _disturb(
    replicas: Sequence["_Replica"], until: float, disturbances: Mapping[str, Disturbance]
) -> tuple[list[float], list[float], dict[str, tuple[float, float]]]:
    """Kill and start the replicas in turn, one at a time; spread the other disturbances evenly over the time."""
    began = time.monotonic()
    killed: list[float] = []
    ready_after: list[float] = []
    lasted: dict[str, tuple[float, float]] = {}
    apart = (until - began) / (len(disturbances) + 1)
    due = [(began + number * apart, name) for number, name in enumerate(disturbances, 1)]
    threads: list[threading.Thread] = []

    def play(name: str) -> None:
        since = time.monotonic()
        disturbances[name]()
        lasted[name] = since, time.monotonic()

    while time.monotonic() < until:
        victim = replicas[len(killed) % len(replicas)]
        _wait(lambda: all(replica.is_ready() for replica in replicas), 120)
        victim.kill()
        killed.append(time.monotonic())
        victim.start()
        threads.append(threading.Thread(target=_note_ready, args=(victim, killed[-1], ready_after)))
        threads[-1].start()
        while due and time.monotonic() + _KILL_EVERY_SECONDS > due[0][0]:
            threads.append(threading.Thread(target=play, args=(due.pop(0)[1],)))
            threads[-1].start()
        time.sleep(max(killed[-1] + _KILL_EVERY_SECONDS - time.monotonic(), 0))
    for thread in threads:
        thread.join()
    return killed, ready_after, lasted


def _note_ready(replica: _Replica, since: float, ready_after: list[float]) -> None:
    _wait(replica.is_ready, 60)
    ready_after.append(time.monotonic() - since)


def _restart(end: Callable[[], None], start: Callable[[], None]) -> Disturbance:
    def restart() -> None:
        end()
        start()

    return restart


def _size_of(database_url: str) -> int:
    with psycopg.connect(database_url.replace("+psycopg", "")) as connection:
        found = connection.execute("SELECT pg_database_size(current_database())").fetchone()
        assert found is not None
        size: int = found[0]
        return size


def _first_after(waits: Sequence[tuple[float, float]], moment: float) -> float:
    return round(min(answered for _, answered in waits if answered > moment) - moment, 2)


@contextmanager
def _cluster(
    server: ThreadedBotApiServer, postgres: PostgresServer, vectors: VectorServer, command: tuple[str, ...]
) -> Iterator[list[_Replica]]:
    """Run two replicas behind a proxy that Telegram posts to; give them once they are ready."""
    with tempfile.TemporaryDirectory() as folder, ExitStack() as held:
        environment = {
            **bot_environment(server, server.user("Admin"), SEEDS, Path(folder) / "index"),
            "DATABASE_URL": postgres.new_database(),
            "VECTOR_URL": vectors.url("news"),
            "WEBHOOK_URL": "https://bot.example/hook",
            "QUESTIONS_PER_MINUTE": "1000",
        }
        ports = free_ports(4)
        replicas = [_Replica(command, environment, port, health) for port, health in (ports[:2], ports[2:])]
        for replica in replicas:
            replica.start()
            held.callback(replica.kill)
            _wait(replica.is_ready, 120)
        backends = [f"http://127.0.0.1:{replica.port}" for replica in replicas]
        health = [f"http://127.0.0.1:{replica.health}/readyz" for replica in replicas]
        proxy = held.enter_context(round_robin(backends, health))
        server.deliver_webhooks_to(f"http://127.0.0.1:{proxy.port}/hook")
        yield replicas


def _wait(condition: Callable[[], bool], seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not condition() and time.monotonic() < deadline:
        time.sleep(_POLL_SECONDS)


if __name__ == "__main__":
    parser = argparse.ArgumentParser("python -m benchmarks.replicas")
    parser.add_argument("--seconds", type=float, default=_SECONDS, help="how long people ask")
    parser.add_argument("--people", type=int, default=_PEOPLE, help="how many they are")
    parser.add_argument("--stand-in", action="store_true", help="a reader that answers at once: the sharing alone")
    given = parser.parse_args()
    command = _STAND_IN if given.stand_in else _REAL
    print(json.dumps(measure(given.seconds, given.people, command=command), indent=1))
