"""Search as the library grows: 10,000, 100,000 and a million passages, made by recombining real sentences.

    python -m benchmarks.search_scale --articles FILE.jsonl --sizes 10000 100000 1000000 --picture docs/search_scale.png

`python -m benchmarks search_scale` does 5,000 and 20,000 over the sentences of the seeds. Every passage goes
all the way into a library; only its vector is the mean of its sentences' vectors and some noise: embedding takes hours.
"""

import argparse
import json
import random
import subprocess
import sys
import tempfile
import time
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from benchmarks.measuring import folder_mib, own_mib, seconds_of
from index import Article, Query
from index.embedding.embedder import Embedder, OnnxEmbedder, Vectors
from index.ingest.sources import read_articles
from index.library.disk.library import DiskLibrary
from index.library.disk.snapshot import IndexSnapshot
from index.search.retrieval import search_snapshot
from index.settings import IndexSettings
from index.text.chunking import chunk_article

_SENTENCES = 4000
_QUESTIONS = 200
_SENTENCES_AN_ARTICLE = 40
_NOISE = 0.3
_DAYS = 1000
_FIRST_DAY = datetime(2021, 1, 1, tzinfo=UTC)
_MEASURE = """
import json, sys, time
started = time.perf_counter()
from pathlib import Path
from benchmarks.search_scale import RecombinedEmbedder, search_figures
from index.embedding.embedder import OnnxEmbedder
from index.library.disk.library import DiskLibrary
from index.settings import IndexSettings
embedder = OnnxEmbedder.load(IndexSettings.from_environment().model_cache)
snapshot = DiskLibrary(Path(sys.argv[1])).open_current(RecombinedEmbedder(embedder, {}))
print(json.dumps(search_figures(snapshot, embedder, json.load(open(sys.argv[2])), started)))
"""


class RecombinedEmbedder:
    """Embeds passages of known sentences as the mean of their vectors and some noise, others with the real model."""

    backend = "recombined"

    def __init__(self, real: Embedder, known: dict[str, Vectors]) -> None:
        self.name = real.name
        self.fingerprint = f"{real.fingerprint}/recombined"
        self.dimension = real.dimension
        self._known = known

    def embed(self, questions: Sequence[str]) -> Vectors:
        """Return the vectors of what is asked when an index is checked: sentences of its own passages."""
        return self.embed_passages(questions)

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        """Return the vectors, (len(texts), dimension), float32, rows of unit length."""
        vectors = np.array([self._one(text) for text in texts], np.float32).reshape(len(texts), self.dimension)
        return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), np.float32)

    def _one(self, text: str) -> Vectors:
        noise = np.random.default_rng(zlib.crc32(text.encode())).normal(size=self.dimension) / self.dimension**0.5
        pieces = [self._known[piece] for piece in text.split("\n\n") if piece in self._known]
        mean = np.mean(pieces, axis=0) if pieces else np.zeros(self.dimension)
        return np.asarray(mean / (np.linalg.norm(mean) or 1.0) + _NOISE * noise, np.float32)


def measure() -> dict[str, Any]:
    """Measure small sizes, over the seeds' sentences."""
    return measure_over(Path(__file__).parents[1] / "seeds", [5_000, 20_000], None)


def measure_over(articles: Path, sizes: Sequence[int], picture: Path | None) -> dict[str, Any]:
    """Measure build, disk, start, memory, search and recall for each number of passages."""
    embedder = OnnxEmbedder.load(IndexSettings.from_environment().model_cache)
    sentences = sentences_of(articles)
    questions, sentences = sentences[:_QUESTIONS], sentences[_QUESTIONS:] or sentences
    vectors = embedder.embed(sentences)
    recombined = RecombinedEmbedder(embedder, dict(zip(sentences, vectors, strict=True)))
    figures: dict[str, Any] = {}
    for size in sizes:
        with tempfile.TemporaryDirectory() as folder:
            asked = Path(folder) / "questions.json"
            asked.write_text(json.dumps(questions))
            root = Path(folder) / "index"
            started = time.perf_counter()
            DiskLibrary(root).rebuild(recombined_articles(sentences, size), recombined)
            built = time.perf_counter() - started
            disk = folder_mib(root)
            command = [sys.executable, "-c", _MEASURE, str(root), str(asked)]
            done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[1])
            figures[f"{size:,}"] = {
                "build without embedding s": round(built, 1),
                "disk MiB": round(disk, 1),
                **json.loads(done.stdout),
                **_change_figures(DiskLibrary(root), recombined),
            }
            print(size, json.dumps(figures[f"{size:,}"]), file=sys.stderr, flush=True)
    if picture is not None:
        _draw(figures, picture)
    return figures


