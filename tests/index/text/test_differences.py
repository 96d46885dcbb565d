"""What differs between two texts."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.text.differences import Difference, word_differences

_TEXTS = st.text(st.sampled_from("ab .\n,é"), max_size=60)


def test_changed_words_stand_beside_each_other() -> None:
    found = word_differences(
        "The mayor said it was not safe.\nCars wait.", "The mayor said it is safe, now.\nCars wait."
    )
    assert found == [
        Difference("The mayor said it ", "The mayor said it "),
        Difference("was not safe", "is safe, now"),
        Difference(".\nCars wait.", ".\nCars wait."),
    ]


@pytest.mark.parametrize(
    ("before", "after", "changes"),
    [("same", "same", 0), ("", "new", 1), ("old", "", 1), ("", "", 0), ("one two", "one three", 1)],
)
def test_what_is_equal_is_no_change(before: str, after: str, changes: int) -> None:
    assert sum(each.is_change for each in word_differences(before, after) or ()) == changes


@given(_TEXTS, _TEXTS)
def test_stretches_make_up_both_texts_and_alternate(before: str, after: str) -> None:
    found = word_differences(before, after)
    assert found is not None
    assert ("".join(one.before for one in found), "".join(one.after for one in found)) == (before, after)
    kinds = [one.is_change for one in found]
    assert all(kind != other for kind, other in pairwise(kinds))


def test_texts_without_end_are_not_compared() -> None:
    assert word_differences("a " * 20_000, "b " * 20_000) is None
    assert word_differences("a " * 20_000, "a " * 20_001) is not None
