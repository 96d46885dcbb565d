"""What is known about a question, what a reply to it is worth, and the command that reports it."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot.__main__ import main
from bot.answering import Answer, Refusal
from bot.errors import InvalidQuestion
from bot.evaluation import Gold, gold_of, judge
from bot.evaluation.gold import Evidence
from bot.evaluation.judging import Stage
from bot.replies import Reply
from index import Hit, Passage, Span
from tests.bot.examples import BRIDGE, FERRY, answer, refusal, span_of

_TEXTS = {BRIDGE.id: BRIDGE.text, FERRY.id: FERRY.text}
_OPENED = "opened it again on 3 May 2024"
_CLOSED = "The old bridge was closed for two years."
_NOTHING = Gold((), is_answerable=False)


def _gold(words: str, *answers: str) -> Gold:
    return gold_of({"question": "?", "evidence": [words], "answers": [*answers]}, _TEXTS)


def _retrieving(reply: Reply, *spans: Span) -> Reply:
    hits = tuple(Hit(Passage("bridge", span, (span,)), rank, 1.0, 0.5, 1.0) for rank, span in enumerate(spans, 1))
    assert isinstance(reply.outcome, Answer | Refusal)
    return replace(reply, outcome=replace(reply.outcome, hits=hits))


def test_a_line_tells_evidence_answers_groups_and_cluster() -> None:
    line = {
        "question": "When was it opened?",
        "gold": [{"article": "bridge", "start": 68, "end": 97}],
        "answers": ["3 May 2024"],
        "dataset": "courier",
        "groups": ["first turns"],
        "gold_kind": "passage",
    }

    assert gold_of(line, _TEXTS) == Gold(
        evidence=(Evidence("bridge", Span(68, 97), BRIDGE.text[68:97]),),
        is_answerable=True,
        answers=("3 May 2024",),
        is_passage=True,
        groups=("asks for a time", "courier", "first turns"),
        cluster="bridge",
    )


def test_evidence_is_found_wherever_its_words_stand_whatever_the_white_space() -> None:
    gold = gold_of({"question": "?", "evidence": ["the\nlast   time"]}, {"a": "the last time, the last\ntime", "b": ""})

    assert [(one.span.start, one.text) for one in gold.evidence] == [(0, "the last time"), (15, "the last\ntime")]


def test_evidence_is_sought_only_in_the_articles_asked_about() -> None:
    twins = {"one": FERRY.text, "two": FERRY.text}
    gold = gold_of({"question": "?", "evidence": ["last time"], "articles": ["two"]}, twins)

    assert [one.article_id for one in gold.evidence] == ["two"]


@pytest.mark.parametrize(
    ("line", "is_answerable", "has_verdict"),
    [
        ({"evidence": []}, False, True),
        ({"gold": [], "answerable": False}, False, True),
        ({"evidence": ["two years"], "answerable": False}, False, True),
        ({"answers": ["Ada Brook"]}, True, False),
        ({"answerable": True}, True, False),
    ],
)
def test_what_is_answerable_and_what_can_be_judged(
    line: dict[str, Any], is_answerable: bool, has_verdict: bool
) -> None:
    gold = gold_of({"question": "?", **line}, _TEXTS)

    assert (gold.is_answerable, gold.has_verdict, gold.evidence) == (is_answerable, has_verdict, ())


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ({}, '"q7" has no known answer: give it "gold", "evidence" or "answerable": false'),
        ({"evidence": ["no such words"]}, "no article holds the evidence of question \"q7\": 'no such words'"),
        ({"gold": [{"article": "bridge", "start": 9}]}, '"gold" of question "q7" should be a list of {"article"'),
        ({"gold": 9}, 'should be a list of {"article", "start", "end"}, found 9'),
        (
            {"gold": [{"article": "bridge", "start": 1.5, "end": 9}]},
            "'float' object cannot be interpreted as an integer",
        ),
        ({"gold": [{"article": "bridge", "start": 9, "end": 9}]}, "a span needs 0 <= start < end"),
        ({"gold": [{"article": "ferry", "start": 0, "end": 99}]}, "of 'ferry', of 42 characters"),
    ],
)
def test_a_line_that_cannot_be_used_is_refused_by_name(line: dict[str, Any], complaint: str) -> None:
    with pytest.raises(InvalidQuestion) as error:
        gold_of({"id": "q7", "question": "?", **line}, _TEXTS)

    assert complaint.replace('"q7"', "'q7'") in str(error.value)


def test_evidence_in_an_article_that_was_not_read_is_out_of_reach() -> None:
    tram, ferry = ({"article": id, "start": 0, "end": 9} for id in ("tram", "ferry"))

    assert gold_of({"question": "?", "gold": [tram]}, _TEXTS).is_out_of_reach
    assert not gold_of({"question": "?", "gold": [tram, ferry]}, _TEXTS).is_out_of_reach
    assert not _NOTHING.is_out_of_reach


@pytest.mark.parametrize(("evidence", "is_right"), [(_OPENED, True), (_CLOSED, False)])
def test_a_first_quote_is_right_when_it_holds_half_of_the_evidence(evidence: str, is_right: bool) -> None:
    assert judge("Who?", _gold(evidence), answer(), _TEXTS).is_right is is_right


def test_the_same_words_of_another_article_are_not_the_evidence() -> None:
    elsewhere = Evidence("ferry", Span(0, 5), FERRY.text[:5])

    assert not judge("Who?", Gold((elsewhere,), is_answerable=True), answer(), _TEXTS).is_right


@pytest.mark.parametrize(("known", "is_right"), [(("the Mayor",), True), (("mayo",), False), ((), False)])
def test_less_than_half_of_the_evidence_will_do_with_a_short_answer(known: tuple[str, ...], is_right: bool) -> None:
    gold = _gold(f"{_CLOSED} The mayor", *known)

    assert judge("Who?", gold, answer(), _TEXTS).is_first_quote_right is is_right


def test_a_quote_that_differs_from_its_article_is_never_right() -> None:
    judged = judge("Who?", _gold(_OPENED), answer(), {**_TEXTS, "bridge": BRIDGE.text.replace("Brook", "Creek")})

    assert (judged.verbatim, judged.right, judged.precision) == ((False, True), (False, False), 0.0)


def test_evidence_is_read_within_the_first_characters_quoted() -> None:
    """The second quote begins after 52 characters; half of this evidence is read after 52 + 21."""
    judged = judge("How much?", _gold("The work cost 4.2 million euros, the council said."), answer(), _TEXTS)

    assert (judged.right, judged.read_within) == ((False, True), frozenset({200, 400}))


def test_the_rank_is_that_of_the_first_passage_with_evidence() -> None:
    reply = _retrieving(answer(), Span(0, 10), Span(0, len(BRIDGE.text)))

    assert judge("Who?", _gold(_OPENED), reply, _TEXTS).rank == 2


_FOUND = span_of(_OPENED)


@pytest.mark.parametrize(
    ("gold", "reply", "stage"),
    [
        (_gold(_OPENED), answer(), None),
        (_NOTHING, refusal(), None),
        (Gold((), is_answerable=True, answers=("Ada",)), refusal(), None),
        (_NOTHING, answer(), Stage.ANSWERED_NOTHING),
        (_gold("last time"), refusal(), Stage.REFUSED),
        (_gold(_CLOSED), answer(), Stage.NOT_RETRIEVED),
        (_gold(_OPENED), _retrieving(refusal(), _FOUND), Stage.OTHER_SENTENCE),
    ],
)
def test_a_failure_is_put_down_to_the_stage_that_caused_it(gold: Gold, reply: Reply, stage: Stage | None) -> None:
    assert judge("Who?", gold, reply, _TEXTS).stage is stage


def test_a_short_answer_counts_only_when_the_question_is_answered() -> None:
    outcome = answer().outcome
    assert isinstance(outcome, Answer)

    assert judge("Who?", _gold(_OPENED), answer(), _TEXTS).short_answer == "Ada Brook"
    assert judge("Who?", _gold(_OPENED), refusal(), _TEXTS).short_answer is None


_LINES = [
    {
        "question": "Who brokered the ceasefire?",
        "evidence": ["ceasefire agreement brokered by Moscow"],
        "answers": ["Moscow"],
    },
    {"question": "What is the capital of France?", "answerable": False},
]


@pytest.fixture
def questions(tmp_path: Path) -> Path:
    """Two questions over the seed article."""
    path = tmp_path / "questions.jsonl"
    path.write_text("\n".join(map(json.dumps, _LINES)), encoding="utf-8")
    return path


def test_the_command_reports_on_the_seed_article(
    questions: Path, seeds: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "new" / "report"

    assert main(["evaluate", str(questions), "--articles", str(seeds), "--out", str(out)]) == 0

    printed = capsys.readouterr().out
    assert printed.startswith("# Quality report\n\n2 questions, 1 of them answerable.")
    assert "\n| end_to_end | 1.000 | 1.000–1.000 | 2 |" in printed
    assert (out / "report.md").read_text(encoding="utf-8") == printed
    figures = json.loads((out / "report.json").read_text(encoding="utf-8"))["groups"]["all"]["figures"]
    assert figures["em"] == {"value": 1.0, "low": 1.0, "high": 1.0, "n_questions": 1}
    assert {path.name for path in out.iterdir()} == {"report.md", "report.json", "failures.md"}


def test_a_file_without_questions_is_refused(seeds: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    empty = tmp_path / "questions.jsonl"
    empty.touch()

    assert main(["evaluate", str(empty), "--articles", str(seeds)]) == 1
    assert capsys.readouterr() == ("", f"error: {empty} holds no question; expected a JSON object a line\n")


def test_questions_about_other_articles_are_refused_and_some_of_them_announced(
    questions: Path, seeds: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    elsewhere = {"question": "Who?", "gold": [{"article": "elsewhere", "start": 0, "end": 9}]}
    with questions.open("a", encoding="utf-8") as file:
        file.write(f"\n{json.dumps(elsewhere)}")

    assert main(["evaluate", str(questions), "--articles", str(seeds)]) == 0
    printed = capsys.readouterr()
    assert "evidence in articles that were not read, which count as not retrieved: 1." in printed.err
    assert "- evidence: in an article that was not read\n" in printed.out

    questions.write_text(json.dumps(elsewhere), encoding="utf-8")

    assert main(["evaluate", str(questions), "--articles", str(seeds)]) == 1
    assert "is in any of the 1 articles; are --articles the right ones?" in capsys.readouterr().err


def test_a_report_with_no_place_is_refused_before_anything_is_asked(
    questions: Path, seeds: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["evaluate", str(questions), "--articles", str(seeds), "--out", str(questions)]) == 1
    assert capsys.readouterr() == ("", f"error: the report cannot be written to {questions}: File exists\n")
