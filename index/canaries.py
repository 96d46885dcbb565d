"""Canary questions: what an index answered when it was built, and must still answer before another is served."""

from collections.abc import Sequence

import numpy as np

from index.article import Query
from index.embedding import Embedder, Vectors
from index.manifest import Canary
from index.retrieval import Snapshot, search_snapshot

_WANTED = 8
_TRIED = 16
_DEPTH = 10


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
    """Those whose article is there but is no longer found."""
    return [canary for canary, vector in zip(canaries, vectors, strict=True) if not _is_found(canary, vector, snapshot)]


def _opening(snapshot: Snapshot, article_id: str) -> str:
    sentence = snapshot.archive.sentences_of(article_id)[0]
    return sentence.slice(snapshot.archive.article(article_id).text)


def _is_found(canary: Canary, vector: Vectors, snapshot: Snapshot) -> bool:
    """Whether its article is among the first ten hits, or one that says nearly the same speaks for it."""
    archive = snapshot.archive
    group = archive.copy_group(canary.article_id)
    if group is None:
        return False
    hits = search_snapshot(snapshot, Query(canary.question), lambda: vector, _DEPTH)
    return any(archive.copy_group(hit.passage.article_id) == group for hit in hits)
