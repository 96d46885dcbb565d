"""A small deterministic embedder for tests: words hashed to directions, so that shared words mean similar."""

import hashlib
from collections.abc import Sequence

import numpy as np

from index.embedding import Vectors
from index.terms import terms_of


class HashingEmbedder:
    """Obeys the Embedder protocol. Counts what it is asked to embed in `embedded`."""

    backend = "hashing"

    def __init__(self, name: str = "hashing", dimension: int = 64) -> None:
        self.name = name
        self.dimension = dimension
        self.fingerprint = f"{name}/{dimension}"
        self.embedded: list[str] = []

    def embed(self, texts: Sequence[str]) -> Vectors:
        """(len(texts), dimension), float32, rows of unit length."""
        self.embedded += texts
        rows = [self._direction(text) for text in texts]
        return np.array(rows, np.float32).reshape(len(texts), self.dimension)

    def _direction(self, text: str) -> Vectors:
        total = np.full(self.dimension, 1e-3)
        for term in terms_of(text):
            seed = int.from_bytes(hashlib.sha256(term.encode()).digest()[:8], "big")
            total += np.random.default_rng(seed).normal(size=self.dimension)
        return np.asarray(total / np.linalg.norm(total), np.float32)
