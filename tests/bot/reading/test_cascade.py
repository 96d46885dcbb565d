"""How far is read, and in what order sentences come out."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.reading.cascade import (
    ReadBudget,
    ReadingWeights,
    Rows,
    SentenceModel,
    balance_of,
    places_of,
    read_until_sure,
    stages,
)
from bot.reading.features import FEATURES, KNOWN, LENGTH_CENTRE, N_SAID, Floats, to_features


def _weights(budget: ReadBudget) -> ReadingWeights:
    """Ranks unread sentences by the words they share with the question, read ones by the odds of an answer."""
    shared, said = (_by(name) for name in ("sentence_overlap", "answer_odds"))
    return ReadingWeights(shared, said, budget, threshold=0.5)


def _by(name: str) -> SentenceModel:
    ranking = np.eye(len(FEATURES))[FEATURES.index(name)]
    by_ranking = np.append(ranking, [0.0, 0.0, 0.0])
    return SentenceModel(ranking, by_ranking, 0.0, -by_ranking, 0.0, ranking, 0.0)


def _said(odds: Sequence[float]) -> Floats:
    """What a model says that gives these odds of an answer, and nothing else."""
    return np.column_stack([odds, *np.zeros((N_SAID - 1, len(odds)))])


class _Reads:
    """Sentences with these odds of an answer, unread and read; keeps which passages were asked for."""

    def __init__(self, passages: list[int], unread: list[float], read: list[float]) -> None:
        self.known = np.zeros((len(passages), len(KNOWN)))
        self.known[:, KNOWN.index("sentence_overlap")] = unread
        self.passages = np.array(passages)
        self.asked: list[int] = []
        self.ahead: list[list[int]] = []
        self._odds = read

    def read(self, passage: int, likely_next: Sequence[int]) -> tuple[Rows, Floats]:
        """As in the protocol."""
        self.asked.append(passage)
        self.ahead.append(list(likely_next))
        rows = np.flatnonzero(self.passages == passage)
        return rows, _said([self._odds[row] for row in rows])


def test_judging_is_logistic_models() -> None:
    features = np.array([[1.0, 0.0], [2.0, 1.0], [0.0, 3.0]])
    weights = np.array([0.5, -0.5, 0.25, 1.0, 4.0])
    none = np.array([0.0, 0.0, 0.0, -1.0, 0.0])
    model = SentenceModel(np.array([1.0, 2.0]), weights, -1.0, none, 0.5, np.array([0.5, 1.0]), -2.0)

    ranks = model.ranks(features)

    alone = -0.5 * 3 + 0.25 * 6 + (6 - 4) - 1
    together = -0.5 * 3 + 0.25 * 6 + (6 - 1) + 4 - 1
    assert ranks.tolist() == [1.0, 4.0, 6.0]
    judged, judged_together = model.judge([2], features, ranks), model.judge([2, 1], features, ranks)
    assert judged == pytest.approx((1 / (1 + np.exp(-alone)), 1 / (1 + np.exp(2 - 0.5))))
    assert judged_together == pytest.approx((1 / (1 + np.exp(-together)), 1 / (1 + np.exp(5 - 0.5))))
    np.testing.assert_allclose(model.chances(features), 1 / (1 + np.exp([1.5, 0.0, -1.0])))


@pytest.mark.parametrize("quoted", [[0], [0, 1]])
def test_a_quote_without_rivals_has_no_lead(quoted: list[int]) -> None:
    by_lead = np.array([0.0, 0.0, 1.0, 0.0])
    model = SentenceModel(np.array([2.0]), by_lead, 0.0, by_lead, 0.0, np.array([2.0]), 0.0)
    features = np.array([[3.0], [1.0]])[: len(quoted)]

    assert model.judge(quoted, features, model.ranks(features)) == (0.5, 0.5)


@pytest.mark.parametrize(
    ("passages", "ranks", "chars", "beside"),
    [
        ([0, 0, 0], [1.0, 2.0, 1.5], 150, 2),
        ([0, 0, 0], [1.5, 2.0, 1.0], 150, 0),
        ([0, 0, 0], [0.9, 2.0, 0.9], 150, None),
        ([0, 0, 0], [1.0, 2.0, 1.5], 250, None),
        ([0, 0, 1], [0.5, 2.0, 1.9], 150, None),
        ([0], [2.0], 150, None),
    ],
    ids=["the better", "before", "too far behind", "too long", "of another passage", "alone"],
)
def test_a_neighbour_that_is_nearly_as_likely_is_quoted_too(
    passages: list[int], ranks: list[float], chars: int, beside: int | None
) -> None:
    reads = _Reads(passages, [0.0] * len(passages), ranks)
    reads.known[:, KNOWN.index("length")] = np.log(chars) - LENGTH_CENTRE
    budget = ReadBudget(2, 1.0, 0.0)
    weights = _weights(budget)
    weights = replace(weights, read=replace(weights.read, within=1.0))

    state = read_until_sure(reads, weights)

    assert state.order[0] == int(np.argmax(ranks))
    assert state.beside == beside
    assert read_until_sure(reads, _weights(budget)).beside is None


def test_of_a_passage_read_in_part_only_true_neighbours_are_quoted_together() -> None:
    reads = _Reads([0, 0, 0], [0.0, 0.0, 0.0], [2.0, 0.0, 1.9])
    reads.known[:, KNOWN.index("length")] = np.log(50) - LENGTH_CENTRE
    rows = np.array([0, 2])
    weights = _weights(ReadBudget(1, 1.0, 0.0))
    model = replace(weights.read, within=1.0)
    features = to_features(reads.known[rows], _said([2.0, 1.9]))

    quoted = model.quoted(features, model.ranks(features), places_of(reads.passages)[rows])

    assert quoted == (0,)


def test_features_are_what_is_known_what_was_said_and_leads() -> None:
    known = np.zeros((2, len(KNOWN)))
    known[:, KNOWN.index("sentence_overlap")] = [0.25, 1.0]

    features = to_features(known, np.array([[2.0, 3.0, -1.0, 4.0, 1.0], [0.0, 1.0, -2.0, 4.0, -3.0]]))

    columns = dict(zip(FEATURES, features.T.tolist(), strict=True))
    assert columns["mass_odds"] == [3.0, 1.0]
    assert columns["answer_odds_lead"] == [0.0, -2.0]
    assert columns["sentence_overlap_lead"] == [-0.75, 0.0]
    assert columns["answer_chance"] == pytest.approx([1 / (1 + np.exp(-1.0)), 0.5])
    assert columns["passage_chance"] == pytest.approx([1 / (1 + np.exp(-2.0))] * 2)
    assert columns["evidence_lead"] == [0.0, -4.0]
    assert columns["evidence_chance"] == pytest.approx([1 / (1 + np.exp(-1.0)), 1 / (1 + np.exp(3.0))])


def test_the_likeliest_passage_is_read_first() -> None:
    reads = _Reads([0, 0, 1, 2], [-2.0, -2.0, -1.0, 3.0], [1.0, 1.0, 2.0, -1.0])

    state = read_until_sure(reads, _weights(ReadBudget(2, 1.0, 0.0)))

    assert reads.asked == [2, 1]
    assert reads.ahead == [[1], []]
    assert state.read == (2, 1)
    assert state.order[0] == 2


def test_reading_stops_when_a_sentence_surely_answers() -> None:
    reads = _Reads([0, 1, 2], [1.0, 0.0, -1.0], [-5.0, 5.0, 5.0])

    state = read_until_sure(reads, _weights(ReadBudget(3, sure=0.9, worth=0.0)))

    assert reads.asked == [0, 1]
    assert state.confidence == pytest.approx(1 / (1 + np.exp(-5.0)))


def test_a_passage_that_hardly_answers_is_not_read() -> None:
    reads = _Reads([0, 1, 2], [1.0, 0.5, -3.0], [-5.0, -5.0, 5.0])

    state = read_until_sure(reads, _weights(ReadBudget(3, sure=0.9, worth=0.1)))

    assert reads.asked == [0, 1]
    assert reads.ahead == [[1], []]
    assert sorted(state.order.tolist()) == [0, 1, 2]


def test_after_the_best_come_the_others_by_their_chance_read_or_not() -> None:
    reads = _Reads([0, 0, 1, 1], [1.0, 1.0, 0.5, -4.0], [2.0, -1.0, 0.0, 0.0])

    state = read_until_sure(reads, _weights(ReadBudget(1, sure=1.0, worth=0.0)))

    assert state.order.tolist() == [0, 2, 1, 3]


@pytest.mark.parametrize(("confidence", "unanswered", "balance"), [(0.6, 0.2, 0.75), (0.1, 0.9, 0.1), (0.2, 0.2, 0.5)])
def test_the_balance_is_of_a_right_quote_and_none_at_all(confidence: float, unanswered: float, balance: float) -> None:
    assert balance_of(confidence, unanswered) == pytest.approx(balance)


@given(
    st.lists(st.tuples(st.integers(1, 3), st.floats(-20, 20), st.floats(-20, 20)), min_size=1, max_size=6),
    st.integers(1, 6),
)
def test_every_sentence_comes_out_once_and_none_is_likelier_than_the_first(
    rows: list[tuple[int, float, float]], n_read: int
) -> None:
    passages = [number for number, (size, _, _) in enumerate(rows) for _ in range(size)]
    unread = [odds for size, odds, _ in rows for _ in range(size)]
    read = [odds for size, _, odds in rows for _ in range(size)]
    reads = _Reads(passages, unread, read)

    state = read_until_sure(reads, _weights(ReadBudget(n_read, sure=1.0, worth=0.0)))

    assert sorted(state.order.tolist()) == list(range(len(passages)))
    assert (np.diff(state.probabilities[state.order]) <= 0).all()
    assert len(reads.asked) == len(set(reads.asked)) <= n_read
    assert passages[state.order[0]] in reads.asked


def test_a_passage_is_read_only_when_asked_for() -> None:
    reads = _Reads([0, 1, 2], [2.0, 1.0, 0.0], [0.0, 0.0, 0.0])
    states = stages(reads, _weights(ReadBudget(3, 1.0, 0.0)))

    next(states)

    assert reads.asked == [0]
    assert [state.next_worth for state in states] == [pytest.approx(0.5), 0.0]
