"""SnapshotTexts: the articles in service as revisions, for a back end that shows no others."""

import threading
from collections.abc import Iterator, Sequence

from index.article import Query, Span
from index.attribution import Attribution
from index.embedding.embedder import Embedder
from index.library.kept_texts import KeptRevision
from index.search.retrieval import Snapshot

_DEPTH = 300


class SnapshotTexts:
    """Finds articles by the search of their snapshot, and numbers them as they are found."""

    def __init__(self, snapshot: Snapshot, embedder: Embedder) -> None:
        self._snapshot = snapshot
        self._embedder = embedder
        self._ids: list[str] = []
        self._known: dict[str, int] = {}
        self._lock = threading.Lock()

    def holding(self, terms: Sequence[str], most: int) -> list[int]:
        """Return the numbers of those likely to hold each of these terms; who asks looks whether they do."""
        return self._found(terms, _DEPTH)[:most]

    def likeliest(self, terms: Sequence[str], most: int) -> list[int]:
        """Return the numbers of those with passages that share most with these terms, the likeliest first."""
        return self._found(terms, most)

    def rarity(self, term: str) -> float:
        """Return how telling a term is among the passages, in [0, 1]; 1 for one that none holds."""
        return self._snapshot.rarity(term)

    def numbers(self) -> Iterator[int]:
        """Return the numbers of all."""
        return map(self._number, self._snapshot.archive.ids())

    def text(self, number: int) -> str:
        """Return the text of a revision alone."""
        return self._snapshot.archive.article(self._ids[number]).text

    def revision(self, number: int) -> KeptRevision | None:
        """Return a revision; None of one that is not as it was added, and that nobody may quote."""
        archive, article_id = self._snapshot.archive, self._ids[number]
        return KeptRevision(number, archive.article(article_id), True) if archive.is_intact(article_id) else None

    def sentences(self, number: int) -> tuple[Span, ...]:
        """Return every sentence of it that may be quoted, in order."""
        return self._snapshot.archive.sentences_of(self._ids[number])

    def said(self, number: int) -> list[Attribution]:
        """Return what somebody says in it, in the order of its text."""
        return self._snapshot.archive.attributions_of(self._ids[number])

    def _found(self, terms: Sequence[str], depth: int) -> list[int]:
        words = " ".join(terms)
        vector = self._embedder.embed([words])[0]
        found = self._snapshot.candidates(Query(words), dict.fromkeys(terms, 1.0), lambda: vector, depth)
        if found is None:
            return []
        rows = sorted(found.keyword_scores, key=lambda row: -found.keyword_scores[row])
        articles = dict.fromkeys(passage.article_id for passage in found.passages(rows))
        return [self._number(article_id) for article_id in articles]

    def _number(self, article_id: str) -> int:
        with self._lock:
            number = self._known.setdefault(article_id, len(self._ids))
            if number == len(self._ids):
                self._ids.append(article_id)
            return number
