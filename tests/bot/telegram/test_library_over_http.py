"""Admins keep the library from the chat, over HTTP, with a real index, real pages and real documents."""

import json
import logging
import re
import shutil
import threading
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from email.message import Message as Headers
from pathlib import Path

import pytest
import pytest_asyncio

from benchmarks.articles import write_articles
from bot.adapters import wording
from bot.adapters.telegram.views import admin_texts, texts
from index.embedding.embedder import OnnxEmbedder
from index.library.disk.directory import IndexFolders
from index.library.disk.library import DiskLibrary
from tests.bot.telegram.running_bot import (
    ANSWERING,
    ARTICLES,
    QUESTION,
    RunningBot,
    index_articles,
    run_bot,
)
from tests.botapi import Message, User
from tests.index.ingest.test_sources_web import page_of
from tests.web import Page, Site, serve_site

ROOF = (
    "The town library in Marlow will get a new roof in October, the council decided on Tuesday evening.",
    "Builder Nora Vale won the contract for 300,000 euros against two others, the council said in a statement.",
)
ASKED = "Who won the contract for the roof?"
HARBOUR = b"Harbour freezes over\n\nThe harbour of Marlow froze on Monday. Pilot Jane Frost closed it to all ships."
YES = "Yes, do it"


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory, shipped_embedder: OnnxEmbedder) -> Path:
    return index_articles(tmp_path_factory.mktemp("original"), shipped_embedder)


@pytest.fixture
def site() -> Iterator[Site]:
    with serve_site() as site:
        site.pages["/roof"] = Page(page_of(ROOF, title="Library gets a roof"))
        yield site


@pytest_asyncio.fixture
async def running(original: Path, tmp_path: Path, site: Site) -> AsyncIterator[RunningBot]:
    shutil.copytree(original.parent, tmp_path / "library")
    async with run_bot(tmp_path / "library" / original.name, fetcher=site.fetcher()) as running:
        yield running


def _ids(running: RunningBot) -> set[str]:
    return {article.id for article in running.app.dialogue.sources()}


def _actions(running: RunningBot) -> list[tuple[str, str, str]]:
    return [(action.admin, action.action, action.subject) for action in running.app.store.moderation.actions()]


async def _becomes(running: RunningBot, message: Message, opening: str) -> str:
    await running.server.wait_until(lambda: message.text.startswith(opening), timeout=120)
    return message.text


async def _confirm(running: RunningBot, asked: Message, opening: str) -> str:
    """Says yes twice; what the message says in the end."""
    [stale] = [button["callback_data"] for button in asked.buttons if button["text"] == YES]
    running.admin.presses(asked, YES)
    again = running.admin.presses_again(asked, stale)
    assert await running.server.wait_for_answer(again) == admin_texts.SETTLED
    text = await _becomes(running, asked, opening)
    assert asked.buttons == []
    return text


async def test_pages_are_added_and_those_that_cannot_be_had_are_told(running: RunningBot, site: Site) -> None:
    url, gone = site.url("/roof"), site.url("/gone")
    shown = await running.ask(running.admin, f"/add {url} {gone}")
    text = await _becomes(running, shown, "Added: 1\n")
    assert text.startswith("Added: 1\n• Library gets a roof · news.example · 4 May 2024")
    assert f"Skipped: 1\n• {gone}: " in text
    assert text.endswith("In service now: 4 articles.")
    assert "Nora Vale" in (await running.ask(running.server.user("Ada"), ASKED)).text
    assert _actions(running) == [("tg:99", "add", url), ("tg:99", "/add", "")]
    shown = await running.ask(running.admin, f"/add {gone}")
    assert "the site has no such page (404)" in await _becomes(running, shown, "Not added: Nothing was added.")
    shown = await running.ask(running.admin, f"/add {url}")
    await _becomes(running, shown, admin_texts.NOTHING_NEW)


