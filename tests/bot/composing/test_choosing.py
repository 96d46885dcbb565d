import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import csr_array

from bot.composing.choosing import Choice, Chosen, choose

_HOW = Choice(most=3, most_chars=100, floor=0.1, share=0.2, novelty=1.0, alike=0.6)
_APART = np.eye(4)
_TELLING = csr_array(np.repeat(np.eye(4), 2, axis=1))
"""Two terms each, of which no other sentence holds any."""


def _chosen(chances: list[float], how: Choice = _HOW, *, first: int | None = None, lengths: int = 10) -> Chosen:
    return choose(np.array(chances), _APART, [lengths] * 4, _TELLING, how, first)


def test_the_likeliest_come_first_and_the_rest_is_counted() -> None:
    assert _chosen([0.4, 0.9, 0.5, 0.8]) == Chosen((1, 3, 2), left_out=1)


def test_what_is_unlikely_beside_the_best_is_neither_taken_nor_counted() -> None:
    assert _chosen([0.9, 0.17, 0.19, 0.05]) == Chosen((0, 2), left_out=0)


def test_the_opening_comes_first_whatever_its_chance() -> None:
    assert _chosen([0.05, 0.9, 0.5, 0.05], first=0).rows == (0, 1, 2)


def test_the_opening_comes_first_where_nothing_is_likely() -> None:
    assert _chosen([0.01, 0.02, 0.03, 0.0], first=1) == Chosen((1,), left_out=0)


def test_there_is_room_for_so_many_characters() -> None:
    assert _chosen([0.9, 0.8, 0.7, 0.6], lengths=45) == Chosen((0, 1), left_out=2)


def test_the_first_is_taken_however_long() -> None:
    assert _chosen([0.9, 0.8, 0.7, 0.6], lengths=200).rows == (0,)


def test_what_repeats_is_left_out_and_not_missed() -> None:
    alike = np.eye(4)
    alike[0, 1] = alike[1, 0] = 0.9

    assert choose(np.array([0.9, 0.8, 0.5, 0.0]), alike, [10] * 4, _TELLING, _HOW) == Chosen((0, 2), 0)


def test_of_equally_likely_ones_the_one_that_tells_more_comes_first() -> None:
    telling = csr_array(np.array([[1.0, 1, 0, 0], [1, 0, 1, 0], [0, 0, 1, 1], [0, 0, 0, 0]]))

    assert choose(np.array([0.9, 0.5, 0.5, 0.0]), _APART, [10] * 4, telling, _HOW).rows == (0, 2, 1)


@given(st.lists(st.floats(0, 1), max_size=6), st.integers(1, 5), st.integers(1, 200))
def test_nothing_is_taken_twice_and_nothing_beyond_its_bounds(chances: list[float], most: int, room: int) -> None:
    n = len(chances)
    how = Choice(most, room, 0.1, 0.2, 0.5, 0.6)

    rows = choose(np.array(chances), np.eye(n), [30] * n, csr_array(np.ones((n, 1))), how).rows

    assert len(set(rows)) == len(rows) <= most
    assert sum(30 for _ in rows[1:]) + 30 <= room or len(rows) <= 1
