"""The formulas of BM25 (Lucene's, k1 1.2, b 0.75): one product for each term that a question and a passage share."""

import numpy as np
from numpy.typing import NDArray

_K1 = 1.2
_B = 0.75
_UNSEEN_PASSAGES = 50


def inverse_frequency(holding: int, total: int) -> float:
    """How much a term counts that `holding` of `total` passages hold."""
    return float(np.log1p((total - holding + 0.5) / (holding + 0.5)))


def saturation(
    counts: NDArray[np.uint8], lengths: NDArray[np.uint16], mean_length: float, weight: float = 1.0
) -> NDArray[np.float32]:
    """(n,): what a term adds that occurs `counts` times in passages of `lengths` terms, times its `weight`."""
    often = counts.astype(np.float32)
    norm = np.float32(_K1 * (1 - _B)) + np.float32(_K1 * _B / mean_length) * lengths
    return np.asarray(np.float32(weight) * often / (often + norm), np.float32)


def rarity(holding: int, total: int) -> float:
    """How telling a term is, in [0, 1]: 1 for one that no passage holds, less the more passages do.

    The inverse document frequency, scaled. A few passages are too few to call a word common, so
    _UNSEEN_PASSAGES are counted as well, as if they did not hold it.
    """
    n_passages = total + _UNSEEN_PASSAGES
    return float(np.log(n_passages / (holding + 0.5)) / np.log(n_passages / 0.5))
