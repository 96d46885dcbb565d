"""What admins do while the bot runs: reload, and look at what is in service."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest

from bot.admin.operations import IndexOperations, Status
from index.errors import ArticlesMissing, IndexBusy, SnapshotMissing
from index.ingest.intake import Ingest
from index.ingest.sources import read_articles
from index.library.builder import BuildProgress
from index.library.disk.library import DiskLibrary
from index.library.live import LiveIndex
from tests.embedders import HashingEmbedder


@dataclass(frozen=True)
class Parts:
    """The operations on an index of a folder of articles."""

    operations: IndexOperations
    live: LiveIndex
    folder: Path

    def titles(self) -> list[str]:
        """What the index in service holds."""
        return [article.title for article in self.live.retriever().archive.headlines()]


@pytest.fixture
def parts(tmp_path: Path) -> Parts:
    """With a story about a bridge and one about a ferry indexed."""
    folder = tmp_path / "articles"
    folder.mkdir()
    (folder / "bridge.txt").write_text("The bridge opened again on Friday.")
    (folder / "ferry.txt").write_text("The ferry ran for the last time.")
    embedder = HashingEmbedder()
    library = DiskLibrary(tmp_path / "index")
    library.rebuild(read_articles(folder), embedder)
    live, rebuild = LiveIndex(library, embedder), partial(Ingest(library, embedder).rebuild, folder)
    return Parts(IndexOperations(live, rebuild, reader_name="a reader"), live, folder)


def test_a_reload_reports_what_changed_and_serves_it(parts: Parts) -> None:
    (parts.folder / "bridge.txt").write_text("The bridge is closed again.")
    (parts.folder / "ferry.txt").unlink()
    (parts.folder / "roof.txt").write_text("The roof leaks.")
    (parts.folder / "empty.txt").write_text("")

    report = parts.operations.reload()

    assert (report.added, report.changed, report.removed) == (("roof.txt",), ("bridge.txt",), ("ferry.txt",))
    assert [skipped.name for skipped in report.skipped] == ["empty.txt"]
    assert parts.titles() == ["Bridge", "Roof"]
    assert parts.live.retriever().archive.article("bridge.txt").text == "The bridge is closed again."


def test_a_reload_of_the_same_articles_embeds_nothing(parts: Parts) -> None:
    report = parts.operations.reload()

    assert (report.articles, report.embedded, report.added, report.changed, report.removed) == (2, 0, (), (), ())


def test_a_failed_reload_leaves_the_old_index_and_can_be_tried_again(parts: Parts) -> None:
    for path in parts.folder.iterdir():
        path.unlink()
    with pytest.raises(ArticlesMissing, match="Not one article could be indexed"):
        parts.operations.reload()
    left = parts.titles()
    (parts.folder / "roof.txt").write_text("The roof leaks.")

    parts.operations.reload()

    assert (left, parts.titles()) == (["Bridge", "Ferry"], ["Roof"])


def test_a_second_reload_is_refused_while_one_runs(parts: Parts) -> None:
    refusals: list[str] = []

    def reload_again(_: BuildProgress) -> None:
        with pytest.raises(IndexBusy) as refused:
            parts.operations.reload()
        refusals.append(str(refused.value))

    parts.operations.reload(reload_again)

    assert set(refusals) == {"A reload is already running. Its result will be shown where it was started."}


def test_the_old_index_answers_while_a_reload_runs(parts: Parts) -> None:
    seen: list[tuple[bool, list[str]]] = []
    (parts.folder / "roof.txt").write_text("The roof leaks.")

    parts.operations.reload(lambda _: seen.append((parts.operations.status().reloading, parts.titles())))

    assert seen[0] == seen[-1] == (True, ["Bridge", "Ferry"])
    assert (parts.operations.status().reloading, parts.titles()) == (False, ["Bridge", "Ferry", "Roof"])


def test_the_status_is_that_of_the_index_in_service(parts: Parts) -> None:
    status = parts.operations.status()

    manifest = parts.live.retriever().snapshot.manifest
    assert status == Status(
        snapshot=parts.live.library.current_name(),
        built_at=manifest.built_at,
        articles=2,
        passages=2,
        embedding_model="hashing (hashing)",
        reader="a reader",
        reloading=False,
        started_at=status.started_at,
    )
    assert datetime.now(UTC) - status.started_at < timedelta(minutes=5)


def test_the_status_follows_what_another_process_publishes(parts: Parts) -> None:
    (parts.folder / "roof.txt").write_text("The roof leaks.")
    DiskLibrary(parts.live.library.root).rebuild(read_articles(parts.folder), HashingEmbedder())

    assert parts.operations.status().articles == 3


def test_a_roll_back_shows_what_is_kept_and_goes_one_step_back(parts: Parts) -> None:
    (parts.folder / "roof.txt").write_text("The roof leaks.")
    parts.operations.reload()
    newer, older = parts.operations.snapshots()
    assert [(each.articles, each.in_service) for each in (newer, older)] == [(3, True), (2, False)]

    now = parts.operations.roll_back(newer.name)

    assert (now.name, now.articles, parts.titles()) == (older.name, 2, ["Bridge", "Ferry"])
    assert [each.in_service for each in parts.operations.snapshots()] == [False, True]
    with pytest.raises(SnapshotMissing, match="is not in service any more"):
        parts.operations.roll_back(newer.name)
    with pytest.raises(SnapshotMissing, match="nothing to roll back to"):
        parts.operations.roll_back(older.name)
