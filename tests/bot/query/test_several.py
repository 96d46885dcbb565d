"""Several questions in one message: where it is parted, and where it must not be."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.query.several import split_questions


@pytest.mark.parametrize(
    ("message", "questions"),
    [
        ("Who opened the bridge? What did it cost?", ("Who opened the bridge?", "What did it cost?")),
        (
            "Who opened the bridge?? And when was that?! I forgot.",
            ("Who opened the bridge??", "And when was that?! I forgot."),
        ),
        (
            "Hello. I was away. Who won the vote? How many went to the polls?",
            ("Hello. I was away. Who won the vote?", "How many went to the polls?"),
        ),
        (
            "1. who opened the bridge\n2) what did it cost\n- and who paid",
            ("who opened the bridge", "what did it cost", "and who paid"),
        ),
        (
            "Who opened the bridge? How come? What did it cost?",
            ("Who opened the bridge? How come?", "What did it cost?"),
        ),
    ],
)
def test_questions_that_stand_by_themselves_are_parted(message: str, questions: tuple[str, ...]) -> None:
    assert split_questions(message) == questions


@pytest.mark.parametrize(
    "message",
    [
        "",
        "???",
        "Who opened the bridge?",
        "is that from the courier? which paper",
        "for what?? what did he do that is so bad",
        "is the ferry finished now or still running? opinions?",
        "who opened the bridge and what did it cost",
        'Who said "Is it safe? Will it hold the cars?" about the bridge?',
        "the bridge\nthe ferry",
        "What of https://courier.example/a?b=1&c=2 is true?",
    ],
)
def test_one_question_stays_as_it_is(message: str) -> None:
    assert split_questions(message) == (message,)


@given(st.text(alphabet='ab ?!.\n"“”1)-', max_size=80))
def test_no_word_is_lost(message: str) -> None:
    letters = "".join(split_questions(message))
    assert [letter for letter in letters if letter in "ab?"] == [letter for letter in message if letter in "ab?"]
