"""Which passages are read, and in what order the sentences are offered: arithmetic on features alone.

Words, kinds of answer and the search tell how likely each sentence is to answer before any model reads it. The
likeliest passage is read first, then the next, until a sentence answers so surely that another would hardly be better
(a cascade, as Viola and Jones 2001 have it for pictures). A model's first layers, a third of its price, can judge what
to read next.
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
    """Logistic models over the sentences of one question after one stage of reading.

    `ranking`: (n_features,), orders them. `confidence`: (n_features + 2,), the last two for the ranking score and for
    its lead over the best other sentence, and `bias`: whether the first one answers. `slope`, `offset`: the chance that
    any one of them answers, from its ranking score; the stages' scores have no common scale, their chances have.
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
    """How much is read. `screened`: passages that the first layers judge once the first is read, 0 for none. `read`:
    passages read to the end, at most.

    Nothing more is read once a sentence answers with probability `sure`, nor a passage whose sentences together are
    less than `worth` likely to answer.
    """

    screened: int
    read: int
    sure: float
    worth: float


@dataclass(frozen=True, slots=True)
class ReadingWeights:
    """All that is fitted: how sentences are judged unread, after the first layers (`early`) and after all (`last`)."""

    unread: Judgement
    early: Judgement
    last: Judgement
    effort: Effort
    threshold: float


@dataclass(frozen=True, slots=True, eq=False)
class Verdict:
    """What is thought at some point of reading.

    `order`: (n,) the sentences, best first. `probabilities`: (n,) that each answers, in the order they were given in.
    `screened`, `read`: the passages that the first layers, and that all layers have judged. `next_worth`: the chance
    that the next one answers; 0 if there is none.
    """

    order: Rows
    probabilities: Floats
    screened: tuple[int, ...]
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

    def screen(self, passages: Sequence[int]) -> tuple[Rows, Floats] | None:
        """Reads these with the first layers: some sentences, (m,), and what was said of them, (m, 4). None for a model
        that judges only at its end."""

    def read_on(self, passage: int) -> tuple[Rows, Floats]:
        """Reads a passage to the end: likewise."""


def weigh(book: Book, weights: ReadingWeights) -> Verdict:
    """Reads as far as it is worth it."""
    return next(verdict for verdict in stages(book, weights) if verdict.is_enough(weights.effort))


def stages(book: Book, weights: ReadingWeights) -> Iterator[Verdict]:
    """The verdict after each further passage that is read, the likeliest first, until all are. Nothing is read before
    the verdict on it is asked for."""
    known, passages = book.known, book.passages
    chances = weights.unread.chances(weights.unread.ranks(to_features(known, np.zeros((len(known), N_SAID)))))
    last = np.zeros((len(known), N_SAID))
    is_read = np.zeros(len(known), bool)
    left = _likeliest_first(chances, passages)
    screened: list[int] = []
    read: list[int] = []
    while left:
        if read and not screened and weights.effort.screened:
            screened = left[: weights.effort.screened]
            left = _screen(book, screened, chances, weights.early) + left[len(screened) :]
        read.append(left.pop(0))
        rows, last[rows] = book.read_on(read[-1])
        is_read[rows] = True
        verdict = _settle(known, last, is_read, chances, weights.last)
        next_worth = float(chances[passages == left[0]].sum()) if left else 0.0
        yield Verdict(*verdict, tuple(screened), tuple(read), next_worth)


def _likeliest_first(chances: Floats, passages: Rows) -> list[int]:
    sums = np.bincount(passages, chances)
    return [int(passage) for passage in np.argsort(-sums, kind="stable")]


def _screen(book: Book, passages: Sequence[int], chances: Floats, judgement: Judgement) -> list[int]:
    """The passages, likeliest first; writes into `chances` what the first layers think."""
    judged = book.screen(passages)
    if judged:
        rows, said = judged
        chances[rows] = judgement.chances(judgement.ranks(to_features(book.known[rows], said)))
    return [passage for passage in _likeliest_first(chances, book.passages) if passage in passages]


def _settle(
    known: Floats, last: Floats, is_read: NDArray[np.bool_], chances: Floats, judgement: Judgement
) -> tuple[Rows, Floats]:
    """Order and probabilities: the best sentence that was read, then all others by their chance."""
    features = to_features(known[is_read], last[is_read])
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
