"""A snapshot on the vector server, searched there: nearest vectors and heaviest shared words, each in one call."""

import threading
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np

from index.article import Passage, Query
from index.embedding.embedder import Embedder, Vectors
from index.errors import SnapshotCorrupt, VectorServerRefused
from index.library.disk.segment_articles import NO_DATE
from index.library.milvus.archive import ClusterArchive
from index.library.milvus.calls import MOST_CANDIDATES, FoundRow, Row, SearchRequest, one_of
from index.library.milvus.layout import dimension_of, id_key, seen_by
from index.library.milvus.manifest import ClusterManifest, read_manifest
from index.library.milvus.rows import day_in, passage_in
from index.library.milvus.server import Server
from index.manifest import SEARCHABLE_FORMATS, require_same_model
from index.search.bm25 import Terms, inverse_frequency, rarity
from index.search.retrieval import Candidates
from index.search.spelling import Misspelling

_FIELDS = ("article", "day", "copy_group", "is_leading", "span_start", "span_end", "sentences")
_STEP = 1_000
_ARTICLES_STEP = 100
"""The vectors of so many articles are read at once: about a megabyte."""
CANDIDATES = 512
"""How many passages a search by vector among all of them keeps in view."""
_CANDIDATES_IN_SCOPE = 16_384
_FEW = 2_000
"""How many passages may be compared one by one: their vectors are three megabytes."""


