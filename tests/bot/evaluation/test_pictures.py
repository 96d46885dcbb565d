"""The risk-coverage curve and the reliability diagram: what they show, and that they are drawn."""

import struct
import subprocess
import sys
from dataclasses import astuple, replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.evaluation import Gold, Judged, evaluate, judge, write_report
from bot.evaluation.bootstrap import resample
from bot.evaluation.curves import reliability, risk_at, risk_band
from bot.evaluation.gold import Evidence
from tests.bot.examples import BRIDGE, FERRY, OPENED, answer, refusal

_TEXTS = {BRIDGE.id: BRIDGE.text, FERRY.id: FERRY.text}
_GOLD = Gold((Evidence("bridge", OPENED.quote.span, OPENED.quote.text),), is_answerable=True)
_ANSWERED = judge("Who opened it?", _GOLD, answer(), _TEXTS)
_REFUSED = judge("Who opened it?", _GOLD, refusal(), _TEXTS)


@given(st.lists(st.tuples(st.sampled_from([0.1, 0.5, 0.9]), st.sampled_from([0.0, 1.0])), min_size=1))
def test_the_curve_agrees_with_one_question_after_another(rows: list[tuple[float, float]]) -> None:
    """Within a tie each question is as right as the tie is on average."""
    confidence, right = np.array(rows).T
    expected = [right[confidence == one].mean() for one in sorted(confidence, reverse=True)]
    risks = [1 - np.mean(expected[:k]) for k in range(1, len(rows) + 1)]

    curve = risk_at(np.arange(1, len(rows) + 1) / len(rows), confidence, right, np.ones(len(rows)))

    assert curve == pytest.approx(np.array(risks))


def test_the_band_lies_around_its_curve() -> None:
    confidence, right = np.linspace(0.1, 0.9, 40), np.array([0.0, 1.0, 1.0, 1.0] * 10)
    coverages = np.array([0.25, 0.5, 1.0])

    low, high = risk_band(coverages, confidence, right, resample([None] * 40))
    risk = risk_at(coverages, confidence, right, np.ones(40))

    assert ((low < risk) & (risk < high)).all()


def test_reliability_tells_of_each_bin_how_sure_and_how_right_it_is() -> None:
    """Wilson's interval of none in two questions: from 0 to z² / (2 + z²)."""
    bins = reliability(np.array([0.12, 0.18, 1.0]), np.array([0.0, 0.0, 1.0]))

    assert bins[1]
    assert astuple(bins[1]) == pytest.approx((2, 0.15, 0.0, 0.0, 1.96**2 / (2 + 1.96**2)))
    assert [number for number, one in enumerate(bins) if one] == [1, 9]


@pytest.mark.parametrize("judged", [[_ANSWERED, _REFUSED] * 5, [_ANSWERED] * 10, [_REFUSED] * 10])
def test_both_pictures_are_drawn_and_shown_in_the_report(judged: list[Judged], tmp_path: Path) -> None:
    write_report(evaluate(judged), tmp_path)

    assert [_size_of(tmp_path / name) for name in ("risk-coverage.png", "reliability.png")] == [
        (1120, 800),
        (864, 1088),
    ]
    assert "\n\n![risk coverage](risk-coverage.png)\n\n![reliability](reliability.png)\n\n" in (
        tmp_path / "report.md"
    ).read_text(encoding="utf-8")


def test_what_cannot_be_judged_is_not_drawn(tmp_path: Path) -> None:
    unknown = replace(_ANSWERED, gold=Gold((), is_answerable=True))

    write_report(evaluate([_ANSWERED] * 9 + [unknown]), tmp_path)

    assert list(tmp_path.glob("*.png")) == []


def test_only_drawing_imports_the_drawing_library() -> None:
    program = "import sys, bot.__main__; print('matplotlib' in sys.modules)"

    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert done.stdout == "False\n"


def _size_of(picture: Path) -> tuple[int, int]:
    """Width and height, from the header of a PNG."""
    header = picture.read_bytes()[:24]
    assert header[:8] == b"\x89PNG\r\n\x1a\n"
    width, height = struct.unpack(">II", header[16:24])
    return width, height
