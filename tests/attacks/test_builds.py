"""Attacks on builds: articles that kill or break what indexes them, again after every start."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from index.article import Article, Skipped
from index.embedding.embedder import Vectors
from index.ingest.intake import Ingest
from index.library.disk.library import DiskLibrary
from tests.embedders import HashingEmbedder

_GOOD = [
    Article(f"good/{number}", "Good", f"The bridge number {number} opened again on Monday.") for number in range(3)
]
_POISON = Article("poison", "Poison", "This poison kills whoever embeds it.")


class _Killed(BaseException):
    """The end of a process."""


class _Deadly(HashingEmbedder):
    """Dies over poison, as a process without memory does."""

    def __init__(self, error: type[BaseException]) -> None:
        super().__init__()
        self._error = error

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        """Die, or embed."""
        if any("poison" in text for text in texts):
            raise self._error
        return super().embed_passages(texts)


def _ids(root: Path) -> list[str]:
    snapshot = DiskLibrary(root).open_current(HashingEmbedder())
    try:
        return sorted(article.id for article in snapshot.archive.articles())
    finally:
        snapshot.close()


@pytest.mark.parametrize("error", [_Killed, MemoryError])
def test_an_article_that_kills_the_process_is_indexed_alone_from_then_on_and_given_up(
    tmp_path: Path, error: type[BaseException]
) -> None:
    def start() -> Ingest:
        return Ingest(DiskLibrary(tmp_path), _Deadly(error))

    start().arrivals.keep([_GOOD[0], _POISON, *_GOOD[1:]], "https://feed.example/rss")
    with pytest.raises(error):
        start().publish_waiting()
    deaths = 1
    while start().arrivals.doubtful():
        try:
            start().publish_waiting()
        except error:
            deaths += 1
            assert set(_ids(tmp_path)) >= {_GOOD[0].id}
    assert deaths == (3 if error is _Killed else 1)
    assert _ids(tmp_path) == [article.id for article in _GOOD]
    (skipped,) = start().give_up()
    assert (skipped.name, "is given up" in skipped.reason) == ("poison", True)
    assert start().publish_waiting() is None


def test_a_rebuild_leaves_what_broke_the_last_one_for_later(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "roof.txt").write_text("The roof leaks since Monday.")
    intake = Ingest(DiskLibrary(tmp_path / "index"), _Deadly(MemoryError))
    intake.arrivals.keep([_GOOD[0], _POISON], "web")
    with pytest.raises(MemoryError):
        intake.rebuild(tmp_path / "a")
    report = intake.rebuild(tmp_path / "a")
    assert _ids(tmp_path / "index") == ["good/0", "roof.txt"]
    assert report.skipped == (Skipped("poison", "broke the build (MemoryError); it is tried again"),)


def test_an_article_changed_by_its_publisher_is_tried_anew(tmp_path: Path) -> None:
    intake = Ingest(DiskLibrary(tmp_path), HashingEmbedder())
    intake.arrivals.keep([_POISON], "web")
    for _ in range(3):
        intake.arrivals.note_begun([_POISON])
    assert intake.give_up() != []
    intake.arrivals.keep([Article("poison", "Poison", "It is harmless now, they say.")], "web")
    assert intake.publish_waiting() is not None


def test_an_article_that_breaks_the_code_costs_that_article(tmp_path: Path) -> None:
    odd = Article("odd", "half \ud800 a character", "It cannot be stored, and it was let in all the same.")
    report = DiskLibrary(tmp_path).rebuild([_GOOD[0], odd, _GOOD[1]], HashingEmbedder())
    assert report.skipped == (Skipped("odd", "broke the code that indexes it (UnicodeEncodeError)"),)
    assert _ids(tmp_path) == ["good/0", "good/1"]


def test_a_letter_before_a_wide_blank_and_a_stop_ends_no_build(tmp_path: Path) -> None:
    odd = Article("odd", "Vitamins", "He took vitamin C\xa0. “So did I\u3000. J\u2009. Brook.”")
    report = DiskLibrary(tmp_path).rebuild([_GOOD[0], odd, _GOOD[1]], HashingEmbedder())
    assert (report.skipped, _ids(tmp_path)) == ((), ["good/0", "good/1", "odd"])
