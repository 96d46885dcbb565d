"""Which words of a quoted sentence answer."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.highlighting import highlight, short_answer
from index import Span
from tests.bot.examples import BRIDGE, span_of

_OPENED = span_of("The mayor, Ada Brook, opened it again on 3 May 2024.")
_COST = span_of("The work cost 4.2 million euros, the council said.")
_LANES = span_of("Cyclists may use both lanes.")


@pytest.mark.parametrize(
    ("question", "sentence", "answer"),
    [
        ("Who opened the bridge?", _OPENED, "Ada Brook"),
        ("When was it opened again?", _OPENED, "3 May 2024"),
        ("How much did the work cost?", _COST, "4.2 million"),
        ("Why was it closed?", _OPENED, None),
        ("Where does Ada Brook live?", _LANES, None),
    ],
)
def test_the_short_answer_is_of_the_kind_that_was_asked_for(question: str, sentence: Span, answer: str | None) -> None:
    found = short_answer(question, BRIDGE.text, sentence)

    assert (found and found.slice(BRIDGE.text)) == answer


def test_of_two_answers_the_one_nearest_to_the_questions_words_is_taken() -> None:
    text = "Ada Brook praised the ferry, and Tom Reed sold it."

    found = short_answer("Who sold it?", text, Span(0, len(text)))

    assert found is not None
    assert found.slice(text) == "Tom Reed"


def test_a_short_answer_is_what_is_highlighted() -> None:
    assert highlight("Who opened the bridge?", BRIDGE.text, _OPENED) == (span_of("Ada Brook"),)


def test_without_one_the_words_that_the_question_lacks_are() -> None:
    (words,) = highlight("What may cyclists do?", BRIDGE.text, _LANES)

    assert words.slice(BRIDGE.text) == "use both lanes"


def test_a_sentence_that_only_repeats_the_question_is_highlighted_whole() -> None:
    assert highlight("Cyclists may use both lanes?", BRIDGE.text, _LANES) == (_LANES,)


@given(st.text(), st.text(min_size=1), st.data())
def test_highlights_are_inside_the_sentence_and_never_none(question: str, text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text) - 1))
    sentence = Span(start, data.draw(st.integers(start + 1, len(text))))

    highlights = highlight(question, text, sentence)

    assert highlights
    assert all(sentence.contains(span) for span in highlights)
