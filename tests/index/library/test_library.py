"""Publishing, replacing and rolling back snapshots."""

import hashlib
import json
import re
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from filelock import FileLock

from index import Article, Query
from index.article import Skipped
from index.embedding.vector_cache import UnfinishedWork
from index.errors import (
    ArticlesMissing,
    BuildCancelled,
    IndexBusy,
    SnapshotCorrupt,
    SnapshotMismatch,
    SnapshotMissing,
    SnapshotRejected,
    UnknownArticle,
)
from index.library.builder import BuildProgress
from index.library.disk.library import DiskLibrary
from index.manifest import FORMAT_VERSION
from index.search.retrieval import Retriever
from tests.embedders import HashingEmbedder

_PEACE = Article("peace", "Peace talks", "Charles Michel mediates the peace process. They met in Brussels.")
_WAR = Article("war", "War", "More than 6500 people were killed in the war. It was lost by Armenia.")
_OIL = Article("oil", "Oil", "The price of oil rose to 90 dollars on Friday. Traders were surprised.")


def _story(number: int) -> Article:
    return Article(f"story {number}", f"Story {number}", f"Number {number} and {number * 7919 % 100_003} went home.")


@pytest.fixture
def library(tmp_path: Path) -> DiskLibrary:
    return DiskLibrary(tmp_path / "index")


@pytest.fixture
def embedder() -> HashingEmbedder:
    return HashingEmbedder()


def _articles(library: DiskLibrary, embedder: HashingEmbedder) -> Sequence[Article]:
    return tuple(library.open_current(embedder).archive.articles())


def test_a_published_snapshot_holds_the_articles_as_they_came(library: DiskLibrary, embedder: HashingEmbedder) -> None:
    library.rebuild([_PEACE, _WAR], embedder)

    assert _articles(library, embedder) == (_PEACE, _WAR)
    assert library.verify() == []


def test_the_report_says_what_changed(library: DiskLibrary, embedder: HashingEmbedder) -> None:
    library.rebuild([_PEACE, _WAR], embedder)
    longer = Article("war", "War", _WAR.text + " A ceasefire followed.")
    unreadable = Skipped("x.pdf", "encrypted")

    report = library.rebuild([longer, _OIL, unreadable], embedder)

    changes = (report.added, report.changed, report.removed, report.skipped)
    assert changes == (("oil",), ("war",), ("peace",), (unreadable,))


def test_unchanged_passages_are_not_embedded_again(library: DiskLibrary, embedder: HashingEmbedder) -> None:
    library.rebuild([_PEACE, _WAR], embedder)
    embedder.embedded.clear()

    report = library.add([_OIL], embedder)

    assert embedder.embedded == [_OIL.text]
    assert (report.embedded, report.articles) == (1, 3)
    hits = Retriever(library.open_current(embedder), embedder).search(Query("peace process"), 1)
    assert hits[0].passage.article_id == "peace"


def test_adding_a_known_id_replaces_the_article(library: DiskLibrary, embedder: HashingEmbedder) -> None:
    library.rebuild([_PEACE, _WAR], embedder)
    other = Article("war", "War", "The war is over.")

    library.add([other], embedder)

    assert _articles(library, embedder) == (_PEACE, other)


def test_adding_to_nothing_starts_an_index(library: DiskLibrary, embedder: HashingEmbedder) -> None:
    library.add([_OIL], embedder)

    assert _articles(library, embedder) == (_OIL,)


def test_removing_takes_one_article_out(library: DiskLibrary, embedder: HashingEmbedder) -> None:
    library.rebuild([_PEACE, _WAR], embedder)

    library.remove(["war"], embedder)

    assert _articles(library, embedder) == (_PEACE,)


def test_removing_an_unknown_id_removes_nothing(library: DiskLibrary, embedder: HashingEmbedder) -> None:
    library.rebuild([_PEACE, _WAR], embedder)

    with pytest.raises(UnknownArticle, match="nonsense"):
        library.remove(["war", "nonsense"], embedder)

    assert _articles(library, embedder) == (_PEACE, _WAR)


def test_rolling_back_returns_to_the_snapshot_before(library: DiskLibrary, embedder: HashingEmbedder) -> None:
    library.rebuild([_PEACE], embedder)
    library.rebuild([_PEACE, _WAR], embedder)

    library.roll_back()

    assert _articles(library, embedder) == (_PEACE,)


def test_a_rolled_back_snapshot_never_returns(library: DiskLibrary, embedder: HashingEmbedder) -> None:
    library.rebuild([_PEACE], embedder)
    library.rebuild([_WAR], embedder)
    library.roll_back()
    library.rebuild([_OIL], embedder)

    library.roll_back()

    assert _articles(library, embedder) == (_PEACE,)


