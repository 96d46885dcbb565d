"""What is watched, from the command to the alert, over HTTP."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import pytest_asyncio

from bot.adapters.telegram.views import texts
from bot.adapters.translation import ENGLISH, speak
from bot.replies import Vote
from bot.watches.watch import AlertState
from index.article import Article
from index.embedding.embedder import Embedder
from index.ingest.intake import Ingest
from index.library.disk.library import DiskLibrary
from tests.bot.telegram.running_bot import QUESTION, UNANSWERABLE, RunningBot, index_articles, run_bot, shipped_models
from tests.botapi import Chat, User

pytestmark = pytest.mark.usefixtures("quick_rounds")

_AGAIN = Article(
    "again",
    "Ferry across the lake runs again",
    "The ferry across the lake runs again from Monday. Tom Reed, its owner, sold it to the council for 300,000 euros.",
    "The Courier",
    datetime(2024, 7, 2, tzinfo=UTC),
)
_COPY = Article(
    "copy",
    "Lake ferry is back",
    _AGAIN.text,
    "The Gazette",
    datetime(2024, 7, 2, tzinfo=UTC),
)
_ELSEWHERE = Article(
    "elsewhere",
    "Tower of Skarn gets a lift",
    "Visitors of the tower of Skarn can take a lift from April. The town spends 90,000 euros on it.",
    "The Gazette",
    datetime(2024, 7, 3, tzinfo=UTC),
)
_FERRY = "When does the ferry run again?"


@pytest_asyncio.fixture
async def running(tmp_path: Path) -> AsyncIterator[RunningBot]:
    speak(ENGLISH)
    index = index_articles(tmp_path, shipped_models().embedder)
    async with run_bot(index) as running:
        await running.server.wait_until(running.app.store.watches.matched, timeout=60)
        yield running


def _arrive(running: RunningBot, *articles: Article) -> None:
    embedder: Embedder = shipped_models().embedder
    Ingest(DiskLibrary(running.index), embedder).add(list(articles), "web")


async def _looked_through(running: RunningBot, count: int) -> None:
    await running.server.wait_until(lambda: len(running.app.store.watches.matched()) == count, timeout=60)


def _said(running: RunningBot, chat: Chat) -> list[str]:
    return [message.text for message in running.server.messages(chat)]


async def _watching(running: RunningBot, user: User, words: str) -> None:
    told = (await running.ask(user, f"/watch {words}")).text
    assert told.startswith("I watch “")


async def test_an_article_that_answers_what_is_watched_is_quoted_once_and_its_copy_not(running: RunningBot) -> None:
    ada = running.server.user("Ada")
    assert (await running.ask(ada, "/watch")).text == texts.HOW_TO_WATCH
    await _watching(running, ada, _FERRY)
    _arrive(running, _ELSEWHERE)
    await _looked_through(running, 4)
    _arrive(running, _AGAIN)
    alert = await running.next_in(ada.opens_chat())
    assert alert.text == (
        f"New on what you watch: {_FERRY}\n\nThe ferry across the lake runs again from Monday.\n"
        "Ferry across the lake runs again · The Courier · 2 July 2024 (2 years ago)"
    )
    assert [each["text"] for each in alert.buttons] == ["Context", "👍", texts.LESS_BUTTON]
    _arrive(running, _COPY)
    await _looked_through(running, 6)
    assert running.app.store.watches.alerts(AlertState.DUE) == []
    assert len([text for text in _said(running, ada.opens_chat()) if text.startswith(texts.ALERT_HEADING)]) == 1


async def test_a_refusal_offers_to_watch_and_votes_on_alerts_move_the_bar(running: RunningBot) -> None:
    ada = running.server.user("Ada")
    refused = await running.ask(ada, _FERRY)
    await running.server.wait_for_answer(ada.presses(refused, texts.WATCH_BUTTON))
    (watch,) = running.app.store.watches.of(f"tg:{ada.id}", 0)
    assert (watch.words, watch.bar, watch.is_paused) == (_FERRY, 0.0, False)
    _arrive(running, _AGAIN)
    alert = await running.next_in(ada.opens_chat())
    await running.server.wait_for_answer(ada.presses(alert, texts.LESS_BUTTON))
    await running.server.wait_for_answer(ada.presses(alert, texts.LESS_BUTTON))
    (watch,) = running.app.store.watches.of(f"tg:{ada.id}", 0)
    assert watch.bar == 0.15
    await running.server.wait_for_answer(ada.presses(alert, texts.UP_BUTTON))
    (watch,) = running.app.store.watches.of(f"tg:{ada.id}", 0)
    assert watch.bar == 0.1
    counts = running.app.store.watches.counts(datetime(2024, 1, 1, tzinfo=UTC))
    assert (counts.watches, counts.alerts, counts.votes_up, counts.votes_down) == (1, 1, Vote.UP.value, 0)


async def test_what_somebody_says_is_told_whoever_reports_it(running: RunningBot) -> None:
    ada = running.server.user("Ada")
    await _watching(running, ada, "said Nora Vale")
    said = Article(
        "prices",
        "Museum raises prices",
        "Tickets of the museum cost 12 euros from May. “We have no choice,” said Nora Vale, the director.",
        "The Courier",
        datetime(2024, 7, 5, tzinfo=UTC),
    )
    _arrive(running, said)
    alert = await running.next_in(ada.opens_chat())
    assert alert.text.startswith(f"{texts.ALERT_HEADING} What did Nora Vale say?\n\n")
    assert "“We have no choice,” said Nora Vale, the director.\n— Nora Vale\n" in alert.text


async def test_what_is_watched_is_listed_paused_and_deleted_in_the_words_of_the_reader(running: RunningBot) -> None:
    jan = running.server.user("Jan", language_code="de")
    assert (await running.ask(jan, "/watches")).text.startswith("Ich beobachte hier nichts.")
    await running.ask(jan, f"/watch {QUESTION}")
    await running.ask(jan, f"/watch {_FERRY}")
    shown = await running.ask(jan, "/watches")
    assert shown.text == f"Was ich hier beobachte:\n1. {QUESTION}\n2. {_FERRY}"
    assert [each["text"] for each in shown.buttons] == ["1 Anhalten", "1 Löschen", "2 Anhalten", "2 Löschen"]
    await running.server.wait_for_answer(jan.presses(shown, "2 Anhalten"))
    await running.server.wait_for_answer(jan.presses(shown, "1 Löschen"))
    (left,) = running.server.messages(jan.opens_chat())[-1:]
    assert left.text == f"Was ich hier beobachte:\n1. {_FERRY} (angehalten)"
    _arrive(running, _AGAIN)
    await _looked_through(running, 4)
    assert running.app.store.watches.counts(datetime(2024, 1, 1, tzinfo=UTC)).alerts == 0


async def test_what_is_over_the_number_for_a_day_waits_for_the_digest(running: RunningBot) -> None:
    ada = running.server.user("Ada")
    running.app.store.chat_settings.change(f"tg:{ada.id}", lambda settings: settings.__class__(alerts_a_day=0))
    await _watching(running, ada, _FERRY)
    _arrive(running, _AGAIN)
    await _looked_through(running, 4)
    (held,) = running.app.store.watches.alerts(AlertState.HELD, f"tg:{ada.id}")
    assert held.chat == f"tg:{ada.id}"


async def test_forgetting_ends_all_that_is_watched(running: RunningBot) -> None:
    ada = running.server.user("Ada")
    await _watching(running, ada, UNANSWERABLE)
    asked = await running.ask(ada, "/forget")
    await running.server.wait_for_answer(ada.presses(asked, texts.YES_FORGET))
    assert running.app.store.watches.of(f"tg:{ada.id}", 0) == []


async def test_admins_see_what_an_article_would_set_off_and_how_much_is_watched(running: RunningBot) -> None:
    ada, admin = running.server.user("Ada"), running.admin
    await _watching(running, ada, _FERRY)
    admin.sends_document(admin.opens_chat(), "again.txt", _AGAIN.text.encode())
    asked = await running.next_in(admin.opens_chat())
    assert asked.text.endswith("\n\n1 chat would be told of it.")
    stats = await running.ask(admin, "/stats")
    assert stats.text.endswith("Watched: 1 in 1 chat; alerts: 0")


async def test_admins_of_a_channel_have_the_bot_post_there_and_its_readers_can_change_nothing(
    running: RunningBot,
) -> None:
    ada = running.server.user("Ada")
    channel = running.server.channel("Ferry news", admins=[ada])
    ada.says(channel, f"/watch {_FERRY}")
    watching = await running.next_in(channel)
    assert watching.text.startswith(f"I watch “{_FERRY}”")
    assert watching.entity_texts("bot_command") == ["/watches"]
    ada.says(channel, "When does the bridge open?")  # a post like any other
    ada.says(channel, "/quiet 22-7 Europe/Prague")
    assert "22:00–07:00" in (await running.next_in(channel)).text
    ada.says(channel, "/quiet off")
    await running.next_in(channel)
    _arrive(running, _AGAIN)
    alert = await running.next_in(channel)
    assert alert.text.startswith(f"{texts.ALERT_HEADING_IN_CHANNEL} {_FERRY}\n\nThe ferry across the lake runs again")
    ada.says(channel, "/watches")
    listed = await running.next_in(channel)
    assert listed.text == f"{texts.WATCHES_HEADING}\n1. {_FERRY}\n\n{texts.CHANGE_IN_CHANNEL}"
    assert listed.entity_texts("bot_command") == []
    assert (alert.buttons, listed.buttons) == ([], [])
    ada.says(channel, "/watches delete 1")
    assert (await running.next_in(channel)).text == texts.NOTHING_WATCHED
    assert [call.error for call in running.server.calls_of("sendMessage") if call.error] == []
    assert len(_said(running, channel)) == 6


async def test_what_a_group_watches_is_told_in_its_topic(running: RunningBot) -> None:
    ada = running.server.user("Ada")
    group = running.server.group("Ferry fans", members=[ada, running.server.user("Grace")], topics=["Boats"])
    (topic,) = group.topics
    ada.says(group, f"/watch {_FERRY}", thread=topic)
    await running.next_in(group)
    ada.says(group, "/watches")
    assert (await running.next_in(group)).text == texts.NOTHING_WATCHED
    _arrive(running, _AGAIN)
    alert = await running.next_in(group)
    assert (alert.thread_id, alert.text.startswith(texts.ALERT_HEADING)) == (topic, True)
