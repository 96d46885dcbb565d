"""Which words tell what a message is about."""

from pathlib import Path

import numpy as np
import pytest

from bot.followup.signs import is_keyword
from bot.query.topic_words import TopicWords, names_something, shipped_topic_words, unheard_share


@pytest.mark.parametrize("message", ["tram crash", "karabakh", "the mayor", "Brno", "school meals"])
def test_names_and_things_of_the_news_name_a_subject(message: str) -> None:
    assert names_something(message)


@pytest.mark.parametrize("message", ["what happened", "tldr pls", "anything else", "latest news", "why", "", "??"])
def test_words_of_any_chat_name_none(message: str) -> None:
    assert not names_something(message)


@pytest.mark.parametrize(
    ("message", "is_one"),
    [
        ("karabakh", True),
        ("the driver", True),
        ("tram crash brno", True),
        ("who leads azerbaijan", False),
        ("in brno", False),
        ("and the driver", False),
        ("tldr", False),
        ("how the tram crash in brno happened", False),
    ],
)
def test_a_few_words_that_ask_nothing_are_keywords(message: str, is_one: bool) -> None:
    assert is_keyword(message) is is_one


@pytest.mark.parametrize(
    ("terms", "share"),
    [
        (["tram", "crash"], 0.0),
        (["karabakh"], 1.0),
        (["latest", "karabakh"], 1.0),
        (["what", "happen"], 0.0),
        ([], 0.0),
    ],
)
def test_what_is_named_and_stands_in_no_article_is_unheard_of(terms: list[str], share: float) -> None:
    rarity = {"tram": 0.9, "crash": 0.4, "latest": 0.3, "what": 1.0, "happen": 0.2}

    assert unheard_share(terms, lambda term: rarity.get(term, 1.0)) == pytest.approx(share, abs=0.03)


def test_they_are_kept_in_hundredths(tmp_path: Path) -> None:
    TopicWords({"tram": 0.756, "guy": 0.011}).save(tmp_path / "words.npz")

    with np.load(tmp_path / "words.npz") as stored:
        assert str(stored["terms"]).split("\n") == ["tram", "guy"]
        assert stored["hundredths"].tolist() == [76, 1]


def test_those_that_ship_are_shares() -> None:
    shares = shipped_topic_words().shares

    assert len(shares) > 1000
    assert all(0.0 <= share <= 1.0 for share in shares.values())
