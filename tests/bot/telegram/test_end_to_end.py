"""`python -m bot run` itself, over HTTP, with real articles, index and reader."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.adapters import wording
from bot.adapters.telegram.views import texts
from tests.bot.telegram.running_bot import ARTICLES
from tests.botapi import Chat, Message, ThreadedBotApiServer, User, running_server

pytestmark = pytest.mark.slow

_ROOT = Path(__file__).parents[3]
_ARTICLES = ARTICLES[:2]
_LATER = {
    "id": "library",
    "title": "Library gets a new roof",
    "text": "The town library will get a new roof in October. Builder Nora Vale won the contract.",
}


@dataclass(frozen=True)
class Running:
    """The bot's process and the world around it."""

    server: ThreadedBotApiServer
    process: subprocess.Popen[str]
    articles: Path
    log: Path
    admin: User

    def ask(self, user: User, text: str) -> Message:
        """The bot's next message after this one in the private chat."""
        chat = user.opens_chat()
        user.says(chat, text)
        return self.server.wait_for_message(chat, timeout=30)


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """One bot for all of these tests; at the end it must stop cleanly and have kept its log discreet."""
    folder = tmp_path_factory.mktemp("bot")
    articles, log = folder / "articles.jsonl", folder / "log.txt"
    _write(articles, *_ARTICLES)
    with running_server() as server, log.open("w") as stderr:
        admin = server.user("Grace")
        process = subprocess.Popen(
            [sys.executable, "-m", "bot", "run"],
            cwd=_ROOT,
            env=_environment(server, admin, folder),
            stderr=stderr,
            text=True,
        )
        try:
            server.wait_until(lambda: server.calls_of("getUpdates") or process.poll() is not None, timeout=120)
            assert process.poll() is None, log.read_text()
            yield Running(server, process, articles, log, admin)
            process.send_signal(signal.SIGTERM)
            assert process.wait(20) == 0
        finally:
            process.kill()
            process.wait()
    written = log.read_text()
    assert server.token not in written
    assert "Traceback" not in written
    assert "How much did the repair" not in written


def _environment(server: ThreadedBotApiServer, admin: User, folder: Path) -> dict[str, str]:
    return {
        **os.environ,
        "TELEGRAM_BOT_TOKEN": server.token,
        "TELEGRAM_API_URL": server.url,
        "TELEGRAM_FILE_URL": server.file_url,
        "ADMIN_IDS": str(admin.id),
        "ARTICLES": str(folder / "articles.jsonl"),
        "INDEX": str(folder / "index"),
        "DATABASE_URL": f"sqlite:///{folder / 'bot.db'}",
    }


def _write(path: Path, *articles: dict[str, str]) -> None:
    path.write_text("".join(f"{json.dumps(article)}\n" for article in articles))


@pytest.fixture
def ada(running: Running) -> User:
    return running.server.user("Ada")


def _button(message: Message, label: str) -> str:
    found: str = next(button["callback_data"] for button in message.buttons if button["text"].startswith(label))
    return found


def test_an_answer_quotes_the_article_and_shows_its_context(running: Running, ada: User) -> None:
    answer = running.ask(ada, "How much did the repair of the old bridge cost?")
    assert "The repair cost 4.2 million euros & was paid by the council." in answer.text
    assert "Old bridge opens again · The Courier · 4 May 2024" in answer.text
    query = ada.presses(answer, _button(answer, "Context"))
    context = running.server.wait_for_message(ada.opens_chat())
    assert "The mayor, Ada Brook, opened it again on 3 May 2024. The repair cost" in context.text
    running.server.wait_for_answer(query)
    assert running.server.wait_for_answer(ada.presses(answer, texts.UP_BUTTON)) == wording.THANKS


def test_what_no_article_says_is_refused_and_the_closest_is_offered(running: Running, ada: User) -> None:
    refusal = running.ask(ada, "What is the capital of Mongolia?")
    assert "Ulaanbaatar" not in refusal.text
    ada.presses(refusal, texts.CLOSEST_BUTTON)
    assert running.server.wait_for_message(ada.opens_chat()).text.startswith(wording.CLOSEST)


def test_help_and_sources_speak_of_the_loaded_articles(running: Running, ada: User) -> None:
    assert "Old bridge opens again" in running.ask(ada, "/help").text
    assert "Ferry across the lake stops" in running.ask(ada, "/sources").text


def test_a_reload_brings_new_articles_while_others_ask(running: Running, ada: User) -> None:
    _write(running.articles, *_ARTICLES, _LATER)
    chat: Chat = running.admin.opens_chat()
    running.admin.says(chat, "/reload")
    assert "4.2 million" in running.ask(ada, "How much did the repair of the old bridge cost?").text
    done = running.server.wait_for_message(chat, lambda message: message.text.startswith("Reloaded"), timeout=120)
    assert "Added: 1 (library)" in done.text
    assert "Nora Vale" in running.ask(ada, "Who won the contract for the library roof?").text


def test_admins_see_figures_and_nobody_else_does(running: Running, ada: User) -> None:
    assert running.ask(ada, "/stats").text == texts.ADMINS_ONLY
    assert "questions" in running.ask(running.admin, "/stats").text
    menus = {
        (call.params["scope"], call.params.get("language_code")) for call in running.server.calls_of("setMyCommands")
    }
    everybody, private, groups = (
        f'{{"type": "{scope}"}}' for scope in ("default", "all_private_chats", "all_group_chats")
    )
    assert menus >= {(scope, language) for scope in (everybody, private, groups) for language in (None, "de")}
