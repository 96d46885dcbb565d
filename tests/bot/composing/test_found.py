"""What a reply of several quotes is composed of: the passages found, and the newest articles among the later ones."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.composing.found import SEARCHED_PASSAGES, search_for
from bot.query.kinds import MessageKind
from index import Article, Query
from index.library.disk.library import DiskLibrary
from index.search.retrieval import Retriever
from tests.embedders import HashingEmbedder

_FIRE = "The old lighthouse at Skarn burned on day {} of the long dry summer, and the keeper saw it from the harbour."
_LONG = Article(
    "fire",
    "Lighthouse burns",
    "\n\n".join(_FIRE.format(number) * 4 for number in range(3 * SEARCHED_PASSAGES)),
    published_at=datetime(2026, 3, 1, tzinfo=UTC),
)
_NEW = Article(
    "lit",
    "Lit again",
    "The old lighthouse at Skarn, which burned, is open again: the keeper lit its lamp on Sunday.",
    published_at=datetime(2026, 6, 22, tzinfo=UTC),
)
_OTHER = Article("ferry", "Ferry stops", "The ferry stops.", published_at=datetime(2026, 7, 1, tzinfo=UTC))
_QUERY = Query("the old lighthouse at Skarn burned, the keeper saw it from the harbour")


@pytest.fixture(scope="module")
def retriever(tmp_path_factory: pytest.TempPathFactory) -> Retriever:
    """Over a long old article on a fire, a short new one, and one on something else."""
    embedder = HashingEmbedder(dimension=256)
    library = DiskLibrary(Path(tmp_path_factory.mktemp("index")))
    library.rebuild([_LONG, _NEW, _OTHER], embedder)
    return Retriever(library.open_current(embedder), embedder)


def test_a_newer_article_that_is_found_late_belongs_to_the_latest(retriever: Retriever) -> None:
    overview = search_for(MessageKind.OVERVIEW, _QUERY, retriever)
    latest = search_for(MessageKind.LATEST, _QUERY, retriever)

    assert {hit.passage.article_id for hit in overview} == {"fire"}
    assert latest[: len(overview)] == overview
    assert [hit.passage.article_id for hit in latest[len(overview) :]] == ["lit"]
