"""Chats about fictional news to examples: both forms of a message, and passages that answer, tempt or do neither."""

import gzip
import json
import random
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from bot.reading.answer_types import last_question
from bot.reading.behind import put_behind
from index.search.retrieval import Retriever
from tests.embedders import HashingEmbedder
from training.newschat import Newschat
from training.newschat_examples import Shares, newschat_examples
from training.reading_examples import ReadingExample
from training.searching import search_over
from training.typing_noise import as_typed

_FILLER = "It had rained since the morning, and hardly anybody was in the street when the lights went out again. "
_SANK = "The ferry Astrid sank off Marlow on Sunday night with 52 people on board."
_SAVED = "Forty of the passengers were saved by fishing boats."
_SEARCH = "Divers went down on Monday, and the search for the others was to go on."
_OWNER = "Its owner, Tom Reed, has three other ferries."
_FIRST = f"{_SANK} {_SAVED}\n\n{_FILLER * 4}\n\n{_OWNER} {_FILLER * 4}"
_SECOND = f"{_SEARCH} {_FILLER * 4}"
_OTHER = f"Wheat prices fell by a tenth in Chicago. {_FILLER * 3}"
_FEW = Shares(complete=1.0, behind_chat=0.0, others=0, swapped=0.0)


def _place(article: str, text: str, words: str) -> dict[str, Any]:
    start = text.index(words)
    return {"article": article, "start": start, "end": start + len(words)}


def _message(turn: int, typed: str, complete: str, **more: Any) -> dict[str, Any]:  # noqa: ANN401  # any field
    of_chat = {"story": "s", "conversation": "s-1", "turn": turn, "kind": "factoid", "follow_up": turn > 1}
    nothing: dict[str, Any] = {"answerable": True, "answer": None, "evidence": [], "facets": None, "tempting": []}
    return {"id": f"s-1-{turn}", "question": typed, "standalone": complete, **of_chat, **nothing, **more}


_SAVED_MESSAGE = _message(
    1,
    "ferry how many saved",
    "How many people were saved from the ferry?",
    answer=_place("a", _FIRST, "Forty"),
    evidence=[_place("a", _FIRST, _SAVED)],
    tempting=[_place("a", _FIRST, _SANK)],
)
_TRAP = _message(
    2,
    "and who was the captain",
    "Who was the ferry's captain?",
    tempting=[_place("a", _FIRST, _OWNER)],
    answerable=False,
)
_LATEST = _message(
    3, "any news", "What is the latest on the ferry?", evidence=[_place("b", _SECOND, _SEARCH)], kind="latest"
)


def _load(folder: Path, *messages: Mapping[str, Any]) -> Newschat:
    texts = {"a": ("s", _FIRST), "b": ("s", _SECOND), "c": ("t", _OTHER)}
    titles = {"a": "Ferry sinks", "b": "Search goes on", "c": "Wheat falls"}
    articles = [
        {"id": id, "story": story, "title": titles[id], "text": text, "source": "Post", "published": "2028-04-03"}
        for id, (story, text) in texts.items()
    ]
    for name, rows in (("articles", articles), ("messages", messages)):
        with gzip.open(folder / f"{name}.jsonl.gz", "wt", encoding="utf-8") as file:
            file.writelines(json.dumps(row) + "\n" for row in rows)
    return Newschat.load(folder)


def _retriever(chat: Newschat) -> Retriever:
    embedder = HashingEmbedder(dimension=64)
    with TemporaryDirectory() as work:
        return search_over(chat.articles, Path(work), embedder)


def _questions(chat: Newschat, shares: Shares) -> list[list[ReadingExample]]:
    """What is told apart for each question, of many seeds."""
    retriever = _retriever(chat)
    return [some for seed in range(60) for some in newschat_examples(chat, retriever, seed=seed, shares=shares)]


def _many(chat: Newschat, shares: Shares) -> list[ReadingExample]:
    return [example for some in _questions(chat, shares) for example in some]


@pytest.fixture
def chat(tmp_path: Path) -> Newschat:
    return _load(tmp_path, _SAVED_MESSAGE, _TRAP, _LATEST)


def test_messages_know_what_was_typed_and_answered_before_them(chat: Newschat) -> None:
    assert [one.behind_the_chat for one in chat.messages] == [
        "ferry how many saved",
        "ferry how many saved – Forty – and who was the captain",
        "ferry how many saved – and who was the captain – any news",
    ]


def test_only_the_last_two_messages_stand_in_front_and_never_crowd_the_question_out() -> None:
    assert put_behind(["a", "b", "c"], "d") == "b – c – d"
    assert put_behind(["short", "long " * 41, "b"], "d") == "b – d"
    assert put_behind(["a", "b", "c"], "d", "answer to c") == "b – c – answer to c – d"
    assert put_behind(["a", "b", "long " * 30], "d", "long answer " * 9) == f"{('long answer ' * 9)[:100].strip()} – d"
    assert last_question(put_behind(["a", "b"], "c")) == "a – b – c"


