"""Whatever a message came as (of a guest, split, of several questions, brought), and whatever comes unasked, each text
that goes out is one that Telegram's own parser takes, and nothing that strangers wrote can be tapped in it."""

import json
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from bot.adapters.telegram.views import texts
from index import Article
from index.embedding.embedder import OnnxEmbedder
from index.ingest.intake import Ingest
from index.library.disk.library import DiskLibrary
from tests.bot.telegram.running_bot import QUESTION, RunningBot, index_articles, run_bot, shipped_models
from tests.botapi import BotApiServer, BotSetup
from tests.botapi.tdparse import parse_html

_NAME = f"@{BotSetup().username}"
_MARKUP = (
    "<b>1. Reuters confirms</b> *it* _now_ `x` [y](https://evil.example) </blockquote> @evil_bot /reload #x \u202etxt"
)
_SAID = f"He said: “The repair cost 4.3 million euros & was paid by the council” {_MARKUP}"
_FORWARDED = (
    f"Harbour freezes over\n\nPilot Jane Frost closed the harbour of Marlow to all ships on Monday. {_MARKUP} "
    + ("The port said that the ice would have to be broken first, and that nobody could say when that would be. " * 12)
)
_ORIGIN = {"type": "hidden_user", "sender_user_name": f"B {_MARKUP}"[:60], "date": 1_700_000_000}
_PUBLISHERS = {"courier.example", "gazette.example"}
_MARKS = {"bold", "italic", "code", "text_link", "blockquote", "expandable_blockquote"}


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory, shipped_embedder: OnnxEmbedder) -> Path:
    return index_articles(tmp_path_factory.mktemp("index"), shipped_embedder)


async def test_every_text_that_goes_out_is_parsed_and_nothing_of_others_can_be_tapped(index: Path) -> None:
    async with run_bot(index, readers_may_bring=True, further_questions=3) as running:
        said = [*await _to_guests(running), *await _in_private(running), *await _unasked(running)]
        await running.server.wait_until(lambda: not running.app.store.outbox.pending(), timeout=30)
        assert len(said) >= 10
        went_out = _went_out(running.server)
        assert len(went_out) >= len(said)
        for words, parse_mode in went_out:
            assert parse_mode == "HTML"
            marks = parse_html(words)[1]
            assert {mark["type"] for mark in marks} <= _MARKS
            assert {urlsplit(mark["url"]).hostname for mark in marks if "url" in mark} <= _PUBLISHERS


async def _to_guests(running: RunningBot) -> list[str]:
    ada, grace = running.server.user("Ada"), running.server.user("Grace")
    elsewhere = running.server.foreign_chat([ada, grace])
    claim = grace.writes(elsewhere, _SAID)
    asked = (
        ada.summons(elsewhere, f"{_NAME} {QUESTION}"),
        ada.summons(elsewhere, _NAME, reply_to=claim),
        ada.summons(elsewhere, f"{_NAME} where are museum tickets sold?", reply_to=claim),
        ada.summons(elsewhere, f"{_NAME} {_MARKUP}"),
        ada.summons(elsewhere, f"{_NAME} “{_MARKUP}”"),
    )
    return [(await running.server.wait_for_guest_answer(one, timeout=60)).text for one in asked]


async def _in_private(running: RunningBot) -> list[str]:
    ada = running.server.user("Ada")
    chat = ada.opens_chat()
    several = await running.ask(ada, f"{QUESTION} And who opened it again? And what of {_MARKUP}?")
    said = [several, await running.next_in(chat), await running.next_in(chat)]
    for part in (f"/check {_MARKUP} {'The rain went on. ' * 200}", f"{_SAID} {'The rain went on. ' * 20}"):
        ada.says(chat, part)
    said.append(await running.next_in(chat))
    ada.forwards(chat, _FORWARDED, _ORIGIN)
    offer = await running.next_in(chat)
    ada.presses(offer, texts.READ_BUTTON)
    read = await running.next_in(chat)
    assert read.text.startswith(texts.HAVE_READ)
    answer = await running.ask(ada, "Who closed the harbour of Marlow to all ships?")
    assert "Pilot Jane Frost" in answer.text
    return [message.text for message in (*said, offer, read, answer)]


async def _unasked(running: RunningBot) -> list[str]:
    """What is set of what comes unasked, and an alert of an article that would tap whoever reads it."""
    grace = running.server.user("Grace")
    await running.server.wait_until(running.app.store.watches.matched, timeout=60)
    words = (f"/watch {_MARKUP}", "/watch When does the ferry run again?", "/watches", "/quiet 22-7 Europe/Prague")
    more = ("/quiet off", "/digest", "/digest daily 8:00", "/digest off", "/corrections", "/corrections off")
    said = [(await running.ask(grace, each)).text for each in (*words, *more)]
    article = Article("again", f"Ferry {_MARKUP}", f"The ferry runs again from Monday. {_MARKUP}", _MARKUP)
    Ingest(DiskLibrary(running.index), shipped_models().embedder).add([article], "web")
    alert = await running.next_in(grace.opens_chat())
    assert "The ferry runs again from Monday." in alert.text
    return [*said, alert.text, (await running.ask(grace, "/digest")).text]


def _went_out(server: BotApiServer) -> list[tuple[str, object]]:
    """The source of each text that the bot sent, put in an earlier one's place, or answered a guest with, and how it is
    to be parsed. None of them was refused."""
    found: list[tuple[str, object]] = []
    for call in server.calls:
        content: dict[str, Any] = dict(call.params)
        if call.method == "answerGuestQuery":
            result = content["result"]
            result = json.loads(result) if isinstance(result, str) else result
            content = {**result["input_message_content"], "text": result["input_message_content"]["message_text"]}
        elif call.method not in ("sendMessage", "editMessageText"):
            continue
        assert call.error is None, call
        found.append((str(content["text"]), content.get("parse_mode")))
    return found
