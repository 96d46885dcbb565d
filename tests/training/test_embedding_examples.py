"""Messages and question sets to what an embedder learns from."""

import gzip
import json
import random
from pathlib import Path
from typing import Any

import pytest

from index import Article
from index.text.chunking import chunk_article
from training.embedding_examples import (
    Conversations,
    PairExample,
    Share,
    as_typed,
    conversation_query,
    load_conversation_examples,
    load_question_examples,
)

_BRIDGE = "The bridge at Marlow was closed on Friday after a crack was found in its longest girder, the council said. "
_COST = "Repairs will cost four million pounds and may take until the spring, an engineer told reporters at the site. "
_FERRY = (
    "Until then a ferry carries people over the river every half hour, and the crossing costs them nothing at all. "
)
_FILLING = "Shops on both banks complain that fewer people come by, and some have begun to close an hour earlier. " * 3
_TEXTS = {
    "m1": "\n\n".join(f"{words}{_FILLING}".strip() for words in (_BRIDGE, _COST, _FERRY)),
    "o1": f"A museum in Oslo lost a painting. {_FILLING}".strip(),
}
_STORIES = {"m1": "marlow", "o1": "oslo"}


def _mark(article: str, words: str) -> dict[str, Any]:
    start = _TEXTS[article].index(words)
    return {"article": article, "start": start, "end": start + len(words)}


def _message(turn: int, question: str, standalone: str, **more: object) -> dict[str, Any]:
    message: dict[str, Any] = {
        "id": f"marlow-1-{turn}",
        "story": "marlow",
        "conversation": "marlow-1",
        "turn": turn,
        "kind": "factoid",
        "question": question,
        "standalone": standalone,
        "follow_up": turn > 1,
        "answerable": True,
        "answer": None,
        "evidence": [],
        "facets": None,
        "tempting": [],
    }
    return {**message, **more}


def _write(path: Path, *records: dict[str, Any]) -> None:
    with gzip.open(path, "wt", encoding="utf-8") as file:
        file.writelines(json.dumps(record) + "\n" for record in records)


def _write_talks(folder: Path, *messages: dict[str, Any]) -> Path:
    articles = [
        {"id": one, "story": _STORIES[one], "title": "", "text": text, "source": None, "published": "2028-04-03"}
        for one, text in _TEXTS.items()
    ]
    _write(folder / "articles.jsonl.gz", *articles)
    _write(folder / "messages.jsonl.gz", *messages)
    return folder


def _passage_with(words: str) -> str:
    article = Article("m1", "", _TEXTS["m1"])
    texts = [passage.span.slice(article.text) for passage in chunk_article(article)]
    return next(text for text in texts if words in text)


def test_a_message_finds_the_passage_that_holds_its_evidence(tmp_path: Path) -> None:
    asked = _message(1, "marlow bridge why shut", "Why was it closed?", evidence=[_mark("m1", _BRIDGE.strip())])

    [example] = load_conversation_examples(_write_talks(tmp_path, asked), seed=1)

    assert example.passage == _passage_with("crack")
    assert example.passage in example.also_right


def test_what_no_article_answers_teaches_nothing(tmp_path: Path) -> None:
    trap = _message(1, "who paid", "Who paid for the repairs?", answerable=False)

    assert load_conversation_examples(_write_talks(tmp_path, trap), seed=1) == []


def test_a_passage_that_says_it_again_is_not_taken_for_wrong(tmp_path: Path) -> None:
    evidence = [_mark("m1", _COST.strip())]
    asked = _message(1, "how much", "How much will it cost?", evidence=evidence, answer=_mark("m1", "the council"))
    folder = _write_talks(tmp_path, asked)

    negatives = {text for seed in range(30) for one in load_conversation_examples(folder, seed=seed)
                 for text in one.negatives}  # fmt: skip

    assert _passage_with("ferry") in negatives
    assert not any("four million" in text for text in negatives)
    assert not any("the council" in text for text in negatives)  # the short answer stands there


def test_the_most_tempting_passage_comes_first(tmp_path: Path) -> None:
    asked = _message(
        1, "how much", "How much is it?", evidence=[_mark("m1", _COST.strip())], tempting=[_mark("m1", _FERRY.strip())]
    )
    folder = _write_talks(tmp_path, asked)

    first = {load_conversation_examples(folder, seed=seed)[0].negatives[0] for seed in range(20)}

    assert first == {_passage_with("ferry")}


def test_a_follow_up_is_asked_in_full_or_behind_what_was_said(tmp_path: Path) -> None:
    opening = _message(1, "marlow bridge shut", "marlow bridge shut", evidence=[_mark("m1", _BRIDGE.strip())])
    second = _message(2, "how much", "How much will it cost?", evidence=[_mark("m1", _COST.strip())])
    folder = _write_talks(tmp_path, opening, second)

    asked = {load_conversation_examples(folder, seed=seed)[1].query.lower() for seed in range(40)}

    assert {"marlow bridge shut – how much", "how much will it cost?"} <= asked
    assert "how much" not in asked


def test_the_last_two_messages_stand_in_front() -> None:
    assert conversation_query(["one", "two", "three"], "four") == "two – three – four"
    assert conversation_query([], "four") == "four"


def test_marks_give_the_words_they_stand_for(tmp_path: Path) -> None:
    talks = Conversations.load(_write_talks(tmp_path))

    assert talks.words_at(_mark("m1", "four million")) == "four million"


def test_a_question_of_a_set_stands_against_the_passage_that_words_found(tmp_path: Path) -> None:
    context = f"{_BRIDGE}{_COST}"
    answer = {"text": "four million pounds", "start": context.index("four million pounds")}
    record = {"question": "What will it cost?", "context": context, "answers": [answer], "evidence": []}
    _write(tmp_path / "set.jsonl.gz", {**record, "answerable": True}, {**record, "answerable": False})
    _write(tmp_path / "set.hardneg.jsonl.gz", {"question": "What will it cost?", "context": "It will cost a lot."})

    [example] = load_question_examples(tmp_path, [Share("set")], seed=1)

    assert (example.passage, example.negatives) == (context.strip(), ("It will cost a lot.",))


def test_a_missing_set_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        load_question_examples(tmp_path, [Share("absent")], seed=1)


def test_the_same_seed_gives_the_same_examples(tmp_path: Path) -> None:
    asked = _message(1, "how much", "How much will it cost?", evidence=[_mark("m1", _COST.strip())])
    folder = _write_talks(tmp_path, asked)

    once, twice = (load_conversation_examples(folder, seed=3) for _ in range(2))

    assert once == twice
    assert isinstance(once[0], PairExample)


def test_typing_keeps_most_of_what_was_meant() -> None:
    chance = random.Random(1)

    typed = {as_typed("Who opened the bridge at Marlow?", chance) for _ in range(200)}

    assert {"Who opened the bridge at Marlow?", "who opened the bridge at marlow"} <= typed
    assert all(abs(len(one) - 32) <= 2 for one in typed)
