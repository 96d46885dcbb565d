"""Sums up what was measured on each question as one figure, for many weightings of the questions at once.

A summary takes `values` (n_questions, n_columns) and `weights` (n_weightings, n_questions), how often each question
counts, whole numbers as a bootstrap draws them; it gives (n_weightings,) figures, NaN where there is nothing to go by.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Summary = Callable[[Array, Array], Array]

N_BINS = 10


def mean(values: Array, weights: Array) -> Array:
    """Return the mean of the one column."""
    return _divide(weights @ values[:, 0], weights.sum(axis=1))


def ratio(values: Array, weights: Array) -> Array:
    """Return the sum of the first column over that of the second."""
    return _divide(weights @ values[:, 0], weights @ values[:, 1])


def balanced_accuracy(values: Array, weights: Array) -> Array:
    """Return the mean of two shares: answerable questions that are answered, and others that are refused.

    Columns: answerable, answered.
    """
    answerable, answered = values.T
    kept = _divide(weights @ (answerable * answered), weights @ answerable)
    refused = _divide(weights @ ((1 - answerable) * (1 - answered)), weights @ (1 - answerable))
    return (kept + refused) / 2


def auroc(values: Array, weights: Array) -> Array:
    """Return the probability that an answerable question has more confidence than another; ties count half.

    Columns: confidence, answerable.
    """
    confidence, answerable = values.T
    starts, order = _ties(confidence)
    positive = np.add.reduceat((weights * answerable)[:, order], starts, axis=1)
    negative = np.add.reduceat((weights * (1 - answerable))[:, order], starts, axis=1)
    below = negative.cumsum(axis=1) - negative
    return _divide((positive * (below + negative / 2)).sum(axis=1), positive.sum(axis=1) * negative.sum(axis=1))


def area_under_risk_coverage(values: Array, weights: Array) -> Array:
    """Return the mean, over all k, of the share that is wrong among the k most confident; ties count as shuffled.

    Within a tie of m questions, a share p of them right, the expected number of right ones after k is `r + p (k - k0)`,
    where r were right among the k0 before; over k that is `p + (r - p k0) / k`, whose sum is `m p + (r - p k0) (H(k0 +
    m) - H(k0))` with the harmonic numbers H. Columns: confidence, right.
    """
    confidence, right = values.T
    starts, order = _ties(-confidence)
    counts = np.add.reduceat(weights[:, order], starts, axis=1)
    n_right = np.add.reduceat((weights * right)[:, order], starts, axis=1)
    after = counts.cumsum(axis=1)
    before, right_before = after - counts, n_right.cumsum(axis=1) - n_right
    share = np.divide(n_right, counts, out=np.zeros_like(counts), where=counts > 0)
    harmonic = np.concatenate([[0.0], np.cumsum(1 / np.arange(1, after.max(initial=0) + 1))])
    steps = harmonic[after.astype(np.intp)] - harmonic[before.astype(np.intp)]
    total_right_share = (n_right + (right_before - share * before) * steps).sum(axis=1)
    return 1 - _divide(total_right_share, weights.sum(axis=1))


def calibration_error(values: Array, weights: Array) -> Array:
    """Return the mean distance between confidence and the share right, over equal-width bins weighted by their size.

    Columns: confidence, right. Naeini et al. 2015; the last bin includes 1.
    """
    confidence, right = values.T
    in_bin = bins_of(confidence)[:, None] == np.arange(N_BINS)
    gaps = np.abs(weights @ (in_bin * (confidence - right)[:, None]))
    return _divide(gaps.sum(axis=1), weights.sum(axis=1))


def bins_of(confidence: Array) -> NDArray[np.intp]:
    """Return the bin of each confidence, (n,), from 0."""
    return np.minimum(confidence * N_BINS, N_BINS - 1).astype(np.intp)


def percentile(share: float) -> Summary:
    """Return a summary: the least value that at least this share of the values do not exceed (nearest rank)."""

    def summary(values: Array, weights: Array) -> Array:
        order = values[:, 0].argsort()
        reached = weights[:, order].cumsum(axis=1)
        total = reached[:, -1]
        first = (reached >= share * total[:, None]).argmax(axis=1)
        return np.where(total > 0, values[order[first], 0], np.nan)

    return summary


def _ties(keys: Array) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return where each run of equal keys starts in ascending order, and that order."""
    order = keys.argsort(kind="stable")
    return np.flatnonzero(np.diff(keys[order], prepend=np.nan)), order


def _divide(numerator: Array, denominator: Array) -> Array:
    return np.divide(numerator, denominator, out=np.full_like(numerator, np.nan), where=denominator > 0)
