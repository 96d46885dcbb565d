"""Follow-ups through the dialogue: replies to older answers, words as typed, and what is forgotten."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.answering import Answerer
from bot.conversation import SAID_ELSEWHERE, Turn
from bot.dialogue import Dialogue
from bot.reading.passage_reader import PassageReader, shipped_weights
from bot.replies import ReplyTo
from bot.store import Store
from index import Article
from index.library.disk.library import DiskLibrary
from index.library.live import LiveIndex
from tests.bot.examples import BRIDGE, FERRY
from tests.bot.reading.scorers import WordScorer
from tests.embedders import HashingEmbedder

_HARBOUR = Article(
    "harbour",
    "The harbour",
    "The harbour was closed. Mr. Reed said the harbour was safe. Mr. Hale said the harbour was a danger. "
    "The harbour opened again in June. Nobody was hurt.",
)


@pytest.fixture
def store() -> Iterator[Store]:
    """An empty memory."""
    with closing(Store.in_memory()) as store:
        yield store


@pytest.fixture
def dialogue(tmp_path: Path, store: Store) -> Dialogue:
    """A dialogue that always answers if it finds anything, with single sentences."""
    weights = shipped_weights().with_each(lambda one: replace(one, read=replace(one.read, within=-1.0)))
    embedder = HashingEmbedder()
    library = DiskLibrary(tmp_path)
    library.rebuild([BRIDGE, FERRY, _HARBOUR], embedder)
    answerer = Answerer(PassageReader(WordScorer(), weights), threshold=0.0)
    return Dialogue(LiveIndex(library, embedder), answerer, store, idle_after=timedelta(hours=1))


def test_the_words_as_typed_are_searched_when_asked_for(dialogue: Dialogue) -> None:
    dialogue.reply("c", "Did Mr. Hale say the harbour was a danger?")

    understood = dialogue.reply("c", "Why did he say that?")
    as_typed = dialogue.reply("c", understood.question, literally=True)

    assert understood.subject == "Hale"
    assert as_typed.resolved_question == "Why did he say that?"


def test_a_reply_to_an_older_answer_follows_that_one(dialogue: Dialogue) -> None:
    older = dialogue.reply("c", "When was the bridge opened?")
    dialogue.reply("c", "When was the harbour closed?")

    reply = dialogue.reply("c", "Who opened it?", replying_to=ReplyTo(older.id))

    assert reply.resolved_question == "the bridge opened – Who opened it?"


def test_a_reply_in_another_conversation_is_none_of_this_one(dialogue: Dialogue) -> None:
    elsewhere = dialogue.reply("other", "When was the bridge opened?")

    reply = dialogue.reply("c", "Who opened it?", replying_to=ReplyTo(elsewhere.id))

    assert reply.resolved_question == "Who opened it?"


def test_a_reply_to_one_quote_is_about_that_quote(dialogue: Dialogue, store: Store) -> None:
    answer = dialogue.reply("c", "What did people say of the harbour?")
    second = answer.citations[1].quote

    reply = dialogue.reply("c", "What stands after [1]?", replying_to=ReplyTo(answer.id, citation=2))

    (shown,) = reply.citations
    article = {one.id: one for one in (BRIDGE, FERRY, _HARBOUR)}[second.article_id]
    assert shown.quote.span.start >= second.span.end
    assert shown.quote.text == shown.quote.span.slice(article.text)


def test_what_stands_beside_a_quote_is_quoted(dialogue: Dialogue) -> None:
    first = dialogue.reply("c", "Who said the harbour was a danger?").citations[0].quote
    assert first.text == "Mr. Hale said the harbour was a danger."

    before = dialogue.reply("c", "What does [1] say before that?")

    assert [one.quote.text for one in before.citations] == [
        "The harbour was closed. Mr. Reed said the harbour was safe."
    ]


@pytest.mark.parametrize("choice", ["Mr. Hale", "hale", "the second one"])
def test_one_of_the_people_offered_is_taken_by_name_or_place(choice: str, dialogue: Dialogue, store: Store) -> None:
    offered = tuple((f"Mr. {name}", f"What did Mr. {name} say of the harbour?") for name in ("Reed", "Hale"))
    store.add_turn("c", Turn("what did he say", "what did he say", datetime.now(UTC), options=offered))

    assert dialogue.reply("c", choice).citations[0].quote.text == "Mr. Hale said the harbour was a danger."
    assert dialogue.reply("c", choice, literally=True).resolved_question == choice


def test_after_a_long_pause_a_message_stands_alone(dialogue: Dialogue, store: Store) -> None:
    question = "When was the bridge opened?"
    for hours, expected in ((2, "Who opened it?"), (0.5, "the bridge – Who opened it?")):
        conversation_id = f"paused {hours} hours"
        store.add_turn(conversation_id, Turn(question, question, datetime.now(UTC) - timedelta(hours=hours)))
        assert dialogue.reply(conversation_id, "Who opened it?").resolved_question == expected


def test_long_turns_are_left_out_oldest_first(dialogue: Dialogue, store: Store) -> None:
    store.add_turn("c", Turn("Who is Anna Lind?", "Who is Anna Lind?", SAID_ELSEWHERE, quotes=("x" * 30_000,)))
    store.add_turn("c", Turn("Is it safe?", "Is it safe?", SAID_ELSEWHERE))

    assert "Lind" not in dialogue.reply("c", "What did she say?").resolved_question


def test_all_that_is_kept_of_a_conversation_can_be_deleted(dialogue: Dialogue, store: Store) -> None:
    reply = dialogue.reply("c", "When was the bridge opened?")
    other = dialogue.reply("other", "When was the bridge opened?")

    dialogue.forget("c")

    assert store.conversation("c", last=9).turns == ()
    assert dialogue.recall(reply.id) is None
    assert dialogue.recall(other.id) is not None
