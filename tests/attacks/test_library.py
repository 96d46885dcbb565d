"""Attacks on folders: pipes and devices for articles, odd names, bytes changed on the disk, clocks that were ahead."""

import asyncio
import logging
import os
import shutil
import sqlite3
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from aiohttp import ClientSession

from bot.adapters.metrics import Metrics
from bot.adapters.telegram.delivery.health import HealthState
from bot.adapters.web.monitoring import monitoring
from bot.answering import Answer
from bot.app import build_dialogue
from bot.settings import Settings
from bot.store import Store
from index.article import Article, Skipped
from index.embedding.embedder import OnnxEmbedder
from index.ingest.sources import read_articles
from index.ingest.sources.files import MAX_ARTICLE_BYTES
from index.library.disk import directory
from index.library.disk.library import DiskLibrary
from index.library.live import LiveIndex
from tests.bot.telegram.running_bot import ANSWERING, QUESTION, index_articles
from tests.bot.telegram.serving import FAST, served
from tests.bot.web.serving import served_routes
from tests.botapi import BotApiServer
from tests.embedders import HashingEmbedder
from tests.ports import free_port

_BRIDGE = Article("bridge", "Bridge", "The bridge opened again on Friday.")


class _Ahead(datetime):
    """A clock that is 73 years ahead."""

    @classmethod
    def now(cls, tz: object = None) -> "_Ahead":
        return cls(2099, 1, 1, tzinfo=UTC)


def test_a_clock_that_was_ahead_once_ends_no_builds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folders = directory.IndexFolders(tmp_path)
    with monkeypatch.context() as ahead, folders.writing():
        ahead.setattr(directory, "datetime", _Ahead)
        (folders.snapshots / folders.new_name()).mkdir()
        (folders.snapshots / f"{folders.snapshot_names()[-1]}+++").mkdir()  # as versions of before counted
    for _ in range(300):
        (folders.snapshots / folders.new_name()).mkdir()
    names = folders.snapshot_names()
    assert (len(set(names)), max(map(len, names)), names == sorted(names)) == (302, 32, True)
    assert names[-1].endswith("+000000300")


@pytest.mark.parametrize("kind", ["pipe", "device"])
def test_a_pipe_or_a_device_among_the_articles_is_skipped(tmp_path: Path, kind: str) -> None:
    if kind == "pipe":
        os.mkfifo(tmp_path / "x.jsonl")
    else:
        (tmp_path / "x.jsonl").symlink_to("/dev/zero")
    assert list(read_articles(tmp_path)) == [Skipped("x.jsonl", "is not a regular file")]


def test_a_file_name_that_is_no_text_costs_nothing(tmp_path: Path) -> None:
    name = os.fsencode(tmp_path) + b"/caf\xe9_news.txt"
    with open(name, "w") as file:  # noqa: PTH123  # a name of bytes
        file.write("a bridge opened again on Friday, and nobody came.")
    with open(os.fsencode(tmp_path) + b"/caf\xe9_news.json", "w") as file:  # noqa: PTH123
        file.write("[]")
    broken, article = read_articles(tmp_path)
    assert isinstance(broken, Skipped)
    assert isinstance(article, Article)
    assert (article.id, article.title) == ("caf\ufffd_news.txt", "Caf\ufffd news")
    f"{broken}{article}".encode()


def test_a_line_of_utf_16_without_end_does_not_fill_the_memory(tmp_path: Path) -> None:
    good = '{"text": "The bridge opened again on Friday."}'
    (tmp_path / "a.jsonl").write_text(f'"{"x" * (2 * MAX_ARTICLE_BYTES)}"\n{good}\n', encoding="utf-16")
    cut, article = read_articles(tmp_path / "a.jsonl")
    assert cut == Skipped("a.jsonl:1", "is longer than 10 MB, the most one article may have")
    assert isinstance(article, Article)


@pytest.fixture
def changed(tmp_path: Path, shipped_embedder: OnnxEmbedder) -> Settings:
    """An index whose bytes on the disk were changed, in a way that SQLite does not mind."""
    index = index_articles(tmp_path, shipped_embedder)
    (texts,) = index.glob("segments/*/articles.sqlite")
    connection = sqlite3.connect(texts)
    connection.execute("UPDATE articles SET text = replace(text, '4.2 million', '9.9 million')")
    connection.commit()
    connection.close()
    return Settings.from_environment(index=index, articles=tmp_path / "articles.jsonl")


