"""Judging replies against known answers."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from bot.__main__ import main
from bot.answering import Answer
from bot.errors import InvalidQuestion
from bot.evaluation import Gold, gold_of, judge, report
from index import Hit, Passage, Span
from tests.bot.examples import BRIDGE, answer, refusal, span_of

_EVIDENCE = Gold((("bridge", span_of("opened it again on 3 May 2024")),))
_TEXTS = {BRIDGE.id: BRIDGE.text}


def test_evidence_is_found_in_the_articles() -> None:
    assert gold_of({"question": "?", "evidence": ["opened it again on 3 May 2024"]}, _TEXTS) == _EVIDENCE


def test_a_question_without_evidence_is_unanswerable() -> None:
    assert not gold_of({"question": "?"}, _TEXTS).is_answerable


def test_evidence_outside_the_articles_is_refused() -> None:
    with pytest.raises(InvalidQuestion, match="q7"):
        gold_of({"id": "q7", "question": "?", "answerable": True, "evidence": ["no such words"]}, _TEXTS)


@pytest.mark.parametrize(
    ("evidence", "is_right"),
    [("opened it again on 3 May 2024", True), ("The old bridge was closed for two years.", False)],
)
def test_a_first_quote_is_right_when_it_holds_half_of_the_evidence(evidence: str, is_right: bool) -> None:
    gold = Gold((("bridge", span_of(evidence)),))

    assert judge("Who?", gold, answer()).is_right is is_right


def test_the_same_words_of_another_article_are_not_the_evidence() -> None:
    assert not judge("Who?", Gold((("ferry", _EVIDENCE.evidence[0][1]),)), answer()).is_right


def test_a_refusal_is_right_where_nothing_answers_and_wrong_elsewhere() -> None:
    assert [judge("Who?", gold, refusal()).is_right for gold in (Gold(()), _EVIDENCE)] == [True, False]


def test_the_rank_is_that_of_the_first_passage_with_evidence() -> None:
    spans = (Span(0, 10), Span(0, len(BRIDGE.text)))
    hits = tuple(Hit(Passage("bridge", span, (span,)), rank, 1.0, 0.5, 1.0) for rank, span in enumerate(spans, 1))
    outcome = answer().outcome
    assert isinstance(outcome, Answer)

    assert judge("Who?", _EVIDENCE, replace(answer(), outcome=replace(outcome, hits=hits))).rank == 2


def test_the_report_counts_and_lists_the_failures() -> None:
    told = report([judge("Who opened it?", _EVIDENCE, answer()), judge("Who closed it?", Gold(()), answer())])

    assert "| first quote right, answered or not | 1.000 (1 of 1) |" in told
    assert "| right in the end | 0.500 (1 of 2) |" in told
    assert "- 'Who closed it?': wanted a refusal, answered at 0.87" in told


def test_the_command_reports_on_the_seed_article(
    seeds: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    questions = tmp_path / "questions.jsonl"
    lines = [
        {"question": "Who brokered the ceasefire?", "evidence": ["ceasefire agreement brokered by Moscow"]},
        {"question": "What is the capital of France?", "answerable": False},
    ]
    questions.write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")

    assert main(["evaluate", str(questions), "--articles", str(seeds)]) == 0

    assert "| right in the end | 1.000 (2 of 2) |" in capsys.readouterr().out
