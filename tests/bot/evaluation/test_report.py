"""The report of a handful of replies: its figures, its groups, its failures, and the folder it is written to."""

import json
from pathlib import Path

import pytest

from bot.errors import BotError
from bot.evaluation import Evaluation, Gold, as_markdown, evaluate, gold_of, judge, make_folder, write_report
from bot.evaluation.judging import Judged
from bot.replies import Reply
from tests.bot.examples import BRIDGE, FERRY, answer, refusal

_TEXTS = {BRIDGE.id: BRIDGE.text, FERRY.id: FERRY.text}


def _judged(question: str, words: str | None, reply: Reply, *groups: str) -> Judged:
    line = {"question": question, "answerable": bool(words), "evidence": [words] if words else [], "groups": [*groups]}
    return judge(question, gold_of({**line, "answers": ["Ada Brook"]}, _TEXTS), reply, _TEXTS)


_RIGHT = _judged("Who opened it?", "opened it again", answer(), "spring")
_OTHER = _judged("Who | *why*?", "closed for two years", answer())
_REFUSED = _judged("When did the ferry stop?", "on Sunday", refusal())
_ANSWERED = _judged("Who closed it?", None, answer(), "spring")
_RIGHTLY_REFUSED = _judged("Who sank it?", None, refusal())
_ALL = (_RIGHT, _OTHER, _REFUSED, _ANSWERED, _RIGHTLY_REFUSED)


@pytest.fixture(scope="module")
def evaluation() -> Evaluation:
    """Of five replies, each at a stage of its own but one."""
    return evaluate(_ALL)


def test_figures_of_all_questions(evaluation: Evaluation) -> None:
    """Three answerable: two quotes right, one of them answered; two others: one refused."""
    estimates = evaluation.groups[0].estimates

    assert {name: round(one.value, 4) for name, one in estimates.items()} == {
        "hit@1": 0.0,
        "hit@3": 0.0,
        "hit@5": 0.0,
        "hit@10": 0.0,
        "quote@1_forced": 0.6667,
        "quote@3_forced": 0.6667,
        "quote_precision": 0.6667,
        "quote_f1": 0.6667,
        "cited_in200": 0.6667,
        "cited_in400": 0.6667,
        "quote_chars": round((52 + 52 + 42) / 3, 4),
        "em": 0.6667,
        "f1": 0.6667,
        "em_given": 1.0,
        "f1_given": 1.0,
        "end_to_end": 0.4,
        "answer_rate": 0.6667,
        "false_answer_rate": 0.5,
        "balanced_accuracy": 0.5833,
        "auroc": round((0.5 + 1 + 0.5 + 1 + 0 + 0.5) / 6, 4),
        "ece": round((abs(3 * 0.87 - 1) + abs(2 * 0.08 - 1)) / 5, 4),
        "verbatim": 1.0,
        "p50_ms": 32.5,
        "p95_ms": 32.5,
    }


def test_groups_are_kinds_of_question_and_those_of_the_file(evaluation: Evaluation) -> None:
    sizes = [(group.name, group.n_questions, group.n_answerable) for group in evaluation.groups]

    assert sizes == [("all", 5, 3), ("asks for a name", 4, 2), ("spring", 2, 1), ("asks for a time", 1, 1)]


def test_a_group_of_the_same_questions_is_told_once() -> None:
    assert [group.name for group in evaluate([_RIGHT, _ANSWERED]).groups] == ["all"]


def test_the_report_tells_each_figure_with_its_interval(evaluation: Evaluation) -> None:
    report = as_markdown(evaluation)

    rows = {
        line.split(" | ")[0].lstrip("| "): line.split(" | ") for line in report.splitlines() if line.startswith("| ")
    }
    assert rows["quote_chars"][1:] == ["49", "42–52", "3", "characters of the first quote |"]
    assert rows["right quote, but refused"][1:4] == ["1", "20.0%", "0"]
    assert rows["**all**"][1:4] == ["3", "60.0%", "2"]
    assert "| asks for a time | 1 | 1 | 1.000 (1.000–1.000) |" in report


def test_failures_come_with_their_texts_the_most_confident_answers_first(evaluation: Evaluation) -> None:
    _, worst = as_markdown(evaluation).split("## The worst 3 failures\n\n")

    assert worst.split("\n\n### ")[0] == (
        r"### 1. Who \| \*why\*?"
        "\n\n*not retrieved*: answered with confidence 0.87, evidence in no passage\n\n"
        "- understood as: the old bridge – Who opened it?\n"
        "- quoted: “The mayor, Ada Brook, opened it again on 3 May 2024.” (Old bridge opens again)\n"
        "- evidence: “closed for two years”\n"
        "- short answer: Ada Brook\n"
        "- known answers: Ada Brook"
    )
    assert [line.partition(". ")[2] for line in worst.splitlines() if line.startswith("### ")] == [
        r"Who \| \*why\*?",
        "Who closed it?",
        "When did the ferry stop?",
    ]


def test_nothing_wrong_leaves_nothing_to_list() -> None:
    assert "The worst" not in as_markdown(evaluate([_RIGHT]))


def test_a_question_without_evidence_is_no_failure() -> None:
    unknown = judge("Who?", Gold((), is_answerable=True, answers=("Ada Brook",)), answer(), _TEXTS)

    assert {name: one.value for name, one in evaluate([unknown]).groups[0].estimates.items()} == {
        "em": 1.0,
        "f1": 1.0,
        "em_given": 1.0,
        "f1_given": 1.0,
        "answer_rate": 1.0,
        "verbatim": 1.0,
        "p50_ms": 32.5,
        "p95_ms": 32.5,
    }


def test_a_report_folder_holds_the_figures_and_all_failures(tmp_path: Path) -> None:
    write_report(evaluate(_ALL * 2), tmp_path)

    report = json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))
    failures = (tmp_path / "failures.md").read_text(encoding="utf-8")
    assert report["failures"] == {
        "not retrieved": 2,
        "right quote, but refused": 2,
        "answered where nothing answers": 2,
    }
    assert report["groups"]["all"]["figures"]["answer_rate"]["value"] == 0.666667
    assert "\n## Right quote, but refused: 2\n\n### 1. When did the ferry stop?\n" in failures


def test_a_report_that_cannot_be_written_says_where(tmp_path: Path, evaluation: Evaluation) -> None:
    (tmp_path / "report.md").mkdir()

    with pytest.raises(BotError, match=r"the report cannot be written to .*: Is a directory"):
        write_report(evaluation, tmp_path)


def test_a_report_in_a_folder_that_cannot_be_made_says_where(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(BotError, match=r"the report cannot be written to .*: Not a directory"):
        make_folder(tmp_path / "file" / "report")
