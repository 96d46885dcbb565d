"""Which passages are read, and in what order the sentences are offered: arithmetic on features alone.

Words, kinds of answer and the search tell how likely each sentence is to answer before any model reads it. The
likeliest passage is read first, then the next, until a sentence answers so surely that another would hardly be better
(a cascade, as Viola and Jones 2001 have it for pictures).
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from bot.quoting.extent import MAX_CHARS
from bot.reading.features import N_SAID, Floats, chars_of, to_features

Rows = NDArray[np.int64]
Case = Literal["whole", "part", "typed"]
"""What a question is read with: all that may be searched is offered, or the best of more for a question written in
full, or for one as people type it."""


@dataclass(frozen=True, slots=True)
class SentenceModel:
    """Logistic models over the sentences of one question, unread or read.

    `ranking`: (n_features,), orders them. `within`: a neighbour that ranks at most this much lower than the first is
    quoted with it; below 0, none is. `confidence`: (n_features + 3,), the last three for the ranking score, its lead
    over the best sentence that is not quoted with it, and whether one is, and `bias`: whether what is quoted first
    answers. `unanswered`, `unanswered_bias`, of the same: whether no sentence does. `answering`: (n_features,), and
    `answering_bias`: whether any one sentence answers by itself, whatever the others do; read and unread ranking scores
    have no common scale, these chances have.
    """

    ranking: Floats
    confidence: Floats
    bias: float
    unanswered: Floats
    unanswered_bias: float
    answering: Floats
    answering_bias: float
    within: float = -1.0

    def ranks(self, features: Floats) -> Floats:
        """Return the ranking scores, (n,); `features`: (n, n_features)."""
        ranks: Floats = features @ self.ranking
        return ranks

    def chances(self, features: Floats) -> Floats:
        """Return the probability that each sentence answers, taken alone, (n,); `features`: (n, n_features)."""
        return _expit(features @ self.answering + self.answering_bias)

    def quoted(self, features: Floats, ranks: Floats, places: Rows) -> tuple[int, ...]:
        """Return the first in rank, and the neighbour that is quoted with it, if any.

        `places`: (n,), a step of one from a sentence to the one that follows it in the same passage.
        """
        first = int(np.argmax(ranks))
        beside = [
            row
            for row in (first - 1, first + 1)
            if 0 <= row < len(ranks)
            and abs(places[row] - places[first]) == 1
            and ranks[first] - ranks[row] <= self.within
            and chars_of(features[[first, row]]).sum() <= MAX_CHARS
        ]
        return first, *sorted(beside, key=lambda row: -ranks[row])[:1]

    def judge(self, quoted: Sequence[int], features: Floats, ranks: Floats) -> tuple[float, float]:
        """Return the probabilities that one of these sentences answers, and that none of all does; the first in rank
        stands before its neighbour."""
        inputs = confidence_inputs(quoted, features, ranks)
        answered, unanswered = inputs @ self.confidence + self.bias, inputs @ self.unanswered + self.unanswered_bias
        return float(_expit(answered)), float(_expit(unanswered))


@dataclass(frozen=True, slots=True)
class ReadBudget:
    """How much is read. `read`: passages, at most.

    Nothing more is read once a sentence answers with probability `sure`, nor a passage whose sentences together are
    less than `worth` likely to answer.
    """

    read: int
    sure: float
    worth: float


@dataclass(frozen=True, slots=True)
class ReadingWeights:
    """The models of sentences before a model reads them and after, how much is read, and from which balance
    (`balance_of`) on to quote."""

    unread: SentenceModel
    read: SentenceModel
    budget: ReadBudget
    threshold: float


@dataclass(frozen=True, slots=True)
class FittedWeights:
    """All that is fitted, for each `Case`."""

    whole: ReadingWeights
    part: ReadingWeights
    typed: ReadingWeights

    def of(self, case: Case) -> ReadingWeights:
        """Return the weights for such questions."""
        return {"whole": self.whole, "part": self.part, "typed": self.typed}[case]

    def with_each(self, change: Callable[[ReadingWeights], ReadingWeights]) -> "FittedWeights":
        """Return these weights with every case's changed in the same way."""
        return FittedWeights(change(self.whole), change(self.part), change(self.typed))


@dataclass(frozen=True, slots=True, eq=False)
class ReadState:
    """What is known at some point of reading.

    `order`: (n,) the sentences, best first. `beside`: the neighbour that is quoted with the first, if any.
    `probabilities`: (n,) that each answers, in the order they were given in; the first one's is that of all that is
    quoted first. `unanswered`: the probability that no sentence answers. `read`: the passages that were read.
    `next_worth`: the chance that the next one answers; 0 if there is none.
    """

    order: Rows
    probabilities: Floats
    unanswered: float
    read: tuple[int, ...]
    next_worth: float
    beside: int | None = None

    @property
    def confidence(self) -> float:
        """The probability that what is quoted first answers."""
        return float(self.probabilities[self.order[0]])

    def is_enough(self, budget: ReadBudget) -> bool:
        """Return whether to stop here."""
        if not self.next_worth or len(self.read) >= budget.read:
            return True
        return self.confidence >= budget.sure or self.next_worth < budget.worth


