"""How far a figure could be off: 95% percentile intervals of the bootstrap (Efron & Tibshirani 1993, chapter 13)."""

from collections.abc import Sequence

import numpy as np

from bot.evaluation.summaries import Array

PERCENTILES = (2.5, 97.5)
LEAST_CLUSTERS = 5
_SEED = 1
_N_RESAMPLES = 1000


def resample(clusters: Sequence[str | None]) -> Array:
    """Return how often each question counts in each resample, (n_resamples, n_questions).

    Whole clusters are drawn, as questions about one article go wrong together; a question without a cluster is one of
    its own. Draws from fewer than five clusters would all be alike: then each question is drawn on its own.
    """
    are_few = len(set(clusters) - {None}) < LEAST_CLUSTERS
    drawn_as = [number if are_few or name is None else name for number, name in enumerate(clusters)]
    numbers = {name: number for number, name in enumerate(dict.fromkeys(drawn_as))}
    members = np.array([numbers[name] for name in drawn_as])
    shares = np.full(len(numbers), 1 / len(numbers))
    drawn = np.random.default_rng(_SEED).multinomial(len(numbers), shares, size=_N_RESAMPLES)
    return drawn[:, members].astype(np.float64)


def interval(samples: Array) -> tuple[float, float]:
    """Return the bounds of 95% of the samples; resamples on which a figure has no value are left out."""
    low, high = np.percentile(samples[np.isfinite(samples)], PERCENTILES)
    return float(low), float(high)
