"""The adapter on a real connection to a strict Bot API server, with faults no fake would think of."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
import pytest_asyncio

from bot.adapters.telegram import Metrics, TelegramConfig, build_service, serve
from bot.quoting.context import QuoteContext
from bot.replies import Vote
from bot.store import Store
from tests.bot.examples import OPENED
from tests.bot.telegram.fakes import REPLY_ID, FakeDialogue, fake_app
from tests.botapi import BotApiServer, Fault, delay, drop_after, garbage, server_error, too_many_requests


@dataclass(frozen=True)
class Line:
    """A polling bot and the server it polls."""

    server: BotApiServer
    dialogue: FakeDialogue


@pytest_asyncio.fixture
async def line() -> AsyncIterator[Line]:
    """The bot, on the line."""
    dialogue = FakeDialogue()
    async with BotApiServer() as server:
        config = TelegramConfig(server.token, server.url, server.file_url, messages_per_second=0)
        store, stop = Store.in_memory(), asyncio.Event()
        service = build_service(fake_app(dialogue, store=store), config, Metrics())
        serving = asyncio.create_task(serve(service, stop))
        await server.wait_until(lambda: server.calls_of("getUpdates") or serving.done())
        yield Line(server, dialogue)
        stop.set()
        await serving
        service.close()
        store.close()


async def test_a_conversation_with_its_buttons(line: Line) -> None:
    server, ada = line.server, line.server.user("Ada")
    chat = ada.opens_chat()
    line.dialogue.contexts[REPLY_ID, 1] = QuoteContext(OPENED, "Before. ", " After.", True)
    ada.says(chat, "Who opened the bridge? 🎈")
    answer = await server.wait_for_message(chat)
    assert OPENED.quote.text in answer.text
    assert server.chat_actions(chat) == []
    assert await server.wait_for_answer(ada.presses(answer, "👍")) != ""
    assert line.dialogue.votes == {(REPLY_ID, f"tg:{ada.id}"): Vote.UP}
    query = ada.presses(answer, "Context")
    context = await server.wait_for_message(chat)
    assert f"Before. {OPENED.quote.text} After." in context.text
    assert await server.wait_for_answer(query) == ""


async def test_a_forum_topic_gets_its_answer_inside(line: Line) -> None:
    server, ada = line.server, line.server.user("Ada")
    forum = server.group("Readers", [ada], topics=["Bridges"])
    [thread] = forum.topics
    question = ada.says(forum, "/ask Who opened it?", thread=thread)
    answer = await server.wait_for_message(forum)
    assert (answer.thread_id, answer.reply_to) == (thread, question)


async def test_sixty_people_at_once_each_get_one_answer(line: Line) -> None:
    people = [line.server.user(f"Reader {number}") for number in range(60)]
    for person in people:
        person.says(person.opens_chat(), "Who opened it?")
    chats = [person.opens_chat() for person in people]
    await line.server.wait_until(lambda: all(line.server.messages(chat) for chat in chats))
    assert [len(line.server.messages(chat)) for chat in chats] == [1] * 60


@pytest.mark.parametrize("fault", [server_error(), garbage(), drop_after(), delay(0.2)])
async def test_a_stumbling_server_does_not_cost_the_answer(line: Line, fault: Fault) -> None:
    ada = line.server.user("Ada")
    line.dialogue.seconds = lambda question: 0.5
    line.server.order_fault(fault, method="sendChatAction")
    ada.says(ada.opens_chat(), "Who opened it?")
    assert OPENED.quote.text in (await line.server.wait_for_message(ada.opens_chat())).text


async def test_a_flooded_chat_is_answered_after_the_wait(line: Line) -> None:
    ada = line.server.user("Ada")
    line.server.order_fault(too_many_requests(1), method="sendMessage")
    ada.says(ada.opens_chat(), "Who opened it?")
    assert OPENED.quote.text in (await line.server.wait_for_message(ada.opens_chat())).text
    await asyncio.sleep(0.05)
    assert len(line.server.messages(ada.opens_chat())) == 1


async def test_an_answer_that_arrived_unnoticed_is_not_sent_again(line: Line) -> None:
    ada = line.server.user("Ada")
    line.server.order_fault(drop_after(), method="sendMessage")
    ada.says(ada.opens_chat(), "Who opened it?")
    await line.server.wait_until(lambda: line.server.calls_of("editMessageText"))
    await asyncio.sleep(1.5)
    [answer] = line.server.messages(ada.opens_chat())
    assert OPENED.quote.text in answer.text
    assert len(answer.history) == 1


async def test_a_garbled_answer_is_not_logged(line: Line, caplog: pytest.LogCaptureFixture) -> None:
    ada = line.server.user("Ada")
    line.server.order_fault(garbage(), method="sendMessage")
    ada.says(ada.opens_chat(), "Who opened it?")
    await line.server.wait_for_message(ada.opens_chat())
    assert "Can not load invalid JSON" not in caplog.text


async def test_polling_survives_a_broken_server(line: Line) -> None:
    ada = line.server.user("Ada")
    line.server.order_fault(server_error(), method="getUpdates", times=2)
    ada.says(ada.opens_chat(), "Who opened it?")
    assert OPENED.quote.text in (await line.server.wait_for_message(ada.opens_chat())).text
