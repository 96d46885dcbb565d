"""Vectors that need not be computed again: those of the index in service, and those that an unfinished build left."""

import hashlib
import os
import zipfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from index.embedding.embedder import Vectors

Keys = NDArray[np.uint64]


class VectorSource(Protocol):
    """Somewhere that vectors are kept by the keys of their texts."""

    def fill(self, keys: Keys, vectors: Vectors, known: NDArray[np.bool_]) -> None:
        """Write the vectors it has of the rows that are not `known` yet into (n, dimension) `vectors`, and mark these
        rows as known."""


@dataclass(slots=True)
class KeptVectors:
    """Keys of texts, and a function from rows to their vectors. The keys are sorted at the first search."""

    keys: Keys
    vectors: Callable[[NDArray[np.int64]], Vectors]
    order: NDArray[np.int64] | None = None

    def fill(self, keys: Keys, vectors: Vectors, known: NDArray[np.bool_]) -> None:
        """Write the vectors of rows that are not `known` yet, and mark these rows: see `VectorSource`."""
        rows = self._rows_of(keys)
        fresh = (rows >= 0) & ~known
        if fresh.any():
            vectors[fresh] = self.vectors(rows[fresh])
            known |= fresh

    def _rows_of(self, wanted: Keys) -> NDArray[np.int64]:
        """Return (len(wanted),): the row of each key, -1 where it is not known."""
        if self.order is None:
            self.order = np.argsort(self.keys, kind="stable")
            self.keys = np.asarray(self.keys)[self.order]
        place = np.minimum(np.searchsorted(self.keys, wanted), max(len(self.keys) - 1, 0))
        if not len(self.keys):
            return np.full(len(wanted), -1, np.int64)
        return np.where(self.keys[place] == wanted, self.order[place], -1)


@dataclass(slots=True)
class KnownVectors:
    """Looks vectors up by the key of the text they stand for."""

    _sources: list[VectorSource] = field(default_factory=list)

    def fill(self, keys: Keys, vectors: Vectors) -> NDArray[np.bool_]:
        """Write the known ones of (n, dimension) `vectors`, and return which rows those are, (n,)."""
        known = np.zeros(len(keys), np.bool_)
        for source in self._sources:
            source.fill(keys, vectors, known)
        return known


class UnfinishedWork:
    """The vectors of a build under way, in files of their own, so that the next build can go on after a kill.

    Only for whoever holds the index for writing. Files that a kill tore are left out.
    `is_touched`: something was kept or taken since this was made.
    """

    def __init__(self, folder: Path, model_fingerprint: str) -> None:
        self._folder = folder
        self.is_touched = False
        self._prefix = hashlib.sha256(model_fingerprint.encode()).hexdigest()[:12]

    def keep(self, keys: Keys, vectors: Vectors) -> None:
        """Write some vectors with the keys of their texts."""
        self.is_touched = True
        self._folder.mkdir(parents=True, exist_ok=True)
        target = self._folder / f"{self._prefix}-{len(list(self._folder.iterdir())):06}.npz"
        with (self._folder / ".new").open("wb") as file:
            np.savez(file, keys=keys, vectors=vectors.astype(np.float16))
            file.flush()
            os.fsync(file.fileno())
        (self._folder / ".new").replace(target)

    def sources(self) -> Iterable[tuple[Keys, Vectors]]:
        """Yield what earlier builds with this model left."""
        for path in sorted(self._folder.glob(f"{self._prefix}-*.npz")):
            try:
                with path.open("rb") as file, np.load(file) as kept:
                    yield kept["keys"], kept["vectors"]
            except (OSError, ValueError, KeyError, zipfile.BadZipFile):
                path.unlink(missing_ok=True)

    def clear(self) -> None:
        """Delete everything, of other models too: a build was published."""
        for path in self._folder.glob("*") if self._folder.is_dir() else ():
            path.unlink(missing_ok=True)


def known_vectors(in_service: Sequence[VectorSource], unfinished: UnfinishedWork) -> KnownVectors:
    """Return the vectors of the index in service, and those of unfinished work."""

    def taken(rows: NDArray[np.int64], kept: Vectors) -> Vectors:
        unfinished.is_touched = True
        return kept[rows].astype(np.float32)

    left = [KeptVectors(keys, partial(taken, kept=kept)) for keys, kept in unfinished.sources()]
    return KnownVectors([*in_service, *left])
