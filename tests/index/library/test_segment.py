"""What a segment consists of, however it came about."""

import json
from contextlib import closing
from pathlib import Path
from shutil import rmtree

import numpy as np

from index import Article
from index.library.disk.library import DiskLibrary
from index.library.disk.merging import SegmentView, merge_segments
from index.library.disk.segment import SEGMENT_FILE, Segment
from tests.embedders import HashingEmbedder

_ARTICLES = [
    Article("bridge", "Bridge", "The bridge opened on Monday. Ada Brook cut the ribbon.\n\nHundreds came."),
    Article("ferry", "Ferry", "The ferry stopped. Its owner blamed the storm.", "The Courier"),
    Article("roof", "Roof", "The roof of the museum leaks."),
]


def _built(folder: Path, articles: list[Article]) -> Path:
    DiskLibrary(folder).rebuild(articles, HashingEmbedder(dimension=16))
    (segment,) = (folder / "segments").iterdir()
    return segment


def _bytes_of(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_segment_copied_from_another_is_the_same_to_the_byte(tmp_path: Path) -> None:
    built = _built(tmp_path / "built", _ARTICLES)
    with closing(Segment(built)) as segment:
        (tmp_path / "copy").mkdir()
        merge_segments([SegmentView(segment, frozenset())], tmp_path / "copy")
    assert _bytes_of(tmp_path / "copy") == _bytes_of(built)


def test_a_segment_without_dead_articles_is_as_if_they_had_never_come(tmp_path: Path) -> None:
    with closing(Segment(_built(tmp_path / "all", _ARTICLES))) as segment:
        (tmp_path / "merged").mkdir()
        merge_segments([SegmentView(segment, frozenset({1}))], tmp_path / "merged")
    alone = _built(tmp_path / "two", [_ARTICLES[0], _ARTICLES[2]])
    with closing(Segment(tmp_path / "merged")) as merged, closing(Segment(alone)) as built:
        assert list(merged.archive.articles()) == list(built.archive.articles())
        assert np.array_equal(merged.keys, built.keys)
        assert np.array_equal(merged.copies.signatures, built.copies.signatures)
        assert np.array_equal(merged.postings.terms, built.postings.terms)
        assert merged.words is not None
        assert built.words is not None
        assert merged.words.as_counts() == built.words.as_counts()
        rows = np.arange(len(built.vectors))
        assert np.array_equal(merged.vectors.reconstruct(rows), built.vectors.reconstruct(rows))


def test_words_that_an_earlier_version_did_not_list_are_listed_when_segments_merge(tmp_path: Path) -> None:
    built = _built(tmp_path / "built", _ARTICLES)
    rmtree(built / "words")
    contents = json.loads((built / SEGMENT_FILE).read_text(encoding="utf-8"))
    contents["checksums"] = {name: is_so for name, is_so in contents["checksums"].items() if "words" not in name}
    (built / SEGMENT_FILE).write_text(json.dumps(contents), encoding="utf-8")
    with closing(Segment(built)) as segment:
        assert segment.words is None
        (tmp_path / "merged").mkdir()
        merge_segments([SegmentView(segment, frozenset())], tmp_path / "merged")
    with closing(Segment(tmp_path / "merged")) as merged, closing(Segment(_built(tmp_path / "new", _ARTICLES))) as new:
        assert merged.words is not None
        assert new.words is not None
        assert merged.words.as_counts() == new.words.as_counts()
