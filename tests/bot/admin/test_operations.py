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
class Office:
    """The operations on an index of a folder of articles."""

    operations: IndexOperations
    live: LiveIndex
    folder: Path

    def titles(self) -> list[str]:
        """What the index in service holds."""
        return [article.title for article in self.live.retriever().archive.headlines()]


@pytest.fixture
def office(tmp_path: Path) -> Office:
    """With a story about a bridge and one about a ferry indexed."""
    folder = tmp_path / "articles"
    folder.mkdir()
    (folder / "bridge.txt").write_text("The bridge opened again on Friday.")
    (folder / "ferry.txt").write_text("The ferry ran for the last time.")
    embedder = HashingEmbedder()
    library = DiskLibrary(tmp_path / "index")
    library.rebuild(read_articles(folder), embedder)
    live, rebuild = LiveIndex(library, embedder), partial(Ingest(library, embedder).rebuild, folder)
    return Office(IndexOperations(live, rebuild, reader_name="a reader"), live, folder)


def test_a_reload_reports_what_changed_and_serves_it(office: Office) -> None:
    (office.folder / "bridge.txt").write_text("The bridge is closed again.")
    (office.folder / "ferry.txt").unlink()
    (office.folder / "roof.txt").write_text("The roof leaks.")
    (office.folder / "empty.txt").write_text("")

    report = office.operations.reload()

    assert (report.added, report.changed, report.removed) == (("roof.txt",), ("bridge.txt",), ("ferry.txt",))
    assert [skipped.name for skipped in report.skipped] == ["empty.txt"]
    assert office.titles() == ["Bridge", "Roof"]
    assert office.live.retriever().archive.article("bridge.txt").text == "The bridge is closed again."


def test_a_reload_of_the_same_articles_embeds_nothing(office: Office) -> None:
    report = office.operations.reload()

    assert (report.articles, report.embedded, report.added, report.changed, report.removed) == (2, 0, (), (), ())


def test_a_failed_reload_leaves_the_old_index_and_can_be_tried_again(office: Office) -> None:
    for path in office.folder.iterdir():
        path.unlink()
    with pytest.raises(ArticlesMissing, match="Not one article could be indexed"):
        office.operations.reload()
    left = office.titles()
    (office.folder / "roof.txt").write_text("The roof leaks.")

    office.operations.reload()

    assert (left, office.titles()) == (["Bridge", "Ferry"], ["Roof"])


def test_a_second_reload_is_refused_while_one_runs(office: Office) -> None:
    refusals: list[str] = []

    def reload_again(_: BuildProgress) -> None:
        with pytest.raises(IndexBusy) as refused:
            office.operations.reload()
        refusals.append(str(refused.value))

    office.operations.reload(reload_again)

    assert set(refusals) == {"A reload is already running. Its result will be shown where it was started."}


def test_the_old_index_answers_while_a_reload_runs(office: Office) -> None:
    seen: list[tuple[bool, list[str]]] = []
    (office.folder / "roof.txt").write_text("The roof leaks.")

    office.operations.reload(lambda _: seen.append((office.operations.status().reloading, office.titles())))

    assert seen[0] == seen[-1] == (True, ["Bridge", "Ferry"])
    assert (office.operations.status().reloading, office.titles()) == (False, ["Bridge", "Ferry", "Roof"])


def test_the_status_is_that_of_the_index_in_service(office: Office) -> None:
    status = office.operations.status()

    manifest = office.live.retriever().snapshot.manifest
    assert status == Status(
        snapshot=office.live.library.current_name(),
        built_at=manifest.built_at,
        articles=2,
        passages=2,
        embedding_model="hashing (hashing)",
        reader="a reader",
        reloading=False,
        started_at=status.started_at,
    )
    assert datetime.now(UTC) - status.started_at < timedelta(minutes=5)


def test_the_status_follows_what_another_process_publishes(office: Office) -> None:
    (office.folder / "roof.txt").write_text("The roof leaks.")
    DiskLibrary(office.live.library.root).rebuild(read_articles(office.folder), HashingEmbedder())

    assert office.operations.status().articles == 3


def test_a_roll_back_shows_what_is_kept_and_goes_one_step_back(office: Office) -> None:
    (office.folder / "roof.txt").write_text("The roof leaks.")
    office.operations.reload()
    newer, older = office.operations.snapshots()
    assert [(each.articles, each.in_service) for each in (newer, older)] == [(3, True), (2, False)]

    now = office.operations.roll_back(newer.name)

    assert (now.name, now.articles, office.titles()) == (older.name, 2, ["Bridge", "Ferry"])
    assert [each.in_service for each in office.operations.snapshots()] == [False, True]
    with pytest.raises(SnapshotMissing, match="is not in service any more"):
        office.operations.roll_back(newer.name)
    with pytest.raises(SnapshotMissing, match="nothing to roll back to"):
        office.operations.roll_back(older.name)
