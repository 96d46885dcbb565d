"""Which message answers which."""

from collections.abc import Iterator

import pytest
from sqlalchemy import delete

from bot.store import Store
from bot.store.sent_answers import SentAnswer
from bot.store.tables import citations, replies
from tests.bot.examples import answer


@pytest.fixture
def store(prepared_database_url: str) -> Iterator[Store]:
    with Store.open(prepared_database_url) as store:
        yield store


def test_an_answer_is_found_by_its_message_and_by_its_question_until_it_is_forgotten(store: Store) -> None:
    sent = SentAnswer(-100, 12, 11, "a1")
    store.sent_answers.remember(sent)
    assert store.sent_answers.in_message(-100, 12) is None
    store.save_reply(answer("a1"))
    store.save_reply(answer("a2"))
    store.sent_answers.remember(sent)
    edited = SentAnswer(-100, 12, 11, "a2")
    store.sent_answers.remember(edited)
    assert store.sent_answers.in_message(-100, 12) == edited
    assert store.sent_answers.to_question(-100, 11) == [edited]
    assert store.sent_answers.in_message(-101, 12) is None
    with store._writing() as connection:
        connection.execute(delete(citations).where(citations.c.reply_id == "a2"))
        connection.execute(delete(replies).where(replies.c.id == "a2"))
    assert store.sent_answers.to_question(-100, 11) == []


def test_a_retracted_answer_leaves_the_conversation_but_can_be_loaded(store: Store) -> None:
    store.save_reply(answer("a1", "tg:7"))
    store.save_reply(answer("a2", "tg:7"))
    store.sent_answers.retract("a1")
    assert len(store.conversation("tg:7", last=9).turns) == 1
    assert store.load_reply("a1") == answer("a1", "tg:7")
