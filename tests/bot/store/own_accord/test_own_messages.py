"""What chats have set, and what the bot says of its own accord, on every database."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest

from bot.chat_settings import ChatSettings, QuietHours
from bot.store import Answering, Delivery, OwnMessage, SendRequest, Store

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
ALERT = OwnMessage("alert:1", "alert", 7, [{"text": "one"}, {"text": "two"}], NOON, NOON + timedelta(days=3))


@pytest.fixture
def store(prepared_database_url: str) -> Iterator[Store]:
    with Store.open(prepared_database_url) as store:
        yield store


def test_what_a_chat_sets_comes_back_as_it_was(store: Store) -> None:
    chosen = ChatSettings("Europe/Prague", QuietHours(time(22, 30), time(7)), 3, "daily 8:00", False, "de", NOON)
    assert store.chat_settings.change("tg:7", lambda _: chosen) == chosen
    store.chat_settings.change("tg:8", lambda settings: replace(settings, digest="weekly Mon 8:00"))
    assert store.chat_settings.of_all(["tg:7", "tg:9"]) == {"tg:7": chosen, "tg:9": ChatSettings()}
    assert store.chat_settings.with_digest() == {"tg:8": ChatSettings(digest="weekly Mon 8:00")}
    assert store.chat_settings.unreachable() == {"tg:7"}
    store.chat_settings.reachable_again("tg:7")
    assert store.chat_settings.of("tg:7") == replace(chosen, unreachable_since=None)
    store.chat_settings.forget("tg:7")
    assert store.chat_settings.of("tg:7") == ChatSettings()


def test_a_key_is_planned_once_even_when_it_was_sent(store: Store) -> None:
    assert store.own_messages.plan([ALERT, replace(ALERT, key="alert:2")], NOON) == 2
    assert store.own_messages.plan([ALERT], NOON) == 0
    (first, second) = store.own_messages.due(NOON, most=10)
    store.own_messages.hand_over(first.id, 0, NOON)
    store.own_messages.end(first.id, Delivery.DONE)
    assert store.own_messages.plan([ALERT], NOON) == 0
    assert store.own_messages.due(NOON, most=10) == [second]


def test_what_is_handed_over_is_in_the_outbox_once_with_its_deadline(store: Store) -> None:
    store.own_messages.plan([replace(ALERT, answers=Answering(0, "a reply"))], NOON)
    (waiting,) = store.own_messages.due(NOON, most=10)
    later = NOON + timedelta(minutes=5)
    handed = store.own_messages.hand_over(waiting.id, 0, later)
    assert [message.request for message in handed] == [
        SendRequest({"text": "one"}, answers=Answering(0, "a reply")),
        SendRequest({"text": "two"}, answers=Answering(0, "a reply")),
    ]
    assert {(each.planned_at, each.give_up_at) for each in handed} == {(later, ALERT.expires_at)}
    assert store.own_messages.hand_over(waiting.id, 0, later) == []
    assert store.outbox.pending() == handed


def test_what_is_put_off_is_due_later_or_when_it_is_looked_at_again(store: Store) -> None:
    store.own_messages.plan([ALERT], NOON)
    (waiting,) = store.own_messages.due(NOON, most=10)
    store.own_messages.postpone(waiting.id, NOON + timedelta(hours=9))
    assert store.own_messages.due(NOON, most=10) == []
    store.own_messages.look_again(7, NOON)
    assert store.own_messages.due(NOON, most=10) == [waiting]


def test_messages_of_a_day_are_counted_and_what_was_forgotten_is_not_there(store: Store) -> None:
    store.own_messages.plan([ALERT], NOON)
    store.own_messages.plan([replace(ALERT, key="alert:2"), replace(ALERT, key="d", kind="digest")], NOON)
    assert store.own_messages.planned_since(7, "alert", NOON) == 2
    assert store.own_messages.planned_since(7, "alert", NOON + timedelta(seconds=1)) == 0
    store.own_messages.end_all(7)
    assert store.own_messages.due(NOON, most=10) == []
    store.own_messages.forget(7)
    assert store.own_messages.planned_since(7, "alert", NOON) == 0


def test_what_is_finished_is_deleted_in_time_and_what_waits_is_not(store: Store) -> None:
    store.own_messages.plan([ALERT, replace(ALERT, key="alert:2")], NOON)
    (first, second) = store.own_messages.due(NOON, most=10)
    store.own_messages.end(first.id, Delivery.EXPIRED)
    store.own_messages.delete_before(NOON + timedelta(days=90))
    assert store.own_messages.due(NOON, most=10) == [second]
    assert store.own_messages.planned_since(7, "alert", NOON) == 1
