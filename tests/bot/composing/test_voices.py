"""Who speaks in what was found."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from bot.composing.gathering import Gathered, telling_in
from bot.composing.voices import Voices
from bot.reading.features import KNOWN, Candidate
from index import Article, Hit, Query, Span
from index.library.disk.library import DiskLibrary
from index.search.retrieval import Archive, Retriever
from tests.embedders import HashingEmbedder

_DAY = datetime(2026, 5, 4, tzinfo=UTC)
_BODIES = Article(
    "bodies",
    "Shelling at the border",
    "Armenia accused its neighbour of shelling two villages on Monday. "
    "The defence ministry said that nobody was hurt in the attack.",
    "The Courier",
    _DAY,
)
_NAMED = Article(
    "named",
    "A visit",
    "Armenian Prime Minister Nikol Pashinyan said the soldiers would stay at the border for a year.",
    "The Post",
    _DAY,
)
_OFFICE = Article(
    "office",
    "A speech",
    "“We will not leave this border,” the Armenian prime minister said on Tuesday. "
    "“Nobody will be left behind,” the prime minister of the other side said.",
    "The Herald",
    _DAY,
)


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Archive:
    """Over the three of them."""
    folder: Path = tmp_path_factory.mktemp("voices")
    library, embedder = DiskLibrary(folder), HashingEmbedder()
    library.rebuild([_BODIES, _NAMED, _OFFICE], embedder)
    return Retriever(library.open_current(embedder), embedder).archive


def _found(articles: Sequence[Article], archive: Archive) -> Gathered:
    sentences = [
        Candidate(article, Hit(passage, rank, 1.0, 0.5, 1.0), span, None, None)
        for rank, article in enumerate(articles, 1)
        for passage in archive.passages_of(article.id)
        for span in passage.sentences
    ]
    n = len(sentences)
    nothing = np.zeros(n)
    return Gathered(
        Query("what now"),
        tuple(sentences),
        np.zeros((n, len(KNOWN))),
        nothing,
        nothing,
        np.zeros(n, bool),
        np.zeros(n, np.int64),
        {},
        telling_in([frozenset()] * n, {}),
        0.0,
    )


def _voices(articles: Sequence[Article], archive: Archive) -> list[str | None]:
    """Return who speaks in each sentence of the last of these articles."""
    voices = Voices(archive, _found(articles, archive))
    return [voices.of(articles[-1], Span(one.start, one.end)) for one in archive.sentences_of(articles[-1].id)]


def test_a_country_and_a_ministry_are_voices(archive: Archive) -> None:
    assert _voices([_BODIES], archive) == ["Armenia", "The defence ministry"]


def test_an_office_is_whoever_another_article_says_holds_it(archive: Archive) -> None:
    assert _voices([_NAMED, _OFFICE], archive)[0] == "Nikol Pashinyan"


def test_an_office_that_nobody_found_holds_stands_for_itself(archive: Archive) -> None:
    assert _voices([_OFFICE], archive)[0] == "The Armenian prime minister"
