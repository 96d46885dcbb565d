"""Messages that an earlier version planned and did not send, with what they replace and answer."""

from alembic import command
from sqlalchemy import create_engine

from bot.store import Answering, SendRequest, Store
from tests.bot.former_versions import PACKED, REPLY, bodies_in, make_0024, migrations

_ANSWERS = Answering(321, REPLY)
_REQUESTS = [
    SendRequest({"text": "Ada Brook", "parse_mode": "HTML"}),
    SendRequest({"text": "Ada Brook"}, answers=_ANSWERS),
    SendRequest({"text": "Ada Brook"}, 500, _ANSWERS),
    SendRequest(None, 501, _ANSWERS),
]


def test_what_an_earlier_version_did_not_send_is_still_to_be_sent(database_url: str) -> None:
    make_0024(database_url, 7, [*PACKED.values()])
    with Store.open(database_url) as store:
        assert [message.request for message in store.outbox.pending()] == _REQUESTS
        for message in store.outbox.pending():
            store.outbox.delivered(message.id, 1_000 + message.id)
        assert bodies_in(store._engine) == [None] * 5


def test_what_is_not_sent_goes_back_to_the_earlier_version_as_it_was(database_url: str) -> None:
    make_0024(database_url, 7, [*PACKED.values()])
    Store.open(database_url).close()
    engine = create_engine(database_url)
    assert bodies_in(engine)[1:] == [request.body for request in _REQUESTS]
    with engine.begin() as connection:
        command.downgrade(migrations(connection), "0024")
    assert bodies_in(engine) == [None, *PACKED.values()]
    engine.dispose()
    with Store.open(database_url) as store:
        assert [message.request for message in store.outbox.pending()] == _REQUESTS


def test_a_message_that_is_settled_leaves_only_numbers(database_url: str) -> None:
    with Store.open(database_url) as store:
        for number, message in enumerate(store.outbox.plan(None, 0, 7, _REQUESTS), start=1):
            assert store.outbox.message(message.id) == message
            store.outbox.delivered(message.id, number)
            assert store.outbox.message(message.id).request == SendRequest(None)
