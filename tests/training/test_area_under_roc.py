import numpy as np
import pytest

from training.area_under_roc import area_under_roc


def test_area_under_roc_counts_pairs_in_order() -> None:
    values = np.array([0.9, 0.4, 0.4, 0.1])

    assert area_under_roc(values, np.array([True, True, False, False])) == pytest.approx(3.5 / 4)


def test_ties_count_half() -> None:
    assert area_under_roc(np.array([0.1, 0.5, 0.5, 0.9]), np.array([False, True, False, True])) == 0.875
