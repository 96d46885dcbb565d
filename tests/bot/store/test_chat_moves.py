"""What is kept of a chat follows it to its new number, on every database."""

from dataclasses import replace
from datetime import UTC, date, datetime
from functools import partial

from bot.chat_settings import ChatSettings
from bot.conversation import Turn
from bot.store import OwnMessage, Store
from bot.store.own_accord.digest_records import KeptDigest
from bot.store.sent_answers import SentAnswer
from bot.watches.watch import Alert, AlertState, Watch, new_watch
from index import Article
from tests.bot.examples import answer

NOON = datetime(2031, 5, 3, 12, tzinfo=UTC)
OLD, NEW, OTHER = "tg:-7", "tg:-1007", "tg:-71"
_DIGEST = KeptDigest(date(2031, 5, 3), NOON, frozenset({"a"}))
_BROUGHT = Article("note", "A note", "The tower is closed on Mondays.")


def _watch(store: Store, chat: str, words: str) -> Watch:
    kept = store.watches.add(new_watch(chat, 0, words, NOON), "tg:5", None, most=9)
    assert kept is not None
    return kept


def _set(to: ChatSettings, _: ChatSettings) -> ChatSettings:
    return to


def _tell(store: Store, watch: Watch, digest: int) -> None:
    reply = replace(answer(), id=f"r{digest}", conversation_id=f"tg:watch:{watch.chat.removeprefix('tg:')}")
    assert store.watches.keep([digest], [(Alert(watch.id, watch.chat, 0, reply.id, NOON, AlertState.HELD), reply)])


def _plan(store: Store, chat_id: int) -> None:
    message = OwnMessage(f"alert:{chat_id}", "alert", chat_id, [{"text": "News"}], NOON, NOON)
    assert store.own_messages.plan([message], NOON) == 1


def test_all_follows_and_another_chat_stays(prepared_database_url: str) -> None:
    with Store.open(prepared_database_url) as store:
        for number, chat in enumerate((OLD, OTHER)):
            store.chat_settings.change(chat, lambda settings: replace(settings, digest="daily 8:00", corrections=False))
            _tell(store, _watch(store, chat, "When does it open?"), number)
            store.digests.keep(chat, _DIGEST)
            store.add_turn(f"{chat}:0:5", Turn("Who?", "Who?", NOON))
            store.brought.keep(f"{chat}:0:5", _BROUGHT, most=3)
            _plan(store, int(chat.removeprefix("tg:")))
            store.sent_answers.remember(SentAnswer(int(chat.removeprefix("tg:")), 3, 2, f"r{number}"))
        before = store.watches.state()
        for _ in range(2):
            store.chat_moves.move(OLD, NEW)
        assert store.watches.state() != before
        told = [(one.quote.text, one.quote.article_id) for one in answer().citations[:1]]
        for chat, n in ((OLD, 0), (OTHER, 1), (NEW, 1)):
            assert store.chat_settings.of(chat) == (
                ChatSettings(digest="daily 8:00", corrections=False) if n else ChatSettings()
            )
            watches, alerts = store.watches.of(chat, 0), store.watches.alerts(AlertState.HELD, chat)
            assert [watch.words for watch in watches] == ["When does it open?"] * n
            assert [alert.watch_id for alert in alerts] == [watch.id for watch in watches]
            assert store.watches.told([f"tg:watch:{chat.removeprefix('tg:')}"], most=9)[:1] == told * n
            assert store.digests.last(chat) == (_DIGEST if n else None)
            assert len(store.conversation(f"{chat}:0:5", last=9).turns) == n
            assert store.brought.of(f"{chat}:0:5", since=NOON.replace(year=2000)) == [_BROUGHT] * n
        sent = [one for number in (0, 1) for one in store.sent_answers.of_reply(f"r{number}")]
        assert sent == [SentAnswer(-71, 3, 2, "r1")]  # the supergroup counts its messages anew
        assert {one.chat_id for one in store.own_messages.due(NOON, most=9)} == {-1007, -71}


def test_what_is_under_the_new_number_already_stays(prepared_database_url: str) -> None:
    with Store.open(prepared_database_url) as store:
        for chat, digest in ((OLD, "daily 8:00"), (NEW, "daily 9:00")):
            closed = ChatSettings(digest=digest, unreachable_since=NOON)
            store.chat_settings.change(chat, partial(_set, closed))
            store.digests.keep(chat, replace(_DIGEST, covered=frozenset({chat})))
            store.brought.keep(f"{chat}:0:5", _BROUGHT, most=3)
        kept = _watch(store, NEW, "When does it open?")
        _tell(store, _watch(store, OLD, "When does it open?"), 1)
        store.chat_moves.move(OLD, NEW)
        assert store.chat_settings.of(NEW) == ChatSettings(digest="daily 9:00")
        assert store.chat_settings.of(OLD) == ChatSettings()
        assert store.digests.last(NEW) == replace(_DIGEST, covered=frozenset({NEW}))
        assert store.brought.of(f"{NEW}:0:5", since=NOON.replace(year=2000)) == [_BROUGHT]
        assert store.watches.of(NEW, 0) == [kept]
        assert [alert.watch_id for alert in store.watches.alerts(AlertState.HELD)] == [kept.id]


def test_an_anonymous_admins_conversation_is_theirs_under_the_new_number_too(prepared_database_url: str) -> None:
    with Store.open(prepared_database_url) as store:
        store.add_turn("tg:-7:0:-7", Turn("Who?", "Who?", NOON))
        store.chat_moves.move(OLD, NEW)
        assert len(store.conversation("tg:-1007:0:-1007", last=9).turns) == 1
