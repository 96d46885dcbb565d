"""Which passages are read to the end, and in what order the sentences are offered: arithmetic on features alone.

The passage that the search put first is read to the end. If no sentence of it surely answers, the next ones are judged
by a model's first layers, a third of the price, and those that seem to answer are read to the end too, likeliest first
(a cascade, as Viola and Jones 2001 have it for pictures).
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

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
    """How much is read. `screened`: passages looked at, at most. `read`: of these to the end, at most.

    No further passage is looked at or read once a sentence answers with probability `sure`, and none is read that to
    the first layers is less than `worth` times as likely to hold the answer as the likeliest.
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
    """What is thought at some point of reading.

    `order`: (n,) the sentences looked at, best first. `probabilities`: (n,) that each answers, in the order they were
    given in. `looked_at`: how many passages that is. `read`: those read to the end, in that order. `next_worth`: how
    likely the next one is to hold the answer, against the likeliest; 1 if that is not known yet, 0 if there is none.
    """

    order: NDArray[np.int64]
    probabilities: Floats
    looked_at: int
    read: tuple[int, ...]
    next_worth: float

    @property
    def confidence(self) -> float:
        """The probability that the first sentence answers."""
        return float(self.probabilities[self.order[0]])

    def is_enough(self, effort: Effort) -> bool:
        """Whether to stop here."""
        if not self.next_worth or len(self.read) >= effort.read or effort.screened == 1:
            return True
        return self.confidence >= effort.sure or self.next_worth < effort.worth


class Book(Protocol):
    """The passages found for one question, at least one, as far as they have been opened."""

    def look_at(self, n_passages: int) -> Sentences:
        """Judges the first `n_passages`, or all if there are fewer, by the first layers: all their sentences."""

    def read_on(self, passage: int) -> Floats:
        """Reads a passage that was looked at to the end: (n of its sentences, 4), what all layers say of them."""


def weigh(book: Book, weights: ReadingWeights) -> Verdict:
    """Reads as far as it is worth it."""
    return next(verdict for verdict in stages(book, weights) if verdict.is_enough(weights.effort))


def stages(book: Book, weights: ReadingWeights) -> Iterator[Verdict]:
    """The verdict on the first passage, read to the end; on that and those that were screened; and after each further
    one that is read, the likeliest first. Nothing is read before the verdict on it is asked for."""
    sentences = book.look_at(1)
    last = book.read_on(0)
    is_read = np.ones(len(last), bool)
    order, probabilities = _settle(sentences, last, is_read, np.zeros(len(last)), weights.last)
    yield Verdict(order, probabilities, 1, (0,), 1.0)
    sentences = book.look_at(weights.effort.screened)
    likely, seen = _at_first_sight(sentences, weights.early)
    n_new = len(seen) - len(last)
    last, is_read = np.vstack([last, np.zeros((n_new, N_SAID))]), np.append(is_read, np.zeros(n_new, bool))
    queue = [0, *(passage for passage in np.argsort(-likely, kind="stable") if passage)]
    worth = np.append(likely[queue] / likely.max(), 0.0)
    for n_read, passage in enumerate(queue, start=1):
        if passage:
            rows = sentences.passages == passage
            last[rows] = book.read_on(int(passage))
            is_read |= rows
        order, probabilities = _settle(sentences, last, is_read, seen, weights.last)
        yield Verdict(order, probabilities, len(queue), tuple(map(int, queue[:n_read])), float(worth[n_read]))


def _at_first_sight(sentences: Sentences, judgement: Judgement) -> tuple[Floats, Floats]:
    """(n_passages,) how likely the answer stands in each, and (n,) the probability that each sentence answers."""
    n_passages = int(sentences.passages.max()) + 1
    if sentences.early is None:
        return np.ones(n_passages), np.zeros(len(sentences.known))
    ranks, probabilities = judgement.judge(to_features(sentences.known, sentences.early))
    weights = np.exp(np.maximum(ranks - ranks.max(), -50.0))
    return np.bincount(sentences.passages, weights, n_passages).astype(np.float64), probabilities


def _settle(
    sentences: Sentences, last: Floats, is_read: NDArray[np.bool_], seen: Floats, judgement: Judgement
) -> tuple[NDArray[np.int64], Floats]:
    """Order and probabilities: the best sentence that was read, then all others by their chance."""
    ranks, chances = judgement.judge(to_features(sentences.known[is_read], last[is_read]))
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