def test_words_that_were_changed_on_the_disk_are_not_quoted(
    changed: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    with Store.in_memory() as store:
        dialogue = build_dialogue(changed, store)
        replies = [dialogue.reply(str(number), QUESTION) for number in range(2)]
    shown = [quote for reply in replies for quote in _quoted(reply.outcome)]
    assert "9.9 million" not in " ".join(shown)
    assert [record.levelname for record in caplog.records if "not as it was added" in record.getMessage()] == ["ERROR"]


def test_words_that_are_as_they_were_added_are(tmp_path: Path, shipped_embedder: OnnxEmbedder) -> None:
    index = index_articles(tmp_path, shipped_embedder)
    with Store.in_memory() as store:
        dialogue = build_dialogue(Settings.from_environment(index=index), store)
        assert ANSWERING in " ".join(_quoted(dialogue.reply("1", QUESTION).outcome))


def _quoted(outcome: object) -> list[str]:
    citations = outcome.citations if isinstance(outcome, Answer) else getattr(outcome, "closest", ())
    return [citation.quote.text for citation in citations]


async def test_readiness_says_that_articles_were_changed_and_goes_on(changed: Settings) -> None:
    live = LiveIndex(DiskLibrary(changed.index), OnnxEmbedder.load(changed.model_cache))
    health = HealthState()
    health.hear()
    watched = monitoring(Metrics(), [lambda: health.problem], lambda: live.problem)
    assert live.problem is None
    assert not live.retriever().archive.is_intact("bridge")
    async with served_routes(watched) as http:
        answer = await http.get("/readyz")
    assert (answer.status_code, answer.json()) == (
        200,
        {"status": "ready", "index": "1 articles are not as they were added"},
    )


@pytest.mark.parametrize("broken", ["a folder that is gone", "a pointer of nonsense", "a pointer that is a folder"])
def test_an_index_that_is_broken_while_it_serves_is_said_once_and_told(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, broken: str
) -> None:
    library = DiskLibrary(tmp_path / "index")
    library.rebuild([_BRIDGE], HashingEmbedder())
    live = LiveIndex(library, HashingEmbedder())
    pointer = tmp_path / "index" / "CURRENT"
    kept = pointer.read_text()
    if broken == "a folder that is gone":
        shutil.rmtree(tmp_path / "index")
    else:
        pointer.unlink()
        pointer.mkdir() if broken == "a pointer that is a folder" else pointer.write_text("../../etc")
    with caplog.at_level(logging.WARNING):
        for _ in range(20):
            live.refresh()
    assert live.problem is not None
    assert [(record.levelname, record.exc_info) for record in caplog.records] == [("ERROR", None)]
    if broken == "a pointer of nonsense":
        pointer.write_text(kept)
        live.refresh()
        assert live.problem is None


async def test_a_database_that_keeps_nothing_is_not_ready_and_is_once_it_does(tmp_path: Path) -> None:
    config = replace(
        FAST,
        webhook_url="https://bot.example/hook",
        webhook_listen=("127.0.0.1", free_port()),
        webhook_secret="Correct-Horse_9",
        health_listen=("127.0.0.1", free_port()),
    )
    hook = f"http://127.0.0.1:{config.webhook_listen[1]}/hook"
    ready = f"http://127.0.0.1:{config.health_listen[1]}/readyz"  # type: ignore[index]
    headers = {"X-Telegram-Bot-Api-Secret-Token": "Correct-Horse_9"}
    async with BotApiServer() as server, served(server, tmp_path / "bot.db", config), ClientSession() as http:

        async def is_ready() -> bool:
            async with http.get(ready) as response:
                return response.status == 200

        _fill_disk(tmp_path / "bot.db")
        async with http.post(hook, json={"update_id": 5}, headers=headers) as response:
            assert response.status == 503
        assert not await is_ready()
        await asyncio.sleep(2.5)  # longer than a beat: it is tried, in vain
        assert not await is_ready()
        _make_room(tmp_path / "bot.db")
        async with asyncio.timeout(10):
            while not await is_ready():
                await asyncio.sleep(0.2)


_WRITTEN = {"inbox": "INSERT", "replicas": "UPDATE"}


def _fill_disk(database: Path) -> None:
    """Have SQLite refuse what it refuses on a full disk."""
    _change(
        database,
        [
            f"CREATE TRIGGER full_{table} BEFORE {what} ON {table} BEGIN SELECT RAISE(FAIL, 'disk is full'); END"
            for table, what in _WRITTEN.items()
        ],
    )


def _make_room(database: Path) -> None:
    _change(database, [f"DROP TRIGGER full_{table}" for table in _WRITTEN])


def _change(database: Path, statements: list[str]) -> None:
    connection = sqlite3.connect(database, timeout=20)
    for statement in statements:
        connection.execute(statement)
    connection.commit()
    connection.close()
