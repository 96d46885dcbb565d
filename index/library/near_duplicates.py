"""Which articles say nearly the same: MinHash signatures of their five-word shingles, and groups of near copies.

Two articles are near copies when about two thirds of their shingles are shared (wire stories with another headline, a
paragraph cut). A group is a number; an article that is like one there joins its group, else it begins its own.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from index.arrays import open_array
from index.article import Article
from index.hashing import hash64
from index.text.terms import words_of

_SHINGLE = 5
_FEWEST_WORDS = 20
"""A shorter text repeats too easily to call it a copy, unless it is the very same."""
_BANDS = 32
_ROWS_A_BAND = 4
_BLOCK = 4096
"""Articles of one build that are compared in dictionaries; more become arrays: bounds memory."""
_LIKENESS = 0.65
"""Share of the signature that is equal in near copies: an estimate of the share of shingles, give or take .04."""
_NUMBERS = np.random.default_rng(20240229).integers(1, 1 << 61, size=(2, _BANDS * _ROWS_A_BAND), dtype=np.uint64)
_MULTIPLIERS, _ADDENDS = _NUMBERS[0] | np.uint64(1), _NUMBERS[1]

Signature = NDArray[np.uint32]
Groups = NDArray[np.uint64]


@dataclass(frozen=True, slots=True)
class CopyIndex:
    """The signatures of one segment's articles, (n_articles, 128); `keys`, ascending, are those of their bands."""

    signatures: NDArray[np.uint32]
    groups: Groups
    keys: NDArray[np.uint64]
    rows: NDArray[np.int32]

    @classmethod
    def load(cls, folder: Path) -> "CopyIndex":
        """Return what `save` wrote, mapped rather than read."""
        names = ("signatures", "groups", "keys", "rows")
        return cls(*(open_array(folder / f"copies.{name}.npy") for name in names))

    @classmethod
    def from_signatures(cls, signatures: NDArray[np.uint32], groups: Groups) -> "CopyIndex":
        """Return an index of these articles, whose groups are known."""
        keys = band_keys(signatures).ravel()
        rows = np.repeat(np.arange(len(signatures), dtype=np.int32), _BANDS)
        order = np.argsort(keys, kind="stable")
        return cls(signatures, groups, keys[order], rows[order])

    def save(self, folder: Path) -> None:
        """Write the arrays into `folder`."""
        for name in ("signatures", "groups", "keys", "rows"):
            np.save(folder / f"copies.{name}.npy", getattr(self, name))

    def closest(self, signature: Signature, bands: NDArray[np.uint64]) -> tuple[float, int] | None:
        """Return likeness and group of the article that is most like `signature`, if one is a near copy."""
        first, end = np.searchsorted(self.keys, bands), np.searchsorted(self.keys, bands, side="right")
        hits = [self.rows[low:high] for low, high in zip(first, end, strict=True) if high > low]
        if not hits:
            return None
        rows = np.unique(np.concatenate(hits))
        return most_alike(signature, self.signatures[rows], self.groups[rows])


class KnownCopies(Protocol):
    """Articles that another may be a near copy of."""

    def closest(self, signature: Signature, bands: NDArray[np.uint64]) -> tuple[float, int] | None:
        """Return likeness and group of the article that is most like `signature`, if one is a near copy."""


class CopyFinder:
    """Gives each article that comes the group of the one it copies, among `known` segments and those before it."""

    def __init__(self, known: Sequence[KnownCopies] = ()) -> None:
        self._known = known
        self._done: list[CopyIndex] = []
        self._signatures: list[Signature] = []
        self._groups: list[int] = []
        self._first_rows: dict[int, int] = {}

    def add(self, article: Article) -> None:
        """Take in the next article, and settle its group."""
        if len(self._signatures) == _BLOCK:
            self._close_block()
        signature = signature_of(article)
        bands = band_keys(signature[None, :])[0]
        found = [index.closest(signature, bands) for index in (*self._known, *self._done)]
        best = max((one for one in (*found, self._closest(signature, bands)) if one), default=None)
        row = len(self._signatures)
        self._signatures.append(signature)
        self._groups.append(best[1] if best else hash64(f"group of {article.id}"))
        for band in bands.tolist():
            self._first_rows.setdefault(band, row)

    def finish(self) -> CopyIndex:
        """Return the index of all articles added."""
        self._close_block()
        return merge_copies([(index, np.ones(len(index.groups), np.bool_)) for index in self._done])

    def _closest(self, signature: Signature, bands: NDArray[np.uint64]) -> tuple[float, int] | None:
        """Return likeness and group of the near copy in the present block, if there is one."""
        rows = sorted({self._first_rows[band] for band in bands.tolist() if band in self._first_rows})
        found = [(float((self._signatures[row] == signature).mean()), self._groups[row]) for row in rows]
        return max((pair for pair in found if pair[0] >= _LIKENESS), default=None)

    def _close_block(self) -> None:
        signatures = np.array(self._signatures, np.uint32).reshape(-1, _BANDS * _ROWS_A_BAND)
        self._done.append(CopyIndex.from_signatures(signatures, np.array(self._groups, np.uint64)))
        self._signatures, self._groups, self._first_rows = [], [], {}


def signature_of(article: Article) -> Signature:
    """Return (128,), uint32: the least of each hash over the article's shingles; a short text's is that of its own
    text."""
    words = words_of(article.text)
    if len(words) < _FEWEST_WORDS:
        shingles = np.array([hash64(article.text)], np.uint64)
    else:
        numbers: dict[str, int] = {}
        hashed = np.array([numbers.get(w) or numbers.setdefault(w, hash64(w)) for w in words], np.uint64)
        shingles = np.zeros(len(words) - _SHINGLE + 1, np.uint64)
        for place in range(_SHINGLE):  # overflow wraps round, as hashes may
            shingles = shingles * np.uint64(0x9E3779B97F4A7C15) + hashed[place : place + len(shingles)]
        shingles = np.unique(shingles)
    mixed = (shingles[:, None] ^ (shingles[:, None] >> np.uint64(29))) * _MULTIPLIERS + _ADDENDS
    least: Signature = (mixed.min(axis=0) >> np.uint64(32)).astype(np.uint32)
    return least


def most_alike(signature: Signature, signatures: NDArray[np.uint32], groups: Groups) -> tuple[float, int] | None:
    """Return likeness and group of the one of (n, 128) `signatures` that is most like, if it is a near copy; n > 0."""
    likeness = (signatures == signature).mean(axis=1)
    best = int(np.argmax(likeness))
    return (float(likeness[best]), int(groups[best])) if likeness[best] >= _LIKENESS else None


def merge_copies(parts: Sequence[tuple[CopyIndex, NDArray[np.bool_]]]) -> CopyIndex:
    """Return one segment's index from those of several, in turn, without the articles that are false in the masks."""
    signatures = np.concatenate([part.signatures[live] for part, live in parts])
    return CopyIndex.from_signatures(signatures, np.concatenate([part.groups[live] for part, live in parts]))


def band_keys(signatures: NDArray[np.uint32]) -> NDArray[np.uint64]:
    """Return (n, 32), uint64: equal in a column for articles whose four numbers of that band are equal."""
    numbers = signatures.reshape(len(signatures), _BANDS, _ROWS_A_BAND).astype(np.uint64)
    keys = np.broadcast_to(np.arange(_BANDS, dtype=np.uint64), numbers.shape[:2]).copy()
    for column in range(_ROWS_A_BAND):
        keys = (keys ^ numbers[:, :, column]) * np.uint64(0x9E3779B97F4A7C15)
        keys ^= keys >> np.uint64(32)
    return keys
