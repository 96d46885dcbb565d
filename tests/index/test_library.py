"""Publishing, replacing and rolling back snapshots."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from filelock import FileLock

from index import Article, Query
from index.article import Skipped
from index.building import BuildProgress
from index.errors import (
    ArticlesMissing,
    IndexBusy,
    SnapshotCorrupt,
    SnapshotMismatch,
    SnapshotMissing,
    UnknownArticle,
)
from index.library import Library
from index.retrieval import Retriever
from tests.embedders import HashingEmbedder

_PEACE = Article("peace", "Peace talks", "Charles Michel mediates the peace process. They met in Brussels.")
_WAR = Article("war", "War", "More than 6500 people were killed in the war. It was lost by Armenia.")
_OIL = Article("oil", "Oil", "The price of oil rose to 90 dollars on Friday. Traders were surprised.")


@pytest.fixture
def library(tmp_path: Path) -> Library:
    return Library(tmp_path / "index")


@pytest.fixture
def embedder() -> HashingEmbedder:
    return HashingEmbedder()


def _articles(library: Library, embedder: HashingEmbedder) -> Sequence[Article]:
    return tuple(library.open_current(embedder).archive.articles())


def test_a_published_snapshot_holds_the_articles_as_they_came(library: Library, embedder: HashingEmbedder) -> None:
    library.rebuild([_PEACE, _WAR], embedder)

    assert _articles(library, embedder) == (_PEACE, _WAR)
    assert library.verify() == []


def test_the_report_says_what_changed(library: Library, embedder: HashingEmbedder) -> None:
    library.rebuild([_PEACE, _WAR], embedder)
    longer = Article("war", "War", _WAR.text + " A ceasefire followed.")
    unreadable = Skipped("x.pdf", "encrypted")

    report = library.rebuild([longer, _OIL, unreadable], embedder)

    changes = (report.added, report.changed, report.removed, report.skipped)
    assert changes == (("oil",), ("war",), ("peace",), (unreadable,))


def test_unchanged_passages_are_not_embedded_again(library: Library, embedder: HashingEmbedder) -> None:
    library.rebuild([_PEACE, _WAR], embedder)
    embedder.embedded.clear()

    report = library.add([_OIL], embedder)

    assert [text.split(".")[0] for text in embedder.embedded] == ["Oil"]
    assert (report.embedded, report.articles) == (1, 3)
    hits = Retriever(library.open_current(embedder), embedder).search(Query("peace process"), 1)
    assert hits[0].passage.article_id == "peace"


def test_adding_a_known_id_replaces_the_article(library: Library, embedder: HashingEmbedder) -> None:
    library.rebuild([_PEACE, _WAR], embedder)
    other = Article("war", "War", "The war is over.")

    library.add([other], embedder)

    assert _articles(library, embedder) == (_PEACE, other)


def test_adding_to_nothing_starts_an_index(library: Library, embedder: HashingEmbedder) -> None:
    library.add([_OIL], embedder)

    assert _articles(library, embedder) == (_OIL,)


def test_removing_takes_one_article_out(library: Library, embedder: HashingEmbedder) -> None:
    library.rebuild([_PEACE, _WAR], embedder)

    library.remove(["war"], embedder)

    assert _articles(library, embedder) == (_PEACE,)


def test_removing_an_unknown_id_removes_nothing(library: Library, embedder: HashingEmbedder) -> None:
    library.rebuild([_PEACE, _WAR], embedder)

    with pytest.raises(UnknownArticle, match="nonsense"):
        library.remove(["war", "nonsense"], embedder)

    assert _articles(library, embedder) == (_PEACE, _WAR)


def test_rolling_back_returns_to_the_snapshot_before(library: Library, embedder: HashingEmbedder) -> None:
    library.rebuild([_PEACE], embedder)
    library.rebuild([_PEACE, _WAR], embedder)

    library.roll_back()

    assert _articles(library, embedder) == (_PEACE,)


def test_a_rolled_back_snapshot_never_returns(library: Library, embedder: HashingEmbedder) -> None:
    library.rebuild([_PEACE], embedder)
    library.rebuild([_WAR], embedder)
    library.roll_back()
    library.rebuild([_OIL], embedder)

    library.roll_back()

    assert _articles(library, embedder) == (_PEACE,)


def test_the_oldest_snapshot_cannot_be_rolled_back(library: Library, embedder: HashingEmbedder) -> None:
    library.rebuild([_PEACE], embedder)

    with pytest.raises(SnapshotMissing, match="nothing to roll back to"):
        library.roll_back()


def test_only_so_many_snapshots_stay_on_disk(tmp_path: Path, embedder: HashingEmbedder) -> None:
    library = Library(tmp_path, keep=2)

    built = [library.rebuild([_PEACE], embedder).snapshot for _ in range(4)]

    assert library.names() == built[-2:]


def test_a_failed_build_leaves_the_last_one_in_service(library: Library, embedder: HashingEmbedder) -> None:
    library.rebuild([_PEACE], embedder)

    with pytest.raises(ArticlesMissing, match=r"x\.pdf: encrypted"):
        library.rebuild([Skipped("x.pdf", "encrypted")], embedder)

    assert _articles(library, embedder) == (_PEACE,)
    assert len(library.names()) == 1


def test_what_a_killed_build_left_is_cleared_away(library: Library, embedder: HashingEmbedder) -> None:
    leftover = library.root / "snapshots" / ".building-20200101T000000"
    leftover.mkdir(parents=True)
    (leftover / "vectors.faiss").write_bytes(b"half")

    library.rebuild([_PEACE], embedder)

    assert not leftover.exists()


def test_two_builds_at_once_are_refused(library: Library, embedder: HashingEmbedder) -> None:
    library.root.mkdir(parents=True)

    with FileLock(library.root / "write.lock"), pytest.raises(IndexBusy):
        library.rebuild([_PEACE], embedder)


def test_a_missing_index_says_what_to_run(library: Library, embedder: HashingEmbedder) -> None:
    with pytest.raises(SnapshotMissing, match="python -m index build"):
        library.open_current(embedder)


@pytest.mark.parametrize("other", [HashingEmbedder("other"), HashingEmbedder(dimension=32)], ids=["model", "dimension"])
def test_a_snapshot_of_another_model_is_refused(
    library: Library, embedder: HashingEmbedder, other: HashingEmbedder
) -> None:
    library.rebuild([_PEACE], embedder)

    with pytest.raises(SnapshotMismatch, match="python -m index build"):
        library.open_current(other)


def test_a_snapshot_of_another_format_is_refused(library: Library, embedder: HashingEmbedder) -> None:
    name = library.rebuild([_PEACE], embedder).snapshot
    manifest = library.root / "snapshots" / name / "manifest.json"
    manifest.write_text(manifest.read_text().replace('"format_version": 1', '"format_version": 99'))

    with pytest.raises(SnapshotMismatch, match="format 99"):
        library.open_current(embedder)


def test_a_snapshot_of_another_model_is_built_anew(library: Library, embedder: HashingEmbedder) -> None:
    library.rebuild([_PEACE], embedder)
    other = HashingEmbedder("other", dimension=32)

    library.rebuild([_PEACE], other)

    assert library.open_current(other).manifest.dimension == 32


@pytest.mark.parametrize(
    "name", ["articles.sqlite", "passages.npy", "sentences.npy", "days.npy", "vectors.faiss", "keys.npy"]
)
def test_a_file_cut_short_is_refused_and_named(library: Library, embedder: HashingEmbedder, name: str) -> None:
    folder = library.root / "snapshots" / library.rebuild([_PEACE], embedder).snapshot
    (folder / name).write_bytes((folder / name).read_bytes()[:-1])

    with pytest.raises(SnapshotCorrupt, match=name):
        library.open_current(embedder)


def test_a_flipped_bit_is_found_by_verify(library: Library, embedder: HashingEmbedder) -> None:
    folder = library.root / "snapshots" / library.rebuild([_PEACE], embedder).snapshot
    for path in [path for path in folder.rglob("*") if path.is_file() and path.name != "manifest.json"]:
        whole = path.read_bytes()
        path.write_bytes(bytes([whole[0] ^ 1]) + whole[1:])
        name = path.relative_to(folder).as_posix()
        assert library.verify() == [f"{name}: contents changed (SHA-256 differs)"]
        path.write_bytes(whole)


def test_progress_counts_articles_and_then_passages(library: Library, embedder: HashingEmbedder) -> None:
    heard: list[BuildProgress] = []

    library.rebuild([_PEACE, _WAR], embedder, heard.append)

    assert heard == [
        BuildProgress(1, 0, 0),
        BuildProgress(2, 0, 0),
        BuildProgress(2, 0, 2),
        BuildProgress(2, 2, 2),
    ]
