"""Which messages are written in full."""

import pytest

from index.text.forms import is_in_full


@pytest.mark.parametrize(
    "message",
    ["Who opened the bridge?", "“Who” said so?", "2019: what happened?", "It was opened by:", "Tell me more."],
)
def test_a_capital_and_a_mark_are_a_question_in_full(message: str) -> None:
    assert is_in_full(message)


@pytest.mark.parametrize(
    "message", ["iger salary disney", "who opened the bridge?", "Iger salary disney", "", "?", "who – Was it?", "Ada"]
)
def test_other_messages_are_as_people_type_them(message: str) -> None:
    assert not is_in_full(message)
