"""`python -m bot run` as a process that is killed, stopped, started twice, and read in its logs and health."""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.bot.telegram.test_end_to_end import _ARTICLES, _ROOT, _write
from tests.botapi import ThreadedBotApiServer, User, running_server, silence
from tests.ports import free_port

pytestmark = pytest.mark.slow

_QUESTION = "How much did the repair of the old bridge cost?"


@dataclass
class Process:
    """A bot in a folder of its own, which may be started again and again."""

    server: ThreadedBotApiServer
    folder: Path
    admin: User
    settings: dict[str, str] = field(default_factory=dict)
    popen: subprocess.Popen[str] | None = None

    @property
    def log(self) -> str:
        """All that any start has written to standard error."""
        return (self.folder / "log.txt").read_text()

    def launch(self) -> subprocess.Popen[str]:
        """Starts the process and does not wait for it."""
        environment = {
            **os.environ,
            "TELEGRAM_BOT_TOKEN": self.server.token,
            "TELEGRAM_API_URL": self.server.url,
            "ADMIN_IDS": str(self.admin.id),
            "ARTICLES": str(self.folder / "articles.jsonl"),
            "INDEX": str(self.folder / "index"),
            "DATABASE_URL": f"sqlite:///{self.folder / 'bot.db'}",
            "LOG_FORMAT": "json",
            **self.settings,
        }
        with (self.folder / "log.txt").open("a") as log:
            command = [sys.executable, "-m", "bot", "run"]
            return subprocess.Popen(command, cwd=_ROOT, env=environment, stderr=log, text=True)

    def start(self) -> None:
        """Starts the process and waits until it asks for updates."""
        before = len(self.server.calls_of("getUpdates"))
        self.popen = self.launch()
        self.server.wait_until(lambda: len(self.server.calls_of("getUpdates")) > before, timeout=120)

    def end(self, number: int) -> float:
        """Sends a signal; seconds until the process is gone."""
        assert self.popen is not None
        began = time.monotonic()
        self.popen.send_signal(number)
        self.popen.wait(30)
        return time.monotonic() - began


@pytest.fixture
def process(tmp_path: Path) -> Iterator[Process]:
    _write(tmp_path / "articles.jsonl", *_ARTICLES)
    with running_server() as server:
        process = Process(server, tmp_path, server.user("Grace"))
        try:
            yield process
        finally:
            if process.popen is not None:
                process.popen.kill()
                process.popen.wait()


def _ask(process: Process, count: int) -> list[User]:
    people = [process.server.user(f"Reader {number}") for number in range(count)]
    for person in people:
        person.says(person.opens_chat(), _QUESTION)
    return people


def _said(process: Process, people: list[User]) -> list[int]:
    return [len(process.server.messages(person.opens_chat())) for person in people]


def test_kills_lose_no_question_and_repeat_no_answer(process: Process) -> None:
    process.start()
    process.server.order_fault(silence(60, accepts=True), method="sendMessage", times=2)
    people = _ask(process, 6)
    process.server.wait_until(lambda: sum(_said(process, people)) >= 3, timeout=60)
    process.end(signal.SIGKILL)
    process.server.faults.clear()
    process.start()
    process.server.wait_until(lambda: all(_said(process, people)), timeout=60)
    time.sleep(2)
    assert _said(process, people) == [1] * 6


def test_a_stop_ends_within_ten_seconds_in_the_middle_of_everything(process: Process) -> None:
    process.start()
    many = [
        {"id": f"a{number}", "title": f"Report {number}", "text": "A sentence about a bridge. " * 400}
        for number in range(300)
    ]
    _write(process.folder / "articles.jsonl", *_ARTICLES, *many)
    process.admin.says(process.admin.opens_chat(), "/reload")
    process.server.wait_for_message(process.admin.opens_chat(), timeout=30)
    people = _ask(process, 60)
    time.sleep(0.5)
    assert process.end(signal.SIGTERM) < 10
    assert process.popen is not None
    assert process.popen.returncode == 0
    process.start()
    process.server.wait_until(lambda: all(_said(process, people)), timeout=90)
    assert _said(process, people) == [1] * 60


def test_the_log_is_json_without_tokens_and_words(process: Process) -> None:
    process.settings["LOG_LEVEL"] = "DEBUG"
    process.start()
    [ada] = _ask(process, 1)
    process.server.wait_until(lambda: _said(process, [ada]) == [1], timeout=60)
    assert process.end(signal.SIGTERM) < 10
    events = [json.loads(line) for line in process.log.splitlines() if line.startswith("{")]
    assert any("answered" in event["event"] and event["level"] == "info" for event in events)
    assert {"timestamp", "logger"} <= events[0].keys()
    for secret in (process.server.token, _QUESTION, "Reader", "Traceback"):
        assert secret not in process.log


def test_a_second_process_on_the_same_database_refuses_to_start(
    process: Process, monkeypatch: pytest.MonkeyPatch
) -> None:
    process.start()
    second = process.launch()
    assert second.wait(60) == 1
    assert "another bot already serves from" in process.log


def test_health_is_served_by_the_process(process: Process) -> None:
    listen = f"127.0.0.1:{free_port()}"
    process.settings["HEALTH_LISTEN"] = listen
    process.start()
    [ada] = _ask(process, 1)
    process.server.wait_until(lambda: _said(process, [ada]) == [1], timeout=60)
    with urllib.request.urlopen(f"http://{listen}/readyz") as response:
        assert json.load(response)["status"] == "ready"
    with urllib.request.urlopen(f"http://{listen}/metrics") as response:
        figures = response.read().decode()
    assert "newsquote_answered_total 1.0" in figures
    assert "newsquote_index_articles 2.0" in figures
    assert 'newsquote_stage_seconds_count{stage="read"} 1.0' in figures
