"""Guest mode over HTTP, against the strict server: real articles and reader, then every fault and kill on the way."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from aiohttp import ClientSession

from bot.adapters import check_wording, wording
from bot.adapters.permalinks import Permalinks
from bot.adapters.telegram.addressing import guest_place
from bot.adapters.telegram.views import texts
from bot.answering import RefusalReason
from bot.checking import Verdict
from bot.store import IncomingUpdate, SendRequest, Store
from index.embedding.embedder import OnnxEmbedder
from tests.bot.examples import OPENED
from tests.bot.telegram.running_bot import (
    ANSWERING,
    ARTICLES,
    QUESTION,
    UNANSWERABLE,
    RunningBot,
    index_articles,
    run_bot,
)
from tests.bot.telegram.serving import FAULTS, Served, served
from tests.botapi import BotApiServer, BotSetup, Fault, Message, User

NAME = f"@{BotSetup().username}"
PUBLIC = Permalinks("https://news.example")


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory, shipped_embedder: OnnxEmbedder) -> Path:
    return index_articles(tmp_path_factory.mktemp("index"), shipped_embedder)


@pytest_asyncio.fixture
async def running(index: Path) -> AsyncIterator[RunningBot]:
    async with run_bot(index, permalinks=PUBLIC) as running:
        yield running


@pytest.fixture
def ada(running: RunningBot) -> User:
    return running.server.user("Ada")


def _links(message: Message) -> list[str]:
    return [mark["url"] for mark in message.entities if mark["type"] == "text_link"]


@pytest.mark.parametrize("kind", ["private", "group", "supergroup"])
async def test_in_any_chat_a_question_gets_the_quote_its_citation_and_its_permalink(
    running: RunningBot, ada: User, kind: str
) -> None:
    server, grace = running.server, running.server.user("Grace")
    elsewhere = server.foreign_chat([ada, grace], kind=kind)  # type: ignore[arg-type]
    grace.opens_chat()  # with the bot, under the id that a private chat of the two has
    answer = await server.wait_for_guest_answer(ada.summons(elsewhere, f"{NAME} {QUESTION}"), timeout=30)
    assert answer.entity_texts("expandable_blockquote")[0] == ANSWERING
    assert "1. Old bridge opens again · The Courier · 4 May 2024" in answer.text
    start = str(ARTICLES[0]["text"]).index(ANSWERING)
    link, _, query = _links(answer)[0].partition("?")
    assert link.startswith("https://news.example/a/bridge/")
    assert query == f"q={start}-{start + len(ANSWERING)}#q1"
    assert [button["text"] for button in answer.buttons] == [texts.IN_ARTICLE_BUTTON, texts.INLINE_MORE]
    assert all(set(button) == {"text", "url"} for button in answer.buttons)
    assert [len(server.messages(chat)) for chat in (ada.opens_chat(), grace.opens_chat())] == [0, 0]
    assert server.chat_actions(elsewhere) == []
    with running.app.store._engine.connect() as connection:
        assert connection.exec_driver_sql("select count(*) from turns").scalar() == 0


async def test_of_several_questions_the_first_is_answered_and_that_is_said(running: RunningBot, ada: User) -> None:
    elsewhere = running.server.foreign_chat([ada])
    summons = ada.summons(elsewhere, f"{NAME} {QUESTION} And who opened it again?")
    answer = await running.server.wait_for_guest_answer(summons, timeout=30)
    assert answer.text.startswith(texts.GUEST_ONE_AT_A_TIME)
    assert answer.entity_texts("expandable_blockquote")[0] == ANSWERING


async def test_what_is_asked_of_the_answer_goes_on_from_it(running: RunningBot, ada: User) -> None:
    elsewhere = running.server.foreign_chat([ada, running.server.user("Grace")])
    first = await running.server.wait_for_guest_answer(ada.summons(elsewhere, f"{NAME} {QUESTION}"), timeout=30)
    further = ada.summons(elsewhere, "and who opened it again?", reply_to=first)
    answer = await running.server.wait_for_guest_answer(further, timeout=30)
    assert "Ada Brook, opened it again" in answer.entity_texts("expandable_blockquote")[0]


async def test_a_claim_that_is_replied_to_is_checked(running: RunningBot, ada: User) -> None:
    grace = running.server.user("Grace")
    elsewhere = running.server.foreign_chat([ada, grace])
    claim = grace.writes(elsewhere, f"The Courier says: “{ANSWERING.replace('4.2', '4.3').rstrip('.')}”")
    answer = await running.server.wait_for_guest_answer(ada.summons(elsewhere, NAME, reply_to=claim), timeout=30)
    assert check_wording.verdict_of(Verdict.ALTERED) in answer.text
    assert "“4.3” is “4.2” in the article." in answer.text
    assert _links(answer)[0].startswith("https://news.example/a/bridge/")
    claim = grace.writes(elsewhere, ANSWERING)
    summons = ada.summons(elsewhere, f"{NAME} is this true?", reply_to=claim)
    answer = await running.server.wait_for_guest_answer(summons, timeout=30)
    assert check_wording.verdict_of(Verdict.VERBATIM) in answer.text


async def test_a_question_about_what_it_replies_to_is_understood_from_that(running: RunningBot, ada: User) -> None:
    grace = running.server.user("Grace")
    elsewhere = running.server.foreign_chat([ada, grace])
    claim = grace.writes(elsewhere, "The ferry across the lake has stopped for good.")
    summons = ada.summons(elsewhere, f"{NAME} who was its owner?", reply_to=claim)
    answer = await running.server.wait_for_guest_answer(summons, timeout=30)
    assert "Its owner, Tom Reed" in answer.text


async def test_what_no_article_answers_is_refused(running: RunningBot, ada: User) -> None:
    elsewhere = running.server.foreign_chat([ada])
    answer = await running.server.wait_for_guest_answer(ada.summons(elsewhere, f"{NAME} {UNANSWERABLE}"), timeout=30)
    refusals = (RefusalReason.NOTHING_ON_TOPIC, RefusalReason.NOT_ANSWERED)
    assert answer.text.startswith(tuple(wording.refusal(reason).partition(" /")[0] for reason in refusals))
    assert "/" not in answer.text
    greeting = await running.server.wait_for_guest_answer(ada.summons(elsewhere, f"{NAME} what can you do"), timeout=30)
    assert "Ask in your own words" in greeting.text
    assert "/" not in greeting.text


@pytest_asyncio.fixture
async def server() -> AsyncIterator[BotApiServer]:
    async with BotApiServer() as server:
        yield server


@pytest_asyncio.fixture
async def bot(server: BotApiServer) -> AsyncIterator[Served]:
    async with served(server) as bot:
        yield bot


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS.keys())
async def test_a_fault_costs_no_answer_and_repeats_none(bot: Served, fault: Fault) -> None:
    ada = bot.server.user("Ada")
    elsewhere = bot.server.foreign_chat([ada])
    bot.server.order_fault(fault, method="answerGuestQuery", times=2)
    answer = await bot.server.wait_for_guest_answer(ada.summons(elsewhere, f"{NAME} Who opened it?"))
    assert OPENED.quote.text in answer.text
    await bot.server.wait_until(lambda: not bot.store.outbox.pending() and not bot.store.outbox.unfinished())
    assert [message.sender.id for message in elsewhere.messages.values()] == [ada.id, bot.server.state.bot.id]
    assert bot.dialogue.asked_once == [("Who opened it?", "")]


async def test_a_call_that_is_too_old_is_given_up_without_an_apology(
    bot: Served, caplog: pytest.LogCaptureFixture
) -> None:
    ada = bot.server.user("Ada")
    bot.dialogue.is_free.clear()
    ada.summons(bot.server.foreign_chat([ada]), f"{NAME} Who opened it?")
    await bot.server.wait_until(bot.dialogue.held_up.is_set)
    bot.server.expires_queries()
    bot.dialogue.is_free.set()
    await bot.server.wait_until(lambda: bot.server.calls_of("answerGuestQuery") and not bot.store.outbox.unfinished())
    await asyncio.sleep(0.2)
    assert len(bot.server.calls_of("answerGuestQuery")) == 1
    assert not bot.store.outbox.pending()
    assert "Traceback" not in caplog.text


async def test_what_was_received_and_not_begun_is_answered_after_a_kill(server: BotApiServer, tmp_path: Path) -> None:
    ada = server.user("Ada")
    queries = [ada.summons(server.foreign_chat([ada]), f"{NAME} {words}") for words in ("Who?", "And when?")]
    raw = server.state.updates.peek(2)
    with Store.open(f"sqlite:///{tmp_path}/bot.db") as store:
        store.outbox.receive([IncomingUpdate(update["update_id"], update) for update in raw])
    server.state.updates.clear()
    async with served(server, tmp_path / "bot.db") as bot:
        for query in queries:
            assert OPENED.quote.text in (await server.wait_for_guest_answer(query)).text
        await server.wait_until(lambda: not bot.store.outbox.unfinished())
        assert bot.dialogue.asked_once == [("Who?", ""), ("And when?", "")]


@pytest.mark.parametrize("arrived", [True, False])
async def test_a_kill_in_the_middle_of_answering_neither_loses_nor_repeats(
    server: BotApiServer, tmp_path: Path, arrived: bool
) -> None:
    ada = server.user("Ada")
    query = ada.summons(server.foreign_chat([ada]), f"{NAME} Who opened it?")
    [update] = server.state.updates.peek(1)
    place = guest_place(update["update_id"])
    content = {"message_text": "Ada Brook"}
    body = {
        "guest_query_id": query.id,
        "result": {"type": "article", "id": "1", "title": "x", "input_message_content": content},
    }
    with Store.open(f"sqlite:///{tmp_path}/bot.db") as store:
        store.outbox.receive([IncomingUpdate(update["update_id"], update, person_id=ada.id)])
        [message] = store.outbox.plan(update["update_id"], place, place, [SendRequest(body)])
        store.outbox.attempt(message.id)
    if arrived:
        async with ClientSession() as http:
            await http.post(f"{server.url}{server.token}/answerGuestQuery", json=body)
    async with served(server, tmp_path / "bot.db") as bot:
        await server.wait_until(lambda: not bot.store.outbox.pending())
        assert (await server.wait_for_guest_answer(query)).text == "Ada Brook"
        assert bot.dialogue.asked_once == []
        assert not bot.store.outbox.unfinished()


async def test_an_update_that_comes_twice_is_answered_once(bot: Served) -> None:
    bot.server.repeats_updates(3)
    ada = bot.server.user("Ada")
    query = ada.summons(bot.server.foreign_chat([ada]), f"{NAME} Who opened it?")
    await bot.server.wait_for_guest_answer(query)
    await asyncio.sleep(0.3)
    assert [call.error for call in bot.server.calls_of("answerGuestQuery")] == [None]
    assert len(bot.dialogue.asked_once) == 1


async def test_forget_leaves_no_trace_of_a_call(bot: Served) -> None:
    ada = bot.server.user("Ada")
    await bot.server.wait_for_guest_answer(ada.summons(bot.server.foreign_chat([ada]), f"{NAME} Who opened it?"))
    await bot.server.wait_until(lambda: not bot.store.outbox.unfinished())
    bot.store.outbox.forget(ada.id)
    with bot.store._engine.connect() as connection:
        counts = [connection.exec_driver_sql(f"select count(*) from {table}").scalar() for table in ("inbox", "outbox")]
    assert counts == [0, 0]


@pytest.mark.parametrize(("guest_mode", "told"), [(True, "guest mode is on"), (False, "guest mode is off: switch it")])
async def test_the_owner_is_told_at_the_start_whether_guest_mode_is_on(
    guest_mode: bool, told: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    async with BotApiServer(BotSetup(guest_mode=guest_mode)) as server, served(server):
        assert told in caplog.text
