"""Articles in, the same articles out: what a snapshot keeps on disk."""

import sqlite3
import tempfile
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index import Article
from index.attribution import Appearance, Speaker, attribute
from index.errors import SnapshotCorrupt, UnknownArticle
from index.library.disk.archive import SegmentArchive as Archive
from index.library.disk.library import DiskLibrary
from index.library.disk.segment_articles import ArchivePart, ArchiveWriter
from index.sizes import fitted
from index.text.chunking import chunk_article
from tests.embedders import HashingEmbedder

_ARTICLES = st.lists(
    st.builds(
        Article,
        id=st.text(min_size=1),
        title=st.text(),
        text=st.text() | st.lists(st.text(min_size=1), min_size=1).map(". ".join),
        source=st.none() | st.text(min_size=1),
        published_at=st.none() | st.datetimes(timezones=st.just(UTC)),
        url=st.none() | st.text(min_size=1),
    ),
    min_size=1,
    max_size=4,
    unique_by=lambda article: article.id,
)
_READABLE = Article("", "Bridge", "The bridge opened.")
"""Something to index, under an id that no other has."""
_MAY = Article("may", "Bridge", "The bridge opened. Ada Brook cut the ribbon.", None, datetime(2024, 5, 4, tzinfo=UTC))
_JUNE = Article("june", "Ferry", "The ferry stopped.", "The Courier", datetime(2024, 6, 1, 23, 59, tzinfo=UTC))
_UNDATED = Article("undated", "Roof", "The roof leaks.", None, None, "https://courier.example/roof")


def _write(folder: Path, articles: Sequence[Article]) -> Archive:
    writer = ArchiveWriter(folder)
    for article in articles:
        writer.add(article, chunk_article(article), [])
    writer.finish()
    writer.close()
    return Archive([ArchivePart(folder)])


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    return _write(tmp_path, [_MAY, _JUNE, _UNDATED])


