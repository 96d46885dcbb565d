"""Canary questions: what an index answered when it was built, and must still answer before another is served.

Both back ends check a snapshot here before they publish it, and measure its search on the same sample.
"""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from index.article import Query
from index.embedding.embedder import Embedder, Vectors
from index.errors import SnapshotRejected
from index.manifest import Canary
from index.search.retrieval import Snapshot, search_snapshot

RECALL_DEPTH = 10
"""Nearest neighbours that `recall_at_10` of a manifest asks for."""
_RECALL_QUERIES = 64
_WANTED = 8
_FEWEST = 4
_TRIED = 16
_DEPTH = 10


@dataclass(frozen=True, slots=True)
class Canaries:
    """Canary questions and their vectors, (n_questions, dimension)."""

    questions: tuple[Canary, ...]
    vectors: Vectors


class CheckedSnapshot(Snapshot, Protocol):
    """A snapshot that still has the vectors of its canaries."""

    @property
    def canary_vectors(self) -> Vectors:
        """(n_canaries, dimension)."""


def check_snapshot(
    snapshot: Snapshot, base: CheckedSnapshot | None, changed: frozenset[str], embedder: Embedder, *, choose: bool
) -> Canaries:
    """Return the canaries of a snapshot that is to take the place of `base`, after asking it those of `base`.

    They are the questions about articles that are not `changed`. With `choose`, others are chosen where too few of
    these are left.

    Raises:
        SnapshotRejected: most questions do not find their article any more.
    """
    kept = _unchanged(base, changed)
    _require_found(kept, snapshot)
    return _chosen(snapshot, embedder) if choose and len(kept.questions) < _FEWEST else kept


def draw_for_recall(rows: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return up to 64 of these passages, always the same, whose nearest neighbours show how well a search finds."""
    return np.random.default_rng(0).choice(rows, min(_RECALL_QUERIES, len(rows)), replace=False)


def _chosen(snapshot: Snapshot, embedder: Embedder) -> Canaries:
    """Return up to eight opening sentences, of articles spread over the snapshot, that find their article."""
    ids = snapshot.archive.ids()
    drawn = sorted(np.random.default_rng(0).choice(len(ids), min(_TRIED, len(ids)), replace=False).tolist())
    canaries = [Canary(_opening(snapshot, ids[number]), ids[number]) for number in drawn]
    vectors = embedder.embed([canary.question for canary in canaries])
    able = [row for row, canary in enumerate(canaries) if _is_found(canary, vectors[row], snapshot)]
    found = [able[place * len(able) // _WANTED] for place in range(_WANTED)] if len(able) > _WANTED else able
    return Canaries(tuple(canaries[row] for row in found), vectors[found])


def _unchanged(base: CheckedSnapshot | None, changed: frozenset[str]) -> Canaries:
    """Return the canaries of `base` whose articles are as they were."""
    if base is None:
        return Canaries((), np.empty((0, 0), np.float32))
    kept = [row for row, canary in enumerate(base.manifest.canaries) if canary.article_id not in changed]
    return Canaries(tuple(base.manifest.canaries[row] for row in kept), base.canary_vectors[kept])


def _require_found(canaries: Canaries, snapshot: Snapshot) -> None:
    """Raise SnapshotRejected if most articles are not found. One may have been outdone; most mean that something
    broke."""
    pairs = zip(canaries.questions, canaries.vectors, strict=True)
    lost = [canary for canary, vector in pairs if not _is_found(canary, vector, snapshot)]
    if len(lost) * 2 > len(canaries.questions):
        raise SnapshotRejected(
            f"The new index no longer finds {len(lost)} of {len(canaries.questions)} articles by their own opening "
            f"sentence, {lost[0].article_id!r} among them. It was not put in service; the last one stays. Run "
            "`python -m index verify`; if the articles are meant to be so, build in a new folder (--index)."
        )


def _opening(snapshot: Snapshot, article_id: str) -> str:
    sentence = snapshot.archive.sentences_of(article_id)[0]
    return sentence.slice(snapshot.archive.article(article_id).text)


def _is_found(canary: Canary, vector: Vectors, snapshot: Snapshot) -> bool:
    """Return whether its article is among the first ten hits, or one that says nearly the same speaks for it."""
    archive = snapshot.archive
    group = archive.copy_group(canary.article_id)
    if group is None:
        return False
    hits = search_snapshot(snapshot, Query(canary.question), lambda: vector, _DEPTH)
    return any(archive.copy_group(hit.passage.article_id) == group for hit in hits)
