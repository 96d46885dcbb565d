"""What arrives is kept until it is published, and is part of every build until it is removed."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from filelock import FileLock

from index import Article
from index.article import Skipped
from index.errors import ArrivalsUnavailable, ArticlesMissing, IndexBusy, UnknownArticle
from index.ingest.intake import Ingest
from index.library.disk.library import DiskLibrary
from tests.embedders import HashingEmbedder

_URL = "https://news.example/bridge"
_BRIDGE = Article(_URL, "Bridge", "The bridge opened again.", "The Courier", datetime(2024, 5, 4, tzinfo=UTC), _URL)
_FERRY = Article("https://news.example/ferry", "Ferry", "The ferry stopped on Sunday.")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with one article."""
    (tmp_path / "articles").mkdir()
    (tmp_path / "articles" / "roof.txt").write_text("The roof leaks.")
    return tmp_path / "articles"


@pytest.fixture
def intake(tmp_path: Path, folder: Path) -> Ingest:
    """Return the intake of a library in which that article is indexed."""
    intake = Ingest(DiskLibrary(tmp_path / "index"), HashingEmbedder())
    intake.rebuild(folder)
    return intake


def _ids(intake: Ingest) -> list[str]:
    snapshot = intake.library.open_current(HashingEmbedder())
    try:
        return sorted(article.id for article in snapshot.archive.articles())
    finally:
        snapshot.close()


def test_a_build_of_files_alone_keeps_nothing(intake: Ingest) -> None:
    assert (intake.file.exists, _ids(intake)) == (False, ["roof.txt"])


def test_what_arrived_is_indexed_and_outlives_a_rebuild(intake: Ingest, folder: Path) -> None:
    report = intake.add([_BRIDGE, Skipped("other", "is no page")], "web")
    assert (report.added, report.skipped) == ((_URL,), (Skipped("other", "is no page"),))

    report = intake.rebuild(folder)

    assert (report.added, report.removed, _ids(intake)) == ((), (), [_URL, "roof.txt"])
    assert list(intake.arrivals.all()) == [_BRIDGE]


def test_a_changed_article_takes_the_place_of_the_earlier(intake: Ingest) -> None:
    intake.add([_BRIDGE], "web")
    changed = replace(_BRIDGE, text="The bridge is closed again.")
    assert intake.add([changed, _FERRY], "web").changed == (_URL,)
    assert list(intake.arrivals.all()) == [changed, _FERRY]


def test_what_arrives_while_the_index_is_busy_waits_for_the_next_build(intake: Ingest, folder: Path) -> None:
    with FileLock(intake.library.root / "write.lock"), pytest.raises(IndexBusy):
        intake.add([_BRIDGE], "web")
    assert (_ids(intake), intake.arrivals.waiting()) == (["roof.txt"], [_BRIDGE])

    report = intake.publish_waiting()

    assert report is not None
    assert (report.added, intake.arrivals.waiting(), intake.publish_waiting()) == ((_URL,), [], None)


def test_a_rebuild_takes_in_what_waits(intake: Ingest, folder: Path) -> None:
    intake.arrivals.keep([_BRIDGE], "web")
    assert intake.rebuild(folder).added == (_URL,)
    assert intake.arrivals.waiting() == []


def test_what_changed_while_it_was_published_goes_on_waiting(intake: Ingest) -> None:
    changed = replace(_BRIDGE, title="Bridge closes")
    intake.arrivals.keep([_BRIDGE], "web")
    published = intake.arrivals.waiting()
    intake.arrivals.keep([changed], "web")
    intake.arrivals.mark_published(published)
    assert intake.arrivals.waiting() == [changed]


def test_what_an_admin_removed_comes_back_only_when_an_admin_adds_it(intake: Ingest, folder: Path) -> None:
    intake.add([_BRIDGE, _FERRY], "web")
    intake.remove([_URL, "roof.txt"])
    changed = replace(_BRIDGE, title="Bridge closes")

    assert intake.arrivals.keep([changed], "https://feed.example/rss", unless_removed=True) == []
    assert intake.rebuild(folder).articles == 2
    assert _ids(intake) == [_FERRY.id, "roof.txt"]
    assert intake.add([changed], "web").added == (_URL,)


def test_nothing_is_removed_if_one_is_unknown(intake: Ingest) -> None:
    intake.add([_BRIDGE], "web")
    with pytest.raises(UnknownArticle):
        intake.remove([_URL, "unknown"])
    assert list(intake.arrivals.all()) == [_BRIDGE]


def test_a_file_of_the_same_id_goes_first(intake: Ingest, folder: Path) -> None:
    intake.arrivals.keep([replace(_BRIDGE, id="roof.txt")], "web")
    assert intake.rebuild(folder).changed == ()


def test_when_nothing_could_be_had_the_reasons_are_told(intake: Ingest) -> None:
    with pytest.raises(ArticlesMissing, match=r"Nothing was added\. a: is gone\. b: is locked\."):
        intake.add([Skipped("a", "is gone"), Skipped("b", "is locked")], "web")


def test_many_arrivals_are_all_there(intake: Ingest) -> None:
    many = [Article(f"https://news.example/{number}", "", f"Story {number}.") for number in range(250)]
    intake.arrivals.keep(many, "web")
    assert list(intake.arrivals.all()) == many


def test_a_damaged_file_is_named(intake: Ingest) -> None:
    intake.file.path.write_bytes(b"not a database" * 100)
    with pytest.raises(ArrivalsUnavailable, match=r"arrivals\.sqlite, where articles from the web"):
        intake.arrivals.waiting()
