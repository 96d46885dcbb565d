"""Build speed over a whole library: `index build`, held now and then while other ways index a sample of it.

    python -m benchmarks.whole_build --articles FILE.jsonl --index FOLDER --out FIGURES.json
    python -m benchmarks.whole_build --articles FILE.jsonl --index FOLDER --peers PYTHON

A build of an hour meets a machine that is faster at one time than at another. So every few minutes it is held
(SIGSTOP), and a plain sentence-transformers + FAISS script indexes the passages of articles drawn evenly from the same
file, and one of the peers after it, in turn (see `benchmarks.build_speed`). Their start-up, the shortest of three with
a single passage, is taken off; that of the build is not.
"""

import argparse
import json
import os
import signal
import statistics
import subprocess
import tempfile
import time
from collections import defaultdict
from contextlib import closing
from itertools import cycle
from pathlib import Path

from rich.console import Console

from benchmarks.measuring import folder_mib, peak_mib
from benchmarks.passage_scripts import PLAIN, PassageScripts, passages_of
from benchmarks.processes import start
from index import Article
from index.ingest.sources import read_articles

_SAMPLE = 90
_STARTS = 3
_STRETCH_SECONDS = 330.0
_POLL_SECONDS = 0.2


def measure_over(
    articles: Path, index: Path, peers: str | None = None, stretch: float = _STRETCH_SECONDS
) -> dict[str, float]:
    """Build `articles` into `index`, which is empty or not there, held after each `stretch` of seconds; return the
    figures.

    `peers`: the interpreter that has the peers.
    """
    console = Console(stderr=True)
    items = [item for item in read_articles(articles) if isinstance(item, Article)]
    total, n_articles = sum(len(item.text) for item in items), len(items)
    sample = items[:: max(1, n_articles // _SAMPLE)]
    characters = sum(len(item.text) for item in sample)
    del items
    speeds: defaultdict[str, list[float]] = defaultdict(list)
    with tempfile.TemporaryDirectory() as folder:
        passages = passages_of(sample)
        scripts = PassageScripts(Path(folder) / "sample", passages, peers)
        warming = PassageScripts(Path(folder) / "one", passages[:1], peers)
        start_up = {name: min(warming.seconds(name) for _ in range(_STARTS)) for name in warming.names}
        peers_in_turn = cycle(scripts.names[1:] or [None])
        with closing(_Build(articles, index)) as build:
            while build.goes_on_for(stretch):
                for name in filter(None, (PLAIN, next(peers_in_turn))):
                    speeds[name].append(characters / (scripts.seconds(name) - start_up[name]))
                    console.print(f"{build.seconds:.0f} s of the build; {name}: {speeds[name][-1]:,.0f} characters/s")
    ours = total / build.seconds
    means = {name: statistics.mean(each) for name, each in speeds.items()}
    return {
        "articles": n_articles,
        "characters": total,
        "seconds": round(build.seconds),
        "ours characters/s": round(ours),
        **{f"{name} characters/s": round(mean) for name, mean in means.items()},
        **{f"times {name}": round(ours / mean, 2) for name, mean in means.items()},
        **{f"{name}, slowest": round(min(each)) for name, each in speeds.items()},
        **{f"{name}, fastest": round(max(each)) for name, each in speeds.items()},
        "ours peak MiB": round(build.peak_mib),
        "index MiB": round(folder_mib(index)),
    }


class _Build:
    """The build command, which runs only while it is waited for."""

    def __init__(self, articles: Path, index: Path) -> None:
        began = time.perf_counter()
        command = ["index", "build", "--articles", str(articles), "--index", str(index)]
        self._process = start(command, in_own_group=True)
        self.seconds = time.perf_counter() - began
        self.peak_mib = 0.0
        os.killpg(self._process.pid, signal.SIGSTOP)

    def goes_on_for(self, stretch: float) -> bool:
        """Let it run for that many seconds or to its end, and hold it; return whether it has not ended.

        Raises:
            subprocess.CalledProcessError: it failed.
        """
        began = time.perf_counter()
        os.killpg(self._process.pid, signal.SIGCONT)
        while self._process.poll() is None and time.perf_counter() - began < stretch:
            self.peak_mib = max(self.peak_mib, peak_mib(self._process.pid))
            time.sleep(_POLL_SECONDS)
        held = self._process.poll() is None
        if held:
            os.killpg(self._process.pid, signal.SIGSTOP)
        elif self._process.returncode:
            raise subprocess.CalledProcessError(self._process.returncode, self._process.args)
        self.seconds += time.perf_counter() - began
        return held

    def close(self) -> None:
        """End it if it is held because something else failed: it would hold the library for ever."""
        if self._process.poll() is None:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()


def main() -> None:
    """Measure, print, and write the figures where they are wanted."""
    parser = argparse.ArgumentParser(
        "python -m benchmarks.whole_build", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--articles", type=Path, required=True, help="a folder or .jsonl file to build from")
    parser.add_argument("--index", type=Path, required=True, help="where to build, a folder that is not there yet")
    parser.add_argument("--peers", metavar="PYTHON", help="an interpreter that has the peers")
    parser.add_argument(
        "--stretch",
        type=float,
        metavar="SECONDS",
        default=_STRETCH_SECONDS,
        help="how long the build runs between two holds (default: %(default)g)",
    )
    parser.add_argument("--out", type=Path, help="where to write the figures, as JSON")
    options = parser.parse_args()
    if options.index.exists():
        parser.error(f"{options.index} is there already: a build on top of it would keep its vectors")
    figures = measure_over(options.articles, options.index, options.peers, options.stretch)
    print(json.dumps(figures, indent=1))
    if options.out is not None:
        options.out.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
