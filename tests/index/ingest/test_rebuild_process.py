"""A rebuild in a process of its own: the same result, progress, errors by name, and a way to call it off."""

import json
import os
import signal
from pathlib import Path

import pytest

from index.embedding.embedder import OnnxEmbedder
from index.errors import ArticlesMissing, BuildBroken, BuildCancelled
from index.ingest.rebuild_process import rebuild_apart
from index.library.builder import BuildProgress
from index.library.disk.library import DiskLibrary
from index.settings import IndexSettings

_ARTICLES = 1200


@pytest.fixture
def order(tmp_path: Path, shipped_embedder: OnnxEmbedder) -> IndexSettings:
    """Return settings for so many short articles, a passage each, that they are embedded in five portions of 256."""
    articles = tmp_path / "articles.jsonl"
    with articles.open("w") as file:
        for number in range(_ARTICLES):
            text = f"Bridge {number} opened."
            file.write(json.dumps({"id": f"made/{number}", "title": "Bridge", "text": text}) + "\n")
    return IndexSettings.from_environment(articles=articles, index=tmp_path / "index")


def _builders() -> list[int]:
    """Return the builders that this process has started and that still run; other tests have started servers."""
    children = map(int, Path(f"/proc/self/task/{os.getpid()}/children").read_text().split())
    return [pid for pid in children if "index.ingest.rebuild_process" in Path(f"/proc/{pid}/cmdline").read_text()]


def test_a_build_is_cancelled_where_it_is_and_the_next_goes_on_from_there(
    order: IndexSettings, shipped_embedder: OnnxEmbedder
) -> None:
    def call_off(progress: BuildProgress) -> None:
        if progress.passages_done >= 256:
            raise BuildCancelled("enough")

    with pytest.raises(BuildCancelled, match="enough"):
        rebuild_apart(order, call_off)
    assert list((order.index / "unfinished").iterdir()) != []
    heard: list[BuildProgress] = []
    nice: set[int] = set()

    def listen(progress: BuildProgress) -> None:
        heard.append(progress)
        nice.update(os.getpriority(os.PRIO_PROCESS, pid) for pid in _builders())

    report = rebuild_apart(order, listen)

    assert (report.articles, len(report.added)) == (_ARTICLES, _ARTICLES)
    assert report.embedded <= report.passages - 256
    assert heard[-1] == BuildProgress(_ARTICLES, report.passages, report.passages)
    assert nice == {min(os.getpriority(os.PRIO_PROCESS, 0) + 10, 19)}
    library = DiskLibrary(order.index)
    assert (library.open_current(shipped_embedder).name, library.verify()) == (report.snapshot, [])


def test_an_error_is_what_it_would_be_here(order: IndexSettings, tmp_path: Path) -> None:
    with pytest.raises(ArticlesMissing, match="nowhere"):
        rebuild_apart(order.model_copy(update={"articles": tmp_path / "nowhere"}))


def test_what_the_listener_raises_comes_back(order: IndexSettings) -> None:
    def break_down(_: BuildProgress) -> None:
        raise ZeroDivisionError("a bug")

    with pytest.raises(ZeroDivisionError, match="a bug"):
        rebuild_apart(order, break_down)
    assert _builders() == []


def test_a_builder_that_is_killed_is_reported_and_the_next_one_builds(order: IndexSettings) -> None:
    def kill(_: BuildProgress) -> None:
        for pid in _builders():
            os.kill(pid, signal.SIGKILL)

    with pytest.raises(BuildBroken, match="ended before it was done"):
        rebuild_apart(order, kill)

    assert rebuild_apart(order).articles == _ARTICLES
