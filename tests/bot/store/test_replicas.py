"""Several processes on one PostgreSQL: who handles what, and what happens to the work of those that die."""

import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import func, select, update

from bot.__main__ import main
from bot.app import changing_articles
from bot.errors import DatabaseNotEmpty, LeaseLost, StoreUnavailable
from bot.replies import Vote
from bot.store import (
    ChatLeases,
    Claimed,
    ClaimedUpdate,
    Delivery,
    IncomingUpdate,
    Replicas,
    SendRequest,
    Store,
    copy_database,
    transactions,
)
from bot.store.replicas import LEASE_SECONDS
from bot.store.sent_answers import SentAnswer
from bot.store.tables import inbox, outbox, replicas, replies, sent_answers, turns, votes
from index.errors import IndexBusy
from tests.bot.examples import answer, refusal
from tests.postgresql import Databases, PostgresServer, running_postgres

ADA, GRACE = 7, 8


class Watch:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@dataclass(frozen=True)
class Replica:
    """What a process has of the work that it shares with others."""

    store: Store
    watch: Watch

    @property
    def replicas(self) -> Replicas:
        return self.store.outbox.replicas

    @property
    def leases(self) -> ChatLeases:
        return self.store.outbox.leases


@contextmanager
def replica_of(url: str) -> Iterator[Replica]:
    with Store.open(url) as store:
        watch = Watch()
        store.outbox.replicas = Replicas(store._engine, clock=watch)
        store.outbox.leases = ChatLeases(store._engine, store.outbox.replicas)
        store.outbox.replicas.beat()
        yield Replica(store, watch)


@pytest.fixture
def url(postgres: Databases) -> str:
    return postgres.new_prepared_database()


@pytest.fixture
def two(url: str) -> Iterator[tuple[Replica, Replica]]:
    with replica_of(url) as one, replica_of(url) as other:
        yield one, other


def question(update_id: int, chat_id: int | None = ADA) -> IncomingUpdate:
    return IncomingUpdate(update_id, {"update_id": update_id}, 0, update_id, chat_id, chat_id)


def numbers(work: Claimed) -> list[int]:
    return [claimed.update_id for claimed in work.updates]


def let_die(dead: Replica, survivor: Replica) -> None:
    """The database has not heard of one of them for a while, and the other notices."""
    silent = update(replicas).where(replicas.c.id == dead.replicas.id)
    an_hour_ago = func.now() - timedelta(hours=1)
    with survivor.store._engine.begin() as connection:
        connection.execute(silent.values(beaten_at=an_hour_ago))
    assert survivor.replicas.beat()


@pytest.fixture(scope="module", autouse=True)
def _old_enough(postgres: Databases) -> None:
    """A server that just started tells nothing about who lives."""
    with psycopg.connect(postgres.new_database().replace("+psycopg", "")) as connection:
        while True:
            found = connection.execute("SELECT extract(epoch FROM now() - pg_postmaster_start_time())").fetchone()
            connection.rollback()
            assert found is not None
            if found[0] > LEASE_SECONDS:
                return
            time.sleep(LEASE_SECONDS - float(found[0]) + 0.1)


def test_an_update_that_two_replicas_are_given_is_handed_out_once(two: tuple[Replica, Replica]) -> None:
    one, other = two
    assert numbers(one.leases.receive([question(1)])) == [1]
    assert other.leases.receive([question(1)]) == Claimed(repeated=1)
    assert one.leases.receive([question(1)]) == Claimed(repeated=1)
    assert numbers(other.leases.receive([question(2, GRACE), question(3, None)])) == [2, 3]


def test_a_chat_stays_in_one_hand_and_in_order(two: tuple[Replica, Replica]) -> None:
    one, other = two
    [first] = one.leases.receive([question(1)]).updates
    assert other.leases.receive([question(2)]).updates == ()
    assert other.leases.receive([question(3)]).updates == ()
    assert other.leases.take_over().updates == ()
    assert other.leases.acquire(ADA) is None
    second, third = one.leases.done(first, Delivery.DONE).updates
    assert (second.update_id, third.update_id) == (2, 3)
    assert one.leases.done(third, Delivery.DONE) == one.leases.done(second, Delivery.DONE) == Claimed()
    assert numbers(other.leases.receive([question(4)])) == [4]


def test_a_chat_kept_in_hand_gets_what_came_by_way_of_another(two: tuple[Replica, Replica]) -> None:
    one, other = two
    assert one.leases.acquire(ADA) == Claimed()
    assert other.leases.receive([question(1)]).updates == ()
    [press] = one.leases.take_over().updates
    assert one.leases.done(press, Delivery.DONE) == Claimed()
    assert other.leases.acquire(ADA) is None
    assert one.leases.release(ADA) == Claimed()
    assert other.leases.acquire(ADA) == Claimed()


