"""Which of what is watched an article may answer, against a comparison one by one."""

import numpy as np
import pytest

from bot.watches.about import shipped_about
from bot.watches.catalogue import Catalogue
from index.text.terms import terms_of
from tests.embedders import HashingEmbedder

_TEXTS = ("when does the ferry run again", "louvre heist arrests", "who opened the old bridge", "price of bread")
_LETTERS = "abcdefghijklmnopqrstuvwxyz"
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
    of_it = shipped_about().odds(np.array([[nearest, 1.0, 0.0]]))[0]  # it has "ferry", all that names the question
    assert first.about == pytest.approx(of_it, abs=1e-2)


def test_of_two_questions_of_one_town_an_article_may_answer_the_one_whose_thing_it_names() -> None:
    texts = ("how much do the repairs of the school in Velm cost", "how much do the repairs of the market in Velm cost")
    article = ("The repairs of the market of Velm will cost 2.1 million euros, the town reckons.",)
    passages = HashingEmbedder().embed(article)
    found = _catalogue(texts).candidates(passages, set(terms_of(article[0])), most=10)
    assert [one.row for one in found] == [1]


def test_of_too_many_the_likeliest_are_kept_and_nothing_is_found_where_nothing_is_watched() -> None:
    things = [f"{one}{other}" for one in ("bar", "del", "gim", "lor", "tiv") for other in _LETTERS]
    many = tuple(f"when does the ferry of {thing} run again" for thing in things)
    words = {*terms_of(" ".join(_PASSAGES)), *terms_of(things[7])}
    found = _catalogue(many).candidates(HashingEmbedder().embed(_PASSAGES), words, most=5)
    assert found[0].row == 7
    assert len(found) <= 5 < len(many)
    assert [one.about for one in found] == sorted((one.about for one in found), reverse=True)
    assert _catalogue(()).candidates(HashingEmbedder().embed(_PASSAGES), words, most=5) == []
