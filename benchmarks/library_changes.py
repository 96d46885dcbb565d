"""What a change costs in a library: building it, then adding, changing and removing one article, in time and disk.

    python -m benchmarks.library_changes --articles FILE.jsonl [--index DIR]

DIR is an index that was built of these articles: a copy of it is changed, and the build is not measured.
`python -m benchmarks library_changes` makes 300 articles of its own.
"""

import argparse
import json
import shutil
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from statistics import median

from benchmarks.articles import write_articles
from benchmarks.measuring import folder_mib, seconds_of
from benchmarks.processes import run
from index import Article
from index.embedding.embedder import OnnxEmbedder, Vectors
from index.ingest.sources import read_articles
from index.library.disk.library import DiskLibrary
from index.settings import IndexSettings

_ARTICLES = 300
_TIMES = 5


class CountingEmbedder(OnnxEmbedder):
    """The shipped model, counting the passages it is given."""

    embedded = 0

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        """Return what the shipped model returns, and count the passages."""
        self.embedded += len(texts)
        return super().embed_passages(texts)


def measure() -> dict[str, float]:
    """Measure over articles made for it."""
    with tempfile.TemporaryDirectory() as folder:
        articles = Path(folder) / "articles.jsonl"
        write_articles(articles, _ARTICLES, seed=1)
        return measure_over(articles)


def measure_over(articles: Path, index: Path | None = None) -> dict[str, float]:
    """Return the figures of the build and of each change.

    They are characters a second and the peak memory of the build; seconds, embedded texts and MiB of disk of each
    change.
    """
    embedder = CountingEmbedder.load(IndexSettings.from_environment().model_cache)
    sample = [item for item in read_articles(articles) if isinstance(item, Article)]
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "index"
        building = {} if index else _build(articles, root, sum(len(article.text) for article in sample))
        if index:
            shutil.copytree(index, root)
        library = DiskLibrary(root)
        figures = {
            "articles": library.open_current(embedder).manifest.n_articles,
            "passages": library.open_current(embedder).manifest.n_passages,
            **building,
            "disk MiB": round(folder_mib(root), 1),
        }
        middle = sample[len(sample) // 2]
        new = [replace(middle, id=f"new {number}", title=f"New {number}") for number in range(_TIMES)]
        changed = [replace(article, text=article.text + "\n\nThis was corrected later.") for article in new]
        steps: dict[str, list[Callable[[], object]]] = {
            "add": [lambda one=one: library.add([one], embedder) for one in new],  # type: ignore[misc]
            "change": [lambda one=one: library.add([one], embedder) for one in changed],  # type: ignore[misc]
            "remove": [lambda one=one: library.remove([one.id], embedder) for one in new],  # type: ignore[misc]
        }
        for step, calls in steps.items():
            embedder.embedded = 0
            taken = [seconds_of(call) for call in calls]
            figures[f"{step} one article, s (median)"] = round(median(taken), 3)
            figures[f"{step} one article, s (slowest)"] = round(max(taken), 3)
            figures[f"{step} one article, passages embedded"] = embedder.embedded / len(calls)
        figures["disk MiB after 15 changes, 3 snapshots kept"] = round(folder_mib(root), 1)
        started = time.perf_counter()
        problems = library.verify()
        figures |= {"verify s": round(time.perf_counter() - started, 2), "verify problems": len(problems)}
    return figures


def _build(articles: Path, root: Path, characters: int) -> dict[str, float]:
    built = run(["index", "build", "--articles", str(articles), "--index", str(root)])
    assert built.returncode == 0, built.lines
    return {
        "build s": round(built.seconds, 1),
        "build characters/s": round(characters / built.seconds),
        "build peak MiB": round(built.peak_mib),
    }


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        "python -m benchmarks.library_changes",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--articles", type=Path, required=True)
    parser.add_argument("--index", type=Path)
    options = parser.parse_args()
    print(json.dumps(measure_over(options.articles, options.index), indent=1))