def test_what_a_dead_replica_had_in_hand_is_finished_by_another(two: tuple[Replica, Replica]) -> None:
    dead, survivor = two
    assert numbers(dead.leases.receive([question(1), question(2), question(3, GRACE)])) == [1, 2, 3]
    [planned] = dead.store.outbox.plan(1, 0, ADA, [SendRequest({"text": "Ada Brook"})])
    dead.store.outbox.attempt(planned.id)
    assert survivor.leases.take_over() == Claimed()
    let_die(dead, survivor)
    work = survivor.leases.take_over()
    assert [(message.id, message.attempted) for message in work.messages] == [(planned.id, True)]
    assert numbers(work) == [2, 3]
    assert survivor.leases.take_over() == Claimed()


def test_a_replica_that_was_thought_dead_sends_nothing_and_begins_again(two: tuple[Replica, Replica]) -> None:
    slow, survivor = two
    slow.leases.receive([question(1)])
    [planned] = slow.store.outbox.plan(1, 0, ADA, [SendRequest({"text": "Ada Brook"})])
    let_die(slow, survivor)
    with pytest.raises(LeaseLost):
        slow.store.outbox.attempt(planned.id)
    with pytest.raises(LeaseLost):
        slow.store.outbox.plan(1, 0, ADA, [SendRequest({"text": "Ada Brook"})])
    assert not slow.replicas.beat()
    slow.leases.drop_all()
    slow.replicas.join()
    assert slow.replicas.beat()
    assert [message.id for message in survivor.leases.take_over().messages] == [planned.id]
    assert slow.leases.take_over() == Claimed()


def test_what_the_database_cut_short_is_handed_out_again(two: tuple[Replica, Replica]) -> None:
    one, other = two
    [first] = one.leases.receive([question(1)]).updates
    assert one.leases.done(first, None) == Claimed()
    assert numbers(other.leases.take_over()) == [1]


def test_a_replica_that_stops_leaves_its_work_to_the_others_at_once(two: tuple[Replica, Replica]) -> None:
    one, other = two
    one.leases.receive([question(1)])
    assert (one.replicas.leads, other.replicas.leads) == (True, False)
    one.replicas.leave()
    assert numbers(other.leases.take_over()) == [1]
    other.replicas.beat()
    assert (other.replicas.leads, other.replicas.count) == (True, 1)


def test_a_replica_that_could_not_beat_does_not_think_others_dead(two: tuple[Replica, Replica]) -> None:
    one, other = two
    one.watch.now += LEASE_SECONDS
    let_die(other, one)
    assert one.replicas.count == 2
    one.watch.now += LEASE_SECONDS / 2
    one.replicas.beat()
    one.watch.now += LEASE_SECONDS / 2
    one.replicas.beat()
    assert one.replicas.count == 1


def test_leadership_passes_from_the_dead(two: tuple[Replica, Replica]) -> None:
    leader, other = two
    assert (leader.replicas.leads, other.replicas.leads) == (True, False)
    let_die(leader, other)
    assert other.replicas.leads


def test_one_replica_changes_the_articles_at_a_time(two: tuple[Replica, Replica], url: str) -> None:
    one, other = two
    with changing_articles(one.store):
        with other.replicas.lock("articles", patience_seconds=0) as is_alone:
            assert not is_alone
        with changing_articles(one.store):  # the index itself keeps threads of one process apart
            pass
        other.watch.now += 1
        with pytest.raises(IndexBusy, match="Another replica"), _impatient(other), changing_articles(other.store):
            pass
    with changing_articles(other.store):
        pass


@contextmanager
def _impatient(replica: Replica) -> Iterator[None]:
    """Its clock runs away while it waits."""
    stop = threading.Event()

    def run() -> None:
        while not stop.wait(0.01):
            replica.watch.now += 1_000

    running = threading.Thread(target=run)
    running.start()
    try:
        yield
    finally:
        stop.set()
        running.join()


RACE = """
import random, sys
from bot.store import Delivery, IncomingUpdate, Store

url, seed = sys.argv[1:]
updates = [IncomingUpdate(n, {"update_id": n}, 0, n, n % 10, n % 10) for n in range(200)]
random.Random(int(seed)).shuffle(updates)
with Store.open(url) as store:
    leases = store.outbox.leases
    store.outbox.replicas.beat()
    waiting = []
    for received in updates:
        waiting += leases.receive([received]).updates
        while waiting and (len(waiting) > 3 or received is updates[-1]):
            claimed = waiting.pop(0)
            print(claimed.update_id, flush=True)
            waiting += leases.done(claimed, Delivery.DONE).updates
    store.outbox.replicas.leave()
"""


