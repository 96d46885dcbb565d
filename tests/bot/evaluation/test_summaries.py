"""Figures from measured values, by hand; weights against repetition, by property; intervals."""

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.evaluation.bootstrap import interval, resample
from bot.evaluation.summaries import (
    Summary,
    area_under_risk_coverage,
    auroc,
    balanced_accuracy,
    calibration_error,
    mean,
    percentile,
    ratio,
)

_SUMMARIES: tuple[Summary, ...] = (
    auroc,
    area_under_risk_coverage,
    balanced_accuracy,
    calibration_error,
    mean,
    percentile(0.5),
    percentile(0.95),
    ratio,
)


def _figure(summary: Summary, *rows: Sequence[float]) -> float:
    values = np.array(rows, dtype=np.float64)
    return float(summary(values, np.ones((1, len(values))))[0])


def test_auroc_counts_the_pairs_in_order_and_ties_half() -> None:
    """.9 beats both others; .8 ties with one and beats the other: 3.5 of 4 pairs."""
    assert _figure(auroc, (0.9, 1), (0.8, 0), (0.1, 0), (0.8, 1)) == 3.5 / 4


def test_the_risk_coverage_area_is_the_mean_risk_over_all_coverages() -> None:
    """Right, wrong, right, wrong: risks 0, 1/2, 1/3, 1/2."""
    area = _figure(area_under_risk_coverage, (0.6, 0), (0.9, 1), (0.7, 1), (0.8, 0))

    assert area == pytest.approx((0 + 1 / 2 + 1 / 3 + 1 / 2) / 4)


def test_equal_confidence_is_no_order() -> None:
    """One right, then two that tie of which one is right: risks 0, (1/2)/2, 1/3."""
    area = _figure(area_under_risk_coverage, (0.5, 0), (0.9, 1), (0.5, 1))

    assert area == pytest.approx((0 + 1 / 4 + 1 / 3) / 3)


def test_the_calibration_error_weighs_the_gap_of_each_bin() -> None:
    """Bin of .9: sure of 1.95, one right; bin of .1: sure of .25, none right."""
    error = _figure(calibration_error, (1.0, 1), (0.95, 0), (0.15, 0), (0.1, 0))

    assert error == pytest.approx((0.95 + 0.25) / 4)


def test_balanced_accuracy_is_the_mean_of_both_kinds() -> None:
    """Two of three answerable ones answered, the only other one refused."""
    assert _figure(balanced_accuracy, (1, 1), (1, 1), (1, 0), (0, 0)) == pytest.approx((2 / 3 + 1) / 2)


def test_a_percentile_is_one_of_the_values() -> None:
    values = [(float(value),) for value in range(20, 0, -1)]

    assert [_figure(percentile(share), *values) for share in (0.5, 0.95, 1)] == [10, 19, 20]


def test_a_ratio_is_of_sums() -> None:
    assert _figure(ratio, (1, 1), (2, 5)) == 3 / 6


_ROWS = st.lists(
    st.tuples(st.sampled_from([0.0, 0.2, 0.25, 0.9, 1.0]), st.sampled_from([0.0, 1.0]), st.integers(0, 3)), min_size=1
)


@pytest.mark.parametrize("summary", _SUMMARIES)
@given(rows=_ROWS)
def test_a_weight_counts_like_that_many_questions(summary: Summary, rows: list[tuple[float, float, int]]) -> None:
    values, weights = np.array(rows)[:, :2], np.array(rows)[:, 2]
    if summary is balanced_accuracy:
        values = values.round()
    repeated = np.repeat(values, weights.astype(int), axis=0)

    found = summary(values, weights[None, :])[0]

    if len(repeated):
        assert found == pytest.approx(_figure(summary, *repeated), nan_ok=True)
    else:
        assert np.isnan(found)


@given(rows=_ROWS)
def test_the_risk_coverage_area_agrees_with_one_question_after_another(rows: list[tuple[float, float, int]]) -> None:
    """Within a tie each question is as right as the tie is on average."""
    values = np.array(rows)[:, :2]
    confidence, right = values.T
    expected = [right[confidence == one].mean() for one in sorted(confidence, reverse=True)]
    risks = [1 - np.mean(expected[:k]) for k in range(1, len(expected) + 1)]

    assert _figure(area_under_risk_coverage, *values) == pytest.approx(np.mean(risks))


def test_questions_of_one_article_are_drawn_together() -> None:
    """Six questions of five articles and two of no known one: seven draws, in which the twins count alike."""
    weights = resample(["a", "b", "a", None, "c", "d", "e", None])

    assert (weights[:, 0] == weights[:, 2]).all()
    assert set(np.delete(weights, 2, axis=1).sum(axis=1)) == {7.0}
    assert weights.mean(axis=0) == pytest.approx(np.ones(8), abs=0.1)


def test_questions_of_few_articles_are_drawn_one_by_one() -> None:
    weights = resample(["a", "a", "b", None])

    assert (weights == resample([None] * 4)).all()
    assert len(np.unique(weights[:, 0] - weights[:, 1])) > 1


def test_resamples_are_the_same_every_time() -> None:
    assert (resample([None] * 5) == resample([None] * 5)).all()


def test_an_interval_leaves_out_what_has_no_value() -> None:
    assert interval(np.array([np.nan, *range(101)])) == (2.5, 97.5)


def test_the_interval_of_a_share_is_as_wide_as_theory_has_it() -> None:
    """50 of 100 right: 1.96 standard errors of .05 each way."""
    right = np.array([[0.0], [1.0]] * 50)

    low, high = interval(mean(right, resample([None] * 100)))

    assert (low, high) == pytest.approx((0.402, 0.598), abs=0.015)
