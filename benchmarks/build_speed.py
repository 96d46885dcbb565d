"""Build speed: characters indexed a second beside a plain sentence-transformers + FAISS script, same articles.

    python -m benchmarks.build_speed --articles FILE.jsonl --out FIGURES.json --picture docs/build_speed.png
    python -m benchmarks.build_speed --articles FILE.jsonl --peers PYTHON
    python -m benchmarks.build_speed --figures FIGURES.json --picture docs/build_speed.png

`python -m benchmarks build_speed` makes 100 articles of its own; with --figures nothing is measured, only drawn. PYTHON
is an interpreter that has txtai, haystack-ai, langchain-huggingface and langchain-community: each then indexes the same
passages with the same weights, as its own guide has it. Also: how long onnxruntime takes for the very batches of tokens
that the build gave it, on both cores, when nothing else is to be done.
"""

import argparse
import json
import os
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from benchmarks.articles import write_articles
from benchmarks.passage_scripts import PEERS, PLAIN, PassageScripts, passages_of
from benchmarks.processes import run
from index import Article
from index.embedding.embedder import OnnxEmbedder
from index.ingest.sources import read_articles
from index.library.disk.library import DiskLibrary
from index.settings import IndexSettings

_ARTICLES = 100
_OURS = "ours characters/s"
_WARM, _ALONE = "ours without start-up characters/s", "onnxruntime alone characters/s"


def measure() -> dict[str, float]:
    """Measure over articles made for it."""
    with tempfile.TemporaryDirectory() as folder:
        articles = Path(folder) / "articles.jsonl"
        write_articles(articles, _ARTICLES, seed=1)
        return measure_over(articles)


def measure_over(articles: Path, peers: str | None = None) -> dict[str, float]:
    """Return the figures of one build each, in a process of its own, start-up included, then of one beside onnxruntime
    alone.

    `peers`: the interpreter that has the peers.
    """
    with tempfile.TemporaryDirectory() as folder:
        items = [item for item in read_articles(articles) if isinstance(item, Article)]
        characters = sum(len(article.text) for article in items)
        ours = run(["index", "build", "--articles", str(articles), "--index", f"{folder}/index"])
        assert ours.returncode == 0
        scripts = PassageScripts(Path(folder) / "others", passages_of(items), peers)
        others = {name: scripts.seconds(name) for name in scripts.names}
        recorder = _Recorder()
        embedder = _RecordedEmbedder.load(IndexSettings.from_environment().model_cache)
        embedder.record(recorder)
        started = time.perf_counter()
        DiskLibrary(Path(folder) / "again").rebuild(items, embedder)
        warm_seconds = time.perf_counter() - started
        alone_seconds = recorder.replay()
    return {
        "articles": len(items),
        "characters": characters,
        _OURS: round(characters / ours.seconds),
        **{f"{name} characters/s": round(characters / seconds) for name, seconds in others.items()},
        **{f"times {name}": round(seconds / ours.seconds, 2) for name, seconds in others.items()},
        "ours peak MiB": round(ours.peak_mib),
        _WARM: round(characters / warm_seconds),
        _ALONE: round(characters / alone_seconds),
        "batches of tokens": len(recorder.batches),
        "share of onnxruntime alone": round(alone_seconds / warm_seconds, 3),
    }


class _Recorder:
    """Takes the session's place and keeps what it is given; 16 bits hold every token."""

    def __init__(self) -> None:
        self.session: onnxruntime.InferenceSession | None = None
        self.batches: list[NDArray[np.int16]] = []
        self._lock = threading.Lock()

    def run(self, outputs: Sequence[str], inputs: Mapping[str, NDArray[np.int64]]) -> list[Any]:
        """Return what the session returns."""
        assert self.session is not None
        with self._lock:
            self.batches.append(inputs["input_ids"].astype(np.int16))
        found: list[Any] = self.session.run(outputs, inputs)
        return found

    def replay(self) -> float:
        """Return how many seconds onnxruntime takes for the same batches, as many at once as there are cores."""
        session = self.session
        assert session is not None

        def again(batch: NDArray[np.int16]) -> None:
            ids = batch.astype(np.int64)
            session.run(["vector"], {"input_ids": ids, "attention_mask": (ids != 0).astype(np.int64)})

        started = time.perf_counter()
        with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
            list(pool.map(again, self.batches))
        return time.perf_counter() - started


class _RecordedEmbedder(OnnxEmbedder):
    """The shipped model, keeping what it is given."""

    def record(self, recorder: _Recorder) -> None:
        """Keep what is given from now on."""
        recorder.session, self._session = self._session, recorder


def draw(figures: Mapping[str, float], picture: Path) -> None:
    """Draw the characters a second of each as bars."""
    from matplotlib.figure import Figure  # takes a second to import

    bars = {
        **{name: figures[f"{name} characters/s"] for name in PEERS if f"{name} characters/s" in figures},
        "sentence-transformers\n+ faiss, a plain script": figures[f"{PLAIN} characters/s"],
        "Newsquote,\nwhole command": figures[_OURS],
        "Newsquote,\nmodel loaded": figures[_WARM],
        "onnxruntime alone,\nsame batches of tokens": figures[_ALONE],
    }
    drawn = Figure(figsize=(8, 0.7 + 0.65 * len(bars)), layout="constrained")
    axes = drawn.add_subplot()
    colours = [*["#7d7d7d"] * (len(bars) - 3), "#1f5f8b", "#1f5f8b", "#c0472f"]
    axes.barh(list(bars), list(bars.values()), color=colours)
    for place, speed in enumerate(bars.values()):
        axes.text(speed, place, f" {speed:,.0f}", va="center")
    axes.invert_yaxis()
    axes.spines[["top", "right"]].set_visible(False)
    axes.set_xlim(0, max(bars.values()) * 1.15)
    axes.set(xlabel="characters indexed a second", title=f"Building an index of {figures['characters']:,} characters")
    drawn.savefig(picture, dpi=110, facecolor="white")


def main() -> None:
    """Measure or read figures; draw them if a picture is wanted."""
    parser = argparse.ArgumentParser(
        "python -m benchmarks.build_speed", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--articles", type=Path, help="a folder or .jsonl file to build from")
    what.add_argument("--figures", type=Path, help="figures measured before, as JSON")
    parser.add_argument("--peers", metavar="PYTHON", help="an interpreter that has the peers")
    parser.add_argument("--out", type=Path, help="where to write the figures, as JSON")
    parser.add_argument("--picture", type=Path, help="where to draw them, as PNG")
    options = parser.parse_args()
    if options.figures:
        figures = json.loads(options.figures.read_text())
    else:
        figures = measure_over(options.articles, options.peers)
    print(json.dumps(figures, indent=1))
    if options.out is not None:
        options.out.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    if options.picture is not None:
        draw(figures, options.picture)


if __name__ == "__main__":
    main()
