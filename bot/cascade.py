"""Which passages are read, and in what order the sentences are offered: arithmetic on features alone.

Words, kinds of answer and the search tell how likely each sentence is to answer before any model reads it. The
likeliest passage is read first, then the next, until a sentence answers so surely that another would hardly be better
(a cascade, as Viola and Jones 2001 have it for pictures).
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from bot.sentence_features import N_SAID, Floats, to_features

Rows = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Judgement:
    """Logistic models over the sentences of one question, unread or read.

    `ranking`: (n_features,), orders them. `confidence`: (n_features + 2,), the last two for the ranking score and for
    its lead over the best other sentence, and `bias`: whether the first one answers. `slope`, `offset`: the chance that
    any one of them answers, from its ranking score; the two have no common scale, their chances have.
    """

    ranking: Floats
    confidence: Floats
    bias: float
    slope: float
    offset: float

    def ranks(self, features: Floats) -> Floats:
        """(n,) ranking scores; `features`: (n, n_features)."""
        ranks: Floats = features @ self.ranking
        return ranks

    def chances(self, ranks: Floats) -> Floats:
        """(n,) the probability that each sentence answers, for what it is alone."""
        return _expit(self.slope * ranks + self.offset)

    def confidences(self, features: Floats) -> Floats:
        """(n,) the probability that each sentence answers; only that of the first in rank is one to rely on."""
        return _expit(confidence_inputs(features, self.ranks(features)) @ self.confidence + self.bias)


@dataclass(frozen=True, slots=True)
class Effort:
    """How much is read. `read`: passages, at most.

    Nothing more is read once a sentence answers with probability `sure`, nor a passage whose sentences together are
    less than `worth` likely to answer.
    """

    read: int
    sure: float
    worth: float


@dataclass(frozen=True, slots=True)
class ReadingWeights:
    """All that is fitted: how sentences are judged before a model reads them, and after."""

    unread: Judgement
    read: Judgement
    effort: Effort
    threshold: float


@dataclass(frozen=True, slots=True, eq=False)
class Verdict:
    """What is thought at some point of reading.

    `order`: (n,) the sentences, best first. `probabilities`: (n,) that each answers, in the order they were given in.
    `read`: the passages that were read. `next_worth`: the chance that the next one answers; 0 if there is none.
    """

    order: Rows
    probabilities: Floats
    read: tuple[int, ...]
    next_worth: float

    @property
    def confidence(self) -> float:
        """The probability that the first sentence answers."""
        return float(self.probabilities[self.order[0]])

    def is_enough(self, effort: Effort) -> bool:
        """Whether to stop here."""
        if not self.next_worth or len(self.read) >= effort.read:
            return True
        return self.confidence >= effort.sure or self.next_worth < effort.worth


class Book(Protocol):
    """The passages found for one question, at least one, each with at least one sentence, as far as they are read."""

    @property
    def known(self) -> Floats:
        """(n, n_known): what is known of each sentence unread."""

    @property
    def passages(self) -> Rows:
        """(n,) where each stands, passages numbered from 0 in the order of the search."""

    def read(self, passage: int, likely_next: Sequence[int]) -> tuple[Rows, Floats]:
        """Reads this one: some of its sentences, (m,), and what a model said of them, (m, 4).

        `likely_next`: what is asked for next unless this is enough, for whoever can read ahead.
        """


def weigh(book: Book, weights: ReadingWeights) -> Verdict:
    """Reads as far as it is worth it."""
    return next(verdict for verdict in stages(book, weights) if verdict.is_enough(weights.effort))


def stages(book: Book, weights: ReadingWeights) -> Iterator[Verdict]:
    """The verdict after each further passage that is read, the likeliest first, until all are. Nothing is read before
    the verdict on it is asked for."""
    known, passages = book.known, book.passages
    chances = weights.unread.chances(weights.unread.ranks(to_features(known, np.zeros((len(known), N_SAID)))))
    likeliest = [int(one) for one in np.argsort(-np.bincount(passages, chances), kind="stable")]
    worth = [float(chances[passages == one].sum()) for one in likeliest[1:]]
    worth_reading = likeliest[: 1 + sum(one >= weights.effort.worth for one in worth)]
    said = np.zeros((len(known), N_SAID))
    is_read = np.zeros(len(known), bool)
    for n_read, (passage, next_worth) in enumerate(zip(likeliest, [*worth, 0.0], strict=True), 1):
        rows, said[rows] = book.read(passage, worth_reading[n_read : weights.effort.read])
        is_read[rows] = True
        verdict = _settle(known, said, is_read, chances, weights.read)
        yield Verdict(*verdict, tuple(likeliest[:n_read]), next_worth)


def _settle(
    known: Floats, said: Floats, is_read: NDArray[np.bool_], chances: Floats, judgement: Judgement
) -> tuple[Rows, Floats]:
    """Order and probabilities: the best sentence that was read, then all others by their chance."""
    features = to_features(known[is_read], said[is_read])
    ranks = judgement.ranks(features)
    first = int(np.argmax(ranks))
    best = int(np.flatnonzero(is_read)[first])
    probabilities = chances.copy()
    probabilities[is_read] = judgement.chances(ranks)
    others = np.argsort(-probabilities, kind="stable")
    probabilities[best] = judgement.confidences(features)[first]
    order = np.array([best, *(row for row in others if row != best)], np.int64)
    return order, np.minimum(probabilities, probabilities[best])


def confidence_inputs(features: Floats, ranks: Floats) -> Floats:
    """(n, n_features + 2): the features, the ranking score, and its lead over the best other candidate."""
    best_other = np.full(len(ranks), ranks.min() if len(ranks) == 1 else -math.inf)
    if len(ranks) > 1:
        first, second = np.argsort(-ranks, kind="stable")[:2]
        best_other[:] = ranks[first]
        best_other[first] = ranks[second]
    return np.column_stack([features, ranks, ranks - best_other])


def _expit(odds: Floats) -> Floats:
    chance: Floats = 1 / (1 + np.exp(-np.clip(odds, -50, 50)))
    return chance
