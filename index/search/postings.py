"""Which passages of one segment hold which terms, how often: arrays that are mapped from disk and merge fast.

Terms are kept as 64-bit hashes in ascending order: in a million of them, two are alike once in 37 million libraries.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index.arrays import open_array
from index.hashing import hash64

_BLOCK = 16_384
"""Passages that are counted together: bounds the memory of a build."""
_FIELDS = ("terms", "ends", "rows", "counts", "lengths")


@dataclass(frozen=True, slots=True)
class Postings:
    """Term i, `terms[i]`, occurs in the passages `rows[ends[i-1]:ends[i]]`, ascending, `counts` times each.

    `lengths`: (n_passages,), terms in each passage, at least 1.
    """

    terms: NDArray[np.uint64]
    ends: NDArray[np.int64]
    rows: NDArray[np.int32]
    counts: NDArray[np.uint8]
    lengths: NDArray[np.uint16]

    @classmethod
    def load(cls, folder: Path) -> "Postings":
        """Return the postings in `folder`, mapped rather than read."""
        return cls(*(open_array(folder / f"{name}.npy") for name in _FIELDS))

    def save(self, folder: Path) -> None:
        """Write the arrays into `folder`, which need not exist yet."""
        folder.mkdir(exist_ok=True)
        for name in _FIELDS:
            np.save(folder / f"{name}.npy", getattr(self, name))

    def find(self, key: np.uint64) -> slice:
        """Return where the postings of a term lie; an empty slice if it has none."""
        place = int(np.searchsorted(self.terms, key))
        if place == len(self.terms) or self.terms[place] != key:
            return slice(0, 0)
        return slice(int(self.ends[place - 1]) if place else 0, int(self.ends[place]))


class PostingsWriter:
    """Collects the terms of passages in row order."""

    def __init__(self) -> None:
        self._done: list[tuple[Postings, NDArray[np.bool_] | None]] = []
        self._waiting: list[Sequence[str]] = []

    def add(self, terms: Sequence[str]) -> None:
        """Take in the terms of the next passage, repeats kept."""
        self._waiting.append(terms)
        if len(self._waiting) == _BLOCK:
            self._count()

    def add_part(self, part: Postings, live: NDArray[np.bool_]) -> None:
        """Take in the passages of a segment as the next ones, without those that are false in `live`, (n_passages,)."""
        if self._waiting:
            self._count()
        self._done.append((part, live))

    def finish(self) -> Postings:
        """Return everything that was added."""
        if self._waiting or not self._done:
            self._count()
        part, live = self._done[0]
        return part if len(self._done) == 1 and live is None else merge_postings(self._done)

    def _count(self) -> None:
        self._done.append((_counted(self._waiting), None))
        self._waiting = []


def merge_postings(parts: Sequence[tuple[Postings, NDArray[np.bool_] | None]]) -> Postings:
    """Return one segment's postings from those of several, in turn, without the rows that are false in the masks
    given."""
    terms = np.unique(np.concatenate([part.terms for part, _ in parts]))
    owners, rows, counts, lengths = [], [], [], []
    first = 0
    for part, live in parts:
        kept = np.ones(len(part.lengths), np.bool_) if live is None else live
        new_rows = np.cumsum(kept, dtype=np.int32) - 1 + first
        holding = kept[part.rows]
        numbers = np.searchsorted(terms, part.terms).astype(np.int32)
        owners.append(np.repeat(numbers, np.diff(part.ends, prepend=0))[holding])
        rows.append(new_rows[part.rows][holding])
        counts.append(part.counts[holding])
        lengths.append(part.lengths[kept])
        first += int(kept.sum())
    owner = np.concatenate(owners)
    order = np.argsort(owner, kind="stable")  # rows ascend within a part, and from part to part
    per_term = np.bincount(owner, minlength=len(terms))
    held = per_term > 0
    ends = np.cumsum(per_term[held], dtype=np.int64)
    return Postings(
        terms[held], ends, np.concatenate(rows)[order], np.concatenate(counts)[order], np.concatenate(lengths)
    )


@lru_cache(maxsize=100_000)
def term_key(term: str) -> np.uint64:
    """Return the hash that stands for a term."""
    return np.uint64(hash64(term))


def _counted(passages: Sequence[Sequence[str]]) -> Postings:
    lengths = np.array([len(terms) for terms in passages], np.int64)
    vocabulary: dict[str, int] = {}
    numbers = np.array([vocabulary.setdefault(t, len(vocabulary)) for terms in passages for t in terms], np.int64)
    keys = np.array([term_key(term) for term in vocabulary], np.uint64)
    terms, place = np.unique(keys, return_inverse=True)
    rows = np.repeat(np.arange(len(passages)), lengths)
    width = max(len(passages), 1)
    pairs, counts = np.unique(place[numbers] * width + rows, return_counts=True)
    ends = np.cumsum(np.bincount(pairs // width, minlength=len(terms)), dtype=np.int64)
    return Postings(
        terms,
        ends,
        (pairs % width).astype(np.int32),
        np.minimum(counts, 255).astype(np.uint8),
        np.clip(lengths, 1, 65_535).astype(np.uint16),
    )
