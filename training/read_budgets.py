"""Replays questions with fitted weights, and chooses how much is read for them and from when on to answer."""

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bot.reading.cascade import Case, FittedWeights, ReadBudget, ReadingWeights, ReadState, balance_of
from bot.reading.features import Floats, chars_of
from training.question_sets import Question, set_weights
from training.sentence_models import READ, quote_f1

_SURE = tuple(np.linspace(0.3, 0.95, 14).round(2).tolist())
_WORTH = (0.0, 0.02, 0.05, 0.1, 0.15, 0.2, 0.3)
_THRESHOLDS = np.linspace(0.02, 0.9, 89)
_AS_GOOD: Mapping[Case, float] = {"whole": 0.0, "part": 0.005, "typed": 0.02}
"""A loss of right replies below this does not count, for a quote that nothing answers is worse than a needless refusal.
Where all there is was read, people asked about that very article, and a refusal is hardly ever right."""
_QUOTED_CHARS = 400


@dataclass(frozen=True, slots=True, eq=False)
class Outcomes:
    """What came of n questions.

    `confidence` in the first quote, its `balance` as `balance_of` has it, whether that is enough, `answered`, whether
    it is `right`, its `f1`, whether a right one is `cited` within 400 quoted characters, and the `price` paid, in
    passages. `sentences`: of each question, (2, n_read) the chances of the sentences in what was read, and whether they
    answer.
    """

    confidence: Floats
    balance: Floats
    answered: NDArray[np.bool_]
    right: NDArray[np.bool_]
    f1: Floats
    cited: NDArray[np.bool_]
    price: Floats
    sentences: Sequence[Floats]


@dataclass(frozen=True, slots=True, eq=False)
class _Step:
    """A state, whether its first quote is right, its F1, whether a right one comes within 400 characters, and the
    chances of the sentences read, with whether they answer."""

    state: ReadState
    right: bool
    f1: float
    cited: bool
    sentences: Floats

    @classmethod
    def of(cls, state: ReadState, question: Question) -> "_Step":
        first, lengths = int(state.order[0]), chars_of(question.known)
        quoted = [first] if state.beside is None else sorted([first, state.beside])
        right = question.right[quoted]
        shown = [*quoted, *(row for row in state.order if row not in quoted)]
        half_way = np.cumsum(lengths[shown]) - lengths[shown] / 2
        cited = bool((question.right[shown] & (half_way <= _QUOTED_CHARS)).any())
        read = np.isin(question.passages, state.read) & question.in_reach
        sentences = np.array([state.probabilities[read], question.right[read]])
        return cls(state, bool(right.any()), quote_f1(lengths[quoted], right), cited, sentences)


def outcomes(questions: Sequence[Question], weights: FittedWeights) -> Outcomes:
    """Return what comes of these questions with these weights."""
    by_case = [(one, weights.of(one.case)) for one in questions]
    last = [_stopped(_steps(one, suited), suited.budget) for one, suited in by_case]
    return _outcomes(last, np.array([suited.threshold for _, suited in by_case]))


def best_budget(
    questions: Sequence[Question], weights: ReadingWeights, price: float, shares: Floats | None = None
) -> ReadBudget:
    """Return the budget that serves best among those that cost at most `price` passages a question, on the mean.

    `shares`: (len(questions),) what each counts; None: as `set_weights` has it.

    Raises:
        ValueError: nothing is that cheap.
    """
    shares = _shares(questions, shares)
    best, found = -1.0, None
    steps = [_steps(one, weights) for one in questions]
    for n_read, sure, worth in itertools.product(READ, _SURE, _WORTH):
        budget = ReadBudget(n_read, sure, worth)
        after = _outcomes([_stopped(some, budget) for some in steps])
        if shares @ after.price <= price and (value := _service(questions, after, shares)) > best:
            best, found = value, budget
    if found is None:
        raise ValueError(f"nothing can be read for {price} passages a question: give a higher --price")
    return found


def best_threshold(
    questions: Sequence[Question], weights: ReadingWeights, case: Case, shares: Floats | None = None
) -> float:
    """Return the balance from which to answer that makes most replies right; of those that are as good, the highest.

    `shares`: as `best_budget` takes them.
    """
    after = _outcomes([_stopped(_steps(one, weights), weights.budget) for one in questions])
    served = _served(questions, after, _shares(questions, shares))
    return float(_THRESHOLDS[np.flatnonzero(served >= served.max() - _AS_GOOD[case])[-1]])


def _shares(questions: Sequence[Question], shares: Floats | None) -> Floats:
    """Return what each question counts, all together one."""
    return set_weights(questions) if shares is None else shares / shares.sum()


def _service(questions: Sequence[Question], after: Outcomes, shares: Floats) -> float:
    """Return the mean of three shares.

    They are right first quotes and right quotes soon, among answerable questions, and right replies at the best
    threshold.
    """
    answerable = np.array([one.answerable for one in questions])
    found = shares[answerable] @ (after.right[answerable].astype(float) + after.cited[answerable])
    return float(found / shares[answerable].sum() + _served(questions, after, shares).max()) / 3


def _served(questions: Sequence[Question], after: Outcomes, shares: Floats) -> Floats:
    """Return the share of right replies at each threshold, (89,): a right first quote, or a refusal where nothing
    answers."""
    answerable = np.array([one.answerable for one in questions])
    gained = shares * np.where(after.right, 1.0, np.where(answerable, 0.0, -1.0))
    refused = float(shares[~answerable].sum())
    order = np.argsort(-after.balance, kind="stable")
    sums = np.append(0.0, np.cumsum(gained[order]))
    n_answered = np.searchsorted(-after.balance[order], -_THRESHOLDS, side="right")
    return np.asarray(refused + sums[n_answered], float)


def _steps(question: Question, weights: ReadingWeights) -> list[_Step]:
    """Return the state and its worth after each passage read."""
    return [_Step.of(state, question) for state in question.read_states(weights)]


def _stopped(steps: Sequence[_Step], budget: ReadBudget) -> _Step:
    """Return the step at which reading stops with this budget."""
    return next((step for step in steps if step.state.is_enough(budget)), steps[-1])


def _outcomes(last: Sequence[_Step], thresholds: Floats | float = 0.0) -> Outcomes:
    balance = np.array([balance_of(step.state.confidence, step.state.unanswered) for step in last])
    return Outcomes(
        np.array([step.state.confidence for step in last]),
        balance,
        balance >= thresholds,
        np.array([step.right for step in last]),
        np.array([step.f1 for step in last]),
        np.array([step.cited for step in last]),
        np.array([float(len(step.state.read)) for step in last]),
        [step.sentences for step in last],
    )
