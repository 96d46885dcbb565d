"""Several bots behind one webhook on one PostgreSQL: each question answered once and in order, whoever dies."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from urllib.error import URLError

import pytest
from aiohttp import ClientConnectorError, ClientSession

from bot.adapters.telegram import TelegramConfig
from bot.store import Store
from tests.bot.telegram.serving import FAST, Served, served
from tests.bot.telegram.test_joining import LONG, is_whole
from tests.botapi import BotApiServer, ThreadedBotApiServer, User, running_server, silence
from tests.conftest import ROOT
from tests.ports import free_ports
from tests.postgresql import Databases, running_postgres
from tests.round_robin import round_robin

_PUBLIC = "https://bot.example/hook"


@asynccontextmanager
async def _two(server: BotApiServer, url: str) -> AsyncIterator[tuple[Served, Served, TelegramConfig]]:
    ports = free_ports(4)
    configs = [
        replace(FAST, webhook_url=_PUBLIC, webhook_listen=("127.0.0.1", port), health_listen=("127.0.0.1", health))
        for port, health in (ports[:2], ports[2:])
    ]
    with round_robin([f"http://127.0.0.1:{ports[0]}", f"http://127.0.0.1:{ports[2]}"]) as proxy:
        server.deliver_webhooks_to(f"http://127.0.0.1:{proxy.port}/hook")
        async with served(server, url, configs[0]) as one, served(server, url, configs[1]) as other:
            yield one, other, configs[1]


async def test_questions_spread_over_replicas_are_answered_once_and_in_order(postgres: Databases) -> None:
    async with BotApiServer() as server, _two(server, postgres.new_prepared_database()) as (one, other, _):
        one.dialogue.seconds = other.dialogue.seconds = lambda _: 0.1
        asked = other.dialogue.asked = one.dialogue.asked
        server.repeats_updates(1)
        people = [server.user(f"Reader {number}") for number in range(4)]
        for n in range(5):
            for person in people:
                person.says(person.opens_chat(), f"Question {n}")
        await server.wait_until(lambda: sum(len(one.answers(person)) for person in people) == 20, timeout=60)
        await asyncio.sleep(0.5)
        assert [len(one.answers(person)) for person in people] == [5] * 4
        for person in people:
            mine = [text for conversation, text in asked if conversation == f"tg:{person.id}"]
            assert mine == [f"Question {n}" for n in range(5)]
        assert len(server.calls_of("setWebhook")) == 1


async def test_a_text_whose_parts_reach_different_replicas_is_answered_as_one(postgres: Databases) -> None:
    async with BotApiServer() as server, _two(server, postgres.new_database()) as (one, other, _):
        people = [server.user(f"Reader {number}") for number in range(3)]
        for part in LONG:
            for person in people:
                person.says(person.opens_chat(), part)
        await server.wait_until(lambda: all(map(one.answers, people)) and not one.store.outbox.unfinished(), timeout=60)
        for person in people:
            is_whole(one.answers(person))
        assert one.dialogue.asked == other.dialogue.asked == []


async def test_a_replica_without_its_database_is_not_ready_and_comes_back() -> None:
    with running_postgres() as postgres:
        async with BotApiServer() as server, _two(server, postgres.new_prepared_database()) as (one, _, config):
            assert config.health_listen is not None
            ready = f"http://127.0.0.1:{config.health_listen[1]}/readyz"
            assert (await _until(ready, 200))["status"] == "ready"
            await asyncio.to_thread(postgres.stop)
            ada = server.user("Ada")
            ada.says(ada.opens_chat(), "Who opened it?")
            assert await _until(ready, 503) == {"status": "not ready", "reason": "the database is out of reach"}
            await asyncio.to_thread(postgres.start)
            await server.wait_until(lambda: len(one.answers(ada)) == 1, timeout=60)
            assert (await _until(ready, 200))["status"] == "ready"


async def _until(url: str, status: int) -> dict[str, str]:
    async with asyncio.timeout(60), ClientSession() as http:
        while True:
            with suppress(ClientConnectorError):  # it does not listen yet
                async with http.get(url) as response:
                    if response.status == status:
                        body: dict[str, str] = await response.json()
                        return body
            await asyncio.sleep(0.2)


@dataclass
class Process:
    """A bot of its own that answers at once, with what it shares with others."""

    server: ThreadedBotApiServer
    url: str
    port: int
    health: int
    popen: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Starts it, and returns when it is ready."""
        environment = {
            **os.environ,
            "TELEGRAM_BOT_TOKEN": self.server.token,
            "TELEGRAM_API_URL": self.server.url,
            "DATABASE_URL": self.url,
            "MESSAGES_PER_SECOND": "0",
            "WEBHOOK_URL": _PUBLIC,
            "WEBHOOK_LISTEN": f"127.0.0.1:{self.port}",
            "HEALTH_LISTEN": f"127.0.0.1:{self.health}",
        }
        self.popen = subprocess.Popen([sys.executable, "-m", "benchmarks.stand_in_bot"], cwd=ROOT, env=environment)
        self.server.wait_until(self._is_ready, timeout=60)

    def _is_ready(self) -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.health}/readyz") as answer:
                return bool(json.load(answer)["status"] == "ready")
        except URLError:
            return False


@pytest.fixture
def processes(postgres: Databases) -> Iterator[tuple[Process, Process]]:
    url = postgres.new_prepared_database()
    Store.open(url).close()
    ports = free_ports(4)
    with running_server() as server:
        one, other = Process(server, url, ports[0], ports[1]), Process(server, url, ports[2], ports[3])
        with round_robin([f"http://127.0.0.1:{each.port}" for each in (one, other)]) as proxy:
            server.deliver_webhooks_to(f"http://127.0.0.1:{proxy.port}/hook")
            try:
                one.start()
                other.start()
                yield one, other
            finally:
                for each in (one, other):
                    if each.popen is not None:
                        each.popen.kill()
                        each.popen.wait()


@pytest.mark.slow
@pytest.mark.parametrize("arrived", [True, False])
def test_what_a_killed_replica_was_answering_another_one_finishes(
    processes: tuple[Process, Process], arrived: bool
) -> None:
    one, _ = processes
    server = one.server
    server.order_fault(silence(60, accepts=arrived), method="sendMessage", times=8)
    people: list[User] = [server.user(f"Reader {number}") for number in range(8)]
    for person in people:
        person.says(person.opens_chat(), "Who opened it?")
        person.says(person.opens_chat(), "And when?")
    with Store.open(one.url) as store:
        server.wait_until(lambda: len([each for each in store.outbox.pending() if each.attempted]) == 8, timeout=30)
    assert one.popen is not None
    one.popen.send_signal(signal.SIGKILL)
    one.popen.wait()
    server.faults.clear()
    server.wait_until(lambda: all(len(server.messages(each.opens_chat())) == 2 for each in people), timeout=60)
    time.sleep(3)
    assert [len(server.messages(person.opens_chat())) for person in people] == [2] * 8
