"""What readers bring, over HTTP: read on request, quoted word for word in their chat alone, and gone on /forget."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event
from typing import cast

import numpy as np
import pytest
import pytest_asyncio
from numpy.typing import NDArray

from bot.adapters.permalinks import Permalinks
from bot.adapters.telegram import server as serving
from bot.adapters.telegram.views import texts
from bot.brought import LIFE, MOST_ARTICLES, BroughtArticles
from bot.store import Store
from index import Article
from index.article import Skipped
from index.embedding.embedder import Embedder, OnnxEmbedder
from tests.bot.telegram.running_bot import ANSWERING, QUESTION, RunningBot, index_articles, run_bot
from tests.botapi import BotApiServer, Message, User, too_many_requests
from tests.index.ingest.test_sources_web import page_of
from tests.web import QUICK, Page, Site, serve_site

_ROOF = (
    "The town library in Marlow will get a new roof in October, the council decided on Tuesday evening.",
    "Builder Nora Vale won the contract for 300,000 euros against two others, the council said in a statement.",
)
_ASKED = "Who won the contract for the roof?"
_FORWARDED = (
    "Harbour freezes over\n\nThe harbour of Marlow froze on Monday for the first time in forty years, and no ship could"
    " leave it. Pilot Jane Frost closed it to all ships until the ice is broken, the port said on Tuesday morning."
)
_CHANNEL = {
    "type": "channel",
    "chat": {"id": -1_001_234, "type": "channel", "title": "Harbour News", "username": "harbour_news"},
    "message_id": 7,
    "date": 1_700_000_000,
}


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory, shipped_embedder: OnnxEmbedder) -> Path:
    return index_articles(tmp_path_factory.mktemp("index"), shipped_embedder)


@pytest.fixture
def site() -> Iterator[Site]:
    with serve_site() as site:
        site.pages["/roof"] = Page(page_of(_ROOF, title="Library gets a roof"))
        yield site


@pytest_asyncio.fixture
async def running(index: Path, site: Site) -> AsyncIterator[RunningBot]:
    public = Permalinks("https://news.example")
    async with run_bot(index, fetcher=site.fetcher(), permalinks=public, readers_may_bring=True) as running:
        yield running


@pytest.fixture
def ada(running: RunningBot) -> User:
    return running.server.user("Ada")


async def _bring(running: RunningBot, user: User, words: str) -> Message:
    offer = await running.ask(user, words)
    assert offer.text == texts.OFFER_TO_READ
    user.presses(offer, texts.READ_BUTTON)
    return await running.next_in(user.opens_chat())


async def test_a_link_is_read_on_request_and_quoted_in_that_chat_alone(
    running: RunningBot, ada: User, site: Site
) -> None:
    before = {article.id for article in running.app.dialogue.sources()}
    read = await _bring(running, ada, site.url("/roof"))
    assert read.text.startswith(f"{texts.HAVE_READ}\nLibrary gets a roof")
    answer = await running.ask(ada, _ASKED)
    assert answer.entity_texts("expandable_blockquote")[0] == _ROOF[1]
    assert "https://news.example" not in json.dumps(answer.entities)
    ada.presses(answer, texts.CONTEXT_BUTTON)
    assert _ROOF[0] in (await running.next_in(ada.opens_chat())).text
    grace = running.server.user("Grace")
    assert _ROOF[1] not in (await running.ask(grace, _ASKED)).text
    assert {article.id for article in running.app.dialogue.sources()} == before


async def test_questions_about_the_library_are_answered_from_it_all_the_same(
    running: RunningBot, ada: User, site: Site
) -> None:
    await _bring(running, ada, site.url("/roof"))
    answer = await running.ask(ada, QUESTION)
    assert answer.entity_texts("expandable_blockquote")[0] == ANSWERING


async def test_a_forwarded_article_is_offered_to_be_checked_or_read(running: RunningBot, ada: User) -> None:
    ada.forwards(ada.opens_chat(), _FORWARDED, _CHANNEL)
    offer = await running.next_in(ada.opens_chat())
    assert [button["text"] for button in offer.buttons] == [texts.CHECK_BUTTON, texts.READ_BUTTON]
    ada.presses(offer, texts.READ_BUTTON)
    read = await running.next_in(ada.opens_chat())
    assert "Harbour freezes over · Harbour News" in read.text
    answer = await running.ask(ada, "Who closed the harbour of Marlow to all ships?")
    [quote] = answer.entity_texts("expandable_blockquote")[:1]
    assert "Pilot Jane Frost" in quote
    assert quote in _FORWARDED


async def test_forget_deletes_what_was_brought(running: RunningBot, ada: User, site: Site) -> None:
    await _bring(running, ada, site.url("/roof"))
    asked = await running.ask(ada, "/forget")
    ada.presses(asked, texts.YES_FORGET)
    await running.server.wait_until(lambda: asked.text == texts.FORGOTTEN, timeout=30)
    assert running.app.brought is not None
    assert running.app.brought.retriever(f"tg:{ada.id}") is None
    assert running.app.store.brought.of(f"tg:{ada.id}", since=datetime.now(UTC) - LIFE) == []
    assert _ROOF[1] not in (await running.ask(ada, _ASKED)).text


async def test_what_holds_no_article_or_may_not_be_fetched_is_not_read(
    running: RunningBot, ada: User, site: Site
) -> None:
    for address in (site.url("/missing"), "http://10.0.0.1/secret"):
        assert (await _bring(running, ada, address)).text == texts.NOTHING_TO_READ


async def test_a_press_that_was_cut_short_while_the_page_came_is_answered_once_after_a_kill(
    index: Path, site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(serving, "_GRACE_SECONDS", 0.0)
    page, goes_on, came = site.pages["/roof"], Event(), Event()

    def come_late(_: object) -> Page:
        came.set()
        goes_on.wait(60)
        assert isinstance(page, Page)
        return page

    site.pages["/roof"] = come_late
    async with BotApiServer() as line:
        kept = {"fetcher": site.fetcher(), "readers_may_bring": True, "line": line, "database": tmp_path / "bot.db"}
        async with run_bot(index, **kept) as running:  # type: ignore[arg-type]
            ada = running.server.user("Ada")
            ada.presses(await running.ask(ada, site.url("/roof")), texts.READ_BUTTON)
            await running.server.wait_until(came.is_set, timeout=30)
        goes_on.set()
        assert [message.text for message in line.messages(ada.opens_chat())] == [texts.OFFER_TO_READ]
        async with run_bot(index, **kept) as running:  # type: ignore[arg-type]
            assert (await running.next_in(ada.opens_chat())).text.startswith(texts.HAVE_READ)
            await line.wait_until(lambda: not running.app.store.outbox.unfinished(), timeout=60)
            assert len(line.messages(ada.opens_chat())) == 2
            assert len(running.app.store.brought.of(f"tg:{ada.id}", since=datetime.now(UTC) - LIFE)) == 1
            assert (await running.ask(ada, _ASKED)).entity_texts("expandable_blockquote")[0] == _ROOF[1]


async def test_pages_that_take_their_time_keep_nobody_else_waiting(index: Path, site: Site) -> None:
    goes_on, page = Event(), site.pages["/roof"]

    def come_late(_: object) -> Page:
        goes_on.wait(60)
        assert isinstance(page, Page)
        return page

    site.pages["/roof"] = come_late
    patient = site.fetcher(replace(QUICK, total_seconds=60, step_seconds=60))
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(3))  # where everything else waits
    async with run_bot(index, fetcher=patient, readers_may_bring=True) as running:
        people = [running.server.user(f"Ada {number}") for number in range(4)]
        try:
            for person in people:
                person.presses(await running.ask(person, site.url("/roof")), texts.READ_BUTTON)
            await running.server.wait_until(lambda: [path for _, path in site.requests].count("/roof") == 2, timeout=30)
            assert await asyncio.wait_for(asyncio.to_thread(lambda: 7), 30) == 7
            assert ANSWERING in (await running.ask(running.server.user("Bea"), QUESTION)).text
        finally:
            goes_on.set()
        for person in people:
            assert (await running.next_in(person.opens_chat())).text.startswith(texts.HAVE_READ)


async def test_what_was_read_and_not_said_when_the_process_died_is_said_once(
    index: Path, site: Site, tmp_path: Path
) -> None:
    async with BotApiServer() as line:
        kept = {"fetcher": site.fetcher(), "readers_may_bring": True, "line": line, "database": tmp_path / "bot.db"}
        async with run_bot(index, **kept) as running:  # type: ignore[arg-type]
            ada = running.server.user("Ada")
            offer = await running.ask(ada, site.url("/roof"))
            sent = len(line.calls_of("sendMessage"))
            line.order_fault(too_many_requests(8), method="sendMessage")
            ada.presses(offer, texts.READ_BUTTON)
            await line.wait_until(lambda: len(line.calls_of("sendMessage")) > sent, timeout=30)
        assert len(line.messages(ada.opens_chat())) == 1
        fetched = len(site.requests)
        async with run_bot(index, **kept) as running:  # type: ignore[arg-type]
            await line.wait_until(lambda: len(line.messages(ada.opens_chat())) == 2, timeout=60)
            await line.wait_until(lambda: not running.app.store.outbox.pending())
            assert line.messages(ada.opens_chat())[1].text.startswith(texts.HAVE_READ)
            assert len(site.requests) == fetched


async def test_unless_admins_allow_it_nothing_is_offered(index: Path) -> None:
    async with run_bot(index) as running:
        ada = running.server.user("Ada")
        assert (await running.ask(ada, "https://courier.example/x")).text != texts.OFFER_TO_READ
        ada.forwards(ada.opens_chat(), _FORWARDED, _CHANNEL)
        offer = await running.next_in(ada.opens_chat())
        assert (offer.text, [button["text"] for button in offer.buttons]) == (
            texts.OFFER_TO_CHECK,
            [texts.CHECK_BUTTON],
        )


def test_a_chat_keeps_its_newest_few_for_a_day_and_nothing_too_long(shipped_embedder: OnnxEmbedder) -> None:
    with Store.in_memory() as store:
        brought = BroughtArticles(store.brought, shipped_embedder)
        for number in range(MOST_ARTICLES + 2):
            kept = brought.bring(
                "tg:7", Article(f"a{number}", f"Title {number}", f"The {number} ships sailed on Monday.")
            )
            assert isinstance(kept, Article)
        now = datetime.now(UTC)
        titles = [article.title for article in store.brought.of("tg:7", since=now - LIFE)]
        assert titles == [f"Title {number}" for number in range(2, MOST_ARTICLES + 2)]
        retriever = brought.retriever("tg:7")
        assert retriever is not None
        assert {article.title for article in retriever.archive.headlines()} == set(titles)
        assert brought.retriever("tg:8") is None
        assert isinstance(brought.bring("tg:7", Article("long", "Long", "word " * 30_000)), Skipped)
        store.brought.delete_before(now + timedelta(seconds=1))
        assert brought.retriever("tg:7") is None


class _Slow:
    """The shipped model, which embeds nothing until it is let go."""

    def __init__(self, embedder: OnnxEmbedder) -> None:
        self._embedder = embedder
        self.is_asked, self.may_go_on = Event(), Event()

    def __getattr__(self, name: str) -> object:
        return getattr(self._embedder, name)

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        self.is_asked.set()
        assert self.may_go_on.wait(60)
        return self._embedder.embed(texts)


def test_nobody_waits_while_what_another_brought_is_indexed(shipped_embedder: OnnxEmbedder) -> None:
    embedder = _Slow(shipped_embedder)
    with Store.in_memory() as store, ThreadPoolExecutor(2) as threads:
        brought = BroughtArticles(store.brought, cast(Embedder, embedder))
        for number in (7, 8):
            brought.bring(f"tg:{number}", Article("a", "Ships", f"The {number} ships sailed on Monday."))
        both = [threads.submit(brought.retriever, f"tg:{number}") for number in (7, 8)]
        assert embedder.is_asked.wait(60)
        assert brought.retriever("tg:9") is None
        brought.forget("tg:9")
        embedder.may_go_on.set()
        found = [one.result(60) for one in both]
        assert [one.archive.headlines()[0].title for one in found if one is not None] == ["Ships", "Ships"]
        assert [brought.retriever(f"tg:{number}") is one for number, one in zip((7, 8), found, strict=True)] == [
            True
        ] * 2
