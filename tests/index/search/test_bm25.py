"""BM25 over passages, checked against the formula."""

import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from index.search.bm25 import KeywordIndex
from index.search.postings import Postings, PostingsWriter, merge_postings

_PASSAGES = [["ceasefir", "moscow", "broker"], ["moscow", "moscow", "snow"], ["peac"], []]


def _postings(passages: Sequence[Sequence[str]]) -> Postings:
    writer = PostingsWriter()
    for terms in passages:
        writer.add(terms)
    return writer.finish()


@pytest.fixture(params=["one segment", "two segments", "merged"])
def keywords(request: pytest.FixtureRequest) -> KeywordIndex:
    """Return an index of the same passages, kept in different ways."""
    halves = [_postings(_PASSAGES[:1]), _postings(_PASSAGES[1:])]
    if request.param == "merged":
        return KeywordIndex([merge_postings([(half, None) for half in halves])])
    return KeywordIndex([_postings(_PASSAGES)] if request.param == "one segment" else halves)


def _scores(keywords: KeywordIndex, terms: Sequence[str]) -> list[float]:
    """Return the score of every passage, after asking for it in two ways, which must agree."""
    scores = keywords.scores_of(terms, range(len(_PASSAGES)))
    assert keywords.best(terms, 10) == pytest.approx({row: score for row, score in scores.items() if score > 0})
    return [scores[row] for row in range(len(_PASSAGES))]


def _bm25(term: str, passage: list[str]) -> float:
    """Return Lucene's BM25 with k1 1.2, b 0.75; an empty passage counts as one word long."""
    lengths = [max(len(one), 1) for one in _PASSAGES]
    holding = sum(term in one for one in _PASSAGES)
    idf = math.log(1 + (len(_PASSAGES) - holding + 0.5) / (holding + 0.5))
    relative = max(len(passage), 1) / (sum(lengths) / len(lengths))
    count = passage.count(term)
    return idf * count / (count + 1.2 * (1 - 0.75 + 0.75 * relative))


def test_scores_are_those_of_the_formula(keywords: KeywordIndex) -> None:
    scores = _scores(keywords, ["moscow", "broker"])

    expected = [_bm25("moscow", one) + _bm25("broker", one) for one in _PASSAGES]
    np.testing.assert_allclose(scores, expected, rtol=1e-5)


def test_a_repeated_question_word_counts_once(keywords: KeywordIndex) -> None:
    assert _scores(keywords, ["moscow", "moscow"]) == _scores(keywords, ["moscow"])


def test_unknown_words_score_nothing(keywords: KeywordIndex) -> None:
    assert _scores(keywords, ["bitcoin"]) == [0, 0, 0, 0]
    assert _scores(keywords, []) == [0, 0, 0, 0]


def test_rarer_words_are_more_telling(keywords: KeywordIndex) -> None:
    assert keywords.rarity("bitcoin") == 1
    assert 0 < keywords.rarity("moscow") < keywords.rarity("broker") < 1


def test_saved_postings_score_alike(keywords: KeywordIndex, tmp_path: Path) -> None:
    _postings(_PASSAGES).save(tmp_path / "keywords")

    loaded = KeywordIndex([Postings.load(tmp_path / "keywords")])

    assert _scores(loaded, ["moscow"]) == pytest.approx(_scores(keywords, ["moscow"]))
    assert loaded.rarity("snow") == keywords.rarity("snow")


def test_merging_leaves_out_the_rows_that_count_no_more() -> None:
    live = np.array([False, True, True, True])

    merged = merge_postings([(_postings(_PASSAGES), live), (_postings([["moscow", "peac"]]), None)])

    expected = _postings([*_PASSAGES[1:], ["moscow", "peac"]])
    for name in ("terms", "ends", "rows", "counts", "lengths"):
        np.testing.assert_array_equal(getattr(merged, name), getattr(expected, name))


def test_the_best_of_many_are_those_of_the_formula_though_common_words_are_looked_up_last() -> None:
    chance = np.random.default_rng(5)
    words = ["the", "of", "said", "talk", "peac", "moscow", "broker"]
    often = [0.9, 0.8, 0.7, 0.4, 0.05, 0.01, 0.002]
    passages = [
        [word for word, share in zip(words, often, strict=True) for _ in range(int(chance.binomial(3, share)))]
        for _ in range(20_000)
    ]
    keywords = KeywordIndex([_postings(passages[:15_000]), _postings(passages[15_000:])])
    allowed = chance.random(20_000) < 0.5

    for scope in (None, allowed):
        every = keywords.scores_of(words, range(20_000))
        rows = [row for row in every if every[row] > 0 and (scope is None or scope[row])]
        expected = sorted(rows, key=lambda row: (-every[row], row))[:100]
        found = keywords.best(words, 100, scope)
        assert list(found.values()) == pytest.approx([every[row] for row in expected], rel=1e-5)
        assert all(every[row] == pytest.approx(score, rel=1e-5) for row, score in found.items())
        assert scope is None or all(scope[row] for row in found)