async def test_of_a_page_that_somebody_waits_for_the_admin_is_asked_first(running: RunningBot, site: Site) -> None:
    await running.server.wait_until(running.app.store.watches.matched, timeout=60)
    ada = running.server.user("Ada")
    await running.ask(ada, f"/watch {ASKED}")
    read = await running.ask(running.admin, f"/add {site.url('/roof')}")
    asked = await running.next_in(running.admin.opens_chat())
    assert read.text == admin_texts.NOT_ADDED_YET
    assert "Library gets a roof" in asked.text
    assert asked.text.endswith("\n\n1 chat would be told of it.")
    assert len(_ids(running)) == 3
    assert "In service now: 4 articles." in await _confirm(running, asked, "Added: 1\n")


async def test_what_is_no_address_is_not_fetched(running: RunningBot, site: Site) -> None:
    assert (await running.ask(running.admin, "/add")).text == admin_texts.ADD_HOW
    assert (await running.ask(running.admin, "/add the bridge")).text == admin_texts.ADD_HOW
    many = " ".join(f"news.example/{number}" for number in range(21))
    assert (await running.ask(running.admin, f"/add {many}")).text == admin_texts.too_many_addresses(20)
    assert site.requests == []


async def test_a_slow_page_keeps_nobody_waiting(running: RunningBot, site: Site) -> None:
    go_on = threading.Event()

    def slow(_: Headers) -> Page:
        go_on.wait(30)
        return Page(page_of(ROOF, title="Library gets a roof"))

    site.pages["/slow"] = slow
    shown = await running.ask(running.admin, f"/add {site.url('/slow')}")
    assert "4.2 million" in (await running.ask(running.server.user("Ada"), QUESTION)).text
    assert "4.2 million" in (await running.ask(running.admin, QUESTION)).text
    assert shown.text == admin_texts.FETCHING
    go_on.set()
    await _becomes(running, shown, "Added: 1")


async def test_what_comes_while_the_index_is_built_elsewhere_is_kept(running: RunningBot, site: Site) -> None:
    with IndexFolders(running.index).writing():
        shown = await running.ask(running.admin, f"/add {site.url('/roof')}")
        await _becomes(running, shown, "Not in service yet: Another process is building")
    assert _actions(running)[0] == ("tg:99", "add", "kept for the next build")
    assert len(_ids(running)) == 3
    await _becomes(running, await running.ask(running.admin, "/reload"), "Reloaded in")
    assert site.url("/roof") in _ids(running)


async def test_a_document_is_added_after_a_yes(running: RunningBot) -> None:
    chat = running.admin.opens_chat()
    running.admin.sends_document(chat, "harbour report.txt", HARBOUR)
    asked = await running.next_in(chat)
    assert asked.text == "Shall I add this article?\n• Harbour freezes over"
    assert len(_ids(running)) == 3
    text = await _confirm(running, asked, "Added: 1")
    assert text == "Added: 1\n• Harbour freezes over\n\nIn service now: 4 articles."
    assert "Jane Frost" in (await running.ask(running.server.user("Ada"), "Who closed the harbour to all ships?")).text
    assert _actions(running) == [("tg:99", "add", "sent/harbour report.txt")]
    running.admin.sends_document(chat, "harbour report.txt", HARBOUR + b" It opened on Friday.")
    await _confirm(running, await running.next_in(chat), "Changed: 1")
    assert len(_ids(running)) == 4


async def test_a_no_adds_nothing(running: RunningBot) -> None:
    running.admin.sends_document(running.admin.opens_chat(), "harbour.txt", HARBOUR)
    asked = await running.next_in(running.admin.opens_chat())
    running.admin.presses(asked, "No")
    await _becomes(running, asked, admin_texts.LEFT_ALONE)
    assert (len(_ids(running)), _actions(running)) == (3, [])


async def test_a_document_of_many_articles_is_summed_up(running: RunningBot) -> None:
    lines = [json.dumps({"id": f"n{n}", "title": f"Story {n}", "text": f"Story {n} is told here."}) for n in range(10)]
    running.admin.sends_document(running.admin.opens_chat(), "all.jsonl", "\n".join([*lines, "{broken"]).encode())
    asked = await running.next_in(running.admin.opens_chat())
    assert asked.text.startswith("Shall I add these 10 articles?\n• Story 0\n")
    assert "\n• and 2 more\n\nSkipped: 1\n• all.jsonl" in asked.text
    text = await _confirm(running, asked, "Added: 10")
    assert text.endswith("In service now: 13 articles.")
    assert _actions(running) == [("tg:99", "add", "n0, n1, n2, n3, n4, n5, n6, n7 and 2 more")]


