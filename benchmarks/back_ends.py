"""Compares the index on disk with the one on a vector server, over the same passages: to move, to search, to change.

    python -m benchmarks.back_ends --passages 100000 --articles FILE.jsonl
    python -m benchmarks.back_ends --index DIR

`python -m benchmarks back_ends` does 1,000 passages made of the sentences of the seeds, as `search_scale` makes them.
The server is that of VECTOR_URL, whose database should be empty; without it, a `milvus-lite server`, which is not the
engine of a cluster: what it takes says little of what Milvus does.
"""

import argparse
import json
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.measuring import seconds_of
from benchmarks.search_scale import RecombinedEmbedder, recombined_articles, sentences_of
from index import Article, Hit, Passage, Query
from index.embedding.embedder import Embedder, OnnxEmbedder, Vectors
from index.endpoints import ServerAddress
from index.library.disk.library import DiskLibrary
from index.library.milvus import ClusterLibrary
from index.library.protocol import Library
from index.library.transfer import export_library, import_library
from index.search.retrieval import Snapshot, search_snapshot
from index.settings import IndexSettings
from tests.milvus import running_vectors

_QUESTIONS = 100
_WORDS = 12
_AT_ONCE = 8
_ROUNDS = 2
_TOP = 10
_NEAREST = 60
_SCOPES = (0.1, 0.01, 0.0)
"""Shares of the articles that a scope allows, one at least."""


def measure() -> dict[str, Any]:
    """Measure a small index over the seeds' sentences; return its figures."""
    return _over_made_passages(Path(__file__).parents[1] / "seeds", 1_000, _QUESTIONS)


def _over_made_passages(articles: Path, n_passages: int, n_questions: int) -> dict[str, Any]:
    real = OnnxEmbedder.load(IndexSettings.from_environment().model_cache)
    sentences = sentences_of(articles)
    questions, sentences = sentences[:n_questions], sentences[n_questions:] or sentences
    vectors = real.embed(sentences)
    embedder = RecombinedEmbedder(real, dict(zip(sentences, vectors, strict=True)))
    with tempfile.TemporaryDirectory() as folder:
        library = DiskLibrary(Path(folder) / "disk")
        library.rebuild(recombined_articles(sentences, n_passages), embedder)
        return _compare(library, embedder, real.embed([_words_of(one) for one in questions]), questions)


def _over_index(folder: Path, n_questions: int) -> dict[str, Any]:
    """Compare over an existing index; the questions are words of its own articles."""
    embedder = OnnxEmbedder.load(IndexSettings.from_environment().model_cache)
    library = DiskLibrary(folder)
    archive = library.open_current(embedder).archive
    ids = archive.ids()
    drawn = np.random.default_rng(0).choice(len(ids), min(n_questions, len(ids)), replace=False)
    questions = [archive.sentences_of(ids[n])[-1].slice(archive.article(ids[n]).text) for n in drawn.tolist()]
    return _compare(library, embedder, embedder.embed([_words_of(one) for one in questions]), questions)


def _compare(disk: DiskLibrary, embedder: Embedder, vectors: Vectors, questions: Sequence[str]) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder, _address() as address:
        cluster = ClusterLibrary(Path(folder) / "server", address)
        file = Path(folder) / "library.tar"
        exporting = seconds_of(lambda: export_library(disk, embedder, file))
        importing = seconds_of(lambda: import_library(cluster, embedder, file))
        snapshot = disk.open_current(embedder)
        on_disk, disk_hits = _search_figures(snapshot, vectors, questions)
        far = cluster.open_current(embedder)
        on_server, server_hits = _search_figures(far, vectors, questions)
        return {
            "articles": snapshot.manifest.n_articles,
            "passages": snapshot.manifest.n_passages,
            "file MiB": round(file.stat().st_size / 2**20, 1),
            "export s": round(exporting, 1),
            "import to the server s": round(importing, 1),
            "same first hit": _share(disk_hits, server_hits, 1),
            f"same first {_TOP}": _share(disk_hits, server_hits, _TOP),
            **_scoped_figures(snapshot, far, vectors),
            "disk": on_disk,
            "server": {**on_server, **_change_figures(cluster, embedder)},
        }