def test_the_passage_that_answers_has_its_words_and_its_sentence_marked(tmp_path: Path) -> None:
    chat = _load(tmp_path, _SAVED_MESSAGE)

    for example in _many(chat, _FEW):
        assert [span.slice(example.passage) for span in example.answers] == ["Forty"]
        marks = {one.span.slice(example.passage): (one.answers, one.weight) for one in example.marks}
        assert marks[_SAVED] == (True, 1.0)
        assert marks.get(_SANK, (False, 1.0)) == (False, 1.0)  # it tempts, and people saw that it is wrong
        assert marks.get(_FILLER.strip(), (False, 0.5)) == (False, 0.5)
        assert example.weight == 1.0


def test_where_no_short_words_answer_the_sentence_is_the_evidence(tmp_path: Path) -> None:
    chat = _load(tmp_path, _LATEST)

    examples = _many(chat, _FEW)

    assert {tuple(span.slice(one.passage) for span in one.evidence) for one in examples} == {(_SEARCH,)}
    assert not any(one.answers for one in examples)


def test_a_trap_is_read_over_what_tempts_and_never_answered(tmp_path: Path) -> None:
    chat = _load(tmp_path, _TRAP)

    examples = _many(chat, _FEW)

    assert not any(one.is_answerable or any(mark.answers for mark in one.marks) for one in examples)
    assert sum(_OWNER in one.passage for one in examples) > 0.4 * len(examples)


def test_what_nobody_looked_at_counts_less_and_does_not_repeat_the_evidence(tmp_path: Path) -> None:
    chat = _load(tmp_path, _LATEST)

    others = [one for one in _many(chat, Shares(1.0, 0.0, 2, 0.0)) if not one.is_answerable]

    assert {one.weight for one in others} == {0.5}
    assert not any(_SEARCH in one.passage for one in others)
    assert any(_SANK in one.passage for one in others)
    assert any("Wheat" in one.passage for one in others)


def test_headings_are_title_and_day_and_now_and_then_left_out(chat: Newschat) -> None:
    headings = [one.heading for one in _many(chat, _FEW)]

    assert {"", "Ferry sinks: ", "Ferry sinks (3 April 2028): "} < set(headings)
    assert 0.1 < headings.count("") / len(headings) < 0.3


def test_both_forms_of_a_message_are_asked(chat: Newschat) -> None:
    asked = {one.question for one in _many(chat, Shares(1.0, 1.0, 0, 0.0))}

    assert {"How many people were saved from the ferry?", "ferry how many saved – and who was the captain"} < asked


def test_passages_of_one_question_are_rivals_and_one_of_them_answers_at_most(chat: Newschat) -> None:
    questions = _questions(chat, Shares(1.0, 0.0, 3, 0.0))

    for some in questions:
        assert len({one.rivals for one in some}) == len({one.question for one in some}) == 1
        assert sum(one.is_answerable for one in some) <= 1
    numbers = [some[0].rivals for some in newschat_examples(chat, _retriever(chat), seed=1)]
    assert len(set(numbers)) == len(numbers) > 1
    assert max(map(len, questions)) == 4


def test_a_question_with_names_swapped_is_read_alone(tmp_path: Path) -> None:
    message = _message(
        1,
        "who is astrids owner",
        "Who owns the Astrid of Tom Reed?",
        answer=_place("a", _FIRST, "Tom Reed"),
        evidence=[_place("a", _FIRST, _OWNER)],
    )
    chat = _load(tmp_path, message)

    alone = [some for some in _questions(chat, Shares(1.0, 0.0, 1, 1.0)) if some[0].rivals is None]

    assert alone
    assert all(len(some) == 1 and not some[0].is_answerable for some in alone)
    assert not any("Tom Reed" in some[0].question for some in alone)


def test_the_same_seed_gives_the_same_examples(chat: Newschat) -> None:
    retriever = _retriever(chat)

    assert newschat_examples(chat, retriever, seed=3) == newschat_examples(chat, retriever, seed=3)


def test_haste_takes_capitals_marks_and_letters() -> None:
    question = "Did Reed's ferry sink?"

    typed = {as_typed(question, random.Random(seed), rate=0.7) for seed in range(200)}

    assert {question, question.lower(), "Did Reeds ferry sink", "did reeds ferry sink"} <= typed
    assert {"did reeds ferrry sink", "did reeds frery sink", "did reeds fery sink"} & typed
    assert as_typed(question, random.Random(1), rate=0.0) == question
    assert as_typed("?", random.Random(1), rate=1.0) == "?"