def test_the_oldest_snapshot_cannot_be_rolled_back(library: DiskLibrary, embedder: HashingEmbedder) -> None:
    library.rebuild([_PEACE], embedder)

    with pytest.raises(SnapshotMissing, match="nothing to roll back to"):
        library.roll_back()


def test_only_so_many_snapshots_stay_on_disk(tmp_path: Path, embedder: HashingEmbedder) -> None:
    library = DiskLibrary(tmp_path, keep=2)

    built = [library.rebuild([one], embedder).snapshot for one in (_PEACE, _WAR, _PEACE, _OIL)]

    assert library.names() == built[-2:]


def test_a_failed_build_leaves_the_last_one_in_service(library: DiskLibrary, embedder: HashingEmbedder) -> None:
    library.rebuild([_PEACE], embedder)

    with pytest.raises(ArticlesMissing, match=r"x\.pdf: encrypted"):
        library.rebuild([Skipped("x.pdf", "encrypted")], embedder)

    assert _articles(library, embedder) == (_PEACE,)
    assert len(library.names()) == 1


def test_what_a_killed_build_left_is_cleared_away(library: DiskLibrary, embedder: HashingEmbedder) -> None:
    leftovers = [library.root / parent / ".building-20200101T000000" for parent in ("snapshots", "segments")]
    for leftover in leftovers:
        leftover.mkdir(parents=True)
        (leftover / "vectors.faiss").write_bytes(b"half")
    orphan = library.root / "segments" / "20200101T000000"
    orphan.mkdir()

    library.rebuild([_PEACE], embedder)

    assert [path for path in (*leftovers, orphan) if path.exists()] == []


def test_two_builds_at_once_are_refused(library: DiskLibrary, embedder: HashingEmbedder) -> None:
    library.root.mkdir(parents=True)

    with FileLock(library.root / "write.lock"), pytest.raises(IndexBusy):
        library.rebuild([_PEACE], embedder)


def test_a_missing_index_says_what_to_run(library: DiskLibrary, embedder: HashingEmbedder) -> None:
    with pytest.raises(SnapshotMissing, match="python -m index build"):
        library.open_current(embedder)


@pytest.mark.parametrize("other", [HashingEmbedder("other"), HashingEmbedder(dimension=32)], ids=["model", "dimension"])
def test_a_snapshot_of_another_model_is_refused(
    library: DiskLibrary, embedder: HashingEmbedder, other: HashingEmbedder
) -> None:
    library.rebuild([_PEACE], embedder)

    with pytest.raises(SnapshotMismatch, match="python -m index renew"):
        library.open_current(other)


def test_a_snapshot_of_another_format_is_refused(library: DiskLibrary, embedder: HashingEmbedder) -> None:
    name = library.rebuild([_PEACE], embedder).snapshot
    manifest = library.root / "snapshots" / name / "manifest.json"
    manifest.write_text(manifest.read_text().replace(f'"format_version": {FORMAT_VERSION}', '"format_version": 99'))

    with pytest.raises(SnapshotMismatch, match=r"format 99.*python -m index build"):
        library.open_current(embedder)


def test_articles_of_the_last_format_can_be_indexed_anew(library: DiskLibrary, embedder: HashingEmbedder) -> None:
    name = library.rebuild([_PEACE, _WAR], embedder).snapshot
    library.remove(["war"], embedder)
    manifest = library.root / "snapshots" / library.current_name() / "manifest.json"
    fields = {**json.loads(manifest.read_text()), "format_version": 2}
    del fields["digest"]
    fields["digest"] = hashlib.sha256(json.dumps(fields, sort_keys=True).encode()).hexdigest()
    manifest.write_text(json.dumps(fields))
    with pytest.raises(SnapshotMismatch, match="python -m index renew"):
        library.open_current(embedder)

    report = library.renew(embedder)

    assert (report.articles, report.embedded, library.verify()) == (1, 1, [])
    assert _articles(library, embedder) == (_PEACE,)
    assert name < library.current_name()


def test_an_article_that_was_tampered_with_is_not_indexed_anew(library: DiskLibrary, embedder: HashingEmbedder) -> None:
    first = library.rebuild([_PEACE, _WAR], embedder).snapshot
    (path,) = (library.root / "segments").rglob("articles.sqlite")
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE articles SET text = replace(text, '6500', '7500')")

    with pytest.raises(SnapshotCorrupt, match=r"article war is not as it was added.*python -m index rollback"):
        library.renew(HashingEmbedder("other"))
    assert library.current_name() == first


