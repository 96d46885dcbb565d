"""Both searches of a question over the segments of one snapshot on disk."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from index.article import Query
from index.embedding.embedder import Vectors
from index.search.bm25 import KeywordIndex, Terms
from index.search.retrieval import Candidates
from index.search.vectors import SegmentedVectors
from index.segment_archive import SegmentArchive


@dataclass(frozen=True, slots=True)
class SegmentSearch:
    """The three parts of a snapshot that number their passages alike."""

    archive: SegmentArchive
    vectors: SegmentedVectors
    keywords: KeywordIndex

    def candidates(self, query: Query, terms: Terms, vector_of: Callable[[], Vectors], depth: int) -> Candidates | None:
        """The `depth` best of each search; None if the scope of the query holds nothing.

        `vector_of` gives the vector of the question, if it is needed.
        """
        archive = self.archive
        allowed = _allowed(archive, query)
        if allowed is not None and not allowed.any():
            return None
        vector = vector_of()
        matching = self.keywords.best(terms, depth, allowed)
        similar = self.vectors.search(vector, depth, allowed)
        missing = np.array([row for row in matching if row not in similar], np.int64)
        if len(missing):
            similar |= dict(zip(missing.tolist(), map(float, self.vectors.similarities(vector, missing)), strict=True))
        keyword = matching | self.keywords.scores_of(terms, [row for row in similar if row not in matching])
        rows = np.fromiter(similar, np.int64, len(similar))
        return Candidates(
            similarities=similar,
            keyword_scores=keyword,
            leading=dict(zip(rows.tolist(), archive.leading(rows).astype(float).tolist(), strict=True)),
            days=dict(zip(rows.tolist(), archive.days_of(rows.tolist()).tolist(), strict=True)),
            preferred=frozenset(row for article_id in query.preferred for row in archive.rows_of(article_id)),
            speaker=lambda row: (archive.article_number(row), archive.group_of(row)),
            passages=lambda chosen: [archive.passage(row) for row in chosen],
        )


def _allowed(archive: SegmentArchive, query: Query) -> NDArray[np.bool_] | None:
    """(n_rows,): which passages may be found; None if all may."""
    allowed = archive.allowed_rows(query.articles, query.before, query.sources)
    if query.dates is not None and query.dates.restricts:
        allowed = _both(allowed, archive.rows_published(query.dates.first, query.dates.last))
    return allowed


def _both(allowed: NDArray[np.bool_] | None, wanted: NDArray[np.bool_]) -> NDArray[np.bool_]:
    return wanted if allowed is None else allowed & wanted
