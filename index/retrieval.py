"""Query in, ranked Hits out: dense and keyword search over one snapshot, fused."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from index.archive import Archive
from index.article import Hit, Query
from index.embedding import Embedder, Vectors
from index.fusion import fuse_scores, top_rows
from index.snapshot import IndexSnapshot
from index.terms import terms_of

_CANDIDATES = 100
"""How deep each of the two rankings is read before they are fused."""
_DENSE_WEIGHT = 0.3
"""Fitted on the development sets (docs/measurements.md): 0.1 to 0.3 differ little, 0.5 and more lose names."""
_LEAD_WEIGHT = 0.05
"""For an article's first passage: news puts what matters first. Fitted likewise: 0.04 to 0.1 differ little."""
_CONTEXT_WEIGHT = 0.3
"""Of a word that only the conversation holds, beside one of the question. Fitted on MTRAG's development turns."""
_PREFERRED_WEIGHT = 0.1
"""For passages of the article under discussion: less than what tells a passage that answers from one that does not."""


class Retriever:
    """Searches one snapshot. Safe to use from several threads."""

    def __init__(self, snapshot: IndexSnapshot, embedder: Embedder) -> None:
        self._snapshot = snapshot
        self._embedder = embedder

    @property
    def snapshot(self) -> IndexSnapshot:
        """What is searched."""
        return self._snapshot

    @property
    def archive(self) -> Archive:
        """The articles that hits come from."""
        return self._snapshot.archive

    def search(self, query: Query, top_k: int = 10) -> list[Hit]:
        """At most `top_k` hits, best first; ties by the order of the articles. Empty if the scope holds nothing."""
        allowed = self.archive.allowed_rows(query.articles, query.before)
        if allowed is not None and not allowed.any():
            return []
        vector = self.embed([query.text])[0]
        keyword_scores = self._keyword_scores(query)
        if allowed is not None:
            keyword_scores = np.where(allowed, keyword_scores, 0)
        similar = self._snapshot.vectors.search(vector, _CANDIDATES, allowed)
        matching = _positive(keyword_scores, top_rows(keyword_scores, _CANDIDATES))
        similar |= self._similarities(vector, [row for row in matching if row not in similar])
        keyword = {row: float(keyword_scores[row]) for row in similar}
        leading = {row: float(self.archive.is_lead(row)) for row in similar}
        rankings, weights = [similar, keyword, leading], [_DENSE_WEIGHT, 1 - _DENSE_WEIGHT, _LEAD_WEIGHT]
        if query.preferred:
            rankings.append({row: float(self.archive.passage(row).article_id in query.preferred) for row in similar})
            weights.append(_PREFERRED_WEIGHT)
        fused = fuse_scores(rankings, weights)[:top_k]
        return [
            Hit(self.archive.passage(row), rank, score, similar[row], keyword[row])
            for rank, (row, score) in enumerate(fused, start=1)
        ]

    def embed(self, texts: Sequence[str]) -> Vectors:
        """(len(texts), dimension), float32: vectors that compare with those of the index."""
        return self._embedder.embed(texts)

    def rarity(self, term: str) -> float:
        """How telling a term is among the indexed passages, in [0, 1]; 1 for one that none holds."""
        return self._snapshot.keywords.rarity(term)

    def _keyword_scores(self, query: Query) -> NDArray[np.float32]:
        """(n_passages,): BM25 of the question's terms, and of those that the conversation adds at less weight."""
        terms = terms_of(query.text)
        scores = self._snapshot.keywords.scores(terms)
        added = [term for term in terms_of(query.context) if term not in terms]
        return scores + _CONTEXT_WEIGHT * self._snapshot.keywords.scores(added) if added else scores

    def _similarities(self, vector: Vectors, rows: list[int]) -> dict[int, float]:
        if not rows:
            return {}
        similarities = self._snapshot.vectors.similarities(vector, np.array(rows, np.int64))
        return dict(zip(rows, map(float, similarities), strict=True))


def _positive(scores: NDArray[np.float32], rows: NDArray[np.int64]) -> list[int]:
    return [int(row) for row in rows if scores[row] > 0]
