"""Corrections of a message: what is searched, and how it is told."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from bot.query.spelling import Correction, apply_corrections, correct_spelling
from index import Article
from index.library.disk.library import DiskLibrary
from index.search.retrieval import Retriever
from tests.embedders import HashingEmbedder

_VISIT = Article("visit", "A visit", "Nikol Pashinyan went to Brussels. The negotiations were short.")


@pytest.fixture
def retriever(tmp_path: Path) -> Iterator[Retriever]:
    """A search of one article."""
    library, embedder = DiskLibrary(tmp_path), HashingEmbedder()
    library.rebuild([_VISIT], embedder)
    with closing(library.open_current(embedder)) as snapshot:
        yield Retriever(snapshot, embedder)


@pytest.mark.parametrize(
    ("typed", "searched", "corrections"),
    [
        ("when did pashinian go", "when did Pashinyan go", [Correction("pashinian", "Pashinyan")]),
        ("Pashinian’s negotiatons", "Pashinyan’s negotiations",
         [Correction("Pashinian", "Pashinyan"), Correction("negotiatons", "negotiations")]),
        ("Negotiatons?", "Negotiations?", [Correction("Negotiatons", "Negotiations")]),
        ("pashinian, pashinian!", "Pashinyan, Pashinyan!", [Correction("pashinian", "Pashinyan")]),
        ("What did  Pashinyan say?", "What did  Pashinyan say?", []),
        ("", "", []),
    ],
)  # fmt: skip
def test_misspelt_words_become_those_of_the_article(
    typed: str, searched: str, corrections: list[Correction], retriever: Retriever
) -> None:
    assert correct_spelling(typed, retriever) == (searched, tuple(corrections))
    assert apply_corrections(typed, corrections) == searched


def test_a_correction_leaves_longer_words_alone() -> None:
    assert apply_corrections("pashinians and pashinian", [Correction("pashinian", "Pashinyan")]) == (
        "pashinians and Pashinyan"
    )
