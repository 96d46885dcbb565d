"""Replays questions with fitted weights, and chooses how much is read for them and from when on to answer."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bot.reading.cascade import FittedWeights, ReadBudget, ReadingWeights, ReadState
from bot.reading.features import Floats, chars_of
from bot.reading.passage_reader import OFFERED
from training.question_sets import Question, set_weights
from training.sentence_models import quote_f1

_READ = (1, 2, 3, 4, OFFERED)
_SURE = tuple(np.linspace(0.3, 0.95, 14).round(2).tolist())
_WORTH = (0.0, 0.02, 0.05, 0.1, 0.15, 0.2, 0.3)
_THRESHOLDS = np.linspace(0.02, 0.9, 89)
_QUOTED_CHARS = 400


@dataclass(frozen=True, slots=True, eq=False)
class Outcomes:
    """What came of n questions.

    `confidence` in the first quote, whether it is `right`, its `f1`, whether a right one is `cited` within 400 quoted
    characters, and the `price` paid, in passages.
    """

    confidence: Floats
    right: NDArray[np.bool_]
    f1: Floats
    cited: NDArray[np.bool_]
    price: Floats


@dataclass(frozen=True, slots=True, eq=False)
class _Step:
    """A state, whether its first quote is right, its F1, and whether a right one comes within 400 characters."""

    state: ReadState
    right: bool
    f1: float
    cited: bool

    @classmethod
    def of(cls, state: ReadState, question: Question) -> "_Step":
        first, lengths = int(state.order[0]), chars_of(question.known)
        quoted = [first] if state.beside is None else sorted([first, state.beside])
        right = question.right[quoted]
        shown = [*quoted, *(row for row in state.order if row not in quoted)]
        half_way = np.cumsum(lengths[shown]) - lengths[shown] / 2
        cited = bool((question.right[shown] & (half_way <= _QUOTED_CHARS)).any())
        return cls(state, bool(right.any()), quote_f1(lengths[quoted], right), cited)


def outcomes(questions: Sequence[Question], weights: FittedWeights) -> Outcomes:
    """Return what comes of these questions with these weights."""
    by_kind = ((one, weights.of(is_whole=one.is_whole)) for one in questions)
    return _outcomes([_stopped(_steps(one, suited), suited.budget) for one, suited in by_kind])


def best_budget(questions: Sequence[Question], weights: ReadingWeights, price: float) -> ReadBudget:
    """Return the budget that serves best among those that cost at most `price` passages a question, on the mean.

    Raises:
        ValueError: nothing is that cheap.
    """
    question_weights = set_weights(questions)
    best, found = -1.0, None
    steps = [_steps(one, weights) for one in questions]
    for n_read, sure, worth in itertools.product(_READ, _SURE, _WORTH):
        budget = ReadBudget(n_read, sure, worth)
        after = _outcomes([_stopped(some, budget) for some in steps])
        if question_weights @ after.price <= price and (value := _service(questions, after)) > best:
            best, found = value, budget
    if found is None:
        raise ValueError(f"nothing can be read for {price} passages a question: give a higher --price")
    return found


def best_threshold(questions: Sequence[Question], after: Outcomes) -> float:
    """Return the confidence from which to answer that makes most replies right."""
    return float(_THRESHOLDS[int(np.argmax(_served(questions, after)))])


def _service(questions: Sequence[Question], after: Outcomes) -> float:
    """Return the mean of three shares.

    They are right first quotes and right quotes soon, among answerable questions, and right replies at the best
    threshold.
    """
    question_weights = set_weights(questions)
    answerable = np.array([one.answerable for one in questions])
    found = question_weights[answerable] @ (after.right[answerable].astype(float) + after.cited[answerable])
    return float(found / question_weights[answerable].sum() + _served(questions, after).max()) / 3


def _served(questions: Sequence[Question], after: Outcomes) -> Floats:
    """Return the share of right replies at each threshold, (89,): a right first quote, or a refusal where nothing
    answers."""
    question_weights = set_weights(questions)
    answerable = np.array([one.answerable for one in questions])
    gained = question_weights * np.where(after.right, 1.0, np.where(answerable, 0.0, -1.0))
    refused = float(question_weights[~answerable].sum())
    order = np.argsort(-after.confidence, kind="stable")
    sums = np.append(0.0, np.cumsum(gained[order]))
    n_answered = np.searchsorted(-after.confidence[order], -_THRESHOLDS, side="right")
    return np.asarray(refused + sums[n_answered], float)


def _steps(question: Question, weights: ReadingWeights) -> list[_Step]:
    """Return the state and its worth after each passage read."""
    return [_Step.of(state, question) for state in question.read_states(weights)]


def _stopped(steps: Sequence[_Step], budget: ReadBudget) -> _Step:
    """Return the step at which reading stops with this budget."""
    return next((step for step in steps if step.state.is_enough(budget)), steps[-1])


def _outcomes(last: Sequence[_Step]) -> Outcomes:
    return Outcomes(
        np.array([step.state.confidence for step in last]),
        np.array([step.right for step in last]),
        np.array([step.f1 for step in last]),
        np.array([step.cited for step in last]),
        np.array([float(len(step.state.read)) for step in last]),
    )
