"""From a change to the next generation of rows, and to the alias that points everybody at it."""

import logging
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import numpy as np

from index.library.base import Change, PublishOptions
from index.library.canaries import RECALL_DEPTH, check_snapshot, draw_for_recall
from index.library.disk.segment import Segment
from index.library.milvus.archive import ArticlePlace
from index.library.milvus.calls import Row, SearchRequest, one_of
from index.library.milvus.layout import (
    ALIAS,
    ALIVE,
    Lineage,
    lineage_of,
    seen_by,
    snapshot_collection,
    snapshot_name,
)
from index.library.milvus.manifest import ClusterManifest, write_manifest
from index.library.milvus.rows import Birth, Numbers, article_rows, passage_rows, term_counts
from index.library.milvus.server import Server
from index.library.milvus.snapshot import CANDIDATES, ClusterSnapshot
from index.manifest import FORMAT_VERSION

logger = logging.getLogger(__name__)

_STEP = 20
"""How many articles are marked as dead at once."""
_COUNTS_STEP = 1_000
_REWRITTEN = 500
_WORTH_SETTLING = 10_000
_SEARCH = "HNSW"


@dataclass(frozen=True, slots=True)
class Retention:
    """How many snapshots are kept, and how long one that is in service no more stays for those who still read it."""

    snapshots: int
    grace: timedelta


@dataclass(slots=True)
class _Draft:
    """The next generation as it comes about."""

    name: str
    birth: Birth
    lineage: Lineage
    n_articles: int = 0
    n_passages: int = 0
    total_length: int = 0
    n_counts: int = 0


