"""Token by token probabilities to what they say of each sentence."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.reading.sentence_scores import SentenceScores, mean_of, score_passage
from bot.reading.span_scoring import SpanScores
from index import Passage, Span
from tests.bot.examples import BRIDGE, span_of
from tests.bot.reading.scorers import score_words

_CLOSED = span_of("The old bridge was closed for two years.")
_OPENED = span_of("The mayor, Ada Brook, opened it again on 3 May 2024.")
_BOTH = Passage(BRIDGE.id, Span(_CLOSED.start, _OPENED.end), (_CLOSED, _OPENED))


def _scored(answers: dict[str, float], passage: Passage = _BOTH) -> list[SentenceScores]:
    return score_passage(score_words(passage.span.slice(BRIDGE.text), answers), passage)


def test_the_answer_is_found_where_the_article_has_it() -> None:
    later = Passage(BRIDGE.id, _OPENED, (_OPENED,))

    (opened,) = _scored({"Brook": 5.0}, later)

    assert opened.answer == span_of("Brook")


def test_odds_are_against_no_answer_at_both_ends() -> None:
    closed, opened = _scored({"Brook": 3.0})

    assert opened.answer_odds == pytest.approx(6.0, abs=1e-4)
    assert closed.answer_odds == pytest.approx(-16.0, abs=1e-4)


def test_the_passage_answers_as_likely_as_all_its_words_together() -> None:
    closed, opened = _scored({"Brook": 3.0, "two": 1.0})

    others = 17  # words of the passage
    whole = 2 * np.log(np.exp(3.0) + np.exp(1.0) + others * np.exp(-8.0))
    assert closed.passage_odds == opened.passage_odds == pytest.approx(whole, abs=1e-4)


def test_shares_are_of_the_passages_own_probability() -> None:
    closed, opened = _scored({"Brook": 3.0, "two": 1.0})

    assert opened.share == pytest.approx(2 * np.log(np.exp(3) / (np.exp(3) + np.exp(1))), abs=0.01)
    assert np.exp(closed.share / 2) + np.exp(opened.share / 2) == pytest.approx(1.0)


def test_evidence_is_the_mean_of_a_sentences_tokens() -> None:
    offsets = np.array([[0, 3], [4, 7], [8, 11]], np.int64)
    logs = np.log(np.full(3, 0.3, np.float32))
    evidence = np.array([1.0, 3.0, -4.0], np.float32)
    passage = Passage("a", Span(0, 20), (Span(0, 7), Span(8, 11), Span(12, 20)))

    scored = score_passage(SpanScores(offsets, logs, logs, -2.3, -2.3, evidence), passage)

    assert [one.evidence for one in scored] == [2.0, -4.0, -8.0]  # of the last nothing was read
    assert scored[0].denied().evidence == -8.0


def test_a_model_without_evidence_has_the_mean_of_both_ends_odds() -> None:
    closed, _ = _scored({"Brook": 3.0})

    assert closed.evidence == closed.mass_odds / 2
    assert closed.denied().evidence == -8.0


def test_an_answer_starts_before_it_ends() -> None:
    offsets = np.array([[0, 3], [4, 7], [8, 11]], np.int64)
    start = np.log(np.array([0.1, 0.1, 0.7], np.float32))
    end = np.log(np.array([0.7, 0.1, 0.1], np.float32))
    whole = Span(0, 11)

    (scored,) = score_passage(SpanScores(offsets, start, end, -2.3, -2.3), Passage("a", whole, (whole,)))

    assert scored.answer in (Span(0, 3), Span(8, 11))
    assert scored.answer_odds == pytest.approx(np.log(0.7 * 0.1) + 4.6, abs=0.01)


def test_a_sentence_that_was_cut_off_has_no_answer() -> None:
    scores = SpanScores(np.array([[0, 3]], np.int64), np.zeros(1, np.float32), np.zeros(1, np.float32), -9.0, -9.0)

    read, unread = score_passage(scores, _BOTH)

    assert read.answer is not None
    assert unread.answer is None
    assert unread.answer_odds < read.answer_odds


def test_an_empty_reading_is_finite() -> None:
    nothing = SpanScores(np.empty((0, 2), np.int64), np.empty(0, np.float32), np.empty(0, np.float32), 0.0, 0.0)

    scored = score_passage(nothing, _BOTH)

    assert [one.answer for one in scored] == [None, None]
    assert all(np.isfinite([one.answer_odds, one.mass_odds, one.share, one.passage_odds]).all() for one in scored)


@given(st.dictionaries(st.sampled_from(["The", "old", "Brook", "opened", "2024", "years"]), st.floats(-30, 30)))
def test_answers_lie_in_their_sentences_and_scores_are_finite(answers: dict[str, float]) -> None:
    for sentence, scored in zip((_CLOSED, _OPENED), _scored(answers), strict=True):
        assert scored.answer is not None
        assert sentence.contains(scored.answer)
        assert np.isfinite([scored.answer_odds, scored.mass_odds, scored.share, scored.passage_odds]).all()
        assert scored.share <= 1e-5


def test_what_is_made_of_several_forms_of_a_question_is_averaged() -> None:
    surely, hardly = _scored({"Brook": 3.0})[1], _scored({"Brook": 1.0})[1]

    both = mean_of([surely, hardly])

    assert both.answer == surely.answer
    assert both.answer_odds == pytest.approx((surely.answer_odds + hardly.answer_odds) / 2)
    assert both.evidence == pytest.approx((surely.evidence + hardly.evidence) / 2)
    assert mean_of([surely]) is surely