def test_processes_that_race_for_the_same_updates_handle_each_once(url: str) -> None:
    Store.open(url).close()
    racing = [
        subprocess.Popen([sys.executable, "-c", RACE, url, str(seed)], stdout=subprocess.PIPE, text=True)
        for seed in range(2)
    ]
    handled = [int(line) for process in racing for line in process.communicate()[0].split()]
    assert [process.returncode for process in racing] == [0, 0]
    with replica_of(url) as last:
        handled += numbers(last.leases.take_over())
    assert sorted(handled) == list(range(200))


@pytest.fixture
def server() -> Iterator[PostgresServer]:
    with running_postgres() as server:
        yield server


def test_a_database_that_restarts_under_load_costs_and_doubles_nothing(server: PostgresServer) -> None:
    with Store.open(server.new_database()) as store, ThreadPoolExecutor(8) as threads:
        asked = [threads.submit(_ask_until, store, number, time.monotonic() + 6) for number in range(8)]
        for end in (server.stop, server.kill):
            time.sleep(1)
            end()
            time.sleep(0.5)
            server.start()
        counts = [each.result() for each in asked]
        with store._engine.connect() as connection:
            kept = {
                table.name: connection.scalar(select(func.count()).select_from(table))
                for table in (turns, replies, votes, inbox, outbox, sent_answers)
            }
            ended = connection.scalar(select(func.count()).where(inbox.c.outcome == Delivery.DONE.value))
            sent = connection.scalar(select(func.count()).where(outbox.c.message_id.is_not(None)))
    total = sum(counts)
    assert total > 8
    assert kept == dict.fromkeys(kept, total)
    assert (ended, sent) == (total, total)


def _ask_until(store: Store, number: int, deadline: float) -> int:
    """Everything that a question does to the database, again and again; how many questions."""
    count = 0
    while time.monotonic() < deadline:
        count += 1
        name, update_id = f"{number}.{count}", 100_000 * number + count
        updates: Sequence[ClaimedUpdate] = ()
        while not updates:  # a receipt that the database lost is one that Telegram repeats
            updates = _until_it_is_back(store.outbox.leases.receive, question(update_id, number + 1)).updates
        store.save_reply(answer(name, f"tg:{number}"))
        [message] = store.outbox.plan(update_id, 0, number + 1, [SendRequest({"text": name})])
        store.outbox.attempt(message.id)
        store.outbox.delivered(message.id, update_id)
        store.sent_answers.remember(SentAnswer(number + 1, update_id, update_id, name))
        store.vote(name, f"tg:{number}", Vote.UP)
        store.outbox.leases.done(updates[0], Delivery.DONE)
    return count


def _until_it_is_back(receive: Callable[[Sequence[IncomingUpdate]], Claimed], received: IncomingUpdate) -> Claimed:
    while True:
        try:
            return receive([received])
        except StoreUnavailable:
            time.sleep(0.1)


def test_a_database_that_is_away_is_named_without_its_password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transactions, "_PATIENCE_SECONDS", 0.5)
    with pytest.raises(StoreUnavailable, match="cannot open postgresql") as refused:
        Store.open("postgresql+psycopg://newsquote:hunter2@127.0.0.1:9/newsquote")
    assert "hunter2" not in str(refused.value)


def test_everything_moves_to_a_server_and_back(url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    first, last = f"sqlite:///{tmp_path}/first.db", f"sqlite:///{tmp_path}/last.db"
    with Store.open(first) as store:
        store.save_reply(answer("r1"))
        store.save_reply(refusal("r2", "tg:\x00\ud800"))
        store.vote("r1", "tg:7", Vote.UP)
        store.moderation.ban("tg:9", by="tg:1")
        store.outbox.leases.receive([question(1)])
        store.outbox.plan(1, 0, ADA, [SendRequest({"text": "Ada Brook"})])
    assert main(["database", "copy", first, url]) == 0
    assert "        2 replies" in capsys.readouterr().out.splitlines()
    with Store.open(url) as store:
        store.save_reply(answer("r3"))  # numbers go on where they were
        assert store.outbox.pending()[0].request == SendRequest({"text": "Ada Brook"})
        assert numbers(store.outbox.leases.take_over()) == []
    assert copy_database(url, last)["turns"] == 3
    with Store.open(last) as store:
        assert [store.load_reply(reply_id) for reply_id in ("r1", "r2", "r3")] == [
            answer("r1"),
            refusal("r2", "tg:\x00\ud800"),
            answer("r3"),
        ]
        assert store.moderation.banned() == frozenset({"tg:9"})
    with pytest.raises(DatabaseNotEmpty, match="holds something already, in bans, inbox"):
        copy_database(first, url)
