"""What a language model does to the figures, and how its choices are judged best: fitted to replies with known answers.

Only questions of which a model chose sentences, and of which it is known whether each quote is right, tell anything of
its choices. What is reported of a judgement fitted anew is measured on articles that it was not fitted on.
"""

import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bot.answering import Answer, Refusal, withheld
from bot.evaluation.evaluating import Evaluation, evaluate
from bot.evaluation.judging import Judged
from bot.pointing import Judged as Choice
from bot.pointing import Judgement, PointingNote
from bot.pointing.judgement import FEATURES, features_of

_FOLDS: Final = 5
_LEAST: Final = 20
"""From fewer choices nothing is fitted."""
_PENALTIES: Final = (*(1.0 for _ in FEATURES), 0.05)
"""What it costs to leave the weights before; the bias is told by few."""
_STEPS: Final = 50
_SHOWN: Final = (
    "end_to_end",
    "quote@1_forced",
    "hit@5",
    "answer_rate",
    "false_answer_rate",
    "auroc",
    "ece",
    "p50_ms",
    "p95_ms",
)

_Floats = NDArray[np.float64]


def fit_judgement(judged: Sequence[Judged], before: Judgement) -> Judgement | None:
    """Return the judgement that fits these replies, near the one before where they say little; None for too few."""
    told = [(one, choice) for one in judged if one.gold.has_verdict and (choice := _choice(one))]
    right = np.array([one.gold.is_answerable and one.is_first_quote_right for one, _ in told], bool)
    if len(told) < _LEAST or right.all() or not right.any():
        return None
    inputs = np.array([[*features_of(choice), 1.0] for _, choice in told])
    weights = _logistic(inputs, right.astype(float), np.array([*before.weights, before.bias]))
    chances = 1 / (1 + np.exp(-(inputs @ weights)))
    answerable = np.array([one.gold.is_answerable for one, _ in told], bool)
    *fitted, bias = map(float, weights)
    return Judgement(tuple(fitted), bias, _best_threshold(chances, right, answerable))


def judged_anew(judged: Sequence[Judged], before: Judgement) -> list[Judged]:
    """Return the replies as a judgement would have them that was fitted on the other four fifths of the articles."""
    fold_of = [zlib.crc32((one.gold.cluster or one.question).encode()) % _FOLDS for one in judged]
    anew: list[Judged] = []
    fitted = [
        fit_judgement([one for one, fold in zip(judged, fold_of, strict=True) if fold != left_out], before)
        for left_out in range(_FOLDS)
    ]
    for one, fold in zip(judged, fold_of, strict=True):
        judgement, choice = fitted[fold], _choice(one)
        anew.append(_rejudged(one, choice, judgement) if judgement and choice else one)
    return anew


def compared(without: Sequence[Judged], with_model: Sequence[Judged], anew: Sequence[Judged]) -> str:
    """Return both ways beside each other, the one with a model also as it would be judged anew, and what was used."""
    ways = [
        ("without", evaluate(without)),
        ("with", evaluate(with_model)),
        ("with, judged anew on other articles", evaluate(anew)),
    ]
    names = [name for name in _SHOWN if all(name in one.groups[0].estimates for _, one in ways)]
    rows = [f"| {way} | {' | '.join(_values(one, names))} |" for way, one in ways]
    head = f"| language model | {' | '.join(names)} |\n| --- |{' --: |' * len(names)}"
    notes = [one.reply.llm for one in with_model if one.reply.llm is not None]
    return "\n".join(["## With and without the language model", "", head, *rows, "", *_used(notes), ""])


def _values(evaluation: Evaluation, names: Sequence[str]) -> Iterator[str]:
    for name in names:
        value = evaluation.groups[0].estimates[name].value
        yield f"{value:.0f}" if name.endswith("_ms") else f"{value:.3f}"


def _used(notes: Sequence[PointingNote]) -> Iterator[str]:
    yield f"- messages put in full: {sum(note.question is not None for note in notes)} of {len(notes)}"
    chose, none = sum(note.chosen > 0 for note in notes), sum(_none(note) for note in notes)
    yield f"- sentences chosen: {chose} times, none of those shown: {none}"
    dropped = Counter((task.value, fault.value) for note in notes for task, fault in note.dropped)
    for (task, fault), count in dropped.most_common():
        yield f"- {task}, {fault}: {count}"
    took = [note.took_ms for note in notes] or [0.0]
    yield f"- tokens: {sum(note.tokens for note in notes):,}; ms of the model, median: {np.median(took):.0f}"


def _none(note: PointingNote) -> bool:
    return note.judged is not None and note.judged.none


def _choice(one: Judged) -> Choice | None:
    return one.reply.llm.judged if one.reply.llm is not None and one.reply.citations else None


def _rejudged(one: Judged, choice: Choice, judgement: Judgement) -> Judged:
    """Return a reply as another judgement would have it: answered or refused, with its confidence."""
    chance, outcome = judgement.chance(choice), one.reply.outcome
    is_quoted = chance >= judgement.threshold
    if isinstance(outcome, Answer):
        answer = replace(outcome, confidence=chance)
        outcome = answer if is_quoted else withheld(answer)
    elif isinstance(outcome, Refusal):
        refusal = replace(outcome, confidence=chance)
        outcome = Answer(chance, refusal.closest, 1, None, refusal.hits) if is_quoted else refusal
    return replace(one, reply=replace(one.reply, outcome=outcome))


def _logistic(inputs: _Floats, right: _Floats, before: _Floats) -> _Floats:
    """Return the weights of a logistic model by Newton's method; what they lose from those before is penalised."""
    weights, penalties = before.copy(), np.array(_PENALTIES)
    for _ in range(_STEPS):
        chances = 1 / (1 + np.exp(-np.clip(inputs @ weights, -50, 50)))
        slope = inputs.T @ (chances - right) + penalties * (weights - before)
        bend = (inputs * (chances * (1 - chances))[:, None]).T @ inputs + np.diag(penalties)
        step = np.linalg.solve(bend, slope)
        weights = weights - step
        if np.abs(step).max() < 1e-8:
            break
    return weights


def _best_threshold(chances: _Floats, right: NDArray[np.bool_], answerable: NDArray[np.bool_]) -> float:
    """Return the threshold from which on most replies are right in the end; of equal ones the middle."""
    edges = np.unique(np.concatenate([[0.0], (np.sort(chances)[1:] + np.sort(chances)[:-1]) / 2, [1.0]]))
    served = [int((right & (chances >= edge)).sum() + (~answerable & (chances < edge)).sum()) for edge in edges]
    best = np.flatnonzero(np.array(served) == max(served))
    return round(float(edges[best[len(best) // 2]]), 4)
