"""Articles whole, in every revision that is kept."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from bot.articles import KeptArticle, KeptArticles
from index.library.disk.library import DiskLibrary
from index.library.live import LiveIndex
from tests.bot.examples import BRIDGE, FERRY
from tests.embedders import HashingEmbedder

_LATER = replace(BRIDGE, text=BRIDGE.text.replace("two years", "three years"))


@pytest.fixture
def library(tmp_path: Path) -> DiskLibrary:
    """Two articles, of which one was changed."""
    library = DiskLibrary(tmp_path)
    library.rebuild([BRIDGE, FERRY], HashingEmbedder())
    library.add([_LATER], HashingEmbedder())
    return library


@pytest.fixture
def articles(library: DiskLibrary) -> KeptArticles:
    return KeptArticles(LiveIndex(library, HashingEmbedder()))


def test_a_revision_that_is_kept_can_be_read_beside_the_one_in_service(articles: KeptArticles) -> None:
    assert articles.current("bridge") == _LATER
    assert articles.find("bridge", _LATER.revision) == KeptArticle(_LATER, _LATER, (BRIDGE,))
    older = articles.find("bridge", BRIDGE.revision)
    assert older == KeptArticle(BRIDGE, _LATER, (_LATER,))
    assert not older.is_current
    assert articles.find("bridge", FERRY.revision) is None
    assert articles.find("nobody knows", BRIDGE.revision) is None


def test_an_article_that_was_removed_is_gone_with_all_its_revisions(library: DiskLibrary) -> None:
    library.remove(["bridge"], HashingEmbedder())
    articles = KeptArticles(LiveIndex(library, HashingEmbedder()))
    assert articles.find("bridge", BRIDGE.revision) is None
    assert library.revisions_of("bridge") == [_LATER, BRIDGE]


def _change(path: Path, change: Callable[[bytes], bytes]) -> None:
    path.write_bytes(change(path.read_bytes()))


def test_words_that_were_changed_on_the_disk_are_not_shown(library: DiskLibrary, tmp_path: Path) -> None:
    oldest = min((tmp_path / "segments").iterdir()) / "articles.sqlite"
    _change(oldest, lambda held: held.replace(b"closed for two years", b"closed for ten years"))
    articles = KeptArticles(LiveIndex(library, HashingEmbedder()))
    assert articles.find("bridge", BRIDGE.revision) is None
    assert articles.find("bridge", _LATER.revision) == KeptArticle(_LATER, _LATER, ())
