"""The vectors of one segment with FAISS: 16-bit floats mapped from disk, and short codes to scan if they are many."""

from collections.abc import Iterable
from pathlib import Path

import faiss
import numpy as np
from numpy.typing import NDArray

from index.embedding.embedder import Vectors

EXACT_UP_TO = 10_000
"""Vectors that are compared one by one: 1 ms on one core. More are found by their codes first."""

_WIDEN = 8
"""Candidates that codes give for every result asked for; their stored vectors decide."""
_LEAST_CANDIDATES = 800
_TRAINING_ROWS = 16_384
_SCANNED_SHARE = 0.25
"""A scope that leaves less than this share of a segment is searched vector by vector."""
_WINDOW = 4096


class FaissVectors:
    """Row i is passage i of the segment.

    Few vectors are searched exactly. Of many, the candidates come from a scan of 4-bit product codes (96 bytes for 384
    numbers, compared sixteen at a time in processor registers), and are then scored exactly.
    """

    def __init__(self, stored: faiss.Index, codes: faiss.Index | None) -> None:
        self._stored = stored
        self._codes = codes

    @classmethod
    def from_batches(
        cls, batches: Iterable[Vectors], dimension: int, *, codes_like: "FaissVectors | None" = None
    ) -> "FaissVectors":
        """Return an index of all rows of the batches: (n, dimension), float32.

        `codes_like` lends its code book, which saves training one: for segments that are merged.
        """
        writer = VectorsWriter(dimension)
        for batch in batches:
            writer.add(batch)
        return writer.finish(codes_like=codes_like)

    @classmethod
    def load(cls, folder: Path) -> "FaissVectors":
        """Return the index in `folder`; the vectors are mapped, the codes read."""
        stored = faiss.read_index(str(folder / "vectors.faiss"), faiss.IO_FLAG_MMAP_IFC)
        codes = folder / "codes.faiss"
        return cls(stored, faiss.read_index(str(codes)) if codes.exists() else None)

    def save(self, folder: Path) -> None:
        """Write the index into `folder`."""
        faiss.write_index(self._stored, str(folder / "vectors.faiss"))
        if self._codes is not None:
            faiss.write_index(self._codes, str(folder / "codes.faiss"))

    def __len__(self) -> int:
        return int(self._stored.ntotal)

    @property
    def dimension(self) -> int:
        """Length of a vector."""
        return int(self._stored.d)

    @property
    def kind(self) -> str:
        """How it is searched, in words."""
        return "exact" if self._codes is None else "4-bit product codes, best rescored"

    def search(self, vector: Vectors, k: int, allowed: NDArray[np.bool_] | None = None) -> dict[int, float]:
        """Return row to cosine of the k passages nearest to `vector`: (dimension,), unit length.

        `allowed`, (n,), leaves out the rows where it is false.
        """
        share = 1.0 if allowed is None else float(allowed.mean())
        if self._codes is None or share < _SCANNED_SHARE:
            return self.search_exactly(vector, k, allowed)
        wanted = min(round(max(k * _WIDEN, _LEAST_CANDIDATES) / share), len(self))
        _, found = self._codes.search(vector[None, :], wanted)
        rows = np.sort(found[0][found[0] >= 0])
        if allowed is not None:
            rows = rows[allowed[rows]]
        similarities = self.similarities(vector, rows)
        best = np.argsort(-similarities, kind="stable")[:k]
        return dict(zip(rows[best].tolist(), similarities[best].tolist(), strict=True))

    def search_exactly(self, vector: Vectors, k: int, allowed: NDArray[np.bool_] | None = None) -> dict[int, float]:
        """Do what `search` does, but compare every vector that is allowed."""
        parameters = None
        if allowed is not None:
            bits = np.packbits(allowed, bitorder="little")
            # faiss replaces these constructors when it is imported; its type stubs show the ones before
            parameters = faiss.SearchParameters(sel=faiss.IDSelectorBitmap(bits))  # type: ignore[call-arg, arg-type]
        similarities, rows = self._stored.search(vector[None, :], min(k, len(self)), params=parameters)
        return {
            int(row): float(similarity) for row, similarity in zip(rows[0], similarities[0], strict=True) if row >= 0
        }

    def similarities(self, vector: Vectors, rows: NDArray[np.int64]) -> NDArray[np.float32]:
        """Return (len(rows),), float32: the cosine of `vector` to each of these rows."""
        return self.reconstruct(rows) @ vector

    def reconstruct(self, rows: NDArray[np.int64]) -> Vectors:
        """Return (len(rows), dimension), float32: the stored vectors of these rows."""
        stored: Vectors = self._stored.reconstruct_batch(np.ascontiguousarray(rows, np.int64))
        return stored


class VectorsWriter:
    """Collects the vectors of passages in row order."""

    def __init__(self, dimension: int) -> None:
        self._stored = faiss.IndexScalarQuantizer(dimension, faiss.ScalarQuantizer.QT_fp16, faiss.METRIC_INNER_PRODUCT)

    def add(self, vectors: Vectors) -> None:
        """Take in the next vectors: (n, dimension), float32."""
        self._stored.add(np.ascontiguousarray(vectors, np.float32))

    def finish(self, *, codes_like: FaissVectors | None = None) -> FaissVectors:
        """Return the index of all that was added; `codes_like`: see `FaissVectors.from_batches`."""
        stored, codes = self._stored, None
        if stored.ntotal > EXACT_UP_TO:
            codes = _code_book(stored, codes_like)
            for first in range(0, stored.ntotal, _WINDOW):
                codes.add(stored.reconstruct_n(first, min(_WINDOW, stored.ntotal - first)))
        return FaissVectors(stored, codes)


def _code_book(stored: faiss.Index, like: FaissVectors | None) -> faiss.Index:
    """Return an empty index of codes, ready to add to."""
    if like is not None and like._codes is not None:
        codes = faiss.clone_index(like._codes)
        codes.reset()
        return codes
    codes = faiss.IndexPQFastScan(stored.d, stored.d // 2, 4, faiss.METRIC_INNER_PRODUCT)
    chosen = np.random.default_rng(0).choice(stored.ntotal, min(_TRAINING_ROWS, stored.ntotal), replace=False)
    codes.pq.cp.niter = 10
    codes.train(stored.reconstruct_batch(np.sort(chosen)))
    return codes
