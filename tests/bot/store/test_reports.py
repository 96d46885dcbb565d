"""What is kept for admins, and which message answers which."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import delete

from bot.admin.console import AdminAction, Complaint, Day
from bot.admin.unanswered import Asked
from bot.answering import RefusalReason
from bot.replies import Vote
from bot.store import Store
from bot.store.sent_answers import SentAnswer
from bot.store.tables import citations, replies
from tests.bot.examples import answer, refusal


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    with Store.open(database_url) as store:
        yield store


def test_days_are_counted_one_by_one_quiet_ones_too(store: Store) -> None:
    now = datetime.now(UTC)
    store.save_reply(answer("a1"), asked_at=now - timedelta(days=2))
    store.save_reply(refusal("r1"), asked_at=now - timedelta(days=2))
    store.save_reply(answer("a2"), asked_at=now)
    store.vote("a1", "tg:1", Vote.UP)
    store.vote("a2", "tg:1", Vote.DOWN)
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    assert store.editorial.days(midnight - timedelta(days=2)) == (
        Day((now - timedelta(days=2)).date(), 1, 1, (8.0, 32.5), 0, 0),
        Day((now - timedelta(days=1)).date(), 0, 0, (), 0, 0),
        Day(now.date(), 1, 0, (32.5,), 1, 1),
    )


def test_the_unanswered_are_listed_newest_first_without_what_was_no_question(store: Store) -> None:
    store.save_reply(answer("a1"))
    store.save_reply(refusal("r1", "tg:7"))
    store.save_reply(refusal("r2", "tg:-100:0:8"))
    store.save_reply(refusal("r3", "tg:9", RefusalReason.EMPTY_QUESTION))
    since = datetime.now(UTC) - timedelta(hours=1)
    question = refusal().resolved_question
    assert store.editorial.unanswered(since, most=9) == [Asked(question, "8"), Asked(question, "7")]
    assert store.editorial.unanswered(since, most=1) == [Asked(question, "8")]
    assert store.editorial.unanswered(datetime.now(UTC), most=9) == []


def test_complaints_are_listed_by_their_last_vote(store: Store) -> None:
    for reply_id in ("a1", "a2", "a3"):
        store.save_reply(answer(reply_id))
    for reply_id, voter, vote in (
        ("a2", "tg:1", Vote.DOWN),
        ("a1", "tg:1", Vote.DOWN),
        ("a1", "tg:2", Vote.DOWN),
        ("a3", "tg:1", Vote.DOWN),
        ("a3", "tg:1", Vote.UP),
    ):
        store.vote(reply_id, voter, vote)
    found = store.editorial.complaints(datetime.now(UTC) - timedelta(hours=1), most=9)
    assert [(each.reply_id, each.votes_down) for each in found] == [("a1", 2), ("a2", 1)]
    assert all(isinstance(each, Complaint) and each.voted_at.tzinfo is UTC for each in found)


def test_a_ban_stands_until_it_is_lifted(store: Store) -> None:
    store.editorial.ban("tg:7", by="tg:99")
    store.editorial.ban("tg:7", by="tg:98")
    assert store.editorial.banned() == {"tg:7"}
    assert store.editorial.unban("tg:7")
    assert not store.editorial.unban("tg:7")
    assert store.editorial.banned() == frozenset()


def test_deeds_are_kept_with_who_and_what(store: Store) -> None:
    deeds = [AdminAction(datetime.now(UTC), "tg:99", action, "tg:7") for action in ("ban", "unban")]
    for deed in deeds:
        store.editorial.log(deed)
    assert store.editorial.deeds() == deeds[::-1]
    assert store.editorial.deeds(most=1) == deeds[1:]


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
