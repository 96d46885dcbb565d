"""Corrections of what was quoted, end to end over HTTP: told once, as replies to the old answers."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
import pytest_asyncio

from bot.adapters import wording
from bot.adapters.telegram import Metrics, TelegramConfig, build_service
from bot.adapters.telegram.server import serve
from bot.adapters.telegram.views import texts
from bot.app import App, build_app
from bot.corrections.corrections import ToTell
from bot.corrections.desk import CorrectionDesk
from bot.errors import StoreUnavailable
from bot.settings import Settings
from bot.store import Store
from index import Article
from index.ingest.sources import read_articles
from index.library.disk.library import DiskLibrary
from tests.bot.telegram.running_bot import ANSWERING, QUESTION, index_articles, shipped_models
from tests.botapi import BotApiServer, Message, User

pytestmark = pytest.mark.usefixtures("quick_rounds")

NOTE = "Correction: An earlier version of this article gave the cost of another bridge."
NEW = ANSWERING.replace("4.2", "4.8")


@dataclass
class Press:
    """A newsroom whose articles change, and the Telegram that its bots serve."""

    server: BotApiServer
    folder: Path

    def revise(self, *changes: tuple[str, str]) -> None:
        """Publish the articles with these words of them changed."""
        articles = [item for item in read_articles(self.folder / "articles.jsonl") if isinstance(item, Article)]
        for old, new in changes:
            articles = [replace(article, text=article.text.replace(old, new)) for article in articles]
        DiskLibrary(self.folder / "index").rebuild(articles, shipped_models().embedder)

    @asynccontextmanager
    async def bot(self) -> AsyncIterator[App]:
        """A bot at work, which remembers what those before it did."""
        settings = Settings.from_environment(index=self.folder / "index", articles=self.folder / "articles.jsonl")
        app = build_app(settings, Store.open(f"sqlite:///{self.folder}/store.db"), models=shipped_models())
        config = TelegramConfig(self.server.token, self.server.url, self.server.file_url, messages_per_second=0)
        service, stop = build_service(app, config, Metrics()), asyncio.Event()
        polled = len(self.server.calls_of("getUpdates"))
        serving = asyncio.create_task(serve(service, stop))
        await self.server.wait_until(lambda: len(self.server.calls_of("getUpdates")) > polled or serving.done())
        try:
            yield app
        finally:
            stop.set()
            await serving
            service.close()
            app.close()

    async def ask(self, user: User, text: str = QUESTION) -> Message:
        """The bot's next message after this one in the private chat."""
        user.says(user.opens_chat(), text)
        return await self.server.wait_for_message(user.opens_chat(), timeout=30)

    async def next_to(self, user: User) -> Message:
        """The bot's next message in the private chat."""
        return await self.server.wait_for_message(user.opens_chat(), timeout=30)

    def told(self, user: User) -> list[Message]:
        """What a person was told of corrections."""
        heading = (wording.CHANGED_SINCE_QUOTED, "Ein Artikel hat sich geändert, seit ich ihn zitiert habe.")
        return [message for message in self.server.messages(user.opens_chat()) if message.text.startswith(heading)]


@pytest_asyncio.fixture
async def press(tmp_path: Path) -> AsyncIterator[Press]:
    index_articles(tmp_path, shipped_models().embedder)
    async with BotApiServer() as server:
        yield Press(server, tmp_path)


async def test_who_was_quoted_words_that_change_is_told_both_with_what_differs_in_reply_to_the_answer(
    press: Press,
) -> None:
    ada, bob = press.server.user("Ada"), press.server.user("Bob")
    async with press.bot():
        answered = await press.ask(ada)
        await press.ask(bob, "Who owned the ferry?")
        press.revise(("4.2", "4.8"), ("paid by the council.", f"paid by the council.\n\n{NOTE}"))
        told = await press.next_to(ada)
        assert told.text.split("\n") == [
            wording.CHANGED_SINCE_QUOTED,
            "",
            wording.WORDS_QUOTED,
            ANSWERING,
            wording.WORDS_NOW,
            NEW,
            wording.PUBLISHER_SAYS,
            NOTE,
            "",
            told.text.split("\n")[-3],
            "",
            texts.CORRECTIONS_OFF_HINT,
        ]
        assert "Old bridge opens again · The Courier · 4 May 2024" in told.text
        assert _marked(told, "strikethrough") == ["4.2"]
        assert _marked(told, "bold") == [wording.CHANGED_SINCE_QUOTED, "4.8"]
        assert told.reply_to is not None
        assert told.reply_to.id == answered.id
        assert press.told(bob) == []


