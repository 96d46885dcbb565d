"""How well values tell what is from what is not."""

import numpy as np
from numpy.typing import NDArray

from bot.evaluation.summaries import auroc


def area_under_roc(values: NDArray[np.float64], positive: NDArray[np.bool_]) -> float:
    """Return the probability that a positive has a higher value than a negative."""
    return float(auroc(np.column_stack([values, positive]), np.ones((1, len(values))))[0])
