"""Near copies: found, grouped, and given one voice."""

from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pytest

from index import Article, Query
from index.library.disk.library import DiskLibrary
from index.library.near_duplicates import CopyFinder, CopyIndex, merge_copies, signature_of
from index.search.retrieval import Retriever
from tests.embedders import HashingEmbedder

_WORDS = [f"word{number}" for number in range(3000)]


def _text(seed: int, sentences: int = 30) -> str:
    """Return words drawn by lot: two seeds share no five in a row."""
    drawn = np.random.default_rng(seed).choice(_WORDS, (sentences, 12))
    return "\n\n".join(f"The {' '.join(words)} report." for words in drawn)


def _wire(article_id: str, seed: int = 1, *, cut: int = 0, headline: str = "") -> Article:
    """Return a wire story as a paper runs it: with a headline of its own, paragraphs cut from its end."""
    paragraphs = _text(seed).split("\n\n")
    return Article(article_id, headline, "\n\n".join(paragraphs[: len(paragraphs) - cut]))


def _groups(articles: Iterable[Article], known: CopyIndex | None = None) -> list[int]:
    finder = CopyFinder([known] if known else [])
    for article in articles:
        finder.add(article)
    return [int(group) for group in finder.finish().groups]


def test_copies_with_another_headline_or_a_cut_are_one_group() -> None:
    first, exact, cut, other = _groups(
        [_wire("a"), _wire("b", headline="Twice"), _wire("c", cut=5), _wire("d", seed=2)]
    )

    assert first == exact == cut != other


def test_an_article_that_shares_half_is_another() -> None:
    mixed = Article("mixed", "", _text(1)[: len(_text(1)) // 2] + _text(7)[: len(_text(7)) // 2])

    assert len(set(_groups([_wire("a"), mixed]))) == 2


def test_short_texts_are_copies_only_if_equal() -> None:
    texts = ["The bridge opened.", "The bridge opened.", "The bridge opened again."]

    first, same, other = _groups(Article(str(number), "", text) for number, text in enumerate(texts))

    assert first == same != other


def test_copies_of_articles_in_other_segments_are_found_after_merging_too() -> None:
    finder = CopyFinder()
    for seed in range(30):
        finder.add(_wire(f"old {seed}", seed))
    index = finder.finish()
    live = np.arange(30) % 2 == 1

    merged = merge_copies([(index, live), (index, ~live)])

    assert _groups([_wire("new", 7, cut=2)], index) == _groups([_wire("new", 7, cut=2)], merged) == [index.groups[7]]


@pytest.mark.parametrize("share", [0.95, 0.8, 0.5, 0.2])
def test_signatures_agree_as_often_as_shingles_do(share: float) -> None:
    words = _text(3, 60).split()
    kept = int(len(words) * share)
    pair = Article("a", "", " ".join(words)), Article("b", "", " ".join(words[:kept]))

    agreeing = float((signature_of(pair[0]) == signature_of(pair[1])).mean())

    assert agreeing == pytest.approx(share, abs=0.15)


@pytest.mark.parametrize("at_once", [True, False])
def test_copies_speak_with_one_voice_and_are_counted(tmp_path: Path, at_once: bool) -> None:
    library, embedder = DiskLibrary(tmp_path), HashingEmbedder()
    stories = [_wire("courier"), _wire("herald", headline="Late"), _wire("post", cut=4), _wire("other", seed=9)]
    for batch in [stories] if at_once else [[story] for story in stories]:
        library.add(batch, embedder)
    question = " ".join(stories[0].text.split()[1:8])

    snapshot = library.open_current(embedder)
    hits = Retriever(snapshot, embedder).search(Query(question), 10)

    voices = {hit.passage.article_id for hit in hits} - {"other"}
    assert (len(voices), hits[0].passage.article_id in voices) == (1, True)
    assert [snapshot.archive.copies_of(story.id) for story in stories] == [2, 2, 2, 0]
    asked_of_one = Retriever(snapshot, embedder).search(Query(question, frozenset({"herald"})), 3)
    assert {hit.passage.article_id for hit in asked_of_one} == {"herald"}
    library.remove(["post"], embedder)
    assert library.open_current(embedder).archive.copies_of("courier") == 1


def test_a_copy_is_found_however_many_articles_lie_between() -> None:
    stories = [Article(str(number), "", f"Train {number} was late.") for number in range(4500)]

    groups = _groups([*stories, Article("again", "", stories[3].text), Article("late", "", stories[4400].text)])

    assert (groups[-2], groups[-1]) == (groups[3], groups[4400])
    assert len(set(groups)) == 4500
