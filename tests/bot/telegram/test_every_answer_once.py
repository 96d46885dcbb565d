"""Every question is answered once, whatever the network and the process do."""

import asyncio
import time
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
import pytest_asyncio
from aiohttp import ClientSession

from bot.adapters.telegram import application
from bot.adapters.telegram import server as serving
from bot.adapters.telegram.delivery import outbox as delivery
from bot.adapters.telegram.views import texts
from bot.answering import Clarification, Option, Outcome
from bot.errors import StoreInterrupted, StoreUnavailable
from bot.store import IncomingUpdate, OutboxStore, SendRequest, Store
from bot.store.sent_answers import SentAnswer
from tests.bot.examples import OPENED
from tests.bot.former_versions import make_0024
from tests.bot.telegram.fakes import ANSWER, REPLY_ID, FakeDialogue, FakeSentAnswers, answer_of_parts
from tests.bot.telegram.serving import FAST, FAULTS, Served, served
from tests.botapi import BotApiServer, Fault, Message, faults


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
    ada, grace = bot.server.user("Ada"), bot.server.user("Grace")
    bot.server.order_fault(fault, method="sendMessage", chat=ada.opens_chat(), times=2)
    ada.says(ada.opens_chat(), "Who opened it?")
    assert OPENED.quote.text in (await bot.ask(grace)).text
    await bot.server.wait_until(lambda: bot.answers(ada) and not bot.store.outbox.pending())
    await asyncio.sleep(0.3)
    assert [len(answer.history) for answer in bot.answers(ada)] == [1]
    assert len(bot.answers(grace)) == 1
    assert not bot.store.outbox.unfinished()


async def test_a_message_that_arrived_is_found_among_others_of_a_busy_bot(bot: Served) -> None:
    people = [bot.server.user(f"Reader {number}") for number in range(12)]
    for person in people[::3]:
        bot.server.order_fault(faults.drop_after(), method="sendMessage", chat=person.opens_chat())
    for person in people:
        person.says(person.opens_chat(), "Who opened it?")
    await bot.server.wait_until(lambda: all(map(bot.answers, people)) and not bot.store.outbox.pending())
    assert [len(bot.answers(person)) for person in people] == [1] * 12


async def test_one_answer_in_a_group_is_not_taken_for_another(bot: Served) -> None:
    ada, grace = bot.server.user("Ada"), bot.server.user("Grace")
    group = bot.server.group("Readers", [ada, grace])
    bot.server.order_fault(faults.drop_after(), method="sendMessage", chat=group, times=2)
    asked = [person.says(group, f"/ask Who opened it? {person.account.first_name}") for person in (ada, grace)]
    await bot.server.wait_until(lambda: len(bot.server.messages(group)) == 2 and not bot.store.outbox.pending())
    answered = [answer.reply_to for answer in bot.server.messages(group)]
    assert len(answered) == len(asked)
    assert all(question in answered for question in asked)


async def test_a_long_answer_goes_on_where_it_broke_off(bot: Served) -> None:
    ada = bot.server.user("Ada")
    bot.dialogue.articles = tuple(
        type(bot.dialogue.articles[0])(id=f"a{number}", text="x", title=f"{'Long title ' * 13}{number}", url=None)
        for number in range(10)
    )
    bot.server.order_fault(faults.drop_after(), method="sendMessage", times=1)
    ada.says(ada.opens_chat(), "/sources")
    await bot.server.wait_until(lambda: bot.answers(ada) and not bot.store.outbox.pending())
    assert len(bot.answers(ada)) == 1


_EDIT_FAULTS = [
    (faults.drop_after(), "editMessageText"),
    (faults.server_error(502), "editMessageText"),
    (faults.drop_after(), "sendMessage"),
    (faults.drop_before(), "deleteMessage"),
    (faults.drop_after(), "deleteMessage"),
]


@pytest.mark.parametrize(("fault", "method"), _EDIT_FAULTS)
@pytest.mark.parametrize(("before", "after"), [(3, 1), (1, 3)])
async def test_a_new_wording_changes_every_part_of_the_answer_once(
    server: BotApiServer, fault: Fault, method: str, before: int, after: int
) -> None:
    async with served(server, sent_answers=FakeSentAnswers()) as bot:
        ada = server.user("Ada")
        bot.dialogue.outcome = answer_of_parts(before)
        question = ada.says(ada.opens_chat(), "Who opened it?")
        await server.wait_until(lambda: len(bot.answers(ada)) == before and not bot.store.outbox.unfinished())
        bot.dialogue.outcome = answer_of_parts(after)
        server.order_fault(fault, method=method)
        ada.edits(question, "Who built it?")
        await server.wait_until(lambda: len(bot.answers(ada)) == after and not bot.store.outbox.pending())
        await server.wait_until(lambda: not bot.store.outbox.unfinished())
        _whole(bot.answers(ada), after)
        assert len(bot.dialogue.asked) == 2