async def test_what_is_too_large_or_no_article_is_refused(running: RunningBot) -> None:
    chat = running.admin.opens_chat()
    running.admin.sends_document(chat, "large.txt", b"a" * 20_000_001)
    assert (await running.next_in(chat)).text == admin_texts.too_large(20)
    assert running.server.calls_of("getFile") == []
    running.admin.sends_document(chat, "film.mp4", b"\0\1\2")
    refused = await running.next_in(chat)
    assert refused.text.startswith("I can't make an article of that:\n• film.mp4: is of an unsupported kind")
    assert refused.buttons == []
    running.admin.forwards(
        chat, "Hello there!", {"type": "hidden_user", "sender_user_name": "Bob", "date": 1_700_000_000}
    )
    assert "is too short for an article" in (await running.next_in(chat)).text


async def test_a_forwarded_message_is_added_with_where_it_is_from(running: RunningBot) -> None:
    chat = running.admin.opens_chat()
    channel = {"id": -1001, "type": "channel", "title": "Marlow News", "username": "marlow_news"}
    origin = {"type": "channel", "date": 1_714_809_600, "chat": channel, "message_id": 17}
    running.admin.forwards(chat, "Pilot Jane Frost closed the harbour of Marlow to all ships on Monday.", origin)
    asked = await running.next_in(chat)
    assert asked.text.startswith("Shall I add this article?\n• Pilot Jane Frost closed the harbour")
    assert "· Marlow News · 4 May 2024" in asked.text
    await _confirm(running, asked, "Added: 1")
    assert "https://t.me/marlow_news/17" in _ids(running)
    answer = await running.ask(running.server.user("Ada"), "Who closed the harbour to all ships?")
    assert "Marlow News" in answer.text
    own = {"type": "user", "date": 1_714_809_600, "sender_user": running.server.state.bot.as_json()}
    running.admin.forwards(chat, answer.text, own)
    assert (await running.next_in(chat)).text == admin_texts.NOT_MY_OWN


async def test_an_article_is_chosen_and_taken_out_for_good(running: RunningBot, site: Site) -> None:
    site.pages["/roof"] = Page(page_of(ROOF, title="Old bridge gets a roof"))
    await _becomes(running, await running.ask(running.admin, f"/add {site.url('/roof')}"), "Added: 1")
    offered = await running.ask(running.admin, "/remove bridges")
    assert offered.text.startswith(admin_texts.WHICH_TO_REMOVE)
    labels = [button["text"] for button in offered.buttons]
    assert sorted(label[3:] for label in labels[:-1]) == ["Old bridge gets a roof", "Old bridge opens again"]
    assert labels[-1] == "None of them"
    other = running.server.user("Ada")
    [label] = [label for label in labels if label.endswith("gets a roof")]
    assert await running.server.wait_for_answer(other.presses(offered, label)) == admin_texts.NOT_YOURS
    [stale] = [button["callback_data"] for button in offered.buttons if button["text"] == label]
    running.admin.presses(offered, label)
    await _becomes(running, offered, admin_texts.ASK_TO_REMOVE)
    assert site.url("/roof") in offered.text
    again = running.admin.presses_again(offered, stale)
    assert await running.server.wait_for_answer(again) == admin_texts.SETTLED
    text = await _confirm(running, offered, "Taken out:\nOld bridge gets a roof")
    assert text.endswith("In service now: 3 articles.")
    assert site.url("/roof") not in _ids(running)
    assert _actions(running)[0] == ("tg:99", "remove", site.url("/roof"))
    await _becomes(running, await running.ask(running.admin, "/reload"), "Reloaded in")
    assert site.url("/roof") not in _ids(running)


