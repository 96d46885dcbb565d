"""Which digests were planned for a chat, on every database."""

from datetime import UTC, date, datetime, timedelta

from bot.store import Store
from bot.store.own_accord.digest_records import KeptDigest

MORNING = datetime(2031, 5, 3, 8, tzinfo=UTC)
FIRST = KeptDigest(date(2031, 5, 3), MORNING, None)
SECOND = KeptDigest(date(2031, 5, 4), MORNING + timedelta(days=1), frozenset({"a", "b"}))
EMPTY = KeptDigest(date(2031, 5, 5), MORNING + timedelta(days=2), frozenset())


def test_the_last_digest_of_a_chat_is_kept_with_what_it_covered(prepared_database_url: str) -> None:
    with Store.open(prepared_database_url) as store:
        assert store.digests.last("tg:7") is None
        for kept in (FIRST, SECOND):
            store.digests.keep("tg:7", kept)
            assert store.digests.last("tg:7") == kept
        store.digests.keep("tg:7", EMPTY)
        store.digests.keep("tg:7", KeptDigest(EMPTY.day, EMPTY.due_at, frozenset({"late"})))
        assert store.digests.last("tg:7") == EMPTY
        assert [store.digests.is_kept("tg:7", kept.day) for kept in (FIRST, SECOND, EMPTY)] == [True] * 3
        assert not store.digests.is_kept("tg:8", FIRST.day)
        store.digests.delete_before(EMPTY.due_at)
        assert not store.digests.is_kept("tg:7", SECOND.day)
        store.digests.forget("tg:7")
        assert store.digests.last("tg:7") is None
