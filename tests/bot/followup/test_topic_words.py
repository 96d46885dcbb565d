"""Which words tell what a message is about."""

from pathlib import Path

import numpy as np
import pytest

from bot.followup.signs import is_keyword, names_something
from bot.followup.topic_words import TopicWords, shipped_topic_words


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


def test_they_are_kept_in_hundredths(tmp_path: Path) -> None:
    TopicWords({"tram": 0.756, "guy": 0.011}).save(tmp_path / "words.npz")

    with np.load(tmp_path / "words.npz") as stored:
        assert str(stored["terms"]).split("\n") == ["tram", "guy"]
        assert stored["hundredths"].tolist() == [76, 1]


def test_those_that_ship_are_shares() -> None:
    shares = shipped_topic_words().shares

    assert len(shares) > 1000
    assert all(0.0 <= share <= 1.0 for share in shares.values())
