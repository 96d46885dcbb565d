"""The two pictures of the report. The only module that imports matplotlib: import it only to draw."""

from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator, PercentFormatter

from bot.evaluation.bootstrap import resample
from bot.evaluation.curves import reliability, risk_at, risk_band
from bot.evaluation.evaluating import Evaluation
from bot.evaluation.summaries import N_BINS, Array

_BLUE, _RED, _INK, _GREY, _FAINT = "#1f5f8b", "#c0472f", "#2b2b2b", "#7d7d7d", "#e9e9e9"
_DASHED = (0, (4, 3))
_DOT: dict[str, Any] = {
    "markersize": 9,
    "markeredgecolor": "white",
    "markeredgewidth": 1.5,
    "clip_on": False,
    "zorder": 5,
}
_DPI = 160
_LEAST_QUESTIONS = 10
_LEAST_SHOWN = 5
"""The fewest questions whose risk is drawn: the risk of fewer jumps from one to the next and says nothing."""


def draw_pictures(evaluation: Evaluation, folder: Path) -> list[Path]:
    """Write risk-coverage.png and reliability.png and return their paths; none of fewer than ten questions."""
    known = [one for one in evaluation.judged if one.gold.has_verdict]
    if len(known) < _LEAST_QUESTIONS:
        return []
    confidence = np.array([one.confidence for one in known])
    right = np.array([one.is_first_quote_right for one in known], dtype=np.float64)
    answered = np.array([one.is_answered for one in known])
    figures = evaluation.groups[0].estimates
    risk = _risk_coverage(confidence, right, answered, resample([one.gold.cluster for one in known]))
    _entitle(
        risk, "Risk against coverage", f"{len(known)} questions · area under the curve {figures['aurc'].value:.3f}"
    )
    trust = _reliability(confidence, right)
    _entitle(
        trust, "Confidence against truth", f"{len(known)} questions · calibration error {figures['ece'].value:.3f}"
    )
    paths = [folder / "risk-coverage.png", folder / "reliability.png"]
    for picture, path in zip((risk, trust), paths, strict=True):
        picture.savefig(path, dpi=_DPI, facecolor="white")
    return paths


def _risk_coverage(confidence: Array, right: Array, answered: Array, weights: Array) -> Figure:
    picture = Figure(figsize=(7, 5), layout="constrained")
    axes = picture.add_subplot()
    n = len(right)
    coverages = np.arange(_LEAST_SHOWN, n + 1) / n
    low, high = risk_band(coverages, confidence, right, weights)
    risk, best = (risk_at(coverages, keys, right, np.ones(n)) for keys in (confidence, right))
    _dress(axes)
    axes.fill_between(coverages, low, high, color=_BLUE, alpha=0.13, linewidth=0)
    axes.plot(coverages, best, color=_GREY, linewidth=1, linestyle=_DASHED, label="by the best possible order")
    axes.plot(coverages, risk, color=_BLUE, linewidth=2, clip_on=False, label="by confidence")
    if answered.any():
        _mark_threshold(axes, float(answered.mean()), float(1 - right[answered].mean()))
    axes.set(xlim=(0, 1), ylim=(0, max(0.1, min(1.0, float(high.max()) * 1.05))))
    axes.set_xlabel("coverage: share of the questions answered, the surest first")
    axes.set_ylabel("risk: share of these that is wrong")
    _explain(picture)
    return picture


def _mark_threshold(axes: Axes, coverage: float, risk: float) -> None:
    words = f"as set: {coverage:.0%} answered, {risk:.0%} of it wrong"
    axes.plot([coverage], [risk], "o", color=_RED, **_DOT, label=words)


def _reliability(confidence: Array, right: Array) -> Figure:
    picture = Figure(figsize=(5.4, 6.8), layout="constrained")
    upper, lower = picture.subplots(2, 1, sharex=True, height_ratios=(5, 1))
    found = [one for one in reliability(confidence, right) if one]
    x, y = [one.confidence for one in found], [one.right for one in found]
    _dress(upper)
    _dress(lower)
    meaning = "as right as it is sure; above: too modest, below: too sure"
    upper.plot([0, 1], [0, 1], color=_GREY, linewidth=1, linestyle=_DASHED, label=meaning)
    upper.vlines(x, [one.low for one in found], [one.high for one in found], color=_BLUE, alpha=0.3, linewidth=3)
    upper.plot(x, y, "o", color=_BLUE, **_DOT)
    upper.set(xlim=(0, 1), ylim=(0, 1), ylabel="share of the first quotes that is right")
    lower.hist(confidence, bins=N_BINS, range=(0, 1), color=_BLUE, alpha=0.75, rwidth=0.86)
    lower.set(xlabel="confidence in the first quote", ylabel="questions")
    lower.yaxis.set_major_locator(MaxNLocator(2, integer=True))
    lower.yaxis.set_major_formatter("{x:.0f}")
    _explain(picture)
    return picture


def _entitle(picture: Figure, title: str, subtitle: str) -> None:
    axes = picture.axes[0]
    axes.set_title(f"{title}\n", loc="left", color=_INK, fontsize=13, fontweight="bold", pad=8)
    axes.annotate(
        f"{subtitle} · shaded: 95% interval", (0, 1), xytext=(0, 12), xycoords="axes fraction",
        textcoords="offset points", color=_GREY, fontsize=9,
    )  # fmt: skip


def _explain(picture: Figure) -> None:
    """Write what the lines and dots mean below the picture, where it hides none of them."""
    picture.legend(loc="outside lower left", ncols=3, frameon=False, fontsize=9, labelcolor=_INK, handlelength=1.6)


def _dress(axes: Axes) -> None:
    axes.spines[["top", "right"]].set_visible(False)
    axes.spines[["left", "bottom"]].set_color(_GREY)
    axes.tick_params(colors=_INK, length=3, labelsize=9)
    axes.grid(axis="y", color=_FAINT, linewidth=0.8)
    axes.set_axisbelow(True)
    axes.xaxis.label.set_color(_INK)
    axes.yaxis.label.set_color(_INK)
    axes.xaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    axes.yaxis.set_major_formatter(PercentFormatter(1, decimals=0))
