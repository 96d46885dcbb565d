"""What a question asks for, and where a sentence holds something of that kind."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.reading.answer_types import Kind, candidates, is_of_kind, kind_of, last_question

_SENTENCE = "On 3 May 2024 the mayor, Ada Brook, paid Tom Reed 4.2 million euros in Marlow."


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("Who opened the bridge?", Kind.NAME),
        ("whom did she meet?", Kind.NAME),
        ("Which company won the contract?", Kind.NAME),
        ("When did it open?", Kind.TIME),
        ("In what year was it built?", Kind.TIME),
        ("Where was the meeting?", Kind.PLACE),
        ("Which city hosted the talks?", Kind.PLACE),
        ("How many people were killed?", Kind.NUMBER),
        ("How much did the repair cost?", Kind.NUMBER),
        ("How old is the mayor?", Kind.NUMBER),
        ("Why is it closed?", Kind.OTHER),
        ("What did the council say?", Kind.OTHER),
        ("The bridge", Kind.OTHER),
        ("", Kind.OTHER),
        ("Where was the meeting? And when?", Kind.TIME),
    ],
)
def test_the_question_word_tells_the_kind(question: str, kind: Kind) -> None:
    assert kind_of(question) is kind


@pytest.mark.parametrize(
    ("question", "last"),
    [
        ("Who opened it?", "Who opened it?"),
        ("Where was the meeting? And when?", "And when?"),
        ("Who? Where? The bridge reopened. When?", "The bridge reopened. When?"),
        ("The bridge reopened. When was that?", "The bridge reopened. When was that?"),
        ("Who opened it? The mayor", "The mayor"),
        ("", ""),
    ],
)
def test_questions_before_the_last_are_not_asked_again(question: str, last: str) -> None:
    assert last_question(question) == last


@pytest.mark.parametrize(
    ("kind", "question", "found"),
    [
        (Kind.TIME, "When was it paid?", ["3 May 2024"]),
        (Kind.PLACE, "Where was it paid?", ["Marlow"]),
        (Kind.NAME, "Who was paid?", ["Ada Brook", "Tom Reed", "Marlow"]),
        (Kind.NAME, "Whom did Ada Brook pay?", ["Tom Reed", "Marlow"]),
        (Kind.OTHER, "What was it about?", []),
    ],
)
def test_a_sentence_holds_answers_of_that_kind(kind: Kind, question: str, found: list[str]) -> None:
    assert [span.slice(_SENTENCE) for span in candidates(kind, question, _SENTENCE)] == found


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("They lost at least 49 men.", "at least 49"),
        ("It cost 4.2 million euros.", "4.2 million"),
        ("Prices rose 12% there.", "12%"),
        ("More than 6,500 people died.", "More than 6,500"),
        ("Two members were lost.", "Two"),
    ],
)
def test_a_number_keeps_its_bounds_and_unit(text: str, number: str) -> None:
    assert [span.slice(text) for span in candidates(Kind.NUMBER, "How many?", text)] == [number]


@given(st.sampled_from(Kind), st.text(), st.text() | st.sampled_from([_SENTENCE, "In May, in Rome, at 5 p.m., 3%..."]))
def test_candidates_are_words_of_the_text_in_order(kind: Kind, question: str, text: str) -> None:
    spans = candidates(kind, question, text)

    assert all(span.end <= len(text) and span.slice(text).strip() for span in spans)
    assert spans == sorted(spans)


@pytest.mark.parametrize(
    ("kind", "words", "fits"),
    [
        (Kind.TIME, "the end of August", True),
        (Kind.TIME, "8 p.m. GMT", True),
        (Kind.TIME, "Nagorny Karabakh", False),
        (Kind.NUMBER, "two dozen", True),
        (Kind.NUMBER, "the council", False),
        (Kind.OTHER, "the council", True),
    ],
)
def test_a_time_or_a_number_answers_where_one_is_asked_for(kind: Kind, words: str, fits: bool) -> None:
    assert is_of_kind(kind, words) is fits
