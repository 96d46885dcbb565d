"""Which messages lean on what came before, and what they are understood as."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.conversation import Conversation, Turn
from bot.followup import leans_on_what_came_before, resolve

_NOON = datetime(2024, 5, 4, 12, tzinfo=UTC)


def _after(*questions: str) -> Conversation:
    """The conversation in which these were asked, each understood from those before it."""
    conversation = Conversation("c")
    for question in questions:
        turn = Turn(question, resolve(question, conversation), _NOON)
        conversation = Conversation("c", (*conversation.turns, turn))
    return conversation


@pytest.mark.parametrize(
    "message",
    [
        "And in August?",
        "Who is he?",
        "Why?",
        "What did she say about the roof?",
        "What about the ferry?",
        "When was that?",
        "Where do they meet today?",
        "In Brussels?",
    ],
)
def test_a_message_that_cannot_be_understood_alone_leans(message: str) -> None:
    assert leans_on_what_came_before(message)


@pytest.mark.parametrize(
    "message",
    [
        "Who brokered the ceasefire?",
        "Who said that the bridge is safe?",
        "How many people were killed in the 2020 war?",
        "Is there a ferry to the island?",
        "What did one of the mayors open?",
        "Andorra won which medals in Paris?",
    ],
)
def test_a_message_with_words_of_its_own_stands_alone(message: str) -> None:
    assert not leans_on_what_came_before(message)
    assert resolve(message, _after("Where did Pashinyan and Aliyev meet?")) == message


@pytest.mark.parametrize(
    ("earlier", "message", "understood"),
    [
        (["Who opened the bridge?"], "When was that?", "Who opened the bridge? When was that?"),
        (["Tell me about the bridge"], "Who opened it?", "Tell me about the bridge? Who opened it?"),
        (
            ["Who opened the bridge?", "When was that?"],
            "And why?",
            "Who opened the bridge? When was that? And why?",
        ),
        (
            ["Who opened the bridge?", "When was that?", "Who owns the ferry?"],
            "And why?",
            "Who owns the ferry? And why?",
        ),
        (["When was that?"], "And why?", "When was that? And why?"),
        (["Who  opened\nthe bridge?"], " When  was\tthat? ", "Who opened the bridge? When was that?"),
    ],
    ids=["one before", "without an end mark", "chain", "new subject", "leans from the start", "white space"],
)
def test_a_follow_up_is_searched_with_the_question_it_leans_on(
    earlier: list[str], message: str, understood: str
) -> None:
    assert resolve(message, _after(*earlier)) == understood


@given(st.text())
def test_the_first_message_is_understood_as_it_is(message: str) -> None:
    assert resolve(message, Conversation("c")) == " ".join(message.split())


@given(st.lists(st.text(), max_size=4), st.text())
def test_whatever_came_before_the_message_is_kept(earlier: list[str], message: str) -> None:
    assert resolve(message, _after(*earlier)).endswith(" ".join(message.split()))
