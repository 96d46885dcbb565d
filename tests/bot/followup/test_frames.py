"""Questions with one part of them exchanged."""

import pytest

from bot.followup.frames import exchange, swap


@pytest.mark.parametrize(
    ("question", "topic", "exchanged"),
    [
        ("How many died in July 2022?", "in 2023", "How many died in 2023?"),
        ("Who is the mayor of London?", "of Paris", "Who is the mayor of Paris?"),
        ("Who won on Monday?", "Tuesday", "Who won on Tuesday?"),
        ("Which bridge was opened first?", "the second one", "Which second bridge was opened first?"),
        ("What did the police find in the red car?", "the blue car", "What did the police find in the blue car?"),
        ("How many died?", "in August", None),
        ("Why did it fail?", "Germany", None),
    ],
)
def test_the_part_like_the_topic_is_exchanged(question: str, topic: str, exchanged: str | None) -> None:
    assert exchange(question, topic) == exchanged


def test_two_names_change_places() -> None:
    assert swap("What did Anna Lind tell Tom Hale?", "Tom Hale") == "What did Tom Hale tell Anna Lind?"


def test_one_name_has_nobody_to_change_places_with() -> None:
    assert swap("What did Anna Lind say?", "Anna Lind") is None