async def test_a_dropped_sentence_is_told_and_words_that_moved_are_not(press: Press) -> None:
    ada, bob = press.server.user("Ada"), press.server.user("Bob")
    async with press.bot():
        await press.ask(ada)
        await press.ask(bob, "Who opened the old bridge?")
        opened = "The mayor, Ada Brook, opened it again on 3 May 2024."
        press.revise((f" {ANSWERING}", ""), (f" {opened}", ""), ("The old bridge in", f"{opened}\n\nThe old bridge in"))
        assert wording.WORDS_GONE in (await press.next_to(ada)).text
        assert press.told(bob) == []


async def test_kills_between_a_revision_and_telling_of_it_leave_it_told_once(
    press: Press, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada = press.server.user("Ada")
    async with press.bot():
        await press.ask(ada)
    press.revise(("4.2", "4.8"))  # nobody is there to see it
    with monkeypatch.context() as dying:
        dying.setattr(CorrectionDesk, "untold", _die)  # found, and not planned
        async with press.bot() as app:
            await press.server.wait_until(lambda: bool(app.corrections.last(1)), timeout=30)
    with monkeypatch.context() as dying:
        dying.setattr(CorrectionDesk, "note_told", _die)  # planned, and not noted
        async with press.bot():
            await press.server.wait_until(lambda: len(press.told(ada)) == 1, timeout=30)
    for _ in range(2):
        async with press.bot() as app:
            await press.server.wait_until(lambda: not app.store.corrections.untold(messenger="tg"), timeout=30)
            await press.ask(ada, "/privacy")
    assert len(press.told(ada)) == 1


async def test_a_chat_can_have_none_and_anybody_can_see_the_last(press: Press) -> None:
    ada, bob = press.server.user("Ada"), press.server.user("Bob", language_code="de")
    async with press.bot():
        assert (await press.ask(ada, "/corrections")).text == f"{texts.NO_CORRECTIONS}\n\n{texts.CORRECTIONS_ON}"
        assert (await press.ask(ada, "/corrections perhaps")).text == texts.HOW_TO_CORRECT
        await press.ask(ada)
        await press.ask(bob)
        assert (await press.ask(ada, "/corrections off")).text == texts.CORRECTIONS_OFF
        press.revise(("4.2", "4.8"))
        assert (await press.next_to(bob)).text.startswith("Ein Artikel hat sich geändert")
        last = (await press.ask(ada, "/corrections")).text
        assert last.startswith(texts.LAST_CORRECTIONS)
        assert NEW in last
        assert last.endswith(texts.CORRECTIONS_OFF)
        assert (await press.ask(ada, "/corrections on")).text == texts.CORRECTIONS_ON
        assert (await press.ask(bob, "/corrections an")).text.startswith("Ich sage Bescheid")
        assert press.told(ada) == []


async def test_what_a_person_had_forgotten_is_not_told(press: Press) -> None:
    ada, bob = press.server.user("Ada"), press.server.user("Bob")
    async with press.bot():
        await press.ask(ada)
        await press.ask(bob)
        ada.presses(await press.ask(ada, "/forget"), texts.YES_FORGET)
        await press.server.wait_until(
            lambda: texts.FORGOTTEN in [m.text for m in press.server.messages(ada.opens_chat())]
        )
        press.revise(("4.2", "4.8"))
        await press.next_to(bob)
        assert press.told(ada) == []


async def test_in_a_group_people_who_were_quoted_the_same_are_told_together(press: Press) -> None:
    ada, bob = press.server.user("Ada"), press.server.user("Bob")
    group = press.server.group("Readers", [ada, bob])
    async with press.bot():
        for user in (ada, bob):
            user.says(group, f"/ask {QUESTION}")
            answered = await press.server.wait_for_message(group, timeout=30)
        press.revise(("4.2", "4.8"))
        told = await press.server.wait_for_message(group, timeout=30)
        await press.ask(ada, "/privacy")
        assert told.reply_to is not None
        assert told.reply_to.id == answered.id
        assert sum(each.text.startswith(wording.CHANGED_SINCE_QUOTED) for each in press.server.messages(group)) == 1


def _die(*_: object, **__: object) -> list[ToTell]:
    raise StoreUnavailable("the process died here")


def _marked(message: Message, kind: str) -> list[str]:
    units = message.text.encode("utf-16-le")
    found = (entity for entity in message.entities if entity["type"] == kind)
    return [units[2 * one["offset"] : 2 * (one["offset"] + one["length"])].decode("utf-16-le") for one in found]