class PassageReads(Protocol):
    """The passages found for one question, at least one, each with at least one sentence, as far as they are read."""

    @property
    def known(self) -> Floats:
        """What is known of each sentence unread, (n, n_known)."""

    @property
    def passages(self) -> Rows:
        """The passage that each sentence stands in, (n,), numbered from 0 in the order of the search."""

    def read(self, passage: int, likely_next: Sequence[int]) -> tuple[Rows, Floats]:
        """Read a passage; return the rows of its sentences that were read, (m,), and what a model said of them, (m, 4).

        `likely_next`: what is asked for next unless this is enough, for whoever can read ahead.
        """


def read_until_sure(reads: PassageReads, weights: ReadingWeights) -> ReadState:
    """Read passages, the likeliest first, until another would hardly be worth it; return the last state."""
    return next(state for state in stages(reads, weights) if state.is_enough(weights.budget))


def stages(reads: PassageReads, weights: ReadingWeights) -> Iterator[ReadState]:
    """Yield the state after each further passage that is read, the likeliest first, until all are read.

    No passage is read before the state after it is asked for.
    """
    known, passages = reads.known, reads.passages
    chances = _unread_chances(reads, weights)
    likeliest = _by_chance(passages, chances)
    worth = [float(chances[passages == one].sum()) for one in likeliest[1:]]
    worth_reading = likeliest[: 1 + sum(one >= weights.budget.worth for one in worth)]
    places = places_of(passages)
    said = np.zeros((len(known), N_SAID))
    is_read = np.zeros(len(known), bool)
    for n_read, (passage, next_worth) in enumerate(zip(likeliest, [*worth, 0.0], strict=True), 1):
        rows, said[rows] = reads.read(passage, worth_reading[n_read : weights.budget.read])
        is_read[rows] = True
        order, probabilities, unanswered, beside = _settle(known, said, is_read, chances, weights.read, places)
        yield ReadState(order, probabilities, unanswered, tuple(likeliest[:n_read]), next_worth, beside)


def likeliest_passages(reads: PassageReads, weights: ReadingWeights) -> list[int]:
    """Return the passages in the order in which they are read, the likeliest to answer first."""
    return _by_chance(reads.passages, _unread_chances(reads, weights))


def _unread_chances(reads: PassageReads, weights: ReadingWeights) -> Floats:
    unread = to_features(reads.known, np.zeros((len(reads.known), N_SAID)))
    return weights.unread.chances(unread)


def _by_chance(passages: Rows, chances: Floats) -> list[int]:
    return [int(one) for one in np.argsort(-np.bincount(passages, chances), kind="stable")]


def balance_of(confidence: float, unanswered: float) -> float:
    """Return how likely, from 0 to 1, a right quote is beside there being none: what a quote gains, and what it costs.

    A right sentence that is not the first counts on neither side: neither quoting nor refusing would be right then.
    """
    return confidence / (confidence + unanswered)


def places_of(passages: Rows) -> Rows:
    """Return the place of each sentence, (n,): one apart for neighbours in a passage, further apart across passages."""
    places: Rows = np.arange(len(passages)) + passages
    return places


def _settle(
    known: Floats, said: Floats, is_read: NDArray[np.bool_], chances: Floats, model: SentenceModel, places: Rows
) -> tuple[Rows, Floats, float, int | None]:
    """Return the order, the probabilities, the one that no sentence answers, and the row of the neighbour that is
    quoted with the best, if any.

    The order is the best sentence that was read, then all others by their chance.
    """
    rows = np.flatnonzero(is_read)
    features = to_features(known[is_read], said[is_read])
    ranks = model.ranks(features)
    quoted = model.quoted(features, ranks, places[is_read])
    best, *beside = (int(rows[one]) for one in quoted)
    probabilities = chances.copy()
    probabilities[is_read] = model.chances(features)
    others = np.argsort(-probabilities, kind="stable")
    probabilities[best], unanswered = model.judge(quoted, features, ranks)
    order = np.array([best, *(row for row in others if row != best)], np.int64)
    return order, np.minimum(probabilities, probabilities[best]), unanswered, next(iter(beside), None)


def confidence_inputs(quoted: Sequence[int], features: Floats, ranks: Floats) -> Floats:
    """Return the inputs of the confidence model, (n_features + 3,).

    They are the features and the ranking score of the first of those that are quoted, its lead over the best that is
    not, 0 if there is none, and whether a neighbour is quoted too.
    """
    first = quoted[0]
    others = np.delete(ranks, quoted)
    lead = ranks[first] - others.max() if len(others) else 0.0
    return np.array([*features[first], ranks[first], lead, float(len(quoted) > 1)])


def _expit(odds: Floats) -> Floats:
    chance: Floats = 1 / (1 + np.exp(-np.clip(odds, -50, 50)))
    return chance
