"""Query in, ranked Hits out: dense and keyword search over one snapshot, fused; near copies speak with one voice."""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from index.archive import Archive
from index.article import Hit, Query
from index.dating import score_dates
from index.embedding import Embedder, Vectors
from index.fusion import fuse_scores
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

_DATE_WEIGHT = 0.15
"""For an article of the days a question asks about, where it only prefers them. Measured: 0.15 to 0.3 differ little."""


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
        """At most `top_k` hits, best first; of equals the newer, then by the order of the articles.

        Empty if the scope holds nothing.

        Of articles that are near copies of each other, the one that is found first speaks for all.
        """
        return search_snapshot(self._snapshot, query, lambda: self.embed([query.text])[0], top_k)

    def embed(self, texts: Sequence[str]) -> Vectors:
        """(len(texts), dimension), float32: vectors that compare with those of the index."""
        return self._embedder.embed(texts)

    def rarity(self, term: str) -> float:
        """How telling a term is among the indexed passages, in [0, 1]; 1 for one that none holds."""
        return self._snapshot.keywords.rarity(term)


def search_snapshot(snapshot: IndexSnapshot, query: Query, vector_of: Callable[[], Vectors], top_k: int) -> list[Hit]:
    """What `Retriever.search` finds; `vector_of` gives the vector of the query's text, if it is needed."""
    archive, keywords, vectors = snapshot.archive, snapshot.keywords, snapshot.vectors
    allowed = _allowed(archive, query)
    if allowed is not None and not allowed.any():
        return []
    vector, terms = vector_of(), _terms(query)
    matching = keywords.best(terms, _CANDIDATES, allowed)
    similar = vectors.search(vector, _CANDIDATES, allowed)
    missing = np.array([row for row in matching if row not in similar], np.int64)
    if len(missing):
        similar |= dict(zip(missing.tolist(), map(float, vectors.similarities(vector, missing)), strict=True))
    keyword = matching | keywords.scores_of(terms, [row for row in similar if row not in matching])
    rows = np.fromiter(similar, np.int64, len(similar))
    leading = dict(zip(rows.tolist(), archive.leading(rows).astype(float).tolist(), strict=True))
    days = dict(zip(rows.tolist(), archive.days_of(rows.tolist()).tolist(), strict=True))
    rankings, weights = [similar, keyword, leading], [_DENSE_WEIGHT, 1 - _DENSE_WEIGHT, _LEAD_WEIGHT]
    if query.preferred:
        preferred = {row for article_id in query.preferred for row in archive.rows_of(article_id)}
        rankings.append({row: float(row in preferred) for row in similar})
        weights.append(_PREFERRED_WEIGHT)
    if query.dates:
        rankings.append(score_dates(days, query.dates))
        weights.append(_DATE_WEIGHT)
    fused = sorted(fuse_scores(rankings, weights), key=lambda item: (-item[1], -days[item[0]]))
    return [
        Hit(archive.passage(row), rank, score, similar[row], keyword[row])
        for rank, (row, score) in enumerate(_one_voice(fused, archive, top_k), start=1)
    ]


def _allowed(archive: Archive, query: Query) -> NDArray[np.bool_] | None:
    """(n_rows,): which passages may be found; None if all may."""
    allowed = archive.allowed_rows(query.articles, query.before, query.sources)
    if query.dates is None or not query.dates.restricts:
        return allowed
    published = archive.rows_published(query.dates.first, query.dates.last)
    return published if allowed is None else allowed & published


def _terms(query: Query) -> dict[str, float]:
    """The question's terms, and those that only the conversation holds, each with its share of a whole one."""
    faint = dict.fromkeys(terms_of(query.context), _CONTEXT_WEIGHT)
    return faint | dict.fromkeys(terms_of(query.text), 1.0)


def _one_voice(fused: Sequence[tuple[int, float]], archive: Archive, top_k: int) -> list[tuple[int, float]]:
    """The first `top_k` rows, leaving out those of an article whose near copy came before."""
    speakers: dict[int, int] = {}
    chosen: list[tuple[int, float]] = []
    for row, score in fused:
        if len(chosen) == top_k:
            break
        article = archive.article_number(row)
        if speakers.setdefault(archive.group_of(row), article) == article:
            chosen.append((row, score))
    return chosen
