"""How much one person and all of them may ask; what is kept about people and how it goes."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import pytest_asyncio
from sqlalchemy import func, select

from bot.adapters.telegram.views import texts
from bot.adapters.telegram.views.links import DeepLink, Opens, payload_of
from bot.replies import Vote
from bot.store import Delivery, IncomingUpdate, SendRequest, Store
from bot.store.tables import inbox, outbox
from tests.bot.examples import answer
from tests.bot.telegram.fakes import FakeSentAnswers
from tests.bot.telegram.serving import FAST, served
from tests.botapi import BotApiServer, BotSetup, FloodLimits, too_many_requests


@pytest_asyncio.fixture
async def server() -> AsyncIterator[BotApiServer]:
    async with BotApiServer() as server:
        yield server


async def test_telegrams_limits_are_kept_without_an_objection() -> None:
    setup = BotSetup(flood=FloodLimits(per_second=8, per_chat_per_second=1))
    async with BotApiServer(setup) as server, served(server, config=replace(FAST, messages_per_second=8)) as bot:
        people = [server.user(f"Reader {number}") for number in range(10)]
        for person in people:
            person.says(person.opens_chat(), "Who opened it?")
            person.says(person.opens_chat(), "And when?")
        await server.wait_until(lambda: all(len(bot.answers(person)) == 2 for person in people))
        assert [call.error for call in server.calls if call.error] == []


async def test_a_wait_that_one_chat_owes_is_not_anothers() -> None:
    async with BotApiServer() as server, served(server, config=replace(FAST, messages_per_second=30)) as bot:
        ada, grace = server.user("Ada"), server.user("Grace")
        server.order_fault(too_many_requests(3), method="sendMessage", chat=ada.opens_chat())
        ada.says(ada.opens_chat(), "Who opened it?")
        await server.wait_until(lambda: server.calls_of("sendMessage"))
        loop = asyncio.get_running_loop()
        asked = loop.time()
        await bot.ask(grace)
        assert loop.time() - asked < 1
        await server.wait_for_message(ada.opens_chat())


async def test_somebody_who_asks_too_fast_is_told_so_once(server: BotApiServer) -> None:
    async with served(server, config=replace(FAST, questions_per_minute=2)) as bot:
        ada, grace = server.user("Ada"), server.user("Grace")
        for number in range(5):
            ada.says(ada.opens_chat(), f"Question {number}?")
        ada.says(ada.opens_chat(), "/help")
        await server.wait_for_message(ada.opens_chat(), lambda message: "I answer questions" in message.text)
        said = [message.text for message in bot.answers(ada)]
        assert len(said) == 4
        assert said[2].startswith("That was more than 2 questions in a minute")
        await bot.ask(grace)
        assert len(bot.dialogue.asked) == 3


async def test_no_way_of_asking_goes_around_the_limit(server: BotApiServer) -> None:
    """Three questions a minute: a message, a new wording of it and a button are three; the fourth way is too many."""
    limited = replace(FAST, questions_per_minute=3)
    async with served(server, config=limited, sent_answers=FakeSentAnswers()) as bot:
        bot.dialogue.resolve = lambda question: (
            f"{question.lower()} – {question}"
        )  # so that the words as typed can be searched
        ada = server.user("Ada")
        chat = ada.opens_chat()
        question = ada.says(chat, "Who opened it?")
        answer = await server.wait_for_message(chat)
        ada.edits(question, "Who built it?")
        await server.wait_until(lambda: len(answer.history) == 2)
        assert await server.wait_for_answer(ada.presses(answer, texts.AS_TYPED_BUTTON)) == ""
        await server.wait_for_message(chat)
        assert len(bot.dialogue.asked) == 3

        pressed = await server.wait_for_answer(ada.presses(answer, texts.AS_TYPED_BUTTON))
        assert pressed.startswith("That was more than 3 questions in a minute")
        shown = await server.wait_for_answer(ada.presses(answer, texts.ARTICLES_BUTTON))
        assert shown.startswith("That was more than 3 questions in a minute")
        typed = ada.types_inline("Who opened the old bridge?")
        assert await server.wait_for_results(typed) == []
        assert typed.button is not None
        assert typed.button["text"].startswith("That was too fast")
        ada.edits(question, "Who closed it?")
        refused = await server.wait_for_message(chat)
        assert refused.text.startswith("That was more than 3 questions in a minute")
        ada.follows(payload_of(DeepLink(Opens.QUESTION, "Who opened it?")) or "")
        ada.says(chat, "/ask And when?")
        await bot.ask(server.user("Grace"))
        assert len(bot.dialogue.asked) == 4


async def test_glances_cost_a_quarter_of_a_question(server: BotApiServer) -> None:
    async with served(server, config=replace(FAST, questions_per_minute=2)) as bot:
        ada = server.user("Ada")
        answer = await bot.ask(ada)
        words = [await server.wait_for_answer(ada.presses(answer, texts.ARTICLES_BUTTON)) for _ in range(5)]
        assert [word[:13] for word in words] == ["", "", "", "", "That was more"]


async def test_an_edit_that_changes_no_word_and_a_vote_cost_nothing(server: BotApiServer) -> None:
    limited = replace(FAST, questions_per_minute=2)
    async with served(server, config=limited, sent_answers=FakeSentAnswers()) as bot:
        ada = server.user("Ada")
        chat = ada.opens_chat()
        question = ada.says(chat, "Q?")
        answer = await server.wait_for_message(chat)
        for _ in range(4):
            ada.edits(question, "Q?")
            assert await server.wait_for_answer(ada.presses(answer, texts.UP_BUTTON)) != ""
        await bot.ask(ada, "And when?")
        assert [words for _, words in bot.dialogue.asked] == ["Q?", "And when?"]


async def test_beyond_the_queue_the_bot_says_that_it_is_busy(server: BotApiServer) -> None:
    async with served(server, config=replace(FAST, most_waiting=4)) as bot:
        bot.dialogue.seconds = lambda question: 0.3
        people = [server.user(f"Reader {number}") for number in range(10)]
        for person in people:
            person.says(person.opens_chat(), "Who opened it?")
        await server.wait_until(lambda: all(map(bot.answers, people)))
        said = [bot.answers(person)[0].text for person in people]
        assert 4 <= said.count(texts.BUSY) <= 6
        assert len(bot.dialogue.asked) == 10 - said.count(texts.BUSY)
        assert await bot.ask(people[-1]) is not None


async def test_privacy_says_what_is_kept_for_how_long(server: BotApiServer) -> None:
    async with served(server, config=replace(FAST, retention_days=12)) as bot:
        notice = (await bot.ask(server.user("Ada"), "/privacy")).text
    assert notice == texts.privacy(12)
    assert "12 days" in notice


async def test_privacy_names_the_language_model_that_messages_are_sent_to(server: BotApiServer) -> None:
    async with served(server, config=replace(FAST, language_model="tiny-7b")) as bot:
        notice = (await bot.ask(server.user("Ada"), "/privacy")).text
    assert notice == texts.privacy(FAST.retention_days, "tiny-7b")
    assert "to the language model tiny-7b" in notice
    assert "tiny-7b" not in texts.privacy(FAST.retention_days)


async def test_nothing_but_numbers_is_left_of_what_was_answered(server: BotApiServer) -> None:
    async with served(server) as bot:
        await bot.ask(server.user("Ada"))

        def kept() -> list[object]:
            with bot.store._engine.connect() as connection:
                bodies = (connection.scalars(select(table.c.body)).all() for table in (inbox, outbox))
                return [body for some in bodies for body in some]

        await server.wait_until(lambda: kept() == [None, None])  # the answer is there a moment before it is forgotten


async def test_forget_asks_first_and_deletes_everything_of_that_person_only(server: BotApiServer) -> None:
    async with served(server) as bot:
        ada, grace = server.user("Ada"), server.user("Grace")
        for person in (ada, grace):
            _keep(bot.store, person.id)
            await bot.ask(person)
        asked = await bot.ask(ada, "/forget")
        assert asked.text == texts.ASK_FORGET
        assert await server.wait_for_answer(grace.presses(asked, texts.YES_FORGET)) == texts.NOT_YOURS
        assert len(bot.store.conversation(f"tg:{ada.id}", last=9).turns) == 1
        ada.presses(asked, texts.YES_FORGET)
        await server.wait_until(lambda: asked.text == texts.FORGOTTEN)
        for conversation in (f"tg:{ada.id}", f"tg:-1001:0:{ada.id}"):
            assert bot.store.conversation(conversation, last=9).turns == ()
        for conversation in (f"tg:{grace.id}", f"tg:-1001:0:{grace.id}"):
            assert len(bot.store.conversation(conversation, last=9).turns) == 1
        with bot.store._engine.connect() as connection:
            sent = select(func.count()).select_from(outbox).where(outbox.c.chat_id == ada.id)
            assert connection.scalar(sent) == 0


async def test_forget_can_be_declined(server: BotApiServer) -> None:
    async with served(server) as bot:
        ada = server.user("Ada")
        _keep(bot.store, ada.id)
        asked = await bot.ask(ada, "/forget")
        ada.presses(asked, texts.NO_KEEP)
        await server.wait_until(lambda: asked.text == texts.KEPT)
        assert len(bot.store.conversation(f"tg:{ada.id}", last=9).turns) == 1


async def test_what_is_older_than_the_retention_time_goes_when_the_bot_starts(server: BotApiServer) -> None:
    async with served(server, config=replace(FAST, retention_days=12)) as bot:
        assert bot.store.conversation("tg:1", last=9).turns == ()
    with Store.in_memory() as store:
        _keep(store, 1, datetime.now(UTC) - timedelta(days=13))
        _keep(store, 2, datetime.now(UTC) - timedelta(days=11))
        store.delete_before(datetime.now(UTC) - timedelta(days=12))
        assert store.conversation("tg:1", last=9).turns == ()
        assert len(store.conversation("tg:2", last=9).turns) == 1


def _keep(store: Store, person: int, asked_at: datetime | None = None) -> None:
    """A turn with a voted reply, in the person's own chat and in a group."""
    for conversation in (f"tg:{person}", f"tg:-1001:0:{person}"):
        reply = replace(answer(), id=f"r{conversation}", conversation_id=conversation)
        store.save_reply(reply, asked_at=asked_at)
        store.vote(reply.id, f"tg:{person}", Vote.UP)