class ClusterPublication:
    """Publishes one snapshot. Only with the writer's lock held."""

    def __init__(self, server: Server, manifests: dict[str, ClusterManifest], retention: Retention) -> None:
        """Take the manifests of every snapshot on the server, by name, oldest first."""
        self._server = server
        self._manifests = manifests
        self._retention = retention

    def publish(
        self, fresh: Segment | None, change: Change[ArticlePlace], base: ClusterSnapshot | None, options: PublishOptions
    ) -> ClusterSnapshot:
        """Write the change as a generation of its own, check it, and describe it: `put_in_service` comes next.

        Raises:
            ArticlesMissing, SnapshotRejected: nothing changed in service.
        """
        draft = self._begin(fresh, base)
        if draft.n_articles + (fresh.contents.n_articles if fresh else 0) - len(change.leaving) < 1:
            raise options.nothing_left()
        counts = Counter[int]()
        if fresh is not None:
            self._write_segment(fresh, draft)
            counts.update(term_counts(fresh))
        if base is not None and change.leaving:
            self._take_out([place.number for place in change.leaving], draft, base, counts)
        self._write_counts(counts, draft, base)
        return self._checked(draft, fresh, base, change, options)

    def put_in_service(self, snapshot: ClusterSnapshot) -> None:
        """Put a snapshot in service, and drop what is not needed any more."""
        served = self._in_service() or ""
        self._server.point_alias(ALIAS, snapshot_collection(snapshot.name))
        self._manifests[snapshot.name] = snapshot.manifest
        names = sorted(name for name in map(snapshot_name, self._server.collections()) if name is not None)
        kept = [name for name in names if name <= served or name == snapshot.name][-self._retention.snapshots :]
        for name in names:
            if name not in kept:
                self._server.drop(snapshot_collection(name))
        if all(name in self._manifests for name in kept):  # of one that cannot be read nobody knows what it needs
            self._drop_rows([self._manifests[name] for name in kept])

    def clear_unfinished(self, served: str) -> None:
        """Undo what a killed build or a roll-back left behind `served`, the snapshot in service ("" for none)."""
        used = {manifest.lineage.name for manifest in self._manifests.values()}
        for collection in self._server.collections():
            lineage, name = lineage_of(collection), snapshot_name(collection)
            is_left = (lineage is not None and lineage not in used and lineage > served) or (
                name is not None and name not in self._manifests and name > served
            )
            if is_left:
                self._server.drop(collection)
        current = self._manifests.get(served)
        if current is not None:
            for collection in current.lineage.columns(current.dimension):
                self._undo(collection, current.generation)

    def _begin(self, fresh: Segment | None, base: ClusterSnapshot | None) -> _Draft:
        now = max(datetime.now(UTC), _latest(self._manifests) + timedelta(microseconds=1))
        name = now.strftime("%Y%m%dT%H%M%S_%f")
        generation = int(now.timestamp() * 1_000_000)
        if base is None:
            lengths = fresh.postings.lengths if fresh is not None else np.ones(1)
            birth = Birth(generation, Numbers(), float(lengths.mean()))
            draft = _Draft(name, birth, Lineage(name))
            for collection, columns in draft.lineage.columns(fresh.vectors.dimension if fresh else 1).items():
                self._server.create(collection, columns)
            return draft
        before = base.manifest
        same = [one.next for one in self._manifests.values() if one.lineage == before.lineage]
        first = Numbers(
            max(one.article for one in same), max(one.passage for one in same), max(one.term for one in same)
        )
        birth = Birth(generation, first, before.mean_length)
        return _Draft(name, birth, before.lineage, before.n_articles, before.n_passages, before.total_length)

    def _write_segment(self, segment: Segment, draft: _Draft) -> None:
        server, lineage = self._server, draft.lineage
        server.write(lineage.articles, article_rows(segment, draft.birth))
        draft.n_articles += segment.contents.n_articles
        draft.n_passages += server.write(lineage.passages, passage_rows(segment, draft.birth))
        draft.total_length += int(segment.postings.lengths.sum(dtype=np.int64))
        if segment.contents.n_passages >= _WORTH_SETTLING:
            server.settle(lineage.passages)

    def _take_out(self, numbers: Sequence[int], draft: _Draft, base: ClusterSnapshot, counts: Counter[int]) -> None:
        """Mark these articles as dead from this generation on."""
        seen, lineage = seen_by(base.manifest.generation), draft.lineage
        for first in range(0, len(numbers), _STEP):
            some = numbers[first : first + _STEP]
            passages = self._server.rows(lineage.passages, f"{one_of('article', some)} and {seen}", ["*"])
            for row in passages:
                counts.subtract(row["weights"].keys())
                draft.total_length -= int(row["length"])
            pieces = self._server.rows(lineage.articles, f"{one_of('number', some)} and {seen}", ["*"])
            self._server.write(lineage.passages, _dying(passages, draft.birth.generation))
            self._server.write(lineage.articles, _dying(pieces, draft.birth.generation))
            draft.n_passages -= len(passages)
        draft.n_articles -= len(numbers)

    def _write_counts(self, counts: Counter[int], draft: _Draft, base: ClusterSnapshot | None) -> None:
        """Write how many passages hold each term whose count has changed."""
        changed = sorted(term for term, count in counts.items() if count)
        for first in range(0, len(changed), _COUNTS_STEP):
            some = changed[first : first + _COUNTS_STEP]
            old = list(base.count_rows(some)) if base is not None else []
            before = {int(row["term"]): int(row["holding"]) for row in old}
            now = {term: before.get(term, 0) + counts[term] for term in some}
            self._server.write(draft.lineage.terms, self._count_rows(now, draft))
            self._server.write(draft.lineage.terms, _dying(old, draft.birth.generation))

    def _count_rows(self, counts: dict[int, int], draft: _Draft) -> Iterator[Row]:
        for term, holding in counts.items():
            if holding > 0:
                row = {"id": draft.birth.first.term + draft.n_counts, "term": term, "holding": holding}
                draft.n_counts += 1
                yield {**row, "unused": [1.0, 0.0], **draft.birth.life}

    def _checked(
        self,
        draft: _Draft,
        fresh: Segment | None,
        base: ClusterSnapshot | None,
        change: Change[ArticlePlace],
        options: PublishOptions,
    ) -> ClusterSnapshot:
        """Describe the snapshot of this generation on the server, after checking that it answers as it should, and
        return it."""
        manifest = _manifest(draft, fresh, options)
        snapshot = ClusterSnapshot(self._server, draft.name, manifest)
        snapshot.require_whole()
        canaries = check_snapshot(snapshot, base, change.former_ids, options.embedder, choose=options.choose)
        recall = base.manifest.recall_at_10 if base is not None else _recall(self._server, fresh, manifest)
        manifest = replace(manifest, canaries=canaries.questions, recall_at_10=recall)
        write_manifest(self._server, draft.name, manifest, canaries.vectors)
        return ClusterSnapshot(self._server, draft.name, manifest, canaries.vectors)

    def _undo(self, collection: str, generation: int) -> None:
        """Take out the rows that are younger than a generation, and let those count again that died after it.

        Those of published snapshots may be read still: they stay, dead, until they are dropped like others.
        """
        undone = [one.generation for one in self._manifests.values() if one.generation > generation]
        self._server.delete(collection, f"born > {generation} and not ({one_of('born', undone or [-1])})")
        for one in undone:
            self._rewrite(collection, f"born == {one} and died > {one}", one)
        self._rewrite(collection, f"born <= {generation} and died > {generation} and died < {ALIVE}", ALIVE)

    def _rewrite(self, collection: str, scope: str, died: int) -> None:
        while rows := self._server.rows(collection, scope, ["*"], most=_REWRITTEN, is_strict=True):
            self._server.write(collection, _dying(rows, died))

    def _drop_rows(self, kept: Sequence[ClusterManifest]) -> None:
        """Delete what no kept snapshot needs and nobody can still be reading."""
        long_ago = datetime.now(UTC) - self._retention.grace
        settled = [one for one in kept if one.built_at <= long_ago]
        if not settled:
            return
        oldest, safe = kept[0], settled[-1]
        dead = min(oldest.generation, safe.generation)
        for collection in oldest.lineage.columns(oldest.dimension):
            self._server.delete(collection, f"died <= {dead}")
        needed = {one.lineage.name for one in kept}
        for collection in self._server.collections():
            lineage = lineage_of(collection)
            if lineage is not None and lineage not in needed and lineage < safe.lineage.name:
                self._server.drop(collection)

    def _in_service(self) -> str | None:
        target = self._server.alias_target(ALIAS)
        return snapshot_name(target) if target else None


