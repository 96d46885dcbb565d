"""Bans, and what admins did."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from bot.admin.moderation import AdminAction
from bot.store import Store


@pytest.fixture
def store(prepared_database_url: str) -> Iterator[Store]:
    with Store.open(prepared_database_url) as store:
        yield store


def test_a_ban_stands_until_it_is_lifted(store: Store) -> None:
    store.moderation.ban("tg:7", by="tg:99")
    store.moderation.ban("tg:7", by="tg:98")
    assert store.moderation.banned() == {"tg:7"}
    assert store.moderation.unban("tg:7")
    assert not store.moderation.unban("tg:7")
    assert store.moderation.banned() == frozenset()


def test_actions_are_kept_with_who_and_what(store: Store) -> None:
    actions = [AdminAction(datetime.now(UTC), "tg:99", action, "tg:7") for action in ("ban", "unban")]
    for action in actions:
        store.moderation.log(action)
    assert store.moderation.actions() == actions[::-1]
    assert store.moderation.actions(most=1) == actions[1:]
