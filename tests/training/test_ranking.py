"""Fitting on made-up questions whose rule is known."""

from dataclasses import replace

import numpy as np
import pytest

from bot.passage_reader import ReadingWeights
from training.ranking import (
    Example,
    best_threshold,
    calibration_error,
    cross_measured,
    fit,
    fit_confidence,
    fit_ranking,
    outcomes,
    smallest_sure,
)

_N_FEATURES = 3


def _examples(n: int = 400, *, seed: int = 1, set_name: str = "made up") -> list[Example]:
    """The first feature tells the right sentence, with noise; in a quarter of the questions nothing answers."""
    chance = np.random.default_rng(seed)
    examples = []
    for number in range(n):
        answerable = number % 4 > 0
        features = chance.normal(size=(6, _N_FEATURES))
        right = np.zeros(6, bool)
        if answerable:
            right[2] = True
            features[2, 0] += 3.0
        examples.append(Example(set_name, number % 5, answerable, features, right))
    return examples


def test_ranking_finds_the_feature_that_tells() -> None:
    weights = fit_ranking(_examples())

    assert weights[0] > 1.0
    assert np.abs(weights[1:]).max() < 0.3


def test_the_same_questions_twice_say_nothing_new() -> None:
    examples = _examples(60)

    once, twice = fit_ranking(examples), fit_ranking([*examples, *examples])

    np.testing.assert_allclose(twice, once, rtol=1e-3, atol=1e-3)


def test_confidence_is_calibrated_on_other_questions() -> None:
    fitted, others = _examples(seed=1), _examples(seed=2)
    ranking = fit_ranking(fitted)
    confidence, bias = fit_confidence(fitted, ranking)
    weights = ReadingWeights(ranking, confidence, bias, threshold=0.5, sure=0.9)

    sure, right = outcomes(others, weights)

    assert calibration_error(sure, right) < 0.08
    assert right[[one.answerable for one in others]].mean() > 0.85


def test_the_threshold_serves_most_readers() -> None:
    examples = _examples()
    weights = fit(examples)

    def served(threshold: float) -> float:
        sure, right = outcomes(examples, weights)
        answerable = np.array([one.answerable for one in examples])
        return float(np.where(answerable, (sure >= threshold) & right, sure < threshold).mean())

    assert weights.threshold == best_threshold(examples, weights)
    assert served(weights.threshold) == max(served(one) for one in np.linspace(0.02, 0.9, 89))


def test_each_set_counts_the_same_however_large() -> None:
    small = _examples(40, seed=3, set_name="small")
    large = _examples(800, seed=4, set_name="large")
    for one in small:  # in the small set another feature tells
        one.features[:, [0, 1]] = one.features[:, [1, 0]]

    weights = fit_ranking([*small, *large])

    assert weights[1] == pytest.approx(weights[0], rel=0.5)


def test_what_is_reported_was_not_fitted_on() -> None:
    depths = {4: _examples(100), 10: _examples(100)}

    report = cross_measured(depths)

    assert report["articles left out"]["made up"]["questions"] == 100
    assert 0.7 < (report["articles left out"]["made up"]["first quote right"] or 0) <= 1.0


def test_it_is_read_on_until_reading_on_finds_hardly_more() -> None:
    deep = _examples(400)
    weights = fit(deep)
    sure, right = outcomes(deep, weights)
    blind = [replace(one, right=np.zeros(6, bool)) if at < 0.8 else one for one, at in zip(deep, sure, strict=True)]

    enough = smallest_sure(blind, deep, weights)

    assert right[(sure >= 0.5) & (sure < 0.8)].sum() > 4  # what stopping sooner would lose
    assert 0.75 < enough <= 0.82


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