@pytest.mark.parametrize(("before", "after"), [(3, 1), (1, 3)])
async def test_a_new_wording_that_a_stop_cuts_short_is_finished_after_the_start(
    server: BotApiServer, tmp_path: Path, before: int, after: int
) -> None:
    ada, kept = server.user("Ada"), FakeSentAnswers()
    async with served(server, tmp_path / "bot.db", sent_answers=kept) as bot:
        bot.dialogue.outcome = answer_of_parts(before)
        question = ada.says(ada.opens_chat(), "Who opened it?")
        await server.wait_until(lambda: len(bot.answers(ada)) == before and not bot.store.outbox.unfinished())
        bot.dialogue.outcome = answer_of_parts(after)
        server.order_fault(faults.too_many_requests(8), method="editMessageText")
        ada.edits(question, "Who built it?")
        await server.wait_until(lambda: server.calls_of("editMessageText"))
    async with served(server, tmp_path / "bot.db", sent_answers=kept) as bot:
        await server.wait_until(lambda: len(bot.answers(ada)) == after and not bot.store.outbox.pending())
        _whole(bot.answers(ada), after)
        assert bot.dialogue.asked == []
    assert [part.message_id for part in kept.to_question(ada.id, question.id)] == [each.id for each in bot.answers(ada)]


def _whole(answers: list[Message], count: int) -> None:
    """These are the parts of one answer, in order, buttons under the last."""
    assert [bool(answer.buttons) for answer in answers] == [False] * (count - 1) + [True]
    words = "".join(answer.text for answer in answers)
    assert words.count("Ten letters") == 200 * count - 100
    assert words.count("1. Old bridge opens again") == 1


