"""The figures with a language model beside those without, and how its choices are judged: fitted to known answers."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from bot.__main__ import main
from bot.answering import Answer, Refusal
from bot.evaluation import BothWays, Judged, compared, fit_judgement, judge, judged_anew, judged_by
from bot.evaluation.gold import Evidence, Gold
from bot.pointing import Judged as Choice
from bot.pointing import Judgement, PointingNote
from index import Span
from tests.bot.examples import BRIDGE, OPENED, answer
from tests.language_model import Asked, chosen, stand_in_model, understood

_BEFORE = Judgement((1.0, 0.0, 0.0, 0.0), 0.0, 0.4)
_TEXTS = {BRIDGE.id: BRIDGE.text}


def _judged(place: int, own: float, *, is_right: bool, agrees: bool = False) -> Judged:
    """A reply to a question whose model chose the opening of the bridge, which answers or not."""
    note = PointingNote("tiny", chosen=1, judged=Choice(own, 0.5, agrees=agrees, none=False))
    cited = replace(OPENED, score=own)
    reply = replace(answer(id=str(place)), outcome=Answer(own, (cited,), 1, None, hits=()), llm=note)
    where = OPENED.quote.span if is_right else Span(0, 30)
    evidence = (Evidence(BRIDGE.id, where, where.slice(BRIDGE.text)),)
    return judge("Who?", Gold(evidence, is_answerable=True, cluster=str(place)), reply, _TEXTS)


def _choices(count: int = 200, *, right: tuple[float, float] = (0.9, 0.1), ours: float = 0.5) -> BothWays:
    """Choices that are right so often where they agree with the reader, and where not; what the reader would have
    quoted then is right as often as `ours` says."""
    chance = np.random.default_rng(3)
    theirs, readers = [], []
    for place in range(count):
        agrees = bool(place % 2)
        is_right = bool(chance.random() < right[0 if agrees else 1])
        is_ours_right = is_right if agrees else bool(chance.random() < ours)
        theirs.append(_judged(place, 0.5, is_right=is_right, agrees=agrees))
        readers.append(_judged(place, 0.5, is_right=is_ours_right, agrees=agrees))
    return BothWays(theirs, readers)


_AGREED, _APART = Choice(0.5, 0.5, agrees=True, none=False), Choice(0.5, 0.5, agrees=False, none=False)


def test_what_tells_right_choices_from_wrong_ones_is_weighed() -> None:
    fitted = fit_judgement(_choices(ours=0.02), _BEFORE)
    assert fitted is not None
    assert fitted.chance(_AGREED) == pytest.approx(0.9, abs=0.08)
    assert fitted.chance(_APART) == pytest.approx(0.1, abs=0.08)
    assert not fitted.keeps_ours(_APART)


def test_the_readers_own_goes_first_where_a_model_chooses_worse() -> None:
    both = _choices(right=(0.9, 0.1), ours=0.6)
    fitted = fit_judgement(both, _BEFORE)
    assert fitted is not None
    assert fitted.keeps_ours(_APART)
    assert fitted.chance(_APART) == pytest.approx(0.6, abs=0.08)
    judged = judged_by(both, fitted)
    assert [one.is_first_quote_right for one in judged] == [one.is_first_quote_right for one in both.ours]


@pytest.mark.parametrize("right", [(0.02, 0.02), (0.98, 0.98)])
def test_a_fit_stays_within_bounds_however_far_it_is_from_the_one_before(right: tuple[float, float]) -> None:
    far = Judgement((0.9, -0.3, 1.3, -3.8), 10.0, 0.2)
    fitted = fit_judgement(_choices(400, right=right, ours=0.02), far)
    assert fitted is not None
    assert fitted.chance(_APART) == pytest.approx(right[1], abs=0.05)


def test_from_few_choices_or_of_one_kind_nothing_is_fitted() -> None:
    assert fit_judgement(_choices(19), _BEFORE) is None
    assert fit_judgement(_choices(50, right=(1.0, 1.0)), _BEFORE) is None
    few = fit_judgement(_choices(20), _BEFORE)
    assert few is not None
    assert few.weights[0] == pytest.approx(1.0, abs=0.1)  # which says nothing here, and stays


def test_a_judgement_is_measured_on_articles_that_it_was_not_fitted_on() -> None:
    anew = judged_anew(_choices(), _BEFORE)
    kinds = {
        (one.reply.llm.judged.agrees, type(one.reply.outcome)) for one in anew if one.reply.llm and one.reply.llm.judged
    }
    assert (True, Answer) in kinds
    assert {round(one.confidence, 3) for one in anew} != {0.5}
    assert len({one.confidence for one in anew}) > 4  # each fifth of the articles has a judgement of its own
    withheld = [one for one in anew if isinstance(one.reply.outcome, Refusal)]
    assert all(one.reply.citations == (replace(OPENED, score=0.5),) for one in withheld)


def test_both_ways_stand_beside_each_other() -> None:
    made = _choices(40)
    without = [replace(one, reply=replace(one.reply, llm=None)) for one in made.theirs]
    table = compared(without, made.theirs, judged_anew(made, _BEFORE))
    lines = table.splitlines()
    assert [line.split(" | ")[0] for line in lines if line.startswith("| ")] == [
        "| language model",
        "| ---",
        "| without",
        "| with",
        "| with, judged anew on other articles",
    ]
    assert "- sentences chosen: 40 times, none of those shown: 0" in lines
    assert "- the reader's own sentence went first all the same: 0 times" in lines


def test_evaluate_asks_the_model_that_is_set(
    tmp_path: Path, seed_index: Path, seeds: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    questions = tmp_path / "questions.jsonl"
    lines = [
        {"question": "who brokered the ceasefire", "evidence": ["brokered by Moscow"]},
        {"question": "Who won gold?", "answerable": False},
    ]
    questions.write_text("\n".join(map(json.dumps, lines)))
    arguments = ["evaluate", str(questions), "--articles", str(seeds), "--index", str(seed_index), "--llm"]
    assert main(arguments) == 1
    assert "LLM_URL is not set" in capsys.readouterr().err

    def answering(asked: Asked) -> str:
        in_full = "Who brokered the ceasefire?" if "ceasefire" in asked.last else asked.last
        return understood(in_full) if asked.task == "understood" else chosen(1)

    with stand_in_model(answering) as server:
        monkeypatch.setenv("LLM_URL", server.url)
        monkeypatch.setenv("LLM_MODEL", "tiny")
        monkeypatch.setenv("LLM_SECONDS", "30")
        assert main([*arguments, "--out", str(tmp_path / "report")]) == 0
    said = capsys.readouterr()
    assert "- messages put in full: 2 of 2" in said.out
    assert "- sentences chosen: 2 times, none of those shown: 0" in said.out
    assert "Too few choices" in said.err
    assert (tmp_path / "report" / "report.md").exists()
    assert not (tmp_path / "report" / "llm.json").exists()
