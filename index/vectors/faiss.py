"""Exact inner-product search with FAISS, memory-mapped from disk."""

from pathlib import Path

import faiss
import numpy as np
from numpy.typing import NDArray

from index.embedding import Vectors


class FaissVectors:
    """The vectors of a snapshot's passages; row i is passage i."""

    def __init__(self, index: faiss.Index) -> None:
        self._index = index

    @classmethod
    def from_vectors(cls, vectors: Vectors) -> "FaissVectors":
        """An exact index of `vectors`: (n, dimension), float32, rows of unit length."""
        index = faiss.IndexFlatIP(vectors.shape[1])
        index.add(np.ascontiguousarray(vectors))
        return cls(index)

    @classmethod
    def load(cls, path: Path) -> "FaissVectors":
        """The index in `path`, mapped rather than read."""
        return cls(faiss.read_index(str(path), faiss.IO_FLAG_MMAP_IFC))

    def save(self, path: Path) -> None:
        """Writes the index to `path`."""
        faiss.write_index(self._index, str(path))

    def __len__(self) -> int:
        return int(self._index.ntotal)

    def search(self, vector: Vectors, k: int, allowed: NDArray[np.bool_] | None = None) -> dict[int, float]:
        """Row to cosine of the k passages nearest to `vector`: (dimension,), unit length.

        `allowed`, (n,), leaves out the rows where it is false; the result is exact with it, too.
        """
        parameters = None
        if allowed is not None:
            bits = np.packbits(allowed, bitorder="little")
            # faiss replaces these constructors when it is imported; its type stubs show the ones before
            parameters = faiss.SearchParameters(sel=faiss.IDSelectorBitmap(bits))  # type: ignore[call-arg, arg-type]
        similarities, rows = self._index.search(vector[None, :], min(k, len(self)), params=parameters)
        return {
            int(row): float(similarity) for row, similarity in zip(rows[0], similarities[0], strict=True) if row >= 0
        }

    def similarities(self, vector: Vectors, rows: NDArray[np.int64]) -> NDArray[np.float32]:
        """(len(rows),), float32: the cosine of `vector` to each of these rows."""
        return self.reconstruct(rows) @ vector

    def reconstruct(self, rows: NDArray[np.int64]) -> Vectors:
        """(len(rows), dimension), float32: the stored vectors of these rows."""
        stored: Vectors = self._index.reconstruct_batch(np.ascontiguousarray(rows, np.int64))
        return stored
