"""How replies and votes are counted and listed."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from bot.admin.reports import Complaint, Day
from bot.admin.unanswered import Asked
from bot.answering import RefusalReason
from bot.replies import Vote
from bot.store import Store
from tests.bot.examples import answer, clarification, refusal


@pytest.fixture
def store(prepared_database_url: str) -> Iterator[Store]:
    with Store.open(prepared_database_url) as store:
        yield store


def test_days_are_counted_one_by_one_quiet_ones_too(store: Store) -> None:
    now = datetime.now(UTC)
    store.save_reply(answer("a1"), asked_at=now - timedelta(days=2))
    store.save_reply(refusal("r1"), asked_at=now - timedelta(days=2))
    store.save_reply(answer("a2"), asked_at=now)
    store.save_reply(clarification(), asked_at=now)
    store.vote("a1", "tg:1", Vote.UP)
    store.vote("a2", "tg:1", Vote.DOWN)
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    assert store.usage.days(midnight - timedelta(days=2)) == (
        Day((now - timedelta(days=2)).date(), 1, 1, 0, (8.0, 32.5), 0, 0),
        Day((now - timedelta(days=1)).date(), 0, 0, 0, (), 0, 0),
        Day(now.date(), 1, 0, 1, (32.5, 32.5), 1, 1),
    )


def test_the_unanswered_are_listed_newest_first_without_what_was_no_question(store: Store) -> None:
    store.save_reply(answer("a1"))
    store.save_reply(refusal("r1", "tg:7"))
    store.save_reply(refusal("r2", "tg:-100:0:8"))
    store.save_reply(refusal("r3", "tg:9", RefusalReason.EMPTY_QUESTION))
    since = datetime.now(UTC) - timedelta(hours=1)
    question = refusal().resolved_question
    assert store.usage.unanswered(since, most=9) == [Asked(question, "8"), Asked(question, "7")]
    assert store.usage.unanswered(since, most=1) == [Asked(question, "8")]
    assert store.usage.unanswered(datetime.now(UTC), most=9) == []


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
    found = store.usage.complaints(datetime.now(UTC) - timedelta(hours=1), most=9)
    assert [(each.reply_id, each.votes_down) for each in found] == [("a1", 2), ("a2", 1)]
    assert all(isinstance(each, Complaint) and each.voted_at.tzinfo is UTC for each in found)