def _search_figures(
    snapshot: Snapshot, vectors: Vectors, questions: Sequence[str]
) -> tuple[dict[str, float], list[list[Hit]]]:
    taken, found = [], []
    for question, vector in zip(questions, vectors, strict=True):
        query = Query(_words_of(question))
        started = time.perf_counter()
        hits = search_snapshot(snapshot, query, lambda vector=vector: vector, _TOP)  # type: ignore[misc]
        taken.append((time.perf_counter() - started) * 1000)
        found.append(hits)
    p50, p95 = np.percentile(taken, [50, 95]).round(1).tolist()
    return {"search p50 ms": p50, "search p95 ms": p95, **_throughput(snapshot, vectors, questions)}, found


def _throughput(snapshot: Snapshot, vectors: Vectors, questions: Sequence[str]) -> dict[str, float]:
    def search(number: int) -> None:
        vector = vectors[number % len(vectors)]
        search_snapshot(snapshot, Query(_words_of(questions[number % len(questions)])), lambda: vector, _TOP)

    with ThreadPoolExecutor(_AT_ONCE) as pool:
        seconds = seconds_of(lambda: list(pool.map(search, range(_ROUNDS * len(questions)))))
    return {f"searches a second, {_AT_ONCE} at once": round(_ROUNDS * len(questions) / seconds, 1)}


def _scoped_figures(disk: Snapshot, server: Snapshot, vectors: Vectors) -> dict[str, float]:
    """Return which share of the nearest passages that the disk finds in a scope the server finds, too."""
    figures: dict[str, float] = {}
    chance, ids = np.random.default_rng(1), disk.archive.ids()
    for share in _SCOPES:
        n_articles, found, expected = max(1, round(share * len(ids))), 0, 0
        for vector in vectors:
            scope = Query("", articles=frozenset(chance.choice(ids, n_articles, replace=False).tolist()))
            ours, theirs = (_nearest(snapshot, scope, vector) for snapshot in (disk, server))
            found, expected = found + len(ours & theirs), expected + len(ours)
        figures[f"nearest {_NEAREST} in {n_articles} articles"] = round(found / expected, 4)
    return figures


def _nearest(snapshot: Snapshot, scope: Query, vector: Vectors) -> set[Passage]:
    found = snapshot.candidates(scope, {}, lambda: vector, _NEAREST)
    return set(found.passages(list(found.similarities))) if found else set()


def _change_figures(library: Library, embedder: Embedder) -> dict[str, float]:
    one = Article(
        "made/new", "A new article", "The mayor opened a bridge on Friday. Nobody had expected so many to come."
    )
    adding = seconds_of(lambda: library.add([one], embedder))
    removing = seconds_of(lambda: library.remove([one.id], embedder))
    return {"add an article s": round(adding, 2), "remove it s": round(removing, 2)}


@contextmanager
def _address() -> Iterator[ServerAddress]:
    if (wanted := IndexSettings.from_environment().vector_url) is not None:
        yield wanted
        return
    with running_vectors() as server:
        yield server.address()


def _share(one: Sequence[Sequence[Hit]], other: Sequence[Sequence[Hit]], depth: int) -> float:
    """Return which share of the first hits both found."""
    pairs = [
        ({hit.passage for hit in ours[:depth]}, {hit.passage for hit in theirs[:depth]})
        for ours, theirs in zip(one, other, strict=True)
    ]
    return round(sum(len(ours & theirs) for ours, theirs in pairs) / sum(len(ours) for ours, _ in pairs), 4)


def _words_of(question: str) -> str:
    return " ".join(question.split()[:_WORDS])


def _main() -> None:
    parser = argparse.ArgumentParser("python -m benchmarks.back_ends", description=__doc__)
    parser.add_argument("--passages", type=int, default=1_000, metavar="N", help="made passages (default: 1000)")
    parser.add_argument("--articles", type=Path, default=Path("seeds"), help="what they are made of (default: seeds)")
    parser.add_argument("--index", type=Path, metavar="DIR", help="an index on this disk to compare instead")
    parser.add_argument("--questions", type=int, default=_QUESTIONS, metavar="N", help="searches (default: 100)")
    options = parser.parse_args()
    if options.index:
        figures = _over_index(options.index, options.questions)
    else:
        figures = _over_made_passages(options.articles, options.passages, options.questions)
    print(json.dumps(figures, indent=1))


if __name__ == "__main__":
    _main()
