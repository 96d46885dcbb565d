"""Which passages are read to the end, and in what order the sentences are offered: arithmetic on features alone.

A passage's first layers cost a third of the whole. They judge the passages that the search put first; those whose
sentences seem to answer are read to the end, best first, until one answers so surely that another would hardly be
better (a cascade, as Viola and Jones 2001 have it for pictures).
"""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bot.sentence_features import N_SAID, Floats, to_features


@dataclass(frozen=True, slots=True)
class Judgement:
    """Two logistic models over the sentences of one question after one stage of reading.

    `ranking`: (n_features,), orders them. `confidence`: (n_features + 2,), the last two for the ranking score and for
    its lead over the best other sentence, and `bias`: whether one answers.
    """

    ranking: Floats
    confidence: Floats
    bias: float

    def judge(self, features: Floats) -> tuple[Floats, Floats]:
        """(n,) ranking scores and (n,) probabilities that each sentence answers; `features`: (n, n_features)."""
        ranks = features @ self.ranking
        inputs = confidence_inputs(features, ranks)
        return ranks, 1 / (1 + np.exp(-(inputs @ self.confidence + self.bias)))


@dataclass(frozen=True, slots=True, eq=False)
class Sentences:
    """The n sentences that compete for one question, at least one.

    `known`: (n, n_known), what is known of them unread. `passages`: (n,) where they stand, numbered from 0 in the
    order of the search, none without a sentence. `early`: (n, 4) what the first layers say, None where there is no
    such judgement.
    """

    known: Floats
    passages: NDArray[np.int64]
    early: Floats | None


@dataclass(frozen=True, slots=True)
class Effort:
    """How much is read. `screened`: passages at most, with the first layers. `read`: of these at most, to the end.

    No further passage is read once a sentence answers with probability `sure`, nor one that to the first layers is
    less than `worth` times as likely to hold the answer as the likeliest.
    """

    screened: int
    read: int
    sure: float
    worth: float


@dataclass(frozen=True, slots=True)
class ReadingWeights:
    """All that is fitted: `early` judges after the first layers, `last` after all."""

    early: Judgement
    last: Judgement
    effort: Effort
    threshold: float


@dataclass(frozen=True, slots=True, eq=False)
class Verdict:
    """What is thought after reading some passages to the end.

    `order`: (n,) sentences, best first. `probabilities`: (n,) that each answers, in the order they were given in.
    `read`: the passages read to the end, in that order. `next_worth`: how likely the next one is to hold the answer,
    against the likeliest at first sight; 0 if there is none.
    """

    order: NDArray[np.int64]
    probabilities: Floats
    read: tuple[int, ...]
    next_worth: float

    @property
    def confidence(self) -> float:
        """The probability that the first sentence answers."""
        return float(self.probabilities[self.order[0]])

    def is_enough(self, effort: Effort) -> bool:
        """Whether another passage would cost more than it is worth."""
        return len(self.read) >= effort.read or self.confidence >= effort.sure or self.next_worth < effort.worth


def weigh(sentences: Sentences, read_on: Callable[[int], Floats], weights: ReadingWeights) -> Verdict:
    """Reads on as far as it is worth it. `read_on`: what all layers say of the sentences of one passage, (n, 4)."""
    verdicts = stages(sentences, read_on, weights)
    return next(one for one in verdicts if not one.next_worth or one.is_enough(weights.effort))


def stages(sentences: Sentences, read_on: Callable[[int], Floats], weights: ReadingWeights) -> Iterator[Verdict]:
    """The verdict after each further passage, the likeliest first, until all are read. A passage is read when the
    verdict on it is asked for."""
    known, passages = sentences.known, sentences.passages
    likely, seen = _at_first_sight(sentences, weights.early)
    queue = np.argsort(-likely, kind="stable")
    worth = np.append(likely[queue] / likely[queue[0]], 0.0)
    last = np.zeros((len(known), N_SAID))
    is_read = np.zeros(len(known), bool)
    for n_read, passage in enumerate(queue, start=1):
        rows = passages == passage
        last[rows] = read_on(int(passage))
        is_read |= rows
        order, probabilities = _settle(known, last, is_read, seen, weights.last)
        yield Verdict(order, probabilities, tuple(map(int, queue[:n_read])), float(worth[n_read]))


def _at_first_sight(sentences: Sentences, judgement: Judgement) -> tuple[Floats, Floats]:
    """(n_passages,) how likely the answer stands in each, and (n,) the probability that each sentence answers."""
    n_passages = int(sentences.passages.max()) + 1
    if sentences.early is None:
        return np.ones(n_passages), np.zeros(len(sentences.known))
    ranks, probabilities = judgement.judge(to_features(sentences.known, sentences.early))
    weights = np.exp(np.maximum(ranks - ranks.max(), -50.0))
    return np.bincount(sentences.passages, weights, n_passages).astype(np.float64), probabilities


def _settle(
    known: Floats, last: Floats, is_read: NDArray[np.bool_], seen: Floats, judgement: Judgement
) -> tuple[NDArray[np.int64], Floats]:
    """Order and probabilities: the best sentence that was read, then all others by their chance."""
    ranks, chances = judgement.judge(to_features(known[is_read], last[is_read]))
    best = int(np.flatnonzero(is_read)[np.argmax(ranks)])
    probabilities = seen.copy()
    probabilities[is_read] = chances
    probabilities = np.minimum(probabilities, probabilities[best])
    others = np.argsort(-probabilities, kind="stable")
    return np.array([best, *(row for row in others if row != best)], np.int64), probabilities


def confidence_inputs(features: Floats, ranks: Floats) -> Floats:
    """(n, n_features + 2): the features, the ranking score, and its lead over the best other candidate."""
    best_other = np.full(len(ranks), ranks.min() if len(ranks) == 1 else -math.inf)
    if len(ranks) > 1:
        first, second = np.argsort(-ranks, kind="stable")[:2]
        best_other[:] = ranks[first]
        best_other[first] = ranks[second]
    return np.column_stack([features, ranks, ranks - best_other])
