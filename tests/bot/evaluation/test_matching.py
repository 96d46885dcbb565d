"""Spans against evidence, sentence bounds, short answers: by hand, and by property."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.evaluation.gold import Evidence, Gold
from bot.evaluation.matching import holds_evidence, is_read_within, precision_of
from bot.evaluation.sentences import sentence_spans
from bot.evaluation.short_answers import holds_answer, is_exact_match, token_f1
from index import Span


def _gold(start: int, end: int, *, is_passage: bool = False) -> Gold:
    return Gold((Evidence("a", Span(start, end), ""),), is_answerable=True, is_passage=is_passage)


@pytest.mark.parametrize(
    ("span", "gold", "holds"),
    [
        (Span(0, 15), _gold(10, 20), True),
        (Span(0, 14), _gold(10, 20), False),
        (Span(10, 11), _gold(10, 12), True),
        (Span(20, 30), _gold(10, 20), False),
        (Span(0, 100), _gold(50, 1050, is_passage=True), True),
        (Span(0, 100), _gold(51, 1051, is_passage=True), False),
        (Span(0, 60), _gold(11, 1011, is_passage=True), False),
        (Span(0, 60), _gold(30, 50, is_passage=True), True),
    ],
)
def test_half_of_the_evidence_counts_and_of_a_passage_half_of_the_shorter(span: Span, gold: Gold, holds: bool) -> None:
    assert holds_evidence("a", span, gold) is holds
    assert not holds_evidence("b", span, gold)


@pytest.mark.parametrize(("budget", "is_read"), [(14, False), (15, True)])
def test_characters_quoted_twice_are_read_once(budget: int, is_read: bool) -> None:
    """Ten of the first quote, then those of the second that are new: the fifth of them is half of the evidence."""
    quotes = [("a", Span(0, 10)), ("a", Span(5, 20))]

    assert is_read_within(quotes, budget, _gold(10, 20)) is is_read


@pytest.mark.parametrize(("budget", "is_read"), [(199, False), (200, True)])
def test_two_hundred_characters_of_a_long_passage_are_enough(budget: int, is_read: bool) -> None:
    assert is_read_within([("a", Span(0, 900))], budget, _gold(0, 900, is_passage=True)) is is_read


def test_precision_is_the_share_of_characters_in_sentences_with_evidence() -> None:
    """Two sentences of 9 and 19 characters; the second carries the evidence, the space between belongs to neither."""
    text = "One came. Then the other left."

    assert precision_of(Span(0, 30), text, [Span(19, 29)]) == 20 / 29
    assert precision_of(Span(0, 9), text, [Span(19, 29)]) == 0.0


def test_a_sentence_carries_evidence_by_half_of_the_shorter_of_the_two() -> None:
    text = "One came. Then the other left."

    assert precision_of(Span(0, 9), text, [Span(4, 30)]) == 1.0
    assert precision_of(Span(0, 9), text, [Span(5, 30)]) == 0.0


def test_sentences_end_at_marks_and_lines_but_not_at_abbreviations() -> None:
    text = (
        "Mr. J. Doe left the U.S. at 5 p.m. on Jan. 3. “Why?” he asked… Nobody knew.\n  A title\nNo. 7 was his vs. hers"
    )

    assert [span.slice(text) for span in sentence_spans(text)] == [
        "Mr. J. Doe left the U.S. at 5 p.m. on Jan. 3.",
        "“Why?”",
        "he asked…",
        "Nobody knew.",
        "A title",
        "No. 7 was his vs. hers",
    ]


@given(st.text(alphabet="Ab.?!” \n\t"))
def test_sentences_leave_out_nothing_but_white_space(text: str) -> None:
    spans = sentence_spans(text)

    assert "".join("".join(span.slice(text).split()) for span in spans) == "".join(text.split())
    assert all(one.end <= after.start for one, after in pairwise(spans))


@pytest.mark.parametrize(
    ("answer", "known", "exact", "f1"),
    [
        ("The Mayor!", ["mayor"], True, 1.0),
        ("Ada Brook", ["the mayor", "Mayor Ada Brook"], False, 2 * 2 / (2 + 3)),
        ("4.2 million", ["42 million"], True, 1.0),
        ("the the cat", ["cat cat dog"], False, 2 * 1 / (1 + 3)),
        ("Reed", ["Brook"], False, 0.0),
        ("the", ["a"], True, 1.0),
    ],
)
def test_short_answers_are_compared_without_case_punctuation_and_articles(
    answer: str, known: list[str], exact: bool, f1: float
) -> None:
    assert (is_exact_match(answer, known), token_f1(answer, known)) == (exact, f1)


@given(st.text(alphabet="ab the."), st.text(alphabet="ab the."))
def test_word_overlap_is_a_share_and_does_not_depend_on_who_is_right(one: str, other: str) -> None:
    assert token_f1(one, [other]) == token_f1(other, [one])
    assert is_exact_match(one, [other]) <= (token_f1(one, [other]) == 1.0)


@pytest.mark.parametrize(("known", "holds"), [("Brook, opened", True), ("rook", False), ("the", False), ("", False)])
def test_an_answer_stands_in_a_text_as_whole_words(known: str, holds: bool) -> None:
    assert holds_answer("The mayor, Ada Brook, opened it.", [known]) is holds
