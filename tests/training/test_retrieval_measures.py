"""What is found in a few articles, asked in full and as it was typed."""

import json
from pathlib import Path

import pytest

from index.embedding.shipped_model import prepare_shipped_model
from training.retrieval_measures import MeasuredEmbedder, QuestionSet, measure

_TEXTS = {
    "bridge": "The bridge at Marlow was closed on Friday after a crack was found in its longest girder.",
    **{f"other {number}": f"Team {number} won the match by {number} goals on Sunday." for number in range(8)},
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A set of two questions in one conversation."""
    articles = [{"id": name, "title": "", "text": text} for name, text in _TEXTS.items()]
    gold = [{"article": "bridge", "start": 0, "end": len(_TEXTS["bridge"])}]
    asked = [
        {"id": 1, "question": "marlow crossing shut", "question_standalone": "Why was the bridge closed?"},
        {"id": 2, "question": "since when", "question_standalone": "When was the bridge closed?"},
        {"id": 3, "question": "Who paid?", "answerable": False},
    ]
    asked[0] |= {"gold": gold, "answerable": True}
    asked[1] |= {"gold": gold, "answerable": True, "history": [{"question": "marlow crossing shut", "answer": ""}]}
    for name, rows in (("articles", articles), ("gold", asked)):
        (tmp_path / f"{name}.jsonl").write_text("".join(f"{json.dumps(row)}\n" for row in rows))
    return tmp_path


def test_questions_without_evidence_are_left_out(folder: Path) -> None:
    assert [one.typed for one in QuestionSet.load(folder).questions] == ["marlow crossing shut", "since when"]


def test_a_follow_up_is_asked_behind_what_was_said(folder: Path) -> None:
    first, second = QuestionSet.load(folder).questions

    assert [(name, words) for name, _, words in first.forms()] == [
        ("in full", "Why was the bridge closed?"),
        ("first, as typed", "marlow crossing shut"),
    ]
    assert [(name, query.text, query.context, words) for name, query, words in second.forms()] == [
        ("in full", "When was the bridge closed?", "", "When was the bridge closed?"),
        ("behind, as typed", joined := "marlow crossing shut – since when", "", joined),
        ("behind, earlier words faint", "since when", "marlow crossing shut – ", joined),
    ]


def test_what_is_found_counts_for_every_weight(folder: Path, tmp_path: Path, model_cache: Path) -> None:
    embedder = MeasuredEmbedder.open(prepare_shipped_model(model_cache))

    found = measure(QuestionSet.load(folder), embedder, tmp_path)

    assert {form: len(rows) for form, rows in found.items()}["in full"] == 2
    assert found["in full"].all()
    assert found["behind, as typed"].all()