def test_a_renewal_that_is_called_off_changes_nothing(library: DiskLibrary, embedder: HashingEmbedder) -> None:
    first = library.rebuild([_story(number) for number in range(700)], embedder).snapshot
    other = HashingEmbedder("other")

    def stop(progress: BuildProgress) -> None:
        if progress.passages_done > 300:
            raise BuildCancelled

    with pytest.raises(BuildCancelled):
        library.renew(other, stop)
    assert library.open_current(embedder).name == first

    done = len(other.embedded)
    library.renew(other)
    assert library.open_current(other).manifest.n_articles == 700
    assert len(other.embedded) < 700 + done


def test_a_snapshot_of_another_model_is_built_anew(library: DiskLibrary, embedder: HashingEmbedder) -> None:
    library.rebuild([_PEACE], embedder)
    other = HashingEmbedder("other", dimension=32)

    library.rebuild([_PEACE], other)

    assert library.open_current(other).manifest.dimension == 32


def _files(library: DiskLibrary) -> list[Path]:
    """Return every file that the snapshot in service needs."""
    places = (library.root / part for part in ("segments", "snapshots"))
    return sorted(path for place in places for path in place.rglob("*") if path.is_file())


def test_a_file_cut_short_or_missing_is_refused_and_named(library: DiskLibrary, embedder: HashingEmbedder) -> None:
    library.rebuild([_PEACE], embedder)
    files = _files(library)
    assert len(files) == 22
    for path in files:
        whole = path.read_bytes()
        for broken in (whole[:-1], None):
            path.unlink() if broken is None else path.write_bytes(broken)
            with pytest.raises(SnapshotCorrupt, match=re.escape(path.name)):
                library.open_current(embedder)
            assert library.verify() != []
            path.write_bytes(whole)
    assert library.verify() == []


