"""Examples that are hard, and questions that turn into their opposite."""

import random

import pytest

from index import Span
from training.harder import is_easy, opposite_of, told_in_other_words

_PASSAGE = "The old ferry was sold in 1998. Tom Reed, its last captain, kept the bell. It hung over the door of an inn."


def _answer(words: str) -> list[Span]:
    start = _PASSAGE.index(words)
    return [Span(start, start + len(words))]


@pytest.mark.parametrize(
    ("question", "answer", "easy"),
    [
        ("Who was the last captain of the ferry?", "Tom Reed", True),
        ("When was the old ferry sold?", "1998", True),
        ("Where was the bell of the old ferry?", "over the door", False),
    ],
    ids=["most words beside the answer", "all words beside the answer", "most words elsewhere"],
)
def test_an_answer_is_easy_to_find_where_the_words_of_the_question_stand(
    question: str, answer: str, easy: bool
) -> None:
    assert is_easy(question, _PASSAGE, _answer(answer)) is easy


def test_in_a_single_sentence_every_answer_is_easy_to_find() -> None:
    assert is_easy("Where was the bell?", "It hung over the door of an inn.", [Span(8, 21)])


@pytest.mark.parametrize(
    ("question", "opposite"),
    [
        ("Who was its first captain?", "Who was its last captain?"),
        ("What happened before the war?", "What happened after the war?"),
        ("Who bought the inn?", "Who sold the inn?"),
    ],
)
def test_a_word_turns_a_question_into_its_opposite(question: str, opposite: str) -> None:
    assert opposite_of(question, "Nothing of the kind.", random.Random(1)) == opposite


def test_a_question_stays_where_the_passage_might_tell_of_the_opposite() -> None:
    assert opposite_of("Who bought the ferry?", _PASSAGE, random.Random(1)) is None


def test_some_questions_without_such_a_word_are_denied() -> None:
    asked = [opposite_of("What did Tom Reed keep?", "He kept a bell.", random.Random(seed)) for seed in range(200)]

    assert {one for one in asked if one} == {"What didn't Tom Reed keep?"}
    assert 20 < sum(one is not None for one in asked) < 80


def test_nothing_is_denied_beside_a_denial() -> None:
    asked = (opposite_of("What did he keep?", "He never kept a bell.", random.Random(seed)) for seed in range(50))

    assert not any(asked)


@pytest.mark.parametrize(
    ("question", "answer", "sentence"),
    [
        ("How did guests know of the bell?", "it hung over the inn's door", "It hung over the door of an inn."),
        ("Who kept the bell?", "its last captain", None),
        ("Why was the bell rung?", "somebody had won at cards", None),
    ],
    ids=["told in other words", "not of how, why or what", "not told"],
)
def test_what_is_told_in_other_words_is_in_the_sentence_that_says_most_of_it(
    question: str, answer: str, sentence: str | None
) -> None:
    told = told_in_other_words({"question": question, "context": _PASSAGE, "abstractive": answer})

    assert (told and told.slice(_PASSAGE)) == sentence
