"""The figures that users feel, of any version: measured from outside, by the commands that stay as they are."""

import shutil
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

from benchmarks.articles import write_articles
from benchmarks.passage_scripts import PLAIN, PassageScripts, passages_of
from benchmarks.versions import Version
from index import Article
from index.ingest.sources import read_articles

_QUESTION = '{"id": 1, "question": "Who brokered the ceasefire?"}\n'
_STARTS = 3
_ASKED = 200
_MADE_ARTICLES = 100

Figures = dict[str, float]


def cold_start(version: Version, folder: Path) -> Figures:
    """Return seconds from the start of the process to the first answer over the seeds, and MiB after 200 questions."""
    folder.mkdir(exist_ok=True)
    one, many, index = folder / "one.jsonl", folder / "many.jsonl", folder / "seeds"
    one.write_text(_QUESTION, encoding="utf-8")
    many.write_text(_QUESTION * _ASKED, encoding="utf-8")
    if not index.exists():
        version.run(["index", "build", "--articles", "seeds", "--index", str(index)])
    cold = [version.run(["bot", "ask", "--jsonl", str(one), "--index", str(index)]) for _ in range(_STARTS)]
    warm = version.run(["bot", "ask", "--jsonl", str(many), "--index", str(index)])
    return {
        "first answer s": round(statistics.median(each.lines[0][0] for each in cold), 3),
        "peak memory MiB": round(warm.peak_mib),
    }


def build_speed(version: Version, folder: Path) -> Figures:
    """Return characters indexed a second, of articles made for it, and how many times a plain script's that is."""
    folder.mkdir(exist_ok=True)
    articles = folder / "made.jsonl"
    write_articles(articles, _MADE_ARTICLES, seed=1)
    items = [item for item in read_articles(articles) if isinstance(item, Article)]
    with tempfile.TemporaryDirectory() as scratch:
        built = version.run(["index", "build", "--articles", str(articles), "--index", f"{scratch}/index"])
        plain = PassageScripts(Path(scratch) / "others", passages_of(items), None).seconds(PLAIN)
    return {
        "build characters/s": round(sum(len(item.text) for item in items) / built.seconds),
        "build, times a plain script": round(plain / built.seconds, 2),
    }


def questions(name: str, articles: Path, asked: Path) -> Callable[[Version, Path], Figures]:
    """Return what measures answers over a library that each version builds for itself, once."""

    def measured(version: Version, folder: Path) -> Figures:
        folder.mkdir(exist_ok=True)
        index = folder / name
        if not index.exists():
            version.run(["index", "build", "--articles", str(articles), "--index", str(index)])
        found = version.figures(["benchmarks.question_speed", "--index", str(index), "--questions", str(asked)])
        return {
            f"{name} articles: ms p50": found["one asker, ms p50"],
            f"{name} articles: ms p95": found["one asker, ms p95"],
            f"{name} articles: answers a second": found["64 askers, answers a second"],
        }

    return measured


def tests_of(version: Version, folder: Path) -> Figures:
    """Return the seconds that the version's tests take, all but the slow ones, as `make test` runs them."""
    folder.mkdir(exist_ok=True)
    parallel = ["-n", "auto", "--dist", "worksteal"] if "-n $(WORKERS)" in _makefile(version) else []
    if parallel and find_spec("xdist") is None:
        raise SystemExit("pytest-xdist is missing: pip install --editable '.[dev]'")
    return {"tests s": round(version.run(["pytest", "-q", *parallel]).seconds, 1)}


def set_up(version: Version, folder: Path) -> Figures:
    """Return the seconds until `make run` has installed everything from nothing, indexed the seeds and answered."""
    place = folder / "set-up"
    shutil.rmtree(place, ignore_errors=True)
    ignored = shutil.ignore_patterns(".git", ".venv", "var", "__pycache__", ".*_cache")
    shutil.copytree(version.folder, place, ignore=ignored)
    began = time.perf_counter()
    subprocess.run(["make", "run"], cwd=place, input="Who brokered the ceasefire?\n", text=True, check=True)
    seconds = time.perf_counter() - began
    shutil.rmtree(place)
    return {"make run from nothing s": round(seconds, 1)}


def _makefile(version: Version) -> str:
    return (version.folder / "Makefile").read_text(encoding="utf-8")