async def test_an_article_is_taken_out_by_its_id(running: RunningBot) -> None:
    asked = await running.ask(running.admin, "/remove ferry")
    assert "Ferry across the lake stops" in asked.text
    await _confirm(running, asked, "Taken out:\nFerry across")
    assert _ids(running) == {"bridge", "forged"}
    assert (await running.ask(running.admin, "/remove ferry")).text == admin_texts.none_found("ferry")
    assert (await running.ask(running.admin, "/remove")).text == admin_texts.REMOVE_HOW


async def test_a_roll_back_shows_what_is_kept_and_switches_the_index(running: RunningBot) -> None:
    alone = await running.ask(running.admin, "/rollback")
    assert alone.text.endswith(admin_texts.NO_EARLIER)
    assert alone.buttons == []
    await _confirm(running, await running.ask(running.admin, "/remove bridge"), "Taken out:")
    assert "4.2 million" not in (await running.ask(running.server.user("Ada"), QUESTION)).text
    asked = await running.ask(running.admin, "/rollback")
    heading, newer, older = asked.text.split("\n")[:3]
    assert heading == admin_texts.SNAPSHOTS
    assert newer.endswith(": 2 articles · in service")
    assert older.endswith(": 3 articles")
    text = await _confirm(running, asked, "In service now: ")
    assert text.endswith(": 3 articles · in service")
    assert "4.2 million" in (await running.ask(running.server.user("Bob"), QUESTION)).text
    assert _actions(running)[0] == ("tg:99", "roll back", older[2:].partition(",")[0])


async def test_a_roll_back_that_was_overtaken_is_not_done(running: RunningBot) -> None:
    await _confirm(running, await running.ask(running.admin, "/remove bridge"), "Taken out:")
    asked = await running.ask(running.admin, "/rollback")
    await _confirm(running, await running.ask(running.admin, "/remove ferry"), "Taken out:")
    assert "is not in service any more" in await _confirm(running, asked, "Not rolled back: ")
    assert _ids(running) == {"forged"}


async def _send_articles(running: RunningBot, articles: Sequence[Mapping[str, str]], opening: str) -> None:
    lines = "\n".join(map(json.dumps, articles))
    running.admin.sends_document(running.admin.opens_chat(), "wire.jsonl", lines.encode())
    await _confirm(running, await running.next_in(running.admin.opens_chat()), opening)


async def test_context_of_a_quote_says_that_its_article_has_changed_or_gone(running: RunningBot) -> None:
    ada = running.server.user("Ada")
    answer = await running.ask(ada, QUESTION)
    ada.presses(answer, "Context")
    assert (await running.next_in(ada.opens_chat())).text.startswith(wording.IN_CONTEXT)
    bridge = next(article for article in ARTICLES if article["id"] == "bridge")
    await _send_articles(running, [{**bridge, "text": bridge["text"].replace("4.2", "5.1")}], "Changed: 1")
    ada.presses(answer, "Context")
    changed = await running.next_in(ada.opens_chat())
    assert changed.text.startswith(wording.CHANGED_SINCE)
    assert changed.entity_texts("expandable_blockquote") == [ANSWERING]
    assert "5.1 million" in (await running.ask(running.server.user("Bob"), QUESTION)).text
    await _confirm(running, await running.ask(running.admin, "/remove bridge"), "Taken out:")
    ada.presses(answer, "Context")
    assert (await running.next_in(ada.opens_chat())).text == changed.text


async def test_since_the_election_prefers_what_came_after_it(running: RunningBot) -> None:
    text = "The council of Marlow said on Monday that {} roads will be repaired, at the cost of the town."
    stories = [
        {"id": "won", "title": "Brook wins the election", "text": "Ada Brook won.", "published": "2024-03-10"},
        {"id": "old", "title": "Roads of Marlow", "text": text.format(40), "published": "2023-02-01"},
        {"id": "new", "title": "Roads in Marlow", "text": text.format(75), "published": "2024-04-01"},
    ]
    await _send_articles(running, stories, "Added: 3")
    answer = await running.ask(running.server.user("Ada"), "How many roads will be repaired since the election?")
    assert "75 roads" in answer.entity_texts("expandable_blockquote")[0]


