"""All figures, with their intervals, for all questions and for every group of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from bot.evaluation.bootstrap import interval, resample
from bot.evaluation.figures import SECTIONS, Figure, measured
from bot.evaluation.judging import Judged
from bot.evaluation.summaries import Array

ALL = "all"


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure, the bounds of its 95% interval, and how many questions it is computed from."""

    value: float
    low: float
    high: float
    n_questions: int


@dataclass(frozen=True, slots=True)
class Group:
    """Questions reported together; a figure that does not apply to them is missing from `estimates`."""

    name: str
    n_questions: int
    n_answerable: int
    estimates: Mapping[str, Estimate]


@dataclass(frozen=True, slots=True)
class Evaluation:
    """All that is reported. The first group holds all questions, the others follow by name within their size."""

    judged: tuple[Judged, ...]
    groups: tuple[Group, ...]


def evaluate(judged: Sequence[Judged]) -> Evaluation:
    """Return the figures of these replies, at least one; of groups with the same questions only one is kept."""
    members: dict[tuple[int, ...], str] = {tuple(range(len(judged))): ALL}
    for name in dict.fromkeys(name for one in judged for name in one.gold.groups):
        members.setdefault(tuple(number for number, one in enumerate(judged) if name in one.gold.groups), name)
    ordered = sorted(members.items(), key=lambda item: (item[1] != ALL, -len(item[0]), item[1]))
    return Evaluation(tuple(judged), tuple(_group(name, [judged[i] for i in rows]) for rows, name in ordered))


def _group(name: str, judged: Sequence[Judged]) -> Group:
    weights = resample([one.gold.cluster for one in judged])
    estimates = {
        figure.name: estimate
        for figures in SECTIONS.values()
        for figure in figures
        if (estimate := _estimate(figure, judged, weights))
    }
    return Group(name, len(judged), sum(one.gold.is_answerable for one in judged), estimates)


def _estimate(figure: Figure, judged: Sequence[Judged], weights: Array) -> Estimate | None:
    values, rows = measured(figure, judged)
    if not rows or not figure.is_enough(values):
        return None
    value = figure.summarise(values, np.ones((1, len(rows))))[0]
    return Estimate(float(value), *interval(figure.summarise(values, weights[:, rows])), len(rows))
