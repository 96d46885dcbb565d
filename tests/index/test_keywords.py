"""BM25 over passages, checked against the formula."""

import math
from pathlib import Path

import numpy as np
import pytest

from index.keywords import KeywordIndex

_PASSAGES = [["ceasefir", "moscow", "broker"], ["moscow", "moscow", "snow"], ["peac"], []]


@pytest.fixture
def keywords() -> KeywordIndex:
    return KeywordIndex.from_terms(_PASSAGES)


def _bm25(term: str, passage: list[str]) -> float:
    """Lucene's BM25 with k1 1.2, b 0.75; an empty passage counts as one word long."""
    lengths = [max(len(one), 1) for one in _PASSAGES]
    holding = sum(term in one for one in _PASSAGES)
    idf = math.log(1 + (len(_PASSAGES) - holding + 0.5) / (holding + 0.5))
    relative = max(len(passage), 1) / (sum(lengths) / len(lengths))
    count = passage.count(term)
    return idf * count / (count + 1.2 * (1 - 0.75 + 0.75 * relative))


def test_scores_are_those_of_the_formula(keywords: KeywordIndex) -> None:
    scores = keywords.scores(["moscow", "broker"])

    expected = [_bm25("moscow", one) + _bm25("broker", one) for one in _PASSAGES]
    np.testing.assert_allclose(scores, expected, rtol=1e-5)


def test_a_repeated_question_word_counts_once(keywords: KeywordIndex) -> None:
    assert keywords.scores(["moscow", "moscow"]).tolist() == keywords.scores(["moscow"]).tolist()


def test_unknown_words_score_nothing(keywords: KeywordIndex) -> None:
    assert keywords.scores(["bitcoin"]).tolist() == [0, 0, 0, 0]
    assert keywords.scores([]).tolist() == [0, 0, 0, 0]


def test_rarer_words_are_more_telling(keywords: KeywordIndex) -> None:
    assert keywords.rarity("bitcoin") == 1
    assert 0 < keywords.rarity("moscow") < keywords.rarity("broker") < 1


def test_a_saved_index_scores_alike(keywords: KeywordIndex, tmp_path: Path) -> None:
    keywords.save(tmp_path / "keywords")

    loaded = KeywordIndex.load(tmp_path / "keywords")

    assert loaded.scores(["moscow"]).tolist() == keywords.scores(["moscow"]).tolist()
    assert loaded.rarity("snow") == keywords.rarity("snow")
