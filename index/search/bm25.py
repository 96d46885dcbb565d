"""BM25 (Lucene's, k1 1.2, b 0.75) over the passages of a snapshot: one product for each term that a question and a
passage share. The statistics are those of all its segments together."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from index.search.fusion import top_rows
from index.search.postings import Postings, term_key

_K1 = 1.2
_B = 0.75
_UNSEEN_PASSAGES = 50

_WORTH_PRUNING = 4096
"""Postings from which on it pays to ask first whether a term can still bring anything new among the best."""
Terms = Sequence[str] | Mapping[str, float]
"""The terms to search for; with shares, how much each counts of a whole one."""
_Weighted = tuple[np.uint64, float, int]
"""A term: its hash, its inverse document frequency, how many passages hold it."""


class KeywordIndex:
    """Which passages hold the words of a question, and how telling those words are.

    How common a word is, is counted with the passages that were replaced or removed since and are not merged away
    yet: at most a quarter of all (`index.library.disk.merging`), which moves a word's weight by at most ln(4/3) = .29.
    """

    def __init__(self, parts: Sequence[Postings]) -> None:
        self._parts = tuple(parts)
        sizes = [len(part.lengths) for part in self._parts]
        self._starts = np.cumsum([0, *sizes])
        self._total = int(self._starts[-1])
        self._mean_length = sum(int(part.lengths.sum(dtype=np.int64)) for part in self._parts) / max(self._total, 1)

    def best(self, terms: Terms, k: int, allowed: NDArray[np.bool_] | None = None) -> dict[int, float]:
        """Return row to BM25 (Lucene's, k1 1.2, b 0.75) of the k best passages that hold a term; ties by lower row.

        Exact. Terms go from rare to common; once what is left to come cannot lift a new passage among the best k,
        it is looked up for the passages at hand only (after Turtle and Flood's MaxScore, 1995).
        """
        weighted = self._weighted(terms)
        scores = np.zeros(self._total, np.float32)
        left = sum(weight for _, weight, _ in weighted)
        for number, (key, weight, holding) in enumerate(weighted):
            if number and holding > max(_WORTH_PRUNING, self._total // 32):
                seen = np.flatnonzero(scores)
                if len(seen) >= k and left < (threshold := _kth(scores[seen], k)):
                    able = seen[scores[seen] + left >= threshold]
                    return _best_of(able, scores[able] + self._scores(weighted[number:], able), k)
            for rows, gains in self._gains(key, weight, allowed):
                scores[rows] += gains
            left -= weight
        seen = np.flatnonzero(scores)
        return _best_of(seen, scores[seen], k)

    def scores_of(self, terms: Terms, rows: Sequence[int]) -> dict[int, float]:
        """Return row to BM25 of these passages; 0 where no term occurs."""
        ordered = np.array(sorted(rows), np.int64)
        scores = self._scores(self._weighted(terms), ordered)
        return dict(zip(ordered.tolist(), scores.tolist(), strict=True))

    def rarity(self, term: str) -> float:
        """Return how telling a term is: see `index.search.bm25.rarity`."""
        return rarity(self._holding(term_key(term)), self._total)

    @property
    def n_passages(self) -> int:
        """How many passages there are, with those that count no more."""
        return self._total

    def holding(self, term: str) -> int:
        """Return how many passages hold a term."""
        return self._holding(term_key(term))

    def rows_of(self, term: str) -> NDArray[np.int64]:
        """Return the rows of the passages that hold a term, ascending."""
        key = term_key(term)
        held = [part.rows[part.find(key)] + start for part, start in zip(self._parts, self._starts, strict=False)]
        return np.concatenate([np.empty(0, np.int64), *held])

    def _weighted(self, terms: Terms) -> list[_Weighted]:
        """Return each known term once, as (hash, its share of the inverse document frequency, passages that hold
        it)."""
        shares = terms if isinstance(terms, Mapping) else dict.fromkeys(terms, 1.0)
        keys = [(key, share, self._holding(key)) for key, share in ((term_key(term), shares[term]) for term in shares)]
        known = sorted((one for one in keys if one[2]), key=lambda one: one[2])
        return [(key, share * inverse_frequency(holding, self._total), holding) for key, share, holding in known]

    def _holding(self, key: np.uint64) -> int:
        places = [part.find(key) for part in self._parts]
        return sum(place.stop - place.start for place in places)

    def _gains(
        self, key: np.uint64, weight: float, allowed: NDArray[np.bool_] | None
    ) -> list[tuple[NDArray[np.int64], NDArray[np.float32]]]:
        """Return what a term adds: for each segment the rows that hold it, among those allowed, and their gains."""
        gains = []
        for part, start in zip(self._parts, self._starts, strict=False):
            place = part.find(key)
            local, counts = part.rows[place], part.counts[place]
            if allowed is not None:
                kept = allowed[start + local.astype(np.int64)]
                local, counts = local[kept], counts[kept]
            if len(local):
                gains.append((start + local.astype(np.int64), self._gain(weight, counts, part.lengths[local])))
        return gains

    def _scores(self, weighted: Sequence[_Weighted], rows: NDArray[np.int64]) -> NDArray[np.float32]:
        """Return (len(rows),): BM25 of these rows, ascending, for these terms."""
        scores = np.zeros(len(rows), np.float32)
        bounds = np.searchsorted(rows, self._starts)
        for number, part in enumerate(self._parts):
            inside = slice(int(bounds[number]), int(bounds[number + 1]))
            local = rows[inside] - self._starts[number]
            if not len(local):
                continue
            for key, weight, _ in weighted:
                place = part.find(key)
                holding, counts = part.rows[place], part.counts[place]
                if not len(holding):
                    continue
                at = np.minimum(np.searchsorted(holding, local.astype(np.int32)), len(holding) - 1)
                hit = holding[at] == local
                scores[inside] += hit * self._gain(weight, counts[at], part.lengths[local])
        return scores

    def _gain(self, weight: float, counts: NDArray[np.uint8], lengths: NDArray[np.uint16]) -> NDArray[np.float32]:
        return saturation(counts, lengths, self._mean_length, weight)


def inverse_frequency(holding: int, total: int) -> float:
    """Return how much a term counts that `holding` of `total` passages hold."""
    return float(np.log1p((total - holding + 0.5) / (holding + 0.5)))


def saturation(
    counts: NDArray[np.uint8], lengths: NDArray[np.uint16], mean_length: float, weight: float = 1.0
) -> NDArray[np.float32]:
    """Return (n,): what a term adds that occurs `counts` times in passages of `lengths` terms, times its `weight`."""
    often = counts.astype(np.float32)
    norm = np.float32(_K1 * (1 - _B)) + np.float32(_K1 * _B / mean_length) * lengths
    return np.asarray(np.float32(weight) * often / (often + norm), np.float32)


def rarity(holding: int, total: int) -> float:
    """Return how telling a term is, in [0, 1]: 1 for one that no passage holds, less the more passages do.

    The inverse document frequency, scaled. A few passages are too few to call a word common, so
    _UNSEEN_PASSAGES are counted as well, as if they did not hold it.
    """
    n_passages = total + _UNSEEN_PASSAGES
    return float(np.log(n_passages / (holding + 0.5)) / np.log(n_passages / 0.5))


def _kth(scores: NDArray[np.float32], k: int) -> float:
    return float(np.partition(scores, len(scores) - k)[len(scores) - k])


def _best_of(rows: NDArray[np.int64], scores: NDArray[np.float32], k: int) -> dict[int, float]:
    chosen = top_rows(scores, k)
    return dict(zip(rows[chosen].tolist(), scores[chosen].tolist(), strict=True))
