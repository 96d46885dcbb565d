"""How long a feed is usually silent, learned from when its items came; and whether it is silent for much longer now.

Few feeds come evenly: nights are quiet, and weekends. So silence is not counted in hours but in the items that usually
come in them, by the hour of the week, once enough weeks are known; before that every hour counts alike.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

_Numbers = NDArray[np.float64]

_HOUR: Final = 3600.0
_HOURS_A_WEEK: Final = 168
_LEAST_GAPS: Final = 8
_LEAST_KNOWN: Final = 14 * 24 * _HOUR
"""Of less than two weeks, with their nights and weekends, nothing is known of how long a feed may be silent."""
_LEAST_FOR_HOURS: Final = 4 * 7 * 24 * _HOUR
_LEAST_ITEMS_FOR_HOURS: Final = 60
_LOOKED_BACK: Final = 12 * 7 * 24 * _HOUR
_QUANTILE: Final = 0.99
_MUCH_LONGER: Final = 2.0
_LEAST_SILENCE: Final = 6 * _HOUR
_FLOOR: Final = 0.1
"""So much of an average hour every hour counts, though nothing ever came in it: no silence may last for good."""


@dataclass(frozen=True, slots=True)
class Rhythm:
    """What is known of a feed. `weights`: what each hour of the week counts, from Thursday midnight UTC, on average 1;
    `usual_seconds`: the silence that it hardly ever exceeds, in seconds of average hours."""

    weights: tuple[float, ...]
    usual_seconds: float

    def is_silent(self, last_at: float, now: float) -> bool:
        """Return whether nothing since then is much longer a silence than there ever is."""
        silence = _weighted(np.array([last_at, now]), np.array(self.weights))
        longest = _MUCH_LONGER * max(self.usual_seconds, _LEAST_SILENCE / _MUCH_LONGER)
        return bool(now - last_at >= _LEAST_SILENCE and silence[1] - silence[0] > longest)


def learn_rhythm(times: Sequence[float]) -> Rhythm | None:
    """Return the rhythm of a feed whose items came at these times (seconds since 1970, in any order); None where too
    little is known."""
    known = np.unique(np.array(times, np.float64))
    known = known[known >= known[-1] - _LOOKED_BACK] if len(known) else known
    if len(known) <= _LEAST_GAPS or known[-1] - known[0] < _LEAST_KNOWN:
        return None
    weights = _hour_weights(known)
    gaps = np.diff(_weighted(known, weights))
    usual = float(np.quantile(gaps, _QUANTILE, method="higher"))
    return Rhythm(tuple(weights.tolist()), usual)


def _hour_weights(times: _Numbers) -> _Numbers:
    """Return how much comes in each hour of the week, (168,), on average 1, with its neighbours' share; all alike where
    too little is known."""
    if len(times) < _LEAST_ITEMS_FOR_HOURS or times[-1] - times[0] < _LEAST_FOR_HOURS:
        return np.ones(_HOURS_A_WEEK)
    hours = (times // _HOUR).astype(np.int64) % _HOURS_A_WEEK
    counts = np.bincount(hours, minlength=_HOURS_A_WEEK).astype(np.float64)
    smooth = (np.roll(counts, 1) + 2 * counts + np.roll(counts, -1)) / 4
    weights: _Numbers = _FLOOR + (1 - _FLOOR) * smooth / smooth.mean()
    return weights


def _weighted(times: _Numbers, weights: _Numbers) -> _Numbers:
    """Return the times on a clock that goes as fast as the hours count, in seconds."""
    whole, part = np.divmod(times, _HOUR * _HOURS_A_WEEK)
    before = np.concatenate([[0.0], np.cumsum(weights)])
    hour = np.minimum((part // _HOUR).astype(np.int64), _HOURS_A_WEEK - 1)
    within = before[hour] * _HOUR + (part - hour * _HOUR) * weights[hour]
    weighted: _Numbers = whole * before[-1] * _HOUR + within
    return weighted
