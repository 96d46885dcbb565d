"""What a language model does to the figures, and how its choices are judged best: fitted to replies with known answers.

Only questions of which a model chose sentences, and of which it is known whether each quote is right, tell anything of
its choices. They are replied to twice, with what it chose in front and with what the reader would have quoted: which of
the two is right is all that there is to learn. What is reported of a judgement fitted anew is measured on articles that
it was not fitted on.
"""

import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bot.answering import Answer, Refusal, withheld
from bot.evaluation.evaluating import Evaluation, evaluate
from bot.evaluation.judging import Judged
from bot.pointing import Judged as Choice
from bot.pointing import Judgement, PointingNote
from bot.pointing.judgement import OURS, features_of

_FOLDS: Final = 5
_LEAST: Final = 20
"""From fewer choices nothing is fitted."""
_PENALTY: Final = 1.0
"""What it costs to leave a weight before."""
_PENALTY_OF_BIAS: Final = 0.05
"""The same of a bias: few examples tell it."""
_AS_THE_READER_SAYS: Final = (0.0, 1.0, 0.0)
"""How likely the reader's own sentence answers as long as nothing else is known: as likely as it says."""
_STEPS: Final = 100
_LEAST_STEP: Final = 1e-6
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


@dataclass(frozen=True, slots=True)
class BothWays:
    """Replies to the same questions, in the same order: with what a model chose in front, whatever is thought of it,
    and with what the reader would have quoted."""

    theirs: Sequence[Judged]
    ours: Sequence[Judged]


@dataclass(frozen=True, slots=True)
class _Told:
    """A choice, and whether each of the two sentences is right."""

    choice: Choice
    is_answerable: bool
    is_theirs_right: bool
    is_ours_right: bool

    def is_right(self, judgement: Judgement) -> bool:
        """Return whether the sentence is right that goes first."""
        return self.is_ours_right if judgement.keeps_ours(self.choice) else self.is_theirs_right


def fit_judgement(both: BothWays, before: Judgement) -> Judgement | None:
    """Return the judgement that fits these replies, near the one before where they say little; None for too few."""
    told = list(_told(both))
    right = np.array([one.is_theirs_right for one in told], bool)
    if len(told) < _LEAST or right.all() or not right.any():
        return None
    inputs = np.array([features_of(one.choice) for one in told])
    *weights, bias = _logistic(inputs, right, (*before.weights, before.bias))
    apart = [one for one in told if not one.choice.agrees and not one.choice.none]
    ours = before.ours or _AS_THE_READER_SAYS
    if apart:
        inputs = np.array([features_of(one.choice)[: len(OURS)] for one in apart])
        ours = _logistic(inputs, np.array([one.is_ours_right for one in apart], bool), ours)
    fitted = Judgement(tuple(weights), bias, before.threshold, ours)
    chances = np.array([fitted.chance(one.choice) for one in told])
    first = np.array([one.is_right(fitted) for one in told], bool)
    answerable = np.array([one.is_answerable for one in told], bool)
    return replace(fitted, threshold=_best_threshold(chances, first, answerable))


def _told(both: BothWays) -> Iterator[_Told]:
    for theirs, ours in zip(both.theirs, both.ours, strict=True):
        choice, gold = _choice(theirs), theirs.gold
        if gold.has_verdict and choice is not None:
            known = gold.is_answerable
            yield _Told(choice, known, known and theirs.is_first_quote_right, known and ours.is_first_quote_right)


def judged_anew(both: BothWays, before: Judgement) -> list[Judged]:
    """Return the replies as a judgement would have them that was fitted on the other four fifths of the articles."""
    pairs = list(zip(both.theirs, both.ours, strict=True))
    fold_of = [zlib.crc32((one.gold.cluster or one.question).encode()) % _FOLDS for one, _ in pairs]
    fitted = []
    for left_out in range(_FOLDS):
        kept = [pair for pair, fold in zip(pairs, fold_of, strict=True) if fold != left_out]
        fitted.append(fit_judgement(BothWays([one for one, _ in kept], [one for _, one in kept]), before))
    return [_judged_by(fitted[fold] or before, *pair) for fold, pair in zip(fold_of, pairs, strict=True)]


def judged_by(both: BothWays, judgement: Judgement) -> list[Judged]:
    """Return the replies as a judgement has them."""
    return [_judged_by(judgement, *pair) for pair in zip(both.theirs, both.ours, strict=True)]


def _judged_by(judgement: Judgement, theirs: Judged, ours: Judged) -> Judged:
    choice = _choice(theirs)
    if choice is None:
        return theirs
    return _rejudged(ours if judgement.keeps_ours(choice) else theirs, choice, judgement)


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
    kept = sum(note.judged is not None and note.judged.kept for note in notes)
    yield f"- sentences chosen: {chose} times, none of those shown: {none}"
    yield f"- the reader's own sentence went first all the same: {kept} times"
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


def _logistic(inputs: _Floats, right: NDArray[np.bool_], before: Sequence[float]) -> tuple[float, ...]:
    """Return weights and bias of a logistic model by Newton's method; what they lose from those before is penalised.

    A step that would make it worse is halved: far from those before it would go beyond all bounds.
    """
    rows, start = np.column_stack([inputs, np.ones(len(inputs))]), np.array(before)
    penalties = np.array([*([_PENALTY] * (len(before) - 1)), _PENALTY_OF_BIAS])

    def loss(weights: _Floats) -> float:
        odds = rows @ weights
        lost = penalties * (weights - start) ** 2
        return float(np.logaddexp(0, odds).sum() - odds[right].sum() + lost.sum() / 2)

    weights = start.copy()
    for _ in range(_STEPS):
        chances = 1 / (1 + np.exp(-np.clip(rows @ weights, -50, 50)))
        slope = rows.T @ (chances - right) + penalties * (weights - start)
        bend = (rows * (chances * (1 - chances))[:, None]).T @ rows + np.diag(penalties)
        step = np.linalg.solve(bend, slope)
        while loss(weights - step) > loss(weights) and np.abs(step).max() > _LEAST_STEP:
            step = step / 2
        weights = weights - step
        if np.abs(step).max() <= _LEAST_STEP:
            break
    return tuple(map(float, weights))


def _best_threshold(chances: _Floats, right: NDArray[np.bool_], answerable: NDArray[np.bool_]) -> float:
    """Return the threshold from which on most replies are right in the end; of equal ones the middle."""
    edges = np.unique(np.concatenate([[0.0], (np.sort(chances)[1:] + np.sort(chances)[:-1]) / 2, [1.0]]))
    served = [int((right & (chances >= edge)).sum() + (~answerable & (chances < edge)).sum()) for edge in edges]
    best = np.flatnonzero(np.array(served) == max(served))
    return round(float(edges[best[len(best) // 2]]), 4)