async def test_near_copies_speak_with_one_voice_and_are_counted(running: RunningBot) -> None:
    story = " ".join((*ROOF, "The old roof leaked for three years, and books had to be kept in the town hall."))
    wires = [
        {"id": f"wire {n}", "title": "Library gets a roof", "text": f"{story} (Wire {n})", "source": f"Wire {n}"}
        for n in range(3)
    ]
    await _send_articles(running, wires, "Added: 3")
    answer = await running.ask(running.server.user("Ada"), ASKED)
    assert answer.text.count("Nora Vale won the contract") == 1
    assert re.search(r"1\. Library gets a roof · Wire \d · also in 2 others", answer.text)
    await _confirm(running, await running.ask(running.admin, "/remove wire 0"), "Taken out:")
    assert "· also in 1 other" in (await running.ask(running.server.user("Bob"), ASKED)).text


async def test_a_reload_is_shown_in_one_message_and_can_be_called_off_once(running: RunningBot) -> None:
    articles = running.index.parent / "articles.jsonl"
    few = articles.read_text()
    write_articles(articles, 1000, seed=1)
    before = DiskLibrary(running.index).current_name()
    shown = await running.ask(running.admin, "/reload")
    [cancel] = [button["callback_data"] for button in shown.buttons if button["text"] == "Cancel"]
    await _becomes(running, shown, "Reading the articles: ")
    other = running.server.user("Ada")
    assert await running.server.wait_for_answer(other.presses(shown, "Cancel"), timeout=60) == texts.ADMINS_ONLY
    pressed = running.admin.presses(shown, "Cancel")
    assert await running.server.wait_for_answer(pressed, timeout=60) == admin_texts.CANCELLING
    again = running.admin.presses_again(shown, cancel)
    assert await running.server.wait_for_answer(again, timeout=60) == admin_texts.OVER
    assert await _becomes(running, shown, "Called off.") == admin_texts.CANCELLED
    assert shown.buttons == []
    assert (DiskLibrary(running.index).current_name(), len(_ids(running))) == (before, 3)
    assert _actions(running)[0] == ("tg:99", "cancel", "")
    articles.write_text(few)
    anew = await running.ask(running.admin, "/reload")
    await _becomes(running, anew, "Reloaded in")
    assert anew.buttons == []
    assert [message.id for message in running.server.messages(running.admin.opens_chat())] == [shown.id, anew.id]


async def test_only_admins_and_only_in_private(running: RunningBot) -> None:
    ada = running.server.user("Ada")
    for command in ("/add https://news.example/x", "/remove bridge", "/rollback"):
        assert (await running.ask(ada, command)).text == texts.ADMINS_ONLY
    ada.sends_document(ada.opens_chat(), "harbour.txt", HARBOUR)
    assert (await running.next_in(ada.opens_chat())).text == texts.NO_TEXT
    ada.forwards(ada.opens_chat(), QUESTION, {"type": "hidden_user", "sender_user_name": "B", "date": 1_700_000_000})
    assert "4.2 million" in (await running.next_in(ada.opens_chat())).text
    group = running.server.group("Readers", [running.admin, ada])
    running.admin.sends_document(group, "harbour.txt", HARBOUR)
    await running.quiet()
    assert running.server.messages(group) == []
    assert (len(_ids(running)), _actions(running)) == (3, [])


async def test_it_is_said_in_german_and_no_word_of_others_is_logged(
    running: RunningBot, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    otto: User = running.server.user("Otto", id=running.admin.id, language_code="de")
    otto.sends_document(otto.opens_chat(), "harbour.txt", HARBOUR)
    asked = await running.next_in(otto.opens_chat())
    assert asked.text.startswith("Soll ich diesen Artikel aufnehmen?")
    otto.presses(asked, "Ja")
    text = await _becomes(running, asked, "Neu: 1")
    assert text.endswith("Jetzt in Betrieb: 4 Artikel.")
    assert "admin tg:99: add sent/harbour.txt" in caplog.text
    assert "Jane Frost" not in caplog.text
