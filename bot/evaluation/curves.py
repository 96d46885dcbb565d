"""What the pictures show, as numbers: risk against coverage, and how often each confidence is right."""

from dataclasses import dataclass

import numpy as np

from bot.evaluation.bootstrap import PERCENTILES
from bot.evaluation.summaries import N_BINS, Array, bins_of

_Z = 1.96


@dataclass(frozen=True, slots=True)
class Bin:
    """Questions of like confidence: how sure the bot is of them, how many are right, and that share's 95% interval."""

    n_questions: int
    confidence: float
    right: float
    low: float
    high: float


def risk_at(coverages: Array, confidence: Array, right: Array, weights: Array) -> Array:
    """Return the share that is wrong among the most confident, at each coverage in (0, 1]; ties count as shuffled.

    All of `confidence`, `right` and `weights` are (n_questions,), at least one weight positive.
    """
    levels, members = np.unique(-confidence, return_inverse=True)
    n_asked = np.bincount(members, weights, len(levels)).cumsum()
    n_right = np.bincount(members, weights * right, len(levels)).cumsum()
    asked = coverages * n_asked[-1]
    risk: Array = 1 - np.interp(asked, np.append(0, n_asked), np.append(0, n_right)) / asked
    return risk


def risk_band(coverages: Array, confidence: Array, right: Array, weights: Array) -> tuple[Array, Array]:
    """Return the bounds of the risk's 95% interval at each coverage, by resamples `weights` (n_resamples,
    n_questions)."""
    drawn = [risk_at(coverages, confidence, right, one) for one in weights if one.any()]
    low, high = np.percentile(np.array(drawn), PERCENTILES, axis=0)
    return low, high


def reliability(confidence: Array, right: Array) -> list[Bin | None]:
    """Return the ten equal-width bins of confidence, None for an empty one."""
    found = bins_of(confidence)
    return [_bin(confidence[found == number], right[found == number]) for number in range(N_BINS)]


def _bin(confidence: Array, right: Array) -> Bin | None:
    if not len(right):
        return None
    share = float(right.mean())
    return Bin(len(right), float(confidence.mean()), share, *_wilson(share, len(right)))


def _wilson(share: float, n: int) -> tuple[float, float]:
    """Return the score interval of a share of n (Wilson 1927): it stays honest where all or none are right."""
    middle = (share + _Z**2 / (2 * n)) / (1 + _Z**2 / n)
    reach = _Z * float(np.sqrt(share * (1 - share) / n + (_Z / (2 * n)) ** 2)) / (1 + _Z**2 / n)
    return max(0.0, middle - reach), min(1.0, middle + reach)
