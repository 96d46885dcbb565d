"""The index as a running process sees it while others publish, break and delete snapshots."""

import logging
import shutil
import threading
from pathlib import Path

import pytest

from index import Article, Query
from index.errors import SnapshotMismatch, SnapshotMissing
from index.library.disk.library import DiskLibrary
from index.library.live import LiveIndex
from index.search.retrieval import Retriever
from index.text.terms import terms_of
from tests.embedders import HashingEmbedder

_BRIDGE = Article("bridge", "Bridge", "The bridge opened again on Friday.")
_FERRY = Article("ferry", "Ferry", "The ferry ran for the last time on Sunday.")
_ROOF = Article("roof", "Roof", "The library gets a new roof in October.")
_EMBEDDER = HashingEmbedder()


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.now = 1000.0

    def monotonic(self) -> float:
        """Return what `time.monotonic` would say."""
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr("index.library.live.time", clock)
    return clock


@pytest.fixture
def publisher(tmp_path: Path) -> DiskLibrary:
    """Return another process's way to the same folder."""
    library = DiskLibrary(tmp_path, keep=2)
    library.rebuild([_BRIDGE], _EMBEDDER)
    return library


@pytest.fixture
def live(clock: Clock, publisher: DiskLibrary) -> LiveIndex:
    return LiveIndex(DiskLibrary(publisher.root), _EMBEDDER)


def _ids(retriever: Retriever) -> list[str]:
    return [article.id for article in retriever.archive.articles()]


def _break(publisher: DiskLibrary) -> None:
    for vectors in (publisher.root / "segments").rglob("vectors.faiss"):
        vectors.write_bytes(b"broken")


def test_a_snapshot_published_by_another_is_served_a_second_later(
    live: LiveIndex, publisher: DiskLibrary, clock: Clock
) -> None:
    publisher.rebuild([_FERRY], _EMBEDDER)

    at_once = _ids(live.retriever())
    clock.now += 1.5

    assert (at_once, _ids(live.retriever())) == (["bridge"], ["ferry"])


def test_a_refresh_looks_at_once(live: LiveIndex, publisher: DiskLibrary) -> None:
    name = publisher.rebuild([_FERRY], _EMBEDDER).snapshot

    assert live.refresh().name == name
    assert _ids(live.retriever()) == ["ferry"]


def test_a_roll_back_is_followed(live: LiveIndex, publisher: DiskLibrary) -> None:
    publisher.rebuild([_FERRY], _EMBEDDER)
    live.refresh()

    publisher.roll_back()
    live.refresh()

    assert _ids(live.retriever()) == ["bridge"]


def test_an_unchanged_index_is_not_opened_again(live: LiveIndex, clock: Clock) -> None:
    before = live.retriever()
    clock.now += 60

    assert live.retriever() is before


def test_a_broken_snapshot_is_told_once_and_the_last_good_one_stays(
    live: LiveIndex, publisher: DiskLibrary, caplog: pytest.LogCaptureFixture
) -> None:
    publisher.rebuild([_FERRY], _EMBEDDER)
    _break(publisher)

    live.refresh()
    live.refresh()

    (error,) = [record.message for record in caplog.records if record.levelno >= logging.ERROR]
    assert error.startswith("the newly published snapshot cannot be served; the last one stays: ")
    assert [hit.passage.article_id for hit in live.retriever().search(Query("bridge"))] == ["bridge"]


def test_a_good_snapshot_after_a_broken_one_is_served(live: LiveIndex, publisher: DiskLibrary) -> None:
    publisher.rebuild([_FERRY], _EMBEDDER)
    _break(publisher)
    live.refresh()

    publisher.rebuild([_ROOF], _EMBEDDER)
    live.refresh()

    assert _ids(live.retriever()) == ["roof"]


def test_a_snapshot_of_another_model_is_not_served(live: LiveIndex, publisher: DiskLibrary) -> None:
    publisher.rebuild([_FERRY], HashingEmbedder("other"))

    live.refresh()

    assert _ids(live.retriever()) == ["bridge"]


def test_an_index_that_vanishes_is_served_on(live: LiveIndex, publisher: DiskLibrary) -> None:
    shutil.rmtree(publisher.root)

    live.refresh()

    assert [hit.passage.article_id for hit in live.retriever().search(Query("bridge"))] == ["bridge"]


def test_who_holds_a_snapshot_reads_on_after_it_was_dropped_from_disk(live: LiveIndex, publisher: DiskLibrary) -> None:
    held = live.retriever()
    for article in (_FERRY, _ROOF):
        publisher.rebuild([article], _EMBEDDER)
        live.refresh()

    assert held.snapshot.name not in publisher.names()
    assert [hit.passage.article_id for hit in held.search(Query("bridge"))] == ["bridge"]
    assert held.archive.article("bridge") == _BRIDGE
    assert held.rarity(*terms_of("bridge")) < 1


def test_no_question_fails_while_snapshots_come_and_go(live: LiveIndex, publisher: DiskLibrary) -> None:
    found: list[str] = []
    done = threading.Event()

    def ask() -> None:
        while not done.is_set():
            retriever = live.retriever()
            hits = retriever.search(Query("the"), 1)
            found.append(retriever.archive.article(hits[0].passage.article_id).id)

    threads = [threading.Thread(target=ask) for _ in range(3)]
    for thread in threads:
        thread.start()
    for article in (_FERRY, _ROOF, _BRIDGE, _FERRY, _ROOF):
        publisher.rebuild([article], _EMBEDDER)
        live.refresh()
    done.set()
    for thread in threads:
        thread.join()

    assert set(found) <= {"bridge", "ferry", "roof"}
    assert _ids(live.retriever()) == ["roof"]


def test_nothing_to_serve_is_an_error_at_the_start(tmp_path: Path, publisher: DiskLibrary) -> None:
    with pytest.raises(SnapshotMissing, match="python -m index build"):
        LiveIndex(DiskLibrary(tmp_path / "nothing"), _EMBEDDER)
    with pytest.raises(SnapshotMismatch, match="hashing"):
        LiveIndex(publisher, HashingEmbedder("other"))