def test_the_outbox_forgets_what_is_finished_and_old() -> None:
    with Store.in_memory() as store:
        kept = store.outbox
        kept.receive([IncomingUpdate(1, {"update_id": 1}), IncomingUpdate(2, {"update_id": 2})])
        kept.finish(1, Delivery.DONE)
        [message] = kept.plan(1, 0, 7, [SendRequest({"text": "x"})])
        kept.delivered(message.id, 9)
        kept.delete_before(datetime.now(UTC) + timedelta(seconds=1))
        assert [body["update_id"] for _, body in kept.unfinished()] == [2]
        assert kept.unaccounted(0, 5, beyond=2) == [6, 7]


@pytest.mark.parametrize(("after", "expected"), [(10, [12, 14, 15]), (13, [14, 15]), (20, [21, 22])])
def test_ids_that_nobody_told_us_of_are_where_a_lost_message_may_be(after: int, expected: list[int]) -> None:
    with Store.in_memory() as store:
        store.outbox.receive(
            [IncomingUpdate(number, {}, sequence=0, message_id=number, chat_id=7) for number in (9, 10, 11, 13)]
            + [IncomingUpdate(99, {}, sequence=-100, message_id=14, chat_id=-100)]
        )
        assert store.outbox.unaccounted(0, after, beyond=2) == expected
