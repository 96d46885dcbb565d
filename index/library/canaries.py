"""Canary questions: what an index answered when it was built, and must still answer before another is served."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np

from index.article import Query
from index.embedding.embedder import Embedder, Vectors
from index.errors import SnapshotRejected
from index.manifest import Canary
from index.search.retrieval import Snapshot, search_snapshot

_WANTED = 8
_TRIED = 16
_DEPTH = 10


class Remembering(Snapshot, Protocol):
    """A snapshot that still has the vectors of its canaries."""

    @property
    def canary_vectors(self) -> Vectors:
        """(n_canaries, dimension)."""


def choose_canaries(snapshot: Snapshot, embedder: Embedder) -> tuple[tuple[Canary, ...], Vectors]:
    """Up to eight opening sentences, of articles spread over the snapshot, that find their article; their vectors."""
    ids = snapshot.archive.ids()
    drawn = sorted(np.random.default_rng(0).choice(len(ids), min(_TRIED, len(ids)), replace=False).tolist())
    canaries = [Canary(_opening(snapshot, ids[number]), ids[number]) for number in drawn]
    vectors = embedder.embed([canary.question for canary in canaries])
    able = [row for row, canary in enumerate(canaries) if _is_found(canary, vectors[row], snapshot)]
    found = [able[place * len(able) // _WANTED] for place in range(_WANTED)] if len(able) > _WANTED else able
    return tuple(canaries[row] for row in found), vectors[found]


def lost_canaries(canaries: Sequence[Canary], vectors: Vectors, snapshot: Snapshot) -> list[Canary]:
    """Return those whose article is there but is no longer found."""
    return [canary for canary, vector in zip(canaries, vectors, strict=True) if not _is_found(canary, vector, snapshot)]


def canaries_left(base: Remembering | None, changed: frozenset[str]) -> tuple[tuple[Canary, ...], Vectors]:
    """Return the canaries of `base` whose articles are as they were, with their vectors."""
    if base is None:
        return (), np.empty((0, 0), np.float32)
    kept = [row for row, canary in enumerate(base.manifest.canaries) if canary.article_id not in changed]
    return tuple(base.manifest.canaries[row] for row in kept), base.canary_vectors[kept]


def require_canaries(canaries: Sequence[Canary], vectors: Vectors, snapshot: Snapshot) -> None:
    """Nothing, if most are found. One that is lost may have been outdone; most of them mean that something broke.

    Raises:
        SnapshotRejected: most are lost; the text names one.
    """
    lost = lost_canaries(canaries, vectors, snapshot)
    if len(lost) * 2 > len(canaries):
        raise SnapshotRejected(
            f"The new index no longer finds {len(lost)} of {len(canaries)} articles by their own opening sentence, "
            f"{lost[0].article_id!r} among them. It was not put in service; the last one stays. Run "
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
