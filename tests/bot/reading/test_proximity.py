"""What comes up next stands beside what was just spoken of."""

import numpy as np
import pytest

from bot.reading.cascade import ReadState
from bot.reading.features import Candidate, candidates_of
from bot.reading.proximity import follow_on, nearness
from index import Article, Query
from index.library.disk.library import DiskLibrary
from index.search.retrieval import Retriever
from tests.embedders import HashingEmbedder

_SENTENCES = (
    "The council met on Monday.",
    "It spoke about schools.",
    "The mayor then opened the old bridge.",
    "It had cost four million euros.",
    "Children sang.",
    "A band played.",
    "Rain fell in the evening.",
)
_STORY = Article("story", "The day", " ".join(_SENTENCES))
_OTHER = Article("other", "Elsewhere", "A ferry sank. Nobody was hurt.")


@pytest.fixture(scope="module")
def retriever(tmp_path_factory: pytest.TempPathFactory) -> Retriever:
    embedder = HashingEmbedder(dimension=64)
    library = DiskLibrary(tmp_path_factory.mktemp("index"))
    library.rebuild([_STORY, _OTHER], embedder)
    return Retriever(library.open_current(embedder), embedder)


def _sentences(retriever: Retriever) -> dict[str, Candidate]:
    hits = retriever.search(Query("bridge ferry"))
    articles = {"story": _STORY, "other": _OTHER}
    return {one.text: one for hit in hits for one in candidates_of(hit, articles[hit.passage.article_id])}


def test_the_next_sentence_is_likeliest_and_what_lies_behind_least(retriever: Retriever) -> None:
    found = _sentences(retriever)

    odds = dict(
        zip(found, nearness(list(found.values()), "Who opened the old bridge? The mayor", retriever), strict=True)
    )

    there, following, *rest = (odds[one] for one in _SENTENCES[2:])
    assert following > there == rest[0] == rest[1] > rest[2] == 0.0
    assert odds[_SENTENCES[1]] == odds["A ferry sank."] == 0.0 > odds[_SENTENCES[0]]


@pytest.mark.parametrize("context", ["", "the", "Who won the chess game in Oslo?"])
def test_nothing_is_near_what_the_articles_do_not_speak_of(retriever: Retriever, context: str) -> None:
    found = list(_sentences(retriever).values())

    assert not nearness(found, context, retriever).any()
    assert not len(nearness([], context, retriever))


def test_the_best_sentence_stays_first_and_the_others_move() -> None:
    state = ReadState(np.array([2, 0, 1, 3]), np.array([0.4, 0.3, 0.9, 0.2]), 0.1, (0,), 0.0)

    assert follow_on(state, np.array([0.0, 1.5, -9.0, 0.0])).tolist() == [2, 1, 0, 3]
    assert follow_on(state, np.zeros(4)).tolist() == [2, 0, 1, 3]
