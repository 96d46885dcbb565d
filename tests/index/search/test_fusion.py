"""Merging ranked lists."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from index.search.fusion import fuse_scores, top_rows

_RANKINGS = st.dictionaries(st.integers(0, 30), st.floats(-5, 5), max_size=12)


def test_fused_score_is_the_weighted_sum_of_the_scaled_ones() -> None:
    dense, keyword = {1: 0.9, 2: 0.5, 3: 0.1}, {2: 8.0, 3: 4.0}

    fused = fuse_scores([dense, keyword], [0.5, 0.5])

    assert fused == [(2, 0.75), (1, 0.5), (3, 0.0)]


def test_equal_scores_are_ordered_by_row() -> None:
    assert fuse_scores([{7: 1.0, 3: 1.0, 5: 1.0}], [1.0]) == [(3, 0.0), (5, 0.0), (7, 0.0)]


def test_nothing_found_fuses_to_nothing() -> None:
    assert fuse_scores([{}, {}], [0.5, 0.5]) == []


@given(_RANKINGS, _RANKINGS)
def test_the_order_of_the_lists_does_not_matter(one: dict[int, float], other: dict[int, float]) -> None:
    assert fuse_scores([one, other], [0.3, 0.7]) == fuse_scores([other, one], [0.7, 0.3])


@given(_RANKINGS, _RANKINGS)
def test_every_row_is_ranked_once_by_falling_score(one: dict[int, float], other: dict[int, float]) -> None:
    fused = fuse_scores([one, other], [0.5, 0.5])

    assert sorted(row for row, _ in fused) == sorted(one.keys() | other.keys())
    assert [score for _, score in fused] == sorted((score for _, score in fused), reverse=True)


@given(st.lists(st.integers(-3, 3), max_size=40), st.integers(0, 50))
def test_top_rows_are_those_of_a_full_stable_sort(values: list[int], k: int) -> None:
    scores = np.array(values, np.float32)

    assert top_rows(scores, k).tolist() == np.argsort(-scores, kind="stable")[:k].tolist()
