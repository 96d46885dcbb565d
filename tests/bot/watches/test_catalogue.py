"""Which of what is watched an article may answer, against a comparison one by one."""

import numpy as np
import pytest

from bot.watches.catalogue import Catalogue
from index.text.terms import terms_of
from tests.embedders import HashingEmbedder

_TEXTS = ("when does the ferry run again", "louvre heist arrests", "who opened the old bridge", "price of bread")
_PASSAGES = ("The ferry across the lake runs again from Monday.", "Its owner sold the ferry to the council.")


def _catalogue(texts: tuple[str, ...] = _TEXTS) -> Catalogue:
    embedder = HashingEmbedder()
    vectors = embedder.embed(texts) if texts else np.empty((0, embedder.dimension), np.float32)
    return Catalogue(texts, vectors, lambda term: 0.2 if term == "again" else 1.0)


def test_an_article_finds_the_watches_that_share_its_words_and_meaning() -> None:
    embedder = HashingEmbedder()
    passages = embedder.embed(_PASSAGES)
    [first, *others] = _catalogue().candidates(passages, set(terms_of(" ".join(_PASSAGES))), most=10)
    assert (first.row, others) == (0, [])
    nearest = float((passages @ embedder.embed(_TEXTS[:1]).T).max())
    assert first.score == pytest.approx(nearest + 1.0, abs=1e-3)  # "ferry", "run" and "again": all of its words


def test_words_that_few_articles_have_count_more() -> None:
    passages = HashingEmbedder().embed(_PASSAGES)
    common, telling = (_catalogue().candidates(passages, {word}, most=1) for word in ("again", "ferri"))
    assert telling[0].score - common[0].score == pytest.approx((1.0 - 0.2) / 2.2, abs=1e-3)


def test_of_too_many_the_likeliest_are_kept_and_nothing_is_found_where_nothing_is_watched() -> None:
    many = tuple(f"when does ferry {number} run again" for number in range(500))
    words = {*terms_of(" ".join(_PASSAGES)), "7"}
    found = _catalogue(many).candidates(HashingEmbedder().embed(_PASSAGES), words, most=5)
    assert len(found) == 5
    assert found[0].row == 7
    assert [one.score for one in found] == sorted((one.score for one in found), reverse=True)
    assert _catalogue(()).candidates(HashingEmbedder().embed(_PASSAGES), words, most=5) == []
