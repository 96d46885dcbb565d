"""What is measured of a reader on what people type."""

import numpy as np
import pytest

from index import Article, Passage, Span
from tests.bot.reading.scorers import WordScorer
from training.evidence_measures import ReadMessage, evidence_f1, measures, read_message
from training.newschat import Message, Place

_TEXT = "The ferry sank on Sunday. Forty people were saved. Its owner is Tom Reed."
_SENTENCES = (Span(0, 25), Span(26, 50), Span(51, 73))
_ARTICLE = Article("a", "Ferry sinks", _TEXT)
_PASSAGE = Passage("a", Span(0, 73), _SENTENCES)


def _message(story: str, *evidence: Span, kind: str = "factoid") -> Message:
    places = tuple(Place("a", span) for span in evidence)
    return Message(story, kind, "how many saved", "How many people were saved?", (), None, places, ())


def _read(story: str, scores: list[float], right: list[bool], kind: str = "factoid") -> ReadMessage:
    evidence = _SENTENCES[:1] if any(right) else ()
    return ReadMessage(_message(story, *evidence, kind=kind), np.array(right), {"span": np.array(scores)})


def test_sentences_that_answer_are_right_and_score_as_their_words_do() -> None:
    read = read_message(
        "?", _message("s", _SENTENCES[1]), [_PASSAGE], {"a": _ARTICLE}, WordScorer({"Forty": 3.0, "Tom": 1.0})
    )

    assert read.right.tolist() == [False, True, False]
    assert np.argsort(-read.scores["span"]).tolist() == [1, 2, 0]
    assert list(read.scores) == ["span"]


def test_headings_go_to_models_that_read_them_and_evidence_is_scored() -> None:
    scorer = WordScorer({"Forty": 3.0}, reads_headings=True)

    read = read_message("?", _message("s"), [_PASSAGE], {"a": _ARTICLE}, scorer)

    assert scorer.above == ["Ferry sinks: "]
    assert list(read.scores) == ["span", "evidence", "both"]


def test_the_first_sentence_the_first_three_and_answerability_are_measured() -> None:
    read = [
        _read("s", [0.1, 3.0, 0.2], [False, True, False]),
        _read("s", [3.0, 1.0, 0.2], [False, False, True]),
        _read("t", [2.0, 0.5, 0.2], [False, False, False]),
        _read("t", [9.0, 0.5, 0.2], [False, False, False], kind="off_topic"),
    ]

    measured = measures(read)

    assert (measured["messages"], measured["answerable"], measured["found"]) == (4, 2, 1.0)
    by_span = measured["span"]
    assert isinstance(by_span, dict)
    assert (by_span["first"], by_span["among_three"], by_span["auroc"]) == (0.5, 1.0, 1.0)


def test_evidence_is_taken_by_a_threshold_of_the_other_half_of_the_stories() -> None:
    read = [
        _read("s", [4.0, 3.0, 2.5, -1.0], [True, True, False, False]),
        _read("t", [5.0, 2.0, 1.0, -1.0], [True, True, False, False]),
    ]

    # 2.75 is best for the first and misses one of the second, whose 1.5 takes one too many of the first
    assert evidence_f1("span", read) == pytest.approx(2 * 3 / (4 + 4))