async def test_an_update_that_comes_twice_is_answered_once(bot: Served, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    bot.server.repeats_updates(3)
    ada = bot.server.user("Ada")
    await bot.ask(ada)
    await bot.server.wait_until(lambda: caplog.text.count("came a second time") == 3)
    await bot.ask(ada, "And when?")
    assert [question for _, question in bot.dialogue.asked] == ["Who opened it?", "And when?"]


async def test_a_second_poller_costs_nothing(bot: Served, caplog: pytest.LogCaptureFixture) -> None:
    await asyncio.sleep(0.5)
    async with ClientSession() as http:
        async with http.get(f"{bot.server.url}{bot.server.token}/getUpdates") as other:
            assert other.status == 200
        ada = bot.server.user("Ada")
        assert OPENED.quote.text in (await bot.ask(ada)).text
    assert "only one may run at a time" in caplog.text


async def test_a_question_that_the_database_cut_short_is_answered_once_it_is_back(bot: Served) -> None:
    ada, grace = bot.server.user("Ada"), bot.server.user("Grace")
    bot.dialogue.failure = StoreInterrupted("the database restarts")
    ada.says(ada.opens_chat(), "Who opened it?")
    await bot.server.wait_until(lambda: bool(bot.dialogue.asked))
    bot.dialogue.failure = None
    await bot.server.wait_until(lambda: not bot.store.outbox.unfinished())
    assert [OPENED.quote.text in answer.text for answer in bot.answers(ada)] == [True]
    assert len(bot.dialogue.asked) == 2
    bot.dialogue.failure = StoreUnavailable("the disk is full")
    assert (await bot.ask(grace)).text == texts.WENT_WRONG


async def test_somebody_who_blocked_the_bot_gets_one_try_and_no_apology(bot: Served) -> None:
    ada = bot.server.user("Ada")
    ada.says(ada.opens_chat(), "Who opened it?")
    ada.blocks()
    await bot.server.wait_until(lambda: bot.server.calls_of("sendMessage") and not bot.store.outbox.pending())
    await asyncio.sleep(0.2)
    assert [call.error for call in bot.server.calls_of("sendMessage")] == ["Forbidden: bot was blocked by the user"]


async def test_a_vanished_topic_gets_one_try_and_no_apology(bot: Served, caplog: pytest.LogCaptureFixture) -> None:
    ada = bot.server.user("Ada")
    forum = bot.server.group("Readers", [ada], topics=["Bridges"])
    [thread] = forum.topics
    ada.says(forum, "/ask Who opened it?", thread=thread)
    bot.server.closes_topic(forum, thread)
    await bot.server.wait_until(lambda: bot.server.calls_of("sendMessage") and not bot.store.outbox.pending())
    await asyncio.sleep(0.2)
    assert [call.error for call in bot.server.calls_of("sendMessage")] == ["Bad Request: message thread not found"]
    assert "Traceback" not in caplog.text


async def test_a_question_from_hours_ago_is_not_answered(server: BotApiServer) -> None:
    ada = server.user("Ada")
    old = ada.says(ada.opens_chat(), "Who opened it?")
    old.date = int(time.time()) - 3 * 3600
    server.state.updates.clear()
    server.state.announce(old)
    async with served(server) as bot:
        await bot.ask(ada, "And when?")
        assert [question for _, question in bot.dialogue.asked] == ["And when?"]


async def test_what_a_stop_cuts_short_is_answered_after_the_next_start(server: BotApiServer, tmp_path: Path) -> None:
    ada = server.user("Ada")
    started = time.monotonic()
    async with served(server, tmp_path / "bot.db") as bot:
        server.order_fault(faults.too_many_requests(8), method="sendMessage")
        ada.says(ada.opens_chat(), "Who opened it?")
        await server.wait_until(lambda: server.calls_of("sendMessage"))
        await asyncio.sleep(0.1)
    assert time.monotonic() - started < 10
    assert server.messages(ada.opens_chat()) == []
    async with served(server, tmp_path / "bot.db") as bot:
        await server.wait_for_message(ada.opens_chat())
        assert bot.dialogue.asked == []
        await server.wait_until(lambda: not bot.store.outbox.pending())
    assert len(server.messages(ada.opens_chat())) == 1


async def test_answers_to_several_questions_that_a_stop_broke_off_all_come_after_the_next_start(
    server: BotApiServer, tmp_path: Path
) -> None:
    ada = server.user("Ada")
    async with served(server, tmp_path / "bot.db") as bot:
        server.order_fault(faults.too_many_requests(8), method="sendMessage")
        ada.says(ada.opens_chat(), "Who opened the bridge? What did it cost?")
        await server.wait_until(lambda: server.calls_of("sendMessage"))
        await asyncio.sleep(0.1)
        assert [question for _, question in bot.dialogue.asked] == ["Who opened the bridge?", "What did it cost?"]
    assert server.messages(ada.opens_chat()) == []
    async with served(server, tmp_path / "bot.db") as bot:
        await server.wait_until(lambda: len(bot.answers(ada)) == 2 and not bot.store.outbox.pending())
        assert bot.dialogue.asked == []


async def test_several_questions_cut_short_between_two_of_them_are_each_answered_once_after_a_kill(
    server: BotApiServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(serving, "_GRACE_SECONDS", 0.0)
    ada, dialogue = server.user("Ada"), FakeDialogue()
    several = ("Who opened the bridge?", "What did it cost?", "Who paid for it?")

    def hold_the_second(question: str) -> float:
        if question == several[1] and dialogue.is_free.is_set():
            dialogue.is_free.clear()  # the third waits, and the process dies meanwhile
        return 0.0

    dialogue.seconds = hold_the_second
    async with served(server, tmp_path / "bot.db", dialogue=dialogue):
        ada.says(ada.opens_chat(), " ".join(several))
        await server.wait_until(dialogue.held_up.is_set)
    assert server.messages(ada.opens_chat()) == []
    dialogue.seconds = lambda _: 0.0
    dialogue.is_free.set()
    again = FakeDialogue()
    async with served(server, tmp_path / "bot.db", dialogue=again) as bot:
        await server.wait_until(lambda: len(bot.answers(ada)) == 3 and not bot.store.outbox.unfinished())
        assert [question for _, question in again.asked] == list(several)
        assert not bot.store.outbox.pending()


@pytest.mark.parametrize("arrived", [True, False])
async def test_a_kill_between_the_answers_to_several_questions_neither_loses_nor_repeats_one(
    server: BotApiServer, tmp_path: Path, arrived: bool
) -> None:
    ada = server.user("Ada")
    asked = ada.says(ada.opens_chat(), "Who opened the bridge? What did it cost? Who paid for it?")
    [update] = server.state.updates.peek(1)
    bodies: list[dict[str, object]] = [{"text": text} for text in ("Ada Brook", "4.2 million", "The council")]
    with Store.open(f"sqlite:///{tmp_path}/bot.db") as store:
        outbox: OutboxStore = store.outbox
        outbox.receive([IncomingUpdate(update["update_id"], update, 0, asked.id, ada.id, ada.id)])
        first, second, _ = outbox.plan(update["update_id"], 0, ada.id, [SendRequest(body) for body in bodies])
        outbox.attempt(first.id)
        await _send(server, ada.id, bodies[0])
        outbox.delivered(first.id, server.messages(ada.opens_chat())[0].id)
        outbox.attempt(second.id)
    if arrived:
        await _send(server, ada.id, bodies[1])
    async with served(server, tmp_path / "bot.db") as bot:
        await server.wait_until(lambda: not bot.store.outbox.pending())
        assert [answer.text for answer in bot.answers(ada)] == [body["text"] for body in bodies]
        assert bot.dialogue.asked == []


async def test_a_new_wording_of_several_questions_changes_each_answer(server: BotApiServer) -> None:
    async with served(server, sent_answers=FakeSentAnswers()) as bot:
        ada = server.user("Ada")
        question = ada.says(ada.opens_chat(), "Who opened the bridge? What did it cost?")
        await server.wait_until(lambda: len(bot.answers(ada)) == 2 and not bot.store.outbox.unfinished())
        ada.edits(question, "Who opened the bridge? Which one was it? What did it cost?")
        await server.wait_until(lambda: len(bot.answers(ada)) == 3 and not bot.store.outbox.unfinished())
        assert len(bot.dialogue.asked) == 5
        ada.edits(question, "Who opened it?")
        await server.wait_until(lambda: len(bot.answers(ada)) == 1 and not bot.store.outbox.unfinished())


async def test_what_was_received_and_not_begun_is_answered_after_a_kill(server: BotApiServer, tmp_path: Path) -> None:
    ada = server.user("Ada")
    ada.says(ada.opens_chat(), "Who opened it?")
    ada.says(ada.opens_chat(), "And when?")
    raw = server.state.updates.peek(2)
    with Store.open(f"sqlite:///{tmp_path}/bot.db") as store:
        store.outbox.receive([IncomingUpdate(update["update_id"], update) for update in raw])
    server.state.updates.clear()
    async with served(server, tmp_path / "bot.db") as bot:
        await server.wait_until(lambda: len(bot.answers(ada)) == 2)
        assert [question for _, question in bot.dialogue.asked] == ["Who opened it?", "And when?"]
        await server.wait_until(lambda: not bot.store.outbox.unfinished())


_BUTTONS: dict[str, tuple[Outcome, str, str, str]] = {
    "opt": (Clarification((Option("The bridge", "Which bridge?"),), ANSWER), "Which?", "The bridge", "which bridge?"),
    "raw": (ANSWER, "And he?", texts.AS_TYPED_BUTTON, OPENED.quote.text),
    "eg": (ANSWER, "/help", texts.example_button(1), OPENED.quote.text),
    "from": (ANSWER, "Who?", texts.ARTICLES_BUTTON, OPENED.title),
}


@pytest.mark.parametrize(("outcome", "asked", "label", "expected"), _BUTTONS.values(), ids=_BUTTONS.keys())
async def test_a_press_that_was_taken_and_not_answered_is_answered_after_a_kill(
    server: BotApiServer,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    outcome: Outcome,
    asked: str,
    label: str,
    expected: str,
) -> None:
    monkeypatch.setattr(serving, "_GRACE_SECONDS", 0.0)
    ada, dialogue = server.user("Ada"), FakeDialogue(outcome)
    dialogue.resolve = lambda question: f"{question.lower()} – {question}"
    async with served(server, tmp_path / "bot.db", dialogue=dialogue) as bot:
        shown = await bot.ask(ada, asked)
        await server.wait_until(lambda: not bot.store.outbox.unfinished())
        dialogue.is_free.clear()
        ada.presses(shown, label)
        await server.wait_until(dialogue.held_up.is_set)
    assert len(bot.answers(ada)) == 1
    dialogue.is_free.set()
    async with served(server, tmp_path / "bot.db", dialogue=dialogue) as bot:
        await server.wait_until(lambda: len(bot.answers(ada)) == 2)
        await server.wait_until(lambda: not bot.store.outbox.unfinished())
        assert expected in bot.answers(ada)[1].text


@pytest.mark.parametrize("arrived", [True, False])
async def test_a_kill_in_the_middle_of_sending_neither_loses_nor_repeats(
    server: BotApiServer, tmp_path: Path, arrived: bool
) -> None:
    ada = server.user("Ada")
    asked = ada.says(ada.opens_chat(), "Who opened it?")
    [update] = server.state.updates.peek(1)
    with Store.open(f"sqlite:///{tmp_path}/bot.db") as store:
        outbox: OutboxStore = store.outbox
        outbox.receive([IncomingUpdate(update["update_id"], update, 0, asked.id, ada.id, ada.id)])
        body: dict[str, object] = {"text": "<b>Ada Brook</b>", "parse_mode": "HTML"}
        [message] = outbox.plan(update["update_id"], 0, ada.id, [SendRequest(body)])
        outbox.attempt(message.id)
        assert outbox.message(message.id).after_id == asked.id
    if arrived:
        await _send(server, ada.id, body)
    async with served(server, tmp_path / "bot.db") as bot:
        await server.wait_until(lambda: not bot.store.outbox.pending())
        assert [answer.text for answer in bot.answers(ada)] == ["Ada Brook"]
        assert len(bot.answers(ada)[0].history) == 1
        assert bot.dialogue.asked == []


async def test_what_an_earlier_version_planned_is_sent_edited_and_deleted(server: BotApiServer, tmp_path: Path) -> None:
    ada, kept = server.user("Ada"), FakeSentAnswers()
    async with served(server, tmp_path / "first.db", sent_answers=kept) as bot:
        bot.dialogue.outcome = answer_of_parts(2)
        question = ada.says(ada.opens_chat(), "Who opened it?")
        await server.wait_until(lambda: len(bot.answers(ada)) == 2 and not bot.store.outbox.unfinished())
        await server.wait_until(lambda: not len(server.state.updates))  # or the other database gets the question, too
    first, last = bot.answers(ada)
    answers = [question.id, REPLY_ID]
    bodies: list[dict[str, object]] = [
        {"text": "Ada Brook", "_into": first.id, "_answers": answers},
        {"_into": last.id, "_answers": answers},
        {"text": "Good morning"},
    ]
    make_0024(f"sqlite:///{tmp_path}/second.db", ada.id, bodies)
    async with served(server, tmp_path / "second.db", sent_answers=kept) as bot:
        await server.wait_until(lambda: not bot.store.outbox.pending())
        assert [answer.text for answer in bot.answers(ada)] == ["Ada Brook", "Good morning"]
    assert kept.to_question(ada.id, question.id) == [SentAnswer(ada.id, first.id, question.id, REPLY_ID)]


async def test_a_message_that_arrives_after_it_was_looked_for_is_taken_back(
    server: BotApiServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(application, "_READ_SECONDS", 0.3)
    monkeypatch.setattr(delivery, "_SETTLING_SECONDS", 0.1)
    monkeypatch.setattr(delivery, "_TIDY_AFTER_SECONDS", (1.5,))
    ada, grace = server.user("Ada"), server.user("Grace")
    async with served(server) as bot:
        server.order_fault(faults.delay(1.5), method="sendMessage", chat=ada.opens_chat())
        ada.says(ada.opens_chat(), "Who opened it?")
        await server.wait_until(lambda: len(bot.answers(ada)) == 1)
        await bot.ask(grace)
        await server.wait_until(lambda: len(bot.answers(ada)) == 2)
        await server.wait_until(lambda: len(bot.answers(ada)) == 1)
        await asyncio.sleep(1)
        assert [len(bot.answers(person)) for person in (ada, grace)] == [1, 1]
        assert len(server.calls_of("deleteMessage")) == 1


async def test_an_answer_is_given_up_when_it_has_become_old(
    server: BotApiServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivery, "_FIRST_PAUSE_SECONDS", 0.05)
    ada = server.user("Ada")
    config = FAST.__class__("", messages_per_second=0, answer_within=timedelta(seconds=2))
    async with served(server, config=config) as bot:
        server.order_fault(faults.server_error(), method="sendMessage", times=100)
        ada.says(ada.opens_chat(), "Who opened it?")
        await server.wait_until(lambda: server.calls_of("sendMessage"))
        await server.wait_until(lambda: not bot.store.outbox.pending() and not bot.store.outbox.unfinished())
    assert server.messages(ada.opens_chat()) == []


async def _send(server: BotApiServer, chat_id: int, body: dict[str, object]) -> None:
    async with ClientSession() as http:
        await http.post(f"{server.url}{server.token}/sendMessage", json={"chat_id": chat_id, **body})
