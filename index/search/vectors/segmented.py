"""The vectors of a snapshot: those of its segments, searched in turn."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from index.embedding.embedder import Vectors
from index.search.vectors.faiss import FaissVectors


class SegmentedVectors:
    """Row i is passage i of the snapshot; rows are numbered segment after segment."""

    def __init__(self, parts: Sequence[FaissVectors]) -> None:
        self._parts = tuple(parts)
        self._starts = np.cumsum([0, *map(len, self._parts)])

    @property
    def kind(self) -> str:
        """How the largest segment is searched, in words."""
        return max(self._parts, key=len).kind

    def search(
        self, vector: Vectors, k: int, allowed: NDArray[np.bool_] | None = None, *, exactly: bool = False
    ) -> dict[int, float]:
        """Return row to cosine of the k passages nearest to `vector`, (dimension,), best first; ties by lower row.

        `allowed`, (n,), leaves out the rows where it is false. `exactly` compares with every vector.
        """
        found: list[tuple[float, int]] = []
        for part, start in zip(self._parts, self._starts.tolist(), strict=False):
            inside = None if allowed is None else allowed[start : start + len(part)]
            if len(part) and (inside is None or inside.any()):
                search = part.search_exactly if exactly else part.search
                found += [(-similarity, start + row) for row, similarity in search(vector, k, inside).items()]
        return {row: -distance for distance, row in sorted(found)[:k]}

    def similarities(self, vector: Vectors, rows: NDArray[np.int64]) -> NDArray[np.float32]:
        """Return (len(rows),), float32: the cosine of `vector` to each of these rows."""
        return self.reconstruct(rows) @ vector

    def reconstruct(self, rows: NDArray[np.int64]) -> Vectors:
        """Return (len(rows), dimension), float32: the stored vectors of these rows, in the order given."""
        owners = np.searchsorted(self._starts, rows, side="right") - 1
        pieces = [(owners == number, part) for number, part in enumerate(self._parts)]
        found: Vectors | None = None
        for mask, part in pieces:
            if mask.any():
                vectors = part.reconstruct(rows[mask] - self._starts[self._parts.index(part)])
                found = np.empty((len(rows), vectors.shape[1]), np.float32) if found is None else found
                found[mask] = vectors
        return found if found is not None else np.empty((0, 0), np.float32)