def search_figures(
    snapshot: IndexSnapshot, embedder: Embedder, questions: Sequence[str], started: float
) -> dict[str, Any]:
    """Return the figures of an index just opened, in a fresh process."""

    def first_words(question: str) -> str:
        return " ".join(question.split()[:12])

    search_snapshot(snapshot, Query(first_words(questions[0])), lambda: embedder.embed([questions[0]])[0], 10)
    cold = time.perf_counter() - started
    vectors = embedder.embed([first_words(question) for question in questions])
    half = (_FIRST_DAY + timedelta(days=_DAYS // 2)).date()
    scopes = {
        "search": Query(""),
        "search in half the days": Query("", before=half),
        "search in 50 articles": Query("", frozenset(f"made/{number}" for number in range(1, 51))),
    }
    taken: dict[str, list[float]] = {name: [] for name in scopes}
    for name, scope in scopes.items():
        for question, vector in zip(questions, vectors, strict=True):
            query = replace(scope, text=first_words(question))
            begun = time.perf_counter()
            search_snapshot(snapshot, query, lambda vector=vector: vector, 10)  # type: ignore[misc]
            taken[name].append((time.perf_counter() - begun) * 1000)
    resident = own_mib()
    recalls = []
    for vector in vectors[:50]:
        exact = snapshot.vectors.search(vector, 10, exactly=True).keys()
        recalls.append(len(exact & snapshot.vectors.search(vector, 10).keys()) / 10)
    return {
        "passages": snapshot.manifest.n_passages,
        "first answer from a new process s": round(cold, 2),
        **{f"{name} p{p} ms": round(float(np.percentile(taken[name], p)), 2) for name in scopes for p in (50, 95)},
        "recall@10 against exact": round(float(np.mean(recalls)), 4),
        "recall@10 in the manifest": snapshot.manifest.recall_at_10,
        "search": snapshot.manifest.search,
        "segments": len(snapshot.members),
        "resident MiB after 600 searches": round(resident),
    }


def _change_figures(library: DiskLibrary, embedder: Embedder) -> dict[str, float]:
    """Return the median seconds of five changes each, without embedding, and the MiB that they add to the disk."""
    before = folder_mib(library.root)
    story = "\n\n".join(f"Sentence {number} of a story that is new." for number in range(60))
    new = [Article(f"new/{number}", f"New {number}", story) for number in range(5)]
    added = [seconds_of(lambda one=one: library.add([one], embedder)) for one in new]  # type: ignore[misc]
    grown = folder_mib(library.root)
    removed = [seconds_of(lambda one=one: library.remove([one.id], embedder)) for one in new]  # type: ignore[misc]
    return {
        "add one article without embedding s": round(median(added), 3),
        "remove one article s": round(median(removed), 3),
        "disk MiB of five added articles": round(grown - before, 2),
    }


def sentences_of(articles: Path) -> list[str]:
    """Return the different sentences of these articles, in a random order."""
    found = {
        " ".join(sentence.slice(article.text).split())
        for article in read_articles(articles)
        if isinstance(article, Article)
        for passage in chunk_article(article)
        for sentence in passage.sentences
    }
    chosen = sorted(found)
    random.Random(0).shuffle(chosen)
    return chosen[: _SENTENCES + _QUESTIONS]


def recombined_articles(sentences: Sequence[str], n_passages: int) -> Iterator[Article]:
    chance = random.Random(1)
    made = number = 0
    while made < n_passages:
        number += 1
        text = "\n\n".join(chance.choices(sentences, k=_SENTENCES_AN_ARTICLE))
        day = _FIRST_DAY + timedelta(days=number % _DAYS)
        article = Article(f"made/{number}", f"Report {number}", text, None, day)
        made += len(chunk_article(article)) if made < 2000 else round(made / (number - 1))
        yield article


def _draw(figures: dict[str, Any], picture: Path) -> None:
    from matplotlib import pyplot  # takes a second to import

    sizes = [one["passages"] for one in figures.values()]
    drawn, axes = pyplot.subplots(1, 4, figsize=(14, 3.2), layout="constrained")
    for axis, (title, keys) in zip(
        axes,
        {
            "search, ms": ("search p50 ms", "search p95 ms"),
            "recall@10 against exact": ("recall@10 against exact",),
            "MiB": ("resident MiB after 600 searches", "disk MiB"),
            "first answer of a new process, s": ("first answer from a new process s",),
        }.items(),
        strict=True,
    ):
        for key in keys:
            axis.plot(sizes, [one[key] for one in figures.values()], marker="o", label=key)
        axis.set(xscale="log", xlabel="passages", title=title)
        axis.set_ylim(bottom=0 if "recall" not in title else 0.9)
        axis.legend(fontsize=7)
    drawn.savefig(picture, dpi=110)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        "python -m benchmarks.search_scale", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--articles", type=Path, default=Path(__file__).parents[1] / "seeds")
    parser.add_argument("--sizes", type=int, nargs="+", default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--picture", type=Path)
    options = parser.parse_args()
    print(json.dumps(measure_over(options.articles, options.sizes, options.picture), indent=1))
