"""BM25 over the terms of the passages (bm25s), memory-mapped from disk."""

from collections.abc import Iterable, Sequence
from pathlib import Path

import bm25s
import numpy as np
from numpy.typing import NDArray

_UNSEEN_PASSAGES = 50
_NO_TERM = "\N{EMPTY SET}"
"""Stands in for a passage without terms: bm25s cannot hold an empty document, and no text has this term."""


class KeywordIndex:
    """Which passages hold the words of a question, and how telling those words are."""

    def __init__(self, bm25: bm25s.BM25) -> None:
        self._bm25 = bm25

    @classmethod
    def from_terms(cls, passages: Iterable[Sequence[str]]) -> "KeywordIndex":
        """An index of passages given as their terms, in row order (Lucene's BM25, k1 1.2, b 0.75)."""
        bm25 = bm25s.BM25(method="lucene", k1=1.2, b=0.75)
        bm25.index([list(terms) or [_NO_TERM] for terms in passages], show_progress=False)
        return cls(bm25)

    @classmethod
    def load(cls, folder: Path) -> "KeywordIndex":
        """The index in `folder`, mapped rather than read."""
        return cls(bm25s.BM25.load(str(folder), mmap=True, show_progress=False))

    def save(self, folder: Path) -> None:
        """Writes the index into `folder`, which may not exist yet."""
        self._bm25.save(str(folder), show_progress=False)

    def scores(self, terms: Sequence[str]) -> NDArray[np.float32]:
        """(n_passages,), float32: BM25 of every passage for these terms; 0 where no term occurs."""
        known = [term for term in dict.fromkeys(terms) if term in self._bm25.vocab_dict]
        if not known:
            return np.zeros(self._bm25.scores["num_docs"], np.float32)
        scores: NDArray[np.float32] = self._bm25.get_scores(known)
        return scores

    def rarity(self, term: str) -> float:
        """How telling a term is, in [0, 1]: 1 for one that no passage holds, less the more passages do.

        The inverse document frequency, scaled. A few passages are too few to call a word common, so
        _UNSEEN_PASSAGES are counted as well, as if they did not hold it.
        """
        n_passages = int(self._bm25.scores["num_docs"]) + _UNSEEN_PASSAGES
        token = self._bm25.vocab_dict.get(term)
        pointers = self._bm25.scores["indptr"]
        holding = 0 if token is None else int(pointers[token + 1] - pointers[token])
        return float(np.log(n_passages / (holding + 0.5)) / np.log(n_passages / 0.5))
