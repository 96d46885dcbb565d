"""FAISS against brute force."""

from pathlib import Path

import numpy as np
import pytest

from index.vectors import FaissVectors

_VECTORS = np.random.default_rng(3).normal(size=(60, 16)).astype(np.float32)
_QUERY = np.random.default_rng(4).normal(size=16).astype(np.float32) * 3  # not of unit length, on purpose
_ALLOWED = np.arange(60) % 3 == 0


def test_search_finds_what_brute_force_finds() -> None:
    found = FaissVectors.from_vectors(_VECTORS).search(_QUERY, 7)

    products = _VECTORS @ _QUERY
    expected = np.argsort(-products)[:7]
    assert list(found) == expected.tolist()
    np.testing.assert_allclose(list(found.values()), products[expected], rtol=1e-5)


def test_search_is_exact_among_the_allowed_rows() -> None:
    found = FaissVectors.from_vectors(_VECTORS).search(_QUERY, 5, _ALLOWED)

    products = np.where(_ALLOWED, _VECTORS @ _QUERY, -np.inf)
    assert list(found) == np.argsort(-products)[:5].tolist()


def test_fewer_allowed_rows_than_asked_for_are_all_there_is() -> None:
    allowed = np.zeros(60, np.bool_)
    allowed[[4, 9]] = True

    assert set(FaissVectors.from_vectors(_VECTORS).search(_QUERY, 5, allowed)) == {4, 9}


def test_a_saved_index_is_the_same(tmp_path: Path) -> None:
    FaissVectors.from_vectors(_VECTORS).save(tmp_path / "vectors")

    loaded = FaissVectors.load(tmp_path / "vectors")

    assert len(loaded) == 60
    np.testing.assert_array_equal(loaded.reconstruct(np.array([5, 2])), _VECTORS[[5, 2]])
    assert loaded.similarities(_QUERY, np.array([5])) == pytest.approx([_VECTORS[5] @ _QUERY], rel=1e-5)