def test_a_flipped_bit_is_found_by_verify(library: DiskLibrary, embedder: HashingEmbedder) -> None:
    library.rebuild([_PEACE, _WAR], embedder)
    for path in _files(library):
        whole = path.read_bytes()
        for place in (0, len(whole) // 2, len(whole) - 1):
            path.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
            assert any(path.name in problem for problem in library.verify()), (path, place)
        path.write_bytes(whole)
    assert library.verify() == []


def test_verify_finds_whatever_is_planted_in_any_file_of_a_large_index(
    library: DiskLibrary, embedder: HashingEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("index.search.vectors.faiss.EXACT_UP_TO", 640)
    library.rebuild([_story(number) for number in range(700)], embedder)
    library.add([_OIL], embedder)
    library.remove(["story 3"], embedder)
    assert len(library.open_current(embedder).members) == 2
    chance = np.random.default_rng(5)
    files = _files(library)
    kinds = {path.name for path in files}
    assert kinds == {
        *("segment.json", "articles.sqlite", "passages.npy", "sentences.npy", "days.npy", "keys.npy"),
        *("vectors.faiss", "codes.faiss", "manifest.json", "canaries.npy"),
        *(f"copies.{name}.npy" for name in ("rows", "groups", "keys", "signatures")),
        *{path.name for path in files if path.parent.name in ("keywords", "words")},
    }
    for path in files:
        whole = path.read_bytes()
        places = sorted({0, len(whole) - 1, *chance.integers(0, len(whole), 4).tolist()})
        flipped = [
            whole[:place] + bytes([whole[place] ^ 1 << int(chance.integers(8))]) + whole[place + 1 :]
            for place in places
        ]
        for broken in (*flipped, whole[:-1], whole[: len(whole) // 2], b"", whole + b"\0", None):
            path.unlink() if broken is None else path.write_bytes(broken)
            problems = library.verify()
            assert any(path.name in problem for problem in problems), (path, problems)
            path.write_bytes(whole)
    assert library.verify() == []


def test_a_damaged_pointer_is_found_by_verify(library: DiskLibrary, embedder: HashingEmbedder) -> None:
    library.rebuild([_PEACE], embedder)
    pointer = library.root / "CURRENT"
    whole = pointer.read_bytes()
    name = whole.rstrip()
    for place in range(len(name)):
        for bit in range(8):
            pointer.write_bytes(whole[:place] + bytes([whole[place] ^ 1 << bit]) + whole[place + 1 :])
            with pytest.raises((SnapshotCorrupt, SnapshotMissing)):
                library.verify()
    for broken in (b"", name[:-1], None):
        pointer.unlink() if broken is None else pointer.write_bytes(broken)
        with pytest.raises((SnapshotCorrupt, SnapshotMissing)):
            library.verify()


def test_a_damaged_snapshot_is_not_rolled_back_to(library: DiskLibrary, embedder: HashingEmbedder) -> None:
    first = library.rebuild([_PEACE], embedder).snapshot
    second = library.rebuild([_OIL], embedder).snapshot
    [damaged] = [path for path in _files(library) if path.name == "articles.sqlite" and b"Michel" in path.read_bytes()]
    damaged.write_bytes(damaged.read_bytes().replace(b"Michel", b"Mickel"))

    [problem] = library.verify()
    with pytest.raises(SnapshotCorrupt, match=f"{second} stays"):
        library.roll_back()

    assert problem.startswith(f"{first}, kept for a rollback: ")
    assert library.current_name() == second


def test_a_pointer_to_nothing_is_told_and_mended_by_a_roll_back(
    library: DiskLibrary, embedder: HashingEmbedder
) -> None:
    name = library.rebuild([_PEACE], embedder).snapshot
    (library.root / "CURRENT").write_text("2\x000260101T000000")

    with pytest.raises(SnapshotCorrupt, match="rollback"):
        library.add([_WAR], embedder)

    assert library.roll_back() == name
    assert _articles(library, embedder) == (_PEACE,)


def test_a_rebuild_does_not_build_on_files_that_changed(library: DiskLibrary, embedder: HashingEmbedder) -> None:
    library.rebuild([_PEACE, _WAR], embedder)
    for path in (library.root / "segments").rglob("vectors.faiss"):
        path.write_bytes(path.read_bytes()[:-2] + b"xy")

    report = library.rebuild([_PEACE, _WAR], embedder)

    assert report.embedded == 2
    problems = library.verify()
    assert problems
    assert all("kept for a rollback" in line for line in problems)


def test_a_rebuild_of_the_same_articles_changes_nothing(library: DiskLibrary, embedder: HashingEmbedder) -> None:
    first = library.rebuild([_PEACE, _WAR], embedder)
    embedder.embedded.clear()

    second = library.rebuild([_WAR, _PEACE], embedder)

    assert (second.snapshot, second.added, second.changed, second.removed) == (first.snapshot, (), (), ())
    assert embedder.embedded == []


def test_a_change_leaves_the_files_of_all_else_as_they_are(library: DiskLibrary, embedder: HashingEmbedder) -> None:
    library.rebuild([_story(number) for number in range(40)], embedder)
    before = {path: path.stat().st_ino for path in (library.root / "segments").rglob("*") if path.is_file()}
    embedder.embedded.clear()
    longer = replace(_story(7), text=_story(7).text + " A ceasefire followed.")

    added = library.add([_OIL, longer], embedder)
    removed = library.remove(["story 8"], embedder)

    assert (added.added, added.changed, removed.removed) == (("oil",), ("story 7",), ("story 8",))
    assert sorted(embedder.embedded) == sorted([_OIL.text, longer.text])
    assert {path: path.stat().st_ino for path in before} == before
    snapshot = library.open_current(embedder)
    assert (snapshot.manifest.n_articles, snapshot.manifest.n_passages, len(snapshot.members)) == (40, 40, 2)
    assert snapshot.archive.article("story 7") == longer
    with pytest.raises(UnknownArticle):
        snapshot.archive.article("story 8")
    retriever = Retriever(snapshot, embedder)
    assert all(hit.passage.article_id != "story 8" for hit in retriever.search(Query("Story 8 number eight"), 40))
    assert retriever.search(Query("ceasefire followed"), 1)[0].passage.article_id == "story 7"


def test_segments_stay_few_and_hold_what_a_single_build_holds(library: DiskLibrary, embedder: HashingEmbedder) -> None:
    for number in range(40):
        library.add([_story(number)], embedder)
    library.remove([f"story {number}" for number in range(0, 40, 2)], embedder)
    single = DiskLibrary(library.root / "single")
    single.rebuild([_story(number) for number in range(1, 40, 2)], embedder)

    grown, built = library.open_current(embedder), single.open_current(embedder)

    assert len(grown.members) <= 4
    assert list(grown.archive.articles()) == list(built.archive.articles())
    for words in ("number seven", "story", "war lost"):
        ours, theirs = (Retriever(one, embedder).search(Query(words), 5) for one in (grown, built))
        assert [hit.passage for hit in ours] == [hit.passage for hit in theirs]
    assert library.verify() == []


def test_a_source_holds_through_changes_and_merges(library: DiskLibrary, embedder: HashingEmbedder) -> None:
    sources = ["The Courier", "Gazette", None]
    for number in range(12):
        library.add([replace(_story(number), source=sources[number % 3])], embedder)
    library.remove(["story 3"], embedder)
    library.add([replace(_story(6), source="gazette")], embedder)
    retriever = Retriever(library.open_current(embedder), embedder)

    def found(*wanted: str) -> set[str]:
        hits = retriever.search(Query("went home", sources=frozenset(wanted)), 20)
        return {hit.passage.article_id for hit in hits}

    assert found("the courier") == {"story 0", "story 9"}
    assert found("Gazette") == {f"story {number}" for number in (1, 4, 6, 7, 10)}
    assert found("The Courier", "Gazette") == found("The Courier") | found("Gazette")
    assert found("Reuters") == set()


def test_a_build_called_off_goes_on_where_it_stopped(library: DiskLibrary, embedder: HashingEmbedder) -> None:
    stories = [_story(number) for number in range(3000)]

    def call_off(progress: BuildProgress) -> None:
        if progress.passages_done >= 1024:
            raise BuildCancelled("enough")

    with pytest.raises(BuildCancelled):
        library.rebuild(stories, embedder, call_off)
    kept = len(embedder.embedded)
    with pytest.raises(SnapshotMissing):
        library.open_current(embedder)
    report = library.rebuild(stories, embedder)

    assert report.embedded == 3000 - kept
    assert list((library.root / "unfinished").iterdir()) == []


def test_a_small_change_in_between_leaves_the_vectors_of_an_unfinished_build(
    library: DiskLibrary, embedder: HashingEmbedder
) -> None:
    stories = [_story(number) for number in range(1500)]
    library.rebuild([_PEACE], embedder)

    def call_off(progress: BuildProgress) -> None:
        if progress.passages_done >= 1024:
            raise BuildCancelled("enough")

    with pytest.raises(BuildCancelled):
        library.rebuild(stories, embedder, call_off)
    library.add([_OIL], embedder)
    report = library.rebuild(stories, embedder)

    assert report.embedded <= 1500 - 1024
    assert list((library.root / "unfinished").iterdir()) == []


def test_what_a_kill_tore_of_an_unfinished_build_is_left_out(library: DiskLibrary, embedder: HashingEmbedder) -> None:
    work = UnfinishedWork(library.root / "unfinished", embedder.fingerprint)
    work.keep(np.array([1], np.uint64), np.ones((1, 64), np.float32))
    (path,) = (library.root / "unfinished").glob("*.npz")
    path.write_bytes(path.read_bytes()[:-40])

    assert library.rebuild([_PEACE], embedder).articles == 1


def test_an_index_that_finds_nothing_is_not_put_in_service(library: DiskLibrary, embedder: HashingEmbedder) -> None:
    library.rebuild([_story(number) for number in range(30)], embedder)
    snapshot = library.open_current(embedder)
    assert len(snapshot.manifest.canaries) == 8
    for name, kept in (("vectors.faiss", -30 * 64 * 2), ("terms.npy", 128)):  # all zeros: sizes and counts are right
        for path in (library.root / "segments").rglob(name):
            whole = path.read_bytes()
            path.write_bytes(whole[:kept] + bytes(len(whole) - len(whole[:kept])))

    with pytest.raises(SnapshotRejected, match=r"no longer finds [5-8] of 8 articles"):
        library.add([_OIL], embedder)

    assert library.current_name() == snapshot.name


def test_an_index_of_another_time_is_refused_with_what_to_run(library: DiskLibrary, embedder: HashingEmbedder) -> None:
    old = library.root / "snapshots" / "20251122T212325.506181"
    old.mkdir(parents=True)
    (old / "manifest.json").write_text('{"format_version": 1, "revisions": {}}')
    (library.root / "CURRENT").write_text(old.name + "\n")

    with pytest.raises(SnapshotMismatch, match=r"index format 1.*python -m index build"):
        library.open_current(embedder)
    with pytest.raises(SnapshotMismatch, match="python -m index build"):
        library.add([_PEACE], embedder)
    library.rebuild([_PEACE], embedder)

    assert _articles(library, embedder) == (_PEACE,)
    with pytest.raises(SnapshotMismatch):
        library.roll_back()


def test_progress_counts_articles_and_then_passages(library: DiskLibrary, embedder: HashingEmbedder) -> None:
    heard: list[BuildProgress] = []

    library.rebuild([_PEACE, _WAR], embedder, heard.append)

    assert heard[:2] == [BuildProgress(1, 0, 0), BuildProgress(2, 0, 0)]
    assert {report.passages_total for report in heard[2:]} == {2}
    assert [report.passages_done for report in heard] == sorted(report.passages_done for report in heard)
