"""A text that the client split, over HTTP: its parts make one message, and a kill leaves none of them to itself."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from bot.adapters.check_wording import verdict_of
from bot.adapters.telegram.delivery.joining import joined
from bot.adapters.telegram.views import texts
from bot.checking import Verdict
from bot.store import IncomingUpdate, SendRequest, Store
from tests.bot.telegram.serving import Served, served
from tests.botapi import BotApiServer, Message, User

_REAL = "The mayor, Ada Brook, opened it again on 3 May 2024"
_PAGE = "The rain went on and on over the hills. " * 100
"""About 4,000 characters, as clients cut at the end of a sentence."""
LONG = (f"/check {_PAGE}He said: “{_REAL}.”", f"{_PAGE}And then: “{_REAL.replace('3', '4')}.”", "The end of “it all”.")


@pytest_asyncio.fixture
async def server() -> AsyncIterator[BotApiServer]:
    async with BotApiServer() as server:
        yield server


@pytest_asyncio.fixture
async def bot(server: BotApiServer) -> AsyncIterator[Served]:
    async with served(server) as bot:
        yield bot


def _say(user: User, *parts: str) -> None:
    for part in parts:
        user.says(user.opens_chat(), part)


def is_whole(answers: list[Message]) -> None:
    """Asserts that these are one answer, to all three parts of `LONG`."""
    [answer] = answers
    for verdict in (Verdict.VERBATIM, Verdict.ALTERED, Verdict.NOT_FOUND):
        assert verdict_of(verdict) in answer.text


async def test_parts_are_answered_as_one(bot: Served) -> None:
    ada = bot.server.user("Ada")
    _say(ada, *LONG)
    await bot.server.wait_until(lambda: bot.answers(ada) and not bot.store.outbox.unfinished(), timeout=30)
    is_whole(bot.answers(ada))


async def test_a_long_question_is_said_to_be_too_long_once(bot: Served) -> None:
    ada = bot.server.user("Ada")
    _say(ada, _PAGE, _PAGE, "Who opened it?")
    await bot.server.wait_until(lambda: bot.answers(ada) and not bot.store.outbox.unfinished(), timeout=30)
    assert [answer.text for answer in bot.answers(ada)] == [texts.too_long()]
    assert bot.dialogue.asked == []


async def test_a_long_text_alone_is_answered_and_what_others_say_is_no_part_of_it(bot: Served) -> None:
    ada, grace = bot.server.user("Ada"), bot.server.user("Grace")
    ada.says(ada.opens_chat(), _PAGE)
    await bot.ask(grace)
    await bot.server.wait_for_message(ada.opens_chat())
    assert [answer.text for answer in bot.answers(ada)] == [texts.too_long()]


async def test_a_reply_a_command_and_what_is_forwarded_go_on_with_nothing(bot: Served) -> None:
    ada = bot.server.user("Ada")
    chat, origin = ada.opens_chat(), {"type": "hidden_user", "sender_user_name": "B", "date": 1_700_000_000}
    first = ada.says(chat, _PAGE)
    ada.says(chat, "Who opened it?", reply_to=first)
    ada.says(chat, _PAGE)
    ada.says(chat, "/ask And when?")
    ada.says(chat, _PAGE)
    ada.forwards(chat, "And why?", origin)
    await bot.server.wait_until(lambda: len(bot.answers(ada)) == 6, timeout=30)
    assert [question for _, question in bot.dialogue.asked] == ["Who opened it?", "And when?", "And why?"]
    assert [answer.text for answer in bot.answers(ada)[::2]] == [texts.too_long()] * 3


async def test_parts_that_were_received_and_not_begun_are_one_after_a_kill(
    server: BotApiServer, tmp_path: Path
) -> None:
    ada = server.user("Ada")
    _say(ada, *LONG)
    raw = server.state.updates.peek(3)
    with Store.open(f"sqlite:///{tmp_path}/bot.db") as store:
        store.outbox.receive([_received(update) for update in raw])
    server.state.updates.clear()
    async with served(server, tmp_path / "bot.db") as bot:
        await server.wait_until(lambda: bot.answers(ada) and not bot.store.outbox.unfinished(), timeout=30)
        is_whole(bot.answers(ada))


async def test_parts_that_come_only_after_a_kill_are_joined_to_the_one_that_was_received(
    server: BotApiServer, tmp_path: Path
) -> None:
    ada = server.user("Ada")
    _say(ada, *LONG)
    with Store.open(f"sqlite:///{tmp_path}/bot.db") as store:
        store.outbox.receive([_received(server.state.updates.peek(1)[0])])
    async with served(server, tmp_path / "bot.db") as bot:
        await server.wait_until(lambda: bot.answers(ada) and not bot.store.outbox.unfinished(), timeout=30)
        is_whole(bot.answers(ada))


async def test_a_part_that_comes_when_the_others_are_answered_is_answered_by_itself_and_once(
    server: BotApiServer, tmp_path: Path
) -> None:
    ada = server.user("Ada")
    _say(ada, *LONG[:2])
    first = server.state.updates.peek(1)[0]
    with Store.open(f"sqlite:///{tmp_path}/bot.db") as store:
        store.outbox.receive([_received(first)])
        store.outbox.plan(first["update_id"], 0, ada.id, [SendRequest({"text": "The first part"})])
    async with served(server, tmp_path / "bot.db") as bot:
        await server.wait_until(lambda: len(bot.answers(ada)) == 2 and not bot.store.outbox.unfinished(), timeout=30)
        assert [answer.text for answer in bot.answers(ada)] == ["The first part", texts.too_long()]


async def test_a_kill_after_the_answer_was_planned_leaves_no_part_to_itself(
    server: BotApiServer, tmp_path: Path
) -> None:
    ada = server.user("Ada")
    _say(ada, *LONG)
    raw = server.state.updates.peek(3)
    with Store.open(f"sqlite:///{tmp_path}/bot.db") as store:
        outbox = store.outbox
        outbox.receive([_received(update) for update in raw])
        outbox.joined[raw[0]["update_id"]] = [update["update_id"] for update in raw[1:]]
        outbox.plan(raw[0]["update_id"], 0, ada.id, [SendRequest({"text": "All of it"})])
    server.state.updates.clear()
    async with served(server, tmp_path / "bot.db") as bot:
        await server.wait_until(lambda: not bot.store.outbox.pending() and not bot.store.outbox.unfinished())
        assert [answer.text for answer in bot.answers(ada)] == ["All of it"]


def _received(update: dict[str, Any]) -> IncomingUpdate:
    message = update["message"]
    return IncomingUpdate(update["update_id"], update, 0, message["message_id"], message["chat"]["id"])


@pytest.mark.parametrize(("end", "between"), [("It was so.", "\n"), ("It was, and", " "), ("“So it was.”", "\n")])
def test_marks_move_with_their_words(end: str, between: str) -> None:
    first: dict[str, Any] = {"update_id": 1, "message": {"text": f"🎈 {end}", "entities": [], "message_id": 1}}
    link = {"type": "bold", "offset": 2, "length": 4}
    second = {"update_id": 2, "message": {"text": "A bold word", "entities": [link]}}
    whole = joined(first, [second])["message"]
    assert whole["text"] == f"🎈 {end}{between}A bold word"
    [moved] = whole["entities"]
    units = whole["text"].encode("utf-16-le")
    assert units[2 * moved["offset"] : 2 * (moved["offset"] + moved["length"])].decode("utf-16-le") == "bold"
