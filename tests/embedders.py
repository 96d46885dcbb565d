"""A small deterministic embedder for tests: words hashed to directions, so that shared words mean similar."""

import hashlib
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from index.embedding.embedder import Vectors
from index.text.terms import terms_of


@lru_cache(1 << 15)
def _direction_of(term: str, dimension: int) -> NDArray[np.float64]:
    seed = int.from_bytes(hashlib.sha256(term.encode()).digest()[:8], "big")
    return np.random.default_rng(seed).normal(size=dimension)


class HashingEmbedder:
    """Obeys the Embedder protocol. Counts what it is asked to embed in `embedded`."""

    backend = "hashing"

    def __init__(self, name: str = "hashing", dimension: int = 64) -> None:
        self.name = name
        self.dimension = dimension
        self.fingerprint = f"{name}/{dimension}"
        self.embedded: list[str] = []

    def embed(self, questions: Sequence[str]) -> Vectors:
        """(len(questions), dimension), float32, rows of unit length."""
        self.embedded += questions
        rows = [self._direction(text) for text in questions]
        return np.array(rows, np.float32).reshape(len(questions), self.dimension)

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        """Passages go the way of questions."""
        return self.embed(texts)

    def _direction(self, text: str) -> Vectors:
        total = np.full(self.dimension, 1e-3)
        for term in terms_of(text):
            total += _direction_of(term, self.dimension)
        return np.asarray(total / np.linalg.norm(total), np.float32)
