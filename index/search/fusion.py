"""Merging ranked lists, and scoring how well days of publication go with the days asked about: pure functions."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from index.article import AskedDates

_NOISE = 1e-6
"""Scores that differ by less are equal but for rounding, and must not be spread from 0 to 1."""
_REPORTED_WITHIN_DAYS = 7
"""What happened on a day is often reported, or reported better, in the days after it."""


def top_rows(scores: NDArray[np.float32], k: int) -> NDArray[np.int64]:
    """Return indices of the k highest scores, best first; ties by lower index."""
    k = min(k, len(scores))
    if k == 0:
        return np.empty(0, np.int64)
    threshold = np.partition(scores, len(scores) - k)[len(scores) - k]
    candidates = np.flatnonzero(scores >= threshold)
    best = candidates[np.argsort(-scores[candidates], kind="stable")][:k]
    return best.astype(np.int64)


def fuse_scores(rankings: Sequence[Mapping[int, float]], weights: Sequence[float]) -> list[tuple[int, float]]:
    """Return rows with the weighted sum of their scores, each list scaled to [0, 1] by its own extremes; best first.

    A row that a list lacks gets that list's lowest score. Ties are broken by the lower row. The order of the
    lists does not matter. A convex combination of scaled scores as analysed by Bruch et al. (2023),
    "An Analysis of Fusion Functions for Hybrid Retrieval".
    """
    fused: dict[int, float] = dict.fromkeys((row for ranking in rankings for row in ranking), 0.0)
    for ranking, weight in zip(rankings, weights, strict=True):
        if not ranking:
            continue
        lowest, highest = min(ranking.values()), max(ranking.values())
        spread = highest - lowest if highest - lowest > _NOISE else 1.0
        for row in fused:
            fused[row] += weight * (ranking.get(row, lowest) - lowest) / spread
    return sorted(fused.items(), key=lambda item: (-item[1], item[0]))


def score_dates(days: Mapping[int, int], asked: AskedDates) -> dict[int, float]:
    """Return row to a score in [0, 1], from its day as an ordinal (0: unknown).

    1 for a day that is asked about, a half for the week after them, else 0. Where the latest is wanted, the newest day
    has 1 and the oldest 0.
    """
    if asked.latest:
        known = [day for day in days.values() if day]
        oldest, newest = min(known, default=0), max(known, default=0)
        return {row: (day - oldest) / (newest - oldest or 1) if day else 0.0 for row, day in days.items()}
    first = asked.first.toordinal() if asked.first else 1
    last = asked.last.toordinal() if asked.last else max(days.values(), default=0)
    return {row: _score(day, first, last) for row, day in days.items()}


def _score(day: int, first: int, last: int) -> float:
    if first <= day <= last:
        return 1.0
    return 0.5 if last < day <= last + _REPORTED_WITHIN_DAYS else 0.0
