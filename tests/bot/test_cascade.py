"""How far is read, and in what order sentences come out."""

from dataclasses import dataclass, field

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.cascade import Effort, Judgement, ReadingWeights, Sentences, stages, weigh
from bot.sentence_features import FEATURES, KNOWN, N_SAID, Floats, to_features

_ODDS = FEATURES.index("answer_odds")


def _weights(effort: Effort) -> ReadingWeights:
    """Ranks by the odds of an answer, and is as sure as the odds say."""
    ranking = np.eye(len(FEATURES))[_ODDS]
    judgement = Judgement(ranking, np.append(ranking, [0.0, 0.0]), 0.0)
    return ReadingWeights(judgement, judgement, effort, threshold=0.5)


def _said(odds: list[float]) -> Floats:
    """What a model says that gives these odds of an answer, and nothing else."""
    return np.column_stack([odds, *np.zeros((N_SAID - 1, len(odds)))])


@dataclass
class _Book:
    """Passages with these odds of an answer, a sentence each number; keeps what was looked at and read."""

    passages: list[int]
    early: list[float] | None
    last: list[float]
    looked_at: list[int] = field(default_factory=list)
    read: list[int] = field(default_factory=list)

    def look_at(self, n_passages: int) -> Sentences:
        """As in the protocol."""
        self.looked_at.append(n_passages)
        n = sum(passage < n_passages for passage in self.passages)
        early = None if self.early is None else _said(self.early[:n])
        return Sentences(np.zeros((n, len(KNOWN))), np.array(self.passages[:n]), early)

    def read_on(self, passage: int) -> Floats:
        """As in the protocol."""
        self.read.append(passage)
        return _said([odds for odds, where in zip(self.last, self.passages, strict=True) if where == passage])


def test_judging_is_two_logistic_models() -> None:
    features = np.array([[1.0, 0.0], [2.0, 1.0], [0.0, 3.0]])
    judgement = Judgement(np.array([1.0, 2.0]), np.array([0.5, -0.5, 0.25, 1.0]), -1.0)

    ranks, probabilities = judgement.judge(features)

    leads = [1.0 - 6.0, 4.0 - 6.0, 6.0 - 4.0]
    inputs = features @ [0.5, -0.5] + 0.25 * ranks + leads - 1
    assert ranks.tolist() == [1.0, 4.0, 6.0]
    np.testing.assert_allclose(probabilities, 1 / (1 + np.exp(-inputs)))


def test_a_single_sentence_has_no_lead() -> None:
    _, probabilities = Judgement(np.array([2.0]), np.array([0.0, 0.0, 1.0]), 0.0).judge(np.array([[3.0]]))

    assert probabilities.tolist() == [0.5]


def test_features_are_what_is_known_what_was_said_and_leads() -> None:
    known = np.zeros((2, len(KNOWN)))
    known[:, KNOWN.index("sentence_overlap")] = [0.25, 1.0]

    features = to_features(known, np.array([[2.0, 3.0, -1.0, 4.0], [0.0, 1.0, -2.0, 4.0]]))

    columns = dict(zip(FEATURES, features.T.tolist(), strict=True))
    assert columns["mass_odds"] == [3.0, 1.0]
    assert columns["answer_odds_lead"] == [0.0, -2.0]
    assert columns["sentence_overlap_lead"] == [-0.75, 0.0]
    assert columns["answer_chance"] == pytest.approx([1 / (1 + np.exp(-1.0)), 0.5])
    assert columns["passage_chance"] == pytest.approx([1 / (1 + np.exp(-2.0))] * 2)


def test_the_likeliest_passage_at_first_sight_is_read_after_the_first_one() -> None:
    book = _Book([0, 0, 1, 2], [-2.0, -2.0, -1.0, 3.0], [-4.0, -4.0, 1.0, 2.0])

    verdict = weigh(book, _weights(Effort(3, 2, 1.0, 0.0)))

    assert book.read == [0, 2]
    assert (verdict.read, verdict.looked_at) == ((0, 2), 3)
    assert verdict.order[0] == 3


def test_nothing_more_is_looked_at_when_the_first_passage_surely_answers() -> None:
    book = _Book([0, 1, 2], [1.0, 0.0, -1.0], [5.0, 5.0, 5.0])

    verdict = weigh(book, _weights(Effort(3, 3, sure=0.9, worth=0.0)))

    assert (book.looked_at, book.read) == ([1], [0])
    assert verdict.order.tolist() == [0]


def test_reading_stops_when_a_sentence_surely_answers() -> None:
    book = _Book([0, 1, 2], [1.0, 0.0, -1.0], [-5.0, 5.0, 5.0])

    weigh(book, _weights(Effort(3, 3, sure=0.9, worth=0.0)))

    assert book.read == [0, 1]


def test_a_passage_that_hardly_holds_the_answer_is_not_read() -> None:
    book = _Book([0, 1, 2], [1.0, 0.5, -9.0], [-5.0, -5.0, 5.0])

    verdict = weigh(book, _weights(Effort(3, 3, sure=0.9, worth=0.1)))

    assert book.read == [0, 1]
    assert sorted(verdict.order.tolist()) == [0, 1, 2]


def test_without_a_first_sight_passages_are_read_in_the_order_of_the_search() -> None:
    book = _Book([0, 1, 1, 2], None, [-5.0, -5.0, 1.0, 5.0])

    verdict = weigh(book, _weights(Effort(3, 2, sure=0.9, worth=0.5)))

    assert book.read == [0, 1]
    assert verdict.order[0] == 2
    assert verdict.probabilities[3] == 0.0


@pytest.mark.parametrize("screened", [1, 2, 6])
def test_one_passage_is_all_there_may_be(screened: int) -> None:
    book = _Book([0, 0], [0.0, 0.0], [-1.0, 1.0])

    verdict = weigh(book, _weights(Effort(screened, 3, sure=1.0, worth=0.0)))

    assert (verdict.order.tolist(), verdict.read, book.read) == ([1, 0], (0,), [0])


@given(
    st.lists(st.tuples(st.integers(1, 3), st.floats(-20, 20), st.floats(-20, 20)), min_size=1, max_size=6),
    st.integers(1, 6),
)
def test_every_sentence_comes_out_once_and_none_is_likelier_than_the_first(
    rows: list[tuple[int, float, float]], n_read: int
) -> None:
    passages = [number for number, (size, _, _) in enumerate(rows) for _ in range(size)]
    early = [odds for size, odds, _ in rows for _ in range(size)]
    last = [odds for size, _, odds in rows for _ in range(size)]
    book = _Book(passages, early, last)

    verdict = weigh(book, _weights(Effort(6, n_read, sure=1.0, worth=0.0)))

    assert sorted(verdict.order.tolist()) == list(range(len(verdict.probabilities)))
    assert (np.diff(verdict.probabilities[verdict.order]) <= 0).all()
    assert len(book.read) == len(set(book.read)) <= n_read
    assert passages[verdict.order[0]] in book.read


def test_a_passage_is_read_only_when_asked_for() -> None:
    book = _Book([0, 1, 2], [0.0, 0.0, 0.0], [0.0, 0.0, 0.0])
    verdicts = stages(book, _weights(Effort(3, 3, 1.0, 0.0)))

    next(verdicts)

    assert (book.looked_at, book.read) == ([1], [0])
    assert [verdict.next_worth for verdict in verdicts] == [1.0, 1.0, 0.0]