def _dying(rows: Iterable[Row], generation: int) -> list[Row]:
    return [{**row, "died": generation} for row in rows]


def _latest(manifests: dict[str, ClusterManifest]) -> datetime:
    newest = max((one.generation for one in manifests.values()), default=0)
    return datetime.fromtimestamp(newest / 1_000_000, UTC)


def _manifest(draft: _Draft, fresh: Segment | None, options: PublishOptions) -> ClusterManifest:
    n_fresh = (fresh.contents.n_articles, fresh.contents.n_passages) if fresh is not None else (0, 0)
    first, embedder = draft.birth.first, options.embedder
    return ClusterManifest(
        format_version=FORMAT_VERSION,
        created_at=datetime.now(UTC).isoformat(timespec="milliseconds"),
        model=embedder.name,
        model_fingerprint=embedder.fingerprint,
        model_backend=embedder.backend,
        dimension=embedder.dimension,
        n_articles=draft.n_articles,
        n_passages=draft.n_passages,
        search=_SEARCH,
        recall_at_10=1.0,
        canaries=(),
        generation=draft.birth.generation,
        lineage=draft.lineage,
        next=Numbers(first.article + n_fresh[0], first.passage + n_fresh[1], first.term + draft.n_counts),
        mean_length=draft.birth.mean_length,
        total_length=draft.total_length,
    )


def _recall(server: Server, fresh: Segment | None, manifest: ClusterManifest) -> float:
    """Return the share of the ten nearest neighbours of 64 passages that the server's search finds, itself left out."""
    if fresh is None:
        return 1.0
    rows = draw_for_recall(np.arange(len(fresh.vectors)))
    vectors = fresh.vectors.reconstruct(rows)
    request = SearchRequest(seen_by(manifest.generation), RECALL_DEPTH + 1, candidates=CANDIDATES)
    hits = server.search(manifest.lineage.passages, "vector", vectors.tolist(), request)
    found = expected = 0
    for row, vector, near in zip(rows.tolist(), vectors, hits, strict=True):
        nearest = fresh.vectors.search_exactly(vector, RECALL_DEPTH + 1)
        threshold = min(nearest.values()) - 1e-3  # of equals, any will do
        others = [hit for hit in near if hit.id != row]
        expected += len(nearest.keys() - {row})
        found += min(sum(hit.score >= threshold for hit in others), len(nearest.keys() - {row}))
    return round(found / expected, 4) if expected else 1.0