class ClusterSnapshot:
    """A snapshot, open for searching. Safe to use from several threads."""

    def __init__(
        self, server: Server, name: str, manifest: ClusterManifest, canary_vectors: Vectors | None = None
    ) -> None:
        """`canary_vectors`: (n_canaries, dimension); None while it has no canaries yet."""
        self.name = name
        self.manifest = manifest
        self.canary_vectors = (
            canary_vectors if canary_vectors is not None else np.empty((0, manifest.dimension), np.float32)
        )
        self.archive = ClusterArchive(server, manifest)
        self._server = server
        self._seen = seen_by(manifest.generation)
        self._holding: dict[int, int] = {}
        self._newest: dict[str, int] = {}
        self._lock = threading.Lock()

    @classmethod
    def open(
        cls, server: Server, name: str, embedder: Embedder | None, formats: Collection[int] = SEARCHABLE_FORMATS
    ) -> "ClusterSnapshot":
        """Return the snapshot of that name, after checking that it is whole and, unless None, that `embedder` made it.

        Of one in a format other than today's only the articles may be read.

        Raises:
            SnapshotCorrupt: it is not there, or rows of it are missing.
            SnapshotMismatch: another model, dimension or format made it.
        """
        manifest, vectors = read_manifest(server, name, formats)
        if embedder is not None:
            require_same_model(f"The snapshot {name} on {server.address}", manifest, embedder)
        snapshot = cls(server, name, manifest, vectors)
        snapshot.require_whole()
        return snapshot

    def close(self) -> None:
        """Do nothing: the connection is the server's."""

    def require_whole(self) -> None:
        """Raise SnapshotCorrupt unless as many rows count as should, after waiting until the server has everything that
        was published."""
        manifest = self.manifest
        try:
            # so that this server has every count as well
            self._server.rows(manifest.lineage.terms, "id == 0", ["holding"], is_strict=True)
            found = (
                self._server.count(manifest.lineage.articles, f"piece == 0 and {self._seen}"),
                self._server.count(manifest.lineage.passages, self._seen),
            )
        except VectorServerRefused as error:
            raise SnapshotCorrupt(f"The snapshot {self.name} cannot be read: {error} Build again.") from error
        if found != (manifest.n_articles, manifest.n_passages):
            raise SnapshotCorrupt(
                f"The snapshot {self.name} on {self._server.address} holds {found[0]} articles and {found[1]} "
                f"passages, expected {manifest.n_articles} and {manifest.n_passages}. Run `python -m index rollback`, "
                "or build again."
            )

    def candidates(self, query: Query, terms: Terms, vector_of: Callable[[], Vectors], depth: int) -> Candidates | None:
        """Return the `depth` best passages by vectors and by words, with both scores; None if the scope holds
        nothing."""
        scope = self._scope(query)
        if scope is None:
            return None
        vector, weights = vector_of(), self._weights(terms)
        near = self._nearest(vector, scope, depth)
        if not near:
            return None
        worded = self._search("weights", weights, SearchRequest(scope, depth, _FIELDS)) if weights else []
        found = {hit.id: hit.row for hit in (*near, *worded)}
        similarities = {hit.id: hit.score for hit in near}
        similarities |= self._similarities(vector, [hit.id for hit in worded if hit.id not in similarities])
        scores = {hit.id: hit.score for hit in worded}
        scores |= self._keyword_scores(weights, [row for row in similarities if row not in scores])
        preferred = set(self.archive.numbers_of(query.preferred))
        return Candidates(
            similarities=similarities,
            keyword_scores=scores,
            leading={row: float(columns["is_leading"]) for row, columns in found.items()},
            days={row: day_in(columns) for row, columns in found.items()},
            preferred=frozenset(row for row, columns in found.items() if columns["article"] in preferred),
            speaker=lambda row: (int(found[row]["article"]), int(found[row]["copy_group"])),
            passages=lambda rows: self._passages([found[row] for row in rows]),
        )

    def vectors_of(self, article_ids: Sequence[str]) -> dict[str, Vectors]:
        """Return the vectors of each article's passages, (n_passages, dimension), in order, without unknown ids."""
        names = self.archive.ids_of(self.archive.numbers_of(article_ids))
        found: dict[str, list[Row]] = {}
        for first in range(0, len(names), _ARTICLES_STEP):
            some = list(names)[first : first + _ARTICLES_STEP]
            scope = f"{one_of('article', some)} and {self._seen}"
            for row in self._server.rows(self.manifest.lineage.passages, scope, ["id", "article", "vector"]):
                found.setdefault(names[int(row["article"])], []).append(row)
        return {
            name: np.array([row["vector"] for row in sorted(rows, key=lambda row: int(row["id"]))], np.float32)
            for name, rows in found.items()
        }

    def newest_day(self, query: Query) -> date | None:
        """Return the last day on which an article within the scope of the query was published; None if none of them has
        a date.

        The server sorts nothing: it is asked how many there are from a day on, of days further and further back.
        """
        scope = self._scope(query)
        if scope is None:
            return None
        if scope not in self._newest:
            self._newest[scope] = self._last_day(scope)
        newest = self._newest[scope]
        return date.fromordinal(newest) if newest else None

    def _last_day(self, scope: str) -> int:
        def has_any_from(day: int) -> bool:
            dated = f"{scope} and day >= {day} and day < {NO_DATE}"
            return self._server.count(self.manifest.lineage.passages, dated) > 0

        beyond, back = date.max.toordinal() + 1, 2
        first = date.today().toordinal() - back  # noqa: DTZ011  # any day will do to begin with
        while not has_any_from(first):
            if first <= 1:
                return 0
            beyond, back = first, 2 * back
            first = max(first - back, 1)
        while beyond - first > 1:
            middle = (first + beyond) // 2
            first, beyond = (middle, beyond) if has_any_from(middle) else (first, middle)
        return first

    def rarity(self, term: str) -> float:
        """Return how telling a term is among the passages, in [0, 1]; 1 for one that none holds."""
        dimension = dimension_of(term)
        return rarity(self.holding([dimension])[dimension], self.manifest.n_passages)

    def misspellings(self, text: str) -> list[Misspelling]:
        """Return nothing: the server knows terms by their hashes, and cannot list the words they stand for."""
        return []

    def holding(self, dimensions: Iterable[int]) -> dict[int, int]:
        """Return how many passages hold each of these terms."""
        wanted = list(dict.fromkeys(dimensions))
        with self._lock:
            missing = [one for one in wanted if one not in self._holding]
        if missing:
            found = {int(row["term"]): int(row["holding"]) for row in self.count_rows(missing)}
            with self._lock:
                self._holding |= {one: found.get(one, 0) for one in missing}
        with self._lock:
            return {one: self._holding[one] for one in wanted}

    def count_rows(self, dimensions: Sequence[int]) -> Iterable[Row]:
        """Yield the rows that count these terms."""
        for first in range(0, len(dimensions), _STEP):
            scope = f"{one_of('term', dimensions[first : first + _STEP])} and {self._seen}"
            yield from self._server.rows(self.manifest.lineage.terms, scope, ["*"])

    def _weights(self, terms: Terms) -> dict[int, float]:
        """Return what each known term of a question counts, by its dimension: its share of the inverse document
        frequency."""
        shares = terms if isinstance(terms, Mapping) else dict.fromkeys(terms, 1.0)
        dimensions = {dimension_of(term): share for term, share in shares.items()}
        known = {one: holding for one, holding in self.holding(dimensions).items() if holding}
        total = self.manifest.n_passages
        return {one: dimensions[one] * inverse_frequency(holding, total) for one, holding in known.items()}

    def _scope(self, query: Query) -> str | None:
        """Return the expression that is true of the passages that may be found; None if there can be none."""
        conditions = [self._seen]
        if query.articles is not None:
            numbers = self.archive.numbers_of(query.articles)
            if not numbers:
                return None
            conditions.append(one_of("article", numbers))
        if query.before is not None:
            conditions.append(f"day < {query.before.toordinal()}")
        if query.sources is not None:
            conditions.append(one_of("source_key", sorted({id_key(source.casefold()) for source in query.sources})))
        if query.dates is not None and query.dates.restricts:
            last = query.dates.last.toordinal() if query.dates.last else NO_DATE - 1
            first = query.dates.first.toordinal() if query.dates.first else 0
            conditions.append(f"day >= {first} and day <= {last}")
        return " and ".join(conditions)

    def _nearest(self, vector: Vectors, scope: str, depth: int) -> list[FoundRow]:
        """Return the passages in scope that are most like the vector, best first.

        The engine walks a graph of all passages, of which a narrow scope allows few: it is asked to walk further, and
        where it comes back with less than was asked for, the passages in scope are compared one by one.
        """
        if scope == self._seen:
            return self._search("vector", vector.tolist(), SearchRequest(scope, depth, _FIELDS, candidates=CANDIDATES))
        request = SearchRequest(scope, depth, _FIELDS, candidates=_CANDIDATES_IN_SCOPE)
        if len(found := self._search("vector", vector.tolist(), request)) == depth:
            return found
        rows = self._server.rows(self.manifest.lineage.passages, scope, [*_FIELDS, "vector"], most=_FEW + 1)
        if len(rows) > _FEW:
            return self._search("vector", vector.tolist(), replace(request, candidates=MOST_CANDIDATES))
        found = [FoundRow(int(row["id"]), float(np.dot(row.pop("vector"), vector)), row) for row in rows]
        return sorted(found, key=lambda one: (-one.score, one.id))[:depth]

    def _search(self, column: str, vector: object, request: SearchRequest) -> list[FoundRow]:
        return self._server.search(self.manifest.lineage.passages, column, [vector], request)[0]

    def _similarities(self, vector: Vectors, rows: Sequence[int]) -> dict[int, float]:
        found = self._columns(rows, "vector")
        if not found:
            return {}
        cosines = np.array(list(found.values()), np.float32) @ vector
        return dict(zip(found, cosines.tolist(), strict=True))

    def _keyword_scores(self, weights: Mapping[int, float], rows: Sequence[int]) -> dict[int, float]:
        found = self._columns(rows, "weights") if weights else {}
        return {row: sum(weights[one] * found[row].get(one, 0.0) for one in weights) if found else 0.0 for row in rows}

    def _columns(self, rows: Sequence[int], column: str) -> dict[int, Any]:
        """Return one column of these rows."""
        if not rows:
            return {}
        found = self._server.rows(self.manifest.lineage.passages, one_of("id", rows), [column])
        return {int(row["id"]): row[column] for row in found}

    def _passages(self, rows: Sequence[Row]) -> list[Passage]:
        ids = self.archive.ids_of(int(row["article"]) for row in rows)
        if any(int(row["article"]) not in ids for row in rows):
            raise SnapshotCorrupt(f"The snapshot {self.name} was dropped while it was searched. Ask again.")
        return [passage_in(ids[int(row["article"])], row) for row in rows]
