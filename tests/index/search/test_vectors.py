"""FAISS against brute force."""

from pathlib import Path

import numpy as np
import pytest

from index.embedding.embedder import Vectors
from index.search.vectors import FaissVectors, SegmentedVectors
from index.search.vectors.faiss import EXACT_UP_TO

_VECTORS = np.random.default_rng(3).normal(size=(60, 16)).astype(np.float32)
_QUERY = np.random.default_rng(4).normal(size=16).astype(np.float32) * 3  # not of unit length, on purpose
_ALLOWED = np.arange(60) % 3 == 0


def _index(vectors: Vectors) -> FaissVectors:
    return FaissVectors.from_batches([vectors[:7], vectors[7:]], vectors.shape[1])


@pytest.fixture(params=[(60,), (20, 45), (0, 59)], ids=["one segment", "three", "three, one empty"])
def index(request: pytest.FixtureRequest) -> SegmentedVectors:
    """Return an index of the same vectors, in one segment and in several."""
    return SegmentedVectors([_index(part) for part in np.split(_VECTORS, request.param)])


def test_search_finds_what_brute_force_finds(index: SegmentedVectors) -> None:
    found = index.search(_QUERY, 7)

    products = _VECTORS @ _QUERY
    expected = np.argsort(-products)[:7]
    assert list(found) == expected.tolist()
    np.testing.assert_allclose(list(found.values()), products[expected], rtol=1e-3)


def test_search_is_exact_among_the_allowed_rows(index: SegmentedVectors) -> None:
    found = index.search(_QUERY, 5, _ALLOWED)

    products = np.where(_ALLOWED, _VECTORS @ _QUERY, -np.inf)
    assert list(found) == np.argsort(-products)[:5].tolist()


def test_fewer_allowed_rows_than_asked_for_are_all_there_is(index: SegmentedVectors) -> None:
    allowed = np.zeros(60, np.bool_)
    allowed[[4, 9]] = True

    assert set(index.search(_QUERY, 5, allowed)) == {4, 9}


def test_vectors_are_given_back_in_the_order_asked_for(index: SegmentedVectors) -> None:
    rows = np.array([58, 2, 30, 2])

    np.testing.assert_allclose(index.reconstruct(rows), _VECTORS[rows], atol=2e-3)
    assert index.similarities(_QUERY, rows) == pytest.approx(_VECTORS[rows] @ _QUERY, rel=1e-2)


def test_a_saved_index_is_the_same(tmp_path: Path) -> None:
    built = _index(_VECTORS)
    built.save(tmp_path)

    loaded = FaissVectors.load(tmp_path)

    assert (len(loaded), loaded.dimension, loaded.kind) == (60, 16, "exact")
    assert loaded.search(_QUERY, 9, _ALLOWED) == built.search(_QUERY, 9, _ALLOWED)


@pytest.fixture(scope="module")
def many() -> Vectors:
    """Return more vectors than are compared one by one: clouds around 400 centres, rows of unit length."""
    chance = np.random.default_rng(6)
    centres = chance.normal(size=(400, 32))
    vectors = centres[chance.integers(0, 400, EXACT_UP_TO + 1000)] + chance.normal(size=(EXACT_UP_TO + 1000, 32))
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), np.float32)


def test_of_many_vectors_the_nearest_are_found_by_their_codes(many: Vectors, tmp_path: Path) -> None:
    built = FaissVectors.from_batches([many], 32)
    built.save(tmp_path)
    index = FaissVectors.load(tmp_path)
    half = np.arange(len(many)) % 2 == 0
    few = np.arange(len(many)) % 50 == 0
    query = many[17] + many[400] * 0.5

    assert "codes" in index.kind
    for allowed in (None, half, few):
        found = index.search(query, 100, allowed)
        exact = index.search_exactly(query, 100, allowed)
        assert len(found.keys() & exact.keys()) >= 98
        assert list(found.values()) == sorted(found.values(), reverse=True)
        assert allowed is None or all(allowed[row] for row in found)
        for row in found.keys() & exact.keys():
            assert found[row] == pytest.approx(exact[row], abs=1e-5)


def test_a_merged_index_borrows_the_code_book_of_the_largest_part(many: Vectors) -> None:
    built = FaissVectors.from_batches([many], 32)

    merged = FaissVectors.from_batches([many[:9000], many[9000:], many[:500]], 32, codes_like=built)

    assert (len(merged), merged.kind) == (len(many) + 500, built.kind)
    found, exact = merged.search(many[3], 10), merged.search_exactly(many[3], 10)
    assert len(found.keys() & exact.keys()) >= 9
