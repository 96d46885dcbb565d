"""Fitting on made-up questions whose rule is known."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from bot.reading.cascade import Case, FittedWeights, ReadBudget, SentenceModel
from bot.reading.features import FEATURES, KNOWN, N_SAID
from training.question_sets import Question, RankingExample
from training.ranking import calibration_error, cross_measured, fit, with_budgets
from training.read_budgets import best_budget, best_threshold, outcomes
from training.sentence_models import fit_model, fit_models, fit_ranking, fit_within

_N_PASSAGES = 3
_ODDS = FEATURES.index("answer_odds")
_ALL = ReadBudget(read=_N_PASSAGES, sure=1.0, worth=0.0)


def _questions(n: int = 100, *, seed: int = 1, case: Case = "part", telling: int = 0) -> list[Question]:
    """Three passages of two sentences; in a quarter of the questions nothing answers. The right sentence is in any of
    them; what is said of it tells, in the column `telling`."""
    chance = np.random.default_rng(seed)
    passages = np.repeat(np.arange(_N_PASSAGES), 2)
    questions = []
    for number in range(n):
        answerable = number % 4 > 0
        right = np.zeros(len(passages), bool)
        right[chance.integers(len(passages))] = answerable
        known = chance.normal(size=(len(passages), len(KNOWN)))
        known[:, KNOWN.index("length")] = 0.0
        said = chance.normal(size=(len(passages), N_SAID))
        said[right, telling] += 5.0
        reach = np.ones(len(passages), bool)
        questions.append(Question("made up", number % 5, answerable, case, known, passages, reach, said, right))
    return questions


@cache
def _fitted() -> FittedWeights:
    return fit_models(_questions())


def _examples(n: int, *, seed: int = 1, set_name: str = "made up", telling: int = 0) -> list[RankingExample]:
    """Six sentences of three features, one of which tells the right one."""
    chance = np.random.default_rng(seed)
    examples = []
    for _ in range(n):
        features = chance.normal(size=(6, 3))
        features[2, telling] += 3.0
        examples.append(RankingExample(set_name, features, np.arange(6) == 2, np.arange(6)))
    return examples


def _right(questions: list[Question], weights: FittedWeights) -> float:
    answerable = np.array([one.answerable for one in questions])
    return float(outcomes(questions, weights).right[answerable].mean())


def test_ranking_finds_the_feature_that_tells() -> None:
    weights = fit_ranking(_examples(400))

    assert weights[0] > 1.0
    assert np.abs(weights[1:]).max() < 0.3


def test_the_same_questions_twice_say_nothing_new() -> None:
    examples = _examples(60)

    once, twice = fit_ranking(examples), fit_ranking([*examples, *examples])

    np.testing.assert_allclose(twice, once, rtol=1e-3, atol=1e-3)


def test_what_is_always_the_same_counts_for_nothing() -> None:
    examples = [replace(one, features=np.column_stack([one.features, np.full(6, 0.5)])) for one in _examples(60)]

    weights = fit_ranking(examples)

    assert weights[3] == 0
    np.testing.assert_allclose(weights[:3], fit_ranking(_examples(60)), rtol=1e-3, atol=1e-3)


def test_each_set_counts_the_same_however_large() -> None:
    weights = fit_ranking([*_examples(40, set_name="small", telling=1), *_examples(800, seed=4, set_name="large")])

    assert weights[1] == pytest.approx(weights[0], rel=0.5)


def test_confidence_is_calibrated_on_other_questions() -> None:
    model = fit_model([one.example(range(_N_PASSAGES)) for one in _questions(300)])
    others = [one.example(range(_N_PASSAGES)) for one in _questions(200, seed=2)]

    ranks = [model.ranks(one.features) for one in others]
    quoted = [list(model.quoted(one.features, some, one.places)) for one, some in zip(others, ranks, strict=True)]
    cases = list(zip(others, ranks, quoted, strict=True))
    sure, unanswered = np.array([model.judge(rows, one.features, some) for one, some, rows in cases]).T
    right = np.array([one.right[rows].any() for one, _, rows in cases])
    each = np.concatenate([model.chances(one.features) for one in others])

    assert calibration_error(sure, right) < 0.1
    assert right.mean() > 0.6
    assert calibration_error(unanswered, np.array([not one.right.any() for one in others])) < 0.1
    assert calibration_error(each, np.concatenate([one.right for one in others])) < 0.05


@pytest.mark.parametrize(("right", "within"), [([0, 0, 0], 0.4), ([0, 1, 0, 1], 2.0)], ids=["the first", "either"])
def test_neighbours_are_quoted_together_where_that_finds_more_than_it_costs(right: list[int], within: float) -> None:
    features = np.zeros((2, len(FEATURES)))
    features[:, _ODDS] = [1.0, 0.5]
    nothing = np.array([])
    model = SentenceModel(np.eye(len(FEATURES))[_ODDS], nothing, 0.0, nothing, 0.0, nothing, 0.0)
    examples = [RankingExample("made up", features, np.arange(2) == row, np.arange(2)) for row in right]

    assert fit_within(examples, model) == within


def test_each_case_is_fitted_apart() -> None:
    odds, share, evidence = (FEATURES.index(name) for name in ("answer_odds", "share", "evidence"))
    questions = [
        *_questions(case="whole"),
        *_questions(telling=2, seed=2),
        *_questions(case="typed", telling=4, seed=3),
    ]

    fitted = fit_models(questions)

    assert fitted.whole.read.ranking[odds] > fitted.part.read.ranking[odds] > 0
    assert fitted.part.read.ranking[share] > fitted.whole.read.ranking[share] > 0
    assert fitted.typed.read.ranking[evidence] > fitted.part.read.ranking[evidence] > 0


def test_a_set_that_counts_less_says_less() -> None:
    other = [replace(one, set_counts=0.1) for one in _examples(200, set_name="other", telling=1)]

    weights = fit_ranking([*_examples(200), *other])

    assert weights[0] > 2 * weights[1] > 0


def test_what_counts_less_says_less() -> None:
    other = [replace(one, weight=0.1) for one in _examples(200, telling=1)]

    weights = fit_ranking([*_examples(200), *other])

    assert weights[0] > 2 * weights[1] > 0


def test_all_there_is_is_read() -> None:
    whole, part = _questions(case="whole"), _questions()
    weights = with_budgets([*whole, *part], fit_models([*whole, *part]), replace(_ALL, read=1), _ALL)

    assert outcomes(whole, weights).price.mean() > 2.0
    assert outcomes(part, weights).price.tolist() == [1] * len(part)


def test_the_threshold_serves_most_readers() -> None:
    questions = _questions()
    [weights] = fit(questions, [3.0])
    after = outcomes(questions, weights)
    answerable = np.array([one.answerable for one in questions])

    def served(threshold: float) -> float:
        answered = after.balance >= threshold
        return float(np.where(answerable, answered & after.right, ~answered).mean())

    threshold, best = weights.part.threshold, max(served(one) for one in np.linspace(0.02, 0.9, 89))
    assert threshold == best_threshold(questions, weights.part, "part")
    assert served(threshold) >= best - 0.005
    assert all(served(one) < best - 0.005 for one in np.linspace(0.02, 0.9, 89) if one > threshold)
    assert after.answered.tolist() == (after.balance >= threshold).tolist()


def test_messages_as_people_type_them_have_a_threshold_and_a_budget_of_their_own() -> None:
    questions = [*_questions(), *_questions(case="typed", telling=2, seed=2)]

    [weights] = fit(questions, [1.0])

    typed = outcomes(questions[100:], weights)
    assert outcomes(questions[:100], weights).price.tolist() == [1] * 100
    assert typed.price.mean() > 1.5
    assert typed.answered.tolist() == (typed.balance >= weights.typed.threshold).tolist()


def test_reading_more_finds_more_and_costs_more() -> None:
    questions = _questions()
    fitted = _fitted()
    little, much = (with_budgets(questions, fitted, replace(_ALL, read=n), _ALL) for n in (1, 3))

    assert _right(questions, little) < _right(questions, much)
    assert outcomes(questions, little).price.tolist() == [1] * len(questions)
    assert outcomes(questions, much).price.tolist() == [_N_PASSAGES] * len(questions)


def test_the_best_budget_keeps_to_the_price() -> None:
    questions = _questions()
    fitted = _fitted()

    budgets = (best_budget(questions, fitted.part, price) for price in (1.5, 3.0))
    cheap, dear = (with_budgets(questions, fitted, one, _ALL) for one in budgets)

    assert outcomes(questions, cheap).price.mean() <= 1.5
    assert outcomes(questions, dear).price.mean() <= 3.0
    assert _right(questions, cheap) < _right(questions, dear)


def test_a_price_that_buys_nothing_is_refused() -> None:
    questions = _questions(40)

    with pytest.raises(ValueError, match=r"0\.1 passages"):
        best_budget(questions, fit_models(questions).part, 0.1)


def test_what_is_reported_was_not_fitted_on() -> None:
    little, much = cross_measured(_questions(100), [(replace(_ALL, read=1), _ALL), (_ALL, _ALL)])

    worse, better = (one["articles left out"]["made up"] for one in (little, much))
    assert (worse["questions"], worse["passages"]) == (100, 1.0)
    assert (better["questions"], better["passages"]) == (100, 3.0)
    assert (worse["first quote right"] or 1) < 0.7 < (better["first quote right"] or 0) <= 1.0
    assert (worse["right replies"] or 1) < (better["right replies"] or 0) <= 1.0


@pytest.mark.parametrize(
    ("confidence", "right", "error"),
    [
        ([0.9, 0.9], [True, True], 0.1),
        ([0.25, 0.25, 0.25, 0.25], [True, False, False, False], 0.0),
        ([1.0], [False], 1.0),
    ],
)
def test_calibration_error_is_the_distance_from_the_share_that_is_right(
    confidence: list[float], right: list[bool], error: float
) -> None:
    assert calibration_error(np.array(confidence), np.array(right)) == pytest.approx(error)