@given(_ARTICLES)
def test_what_was_written_is_read_back(articles: list[Article]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        archive = _write(Path(folder), articles)

        assert list(archive.articles()) == articles
        assert [archive.article(article.id) for article in articles] == articles
        assert [archive.passages_of(article.id) for article in articles] == list(map(chunk_article, articles))
        archive.close()


@given(_ARTICLES)
@settings(max_examples=20)
def test_an_index_keeps_every_article_with_a_passage_as_it_came(articles: list[Article]) -> None:
    quotable = [fitted(article) for article in articles if chunk_article(article)]
    embedder = HashingEmbedder(dimension=8)
    with tempfile.TemporaryDirectory() as folder:
        library = DiskLibrary(Path(folder))
        library.rebuild([_READABLE, *articles], embedder)
        snapshot = library.open_current(embedder)

        assert list(snapshot.archive.articles()) == [_READABLE, *quotable]
        assert library.verify() == []
        snapshot.close()


def test_a_passage_is_found_by_its_row(archive: Archive) -> None:
    passages = [passage for article in (_MAY, _JUNE, _UNDATED) for passage in chunk_article(article)]

    assert [archive.passage(row) for row in range(archive.n_rows)] == passages
    leads = [chunk_article(article)[0] for article in (_MAY, _JUNE, _UNDATED)]
    assert archive.leading(np.arange(archive.n_rows)).tolist() == [one in leads for one in passages]
    assert archive.sentences_of("may") == passages[0].sentences


def test_headlines_are_in_the_order_of_titles_and_without_texts(archive: Archive) -> None:
    assert archive.headlines() == [replace(article, text="") for article in (_MAY, _JUNE, _UNDATED)]


@pytest.mark.parametrize(
    ("articles", "before", "sources", "allowed"),
    [
        (frozenset({"june", "unknown"}), None, None, [False, True, False]),
        (frozenset[str](), None, None, [False, False, False]),
        (None, date(2024, 6, 1), None, [True, False, False]),
        (None, date(2024, 6, 2), None, [True, True, False]),
        (frozenset({"june", "undated"}), date(2024, 6, 2), None, [False, True, False]),
        (None, None, frozenset({"the COURIER", "unknown"}), [False, True, False]),
        (None, date(2024, 6, 1), frozenset({"The Courier"}), [False, False, False]),
        (None, None, frozenset[str](), [False, False, False]),
    ],
)
def test_a_scope_allows_the_passages_of_its_articles_days_and_sources(
    archive: Archive,
    articles: frozenset[str] | None,
    before: date | None,
    sources: frozenset[str] | None,
    allowed: list[bool],
) -> None:
    rows = archive.allowed_rows(articles, before, sources)

    assert rows is not None
    assert rows.tolist() == allowed
    assert archive.allowed_rows(None, None) is None


def test_days_are_those_of_the_articles_and_bound_a_scope_on_both_sides(archive: Archive) -> None:
    may, june = date(2024, 5, 4), date(2024, 6, 1)

    assert archive.days_of([1, 0, 2]).tolist() == [june.toordinal(), may.toordinal(), 0]
    assert archive.rows_published(may, may).tolist() == [True, False, False]
    assert archive.rows_published(june, None).tolist() == [False, True, False]
    assert archive.rows_published(None, None).tolist() == [True, True, False]


def test_an_unknown_id_is_named_and_has_no_passages(archive: Archive) -> None:
    with pytest.raises(UnknownArticle, match="'nonsense'"):
        archive.article("nonsense")

    assert (archive.passages_of("nonsense"), archive.sentences_of("nonsense")) == ([], ())


def test_two_articles_of_one_id_are_refused(tmp_path: Path) -> None:
    with pytest.raises(sqlite3.IntegrityError):
        _write(tmp_path, [_MAY, _MAY])


@pytest.mark.parametrize("name", ["articles.sqlite", "passages.npy", "sentences.npy", "days.npy"])
def test_a_missing_file_is_reported_as_corrupt(archive: Archive, tmp_path: Path, name: str) -> None:
    archive.close()
    (tmp_path / name).unlink()

    with pytest.raises(SnapshotCorrupt, match="python -m index rollback"):
        Archive([ArchivePart(tmp_path)]).headlines()


def test_garbage_in_place_of_the_texts_is_reported_as_corrupt(archive: Archive, tmp_path: Path) -> None:
    archive.close()
    size = (tmp_path / "articles.sqlite").stat().st_size
    (tmp_path / "articles.sqlite").write_bytes(np.random.default_rng(1).bytes(size))

    with pytest.raises(SnapshotCorrupt, match="python -m index rollback"):
        Archive([ArchivePart(tmp_path)]).article("may")


def test_what_an_earlier_version_did_not_store_is_worked_out(tmp_path: Path) -> None:
    spoken = Article("spoken", "Bridge", "Mayor Ada Brook said that the bridge is safe.")
    _write(tmp_path, [spoken, _MAY]).close()
    with closing(sqlite3.connect(tmp_path / "articles.sqlite")) as connection:
        connection.executescript("DROP TABLE attributions; DROP TABLE speakers")
    archive = Archive([ArchivePart(tmp_path)])

    assert [one.speaker for one in archive.attributions_of("spoken")] == [Speaker("Ada Brook", "Mayor", True)]
    assert archive.speaking("Ada Brook") == [Appearance("spoken", "Ada Brook", 1)]
    assert archive.speaking("Lane") == []


def test_merging_keeps_what_is_stored_and_leaves_out_what_is_not(tmp_path: Path) -> None:
    spoken = Article("spoken", "Bridge", "Mayor Ada Brook said that the bridge is safe.")
    for name in ("old", "new", "both"):
        (tmp_path / name).mkdir()
    _write(tmp_path / "old", [_MAY]).close()
    with closing(sqlite3.connect(tmp_path / "old" / "articles.sqlite")) as connection:
        connection.executescript("DROP TABLE attributions; DROP TABLE speakers")
    writer = ArchiveWriter(tmp_path / "new")
    passages = chunk_article(spoken)
    said = attribute(spoken.text, passages[0].sentences)
    writer.add(_JUNE, chunk_article(_JUNE), [])
    writer.add(spoken, passages, said)
    writer.finish()
    writer.close()

    both = ArchiveWriter(tmp_path / "both")
    both.add_part(ArchivePart(tmp_path / "old"), np.array([True]))
    both.add_part(ArchivePart(tmp_path / "new"), np.array([False, True]))
    both.finish()
    both.close()
    part = ArchivePart(tmp_path / "both")
    assert (part.said(0), part.said(1), part.rows_without_said()) == (None, said, [0])
    assert part.speaking("bruk") == [(1, "Ada Brook", 1)]
