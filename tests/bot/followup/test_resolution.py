"""What a message is understood as, after what was said before."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.conversation import Conversation, Turn
from bot.followup import Resolution, resolve

_NOON = datetime(2024, 5, 4, 12, tzinfo=UTC)


def _after(*said: str | tuple[str, str]) -> Conversation:
    """The conversation in which these were asked, some with their answers, each understood from those before it."""
    conversation = Conversation("c")
    for one in said:
        question, answer = one if isinstance(one, tuple) else (one, None)
        turn = Turn(question, resolve(question, conversation).question, _NOON, answer)
        conversation = Conversation("c", (*conversation.turns, turn))
    return conversation


_WON = ("Who won the election in France?", "Macron")


@pytest.mark.parametrize(
    ("before", "message", "understood_as"),
    [
        ("Who is Armenia's prime minister?", "What did he say?", "What did Armenia's prime minister say?"),
        (("Who is Armenia's prime minister?", "Nikol Pashinyan"), "How old is he?", "How old is Nikol Pashinyan?"),
        (("Who spoke for the aid agency?", "Andris Piebalgs"), "What is his title?", "What is Andris Piebalgs’ title?"),
        (("Who brokered the ceasefire?", "Moscow"), "When did it begin?", "When did the ceasefire begin?"),
        ("What is throat cancer?", "Is it treatable?", "Is throat cancer treatable?"),
        ("What happened in Ukraine?", "How many people live there?", "How many people live in Ukraine?"),
        (
            "Did Anna Lind and Tom Hale sign the letter?",
            "Where did they meet?",
            "Where did Anna Lind and Tom Hale meet?",
        ),
        ("What did Anna Lind open?", "Why did she resign?", "Why did Anna Lind resign?"),
        ("What happened in Ukraine?", "Who fled from there?", "Who fled from Ukraine?"),
        (_WON, "Who is he?", "Who is Macron?"),
        (_WON, "WHO IS HE?", "Who is Macron?"),
        (_WON, "WHO LEADS GERMANY?", "WHO LEADS GERMANY?"),
    ],
)
def test_a_pronoun_gets_the_name_it_stands_for(before: str | tuple[str, str], message: str, understood_as: str) -> None:
    assert resolve(message, _after(before)).question == understood_as


def test_he_is_no_country() -> None:
    background = "Russia brokered the ceasefire, and Russian soldiers watched over it."

    understood = resolve("When did he resign?", _after("Why is Russia distracted?"), background)

    assert understood.question == "Why is Russia distracted – When did he resign?"


@pytest.mark.parametrize(
    ("before", "message", "understood_as"),
    [
        ("How many soldiers died in July?", "And in August?", "How many soldiers died in August?"),
        ("How many soldiers died in July?", "what about August", "How many soldiers died in August?"),
        ("How many people died in the 2020 war?", "And in the first one?", "How many people died in the first war?"),
        (_WON, "And in Germany?", "Who won the election in Germany?"),
        (_WON, "No, I meant Germany", "Who won the election in Germany?"),
        (_WON, "Sorry, not France but Germany.", "Who won the election in Germany?"),
        ("What did Anna Lind say?", "How about Tom Hale?", "What did Tom Hale say?"),
        ("how old was the driver of line 4", "no i mean line 9", "how old was the driver of line 9?"),
        ("how old was the driver of line 4", "no the other one", "how old was the driver of the other line?"),
        ("who is the tram driver", "no i mean the director", "who is the director?"),
        (
            "What did Azerbaijan accuse Armenia of?",
            "What about Armenia?",
            "What did Armenia accuse Azerbaijan of?",
        ),
    ],
)
def test_the_last_question_is_asked_of_something_else(
    before: str | tuple[str, str], message: str, understood_as: str
) -> None:
    assert resolve(message, _after(before)).question == understood_as


@pytest.mark.parametrize(
    ("message", "understood_as"),
    [
        ("Why?", "Who won the election in France: Macron – Why?"),
        ("And when?", "Who won the election in France: Macron – when?"),
        ("Who else?", "Who won the election in France: Macron – Who else?"),
        ("When was that?", "Who won the election in France: Macron – When was that?"),
    ],
)
def test_a_bare_question_takes_the_last_one_and_its_answer_with_it(message: str, understood_as: str) -> None:
    assert resolve(message, _after(_WON)) == Resolution(
        understood_as, leans=True, context="Who won the election in France? Macron"
    )


@pytest.mark.parametrize(
    "message",
    [
        "What did Macron say about his talks with Putin?",
        "And what does Armenia accuse Azerbaijan of?",
        "Is there a new ceasefire between Armenia and Azerbaijan?",
        "Is it true that Anna Lind resigned?",
        "Who said that the bridge was unsafe?",
        "How many people are there in Brussels?",
        "Why did Russia withdraw its troops?",
        "How many people were injured in the school that was destroyed in the bombing run?",
        "A review found that “too many” journalists of which broadcaster lack an understanding of economics?",
        "The mayor announced this week that a bridge had collapsed in which city?",
        "Which politician removed himself from consideration as running mate?",
        "Who is the mayor of London?",
        "The former mayor of which city was arrested?",
        "What was Anna Lind, the former detective, charged with?",
        "In his new book “Bridges”, Tom Hale said which bridge was unsafe?",
        "Why is it called Dubai Internet City?",
        "How strong was the recent earthquake that occurred off Kamchatka?",
        "What is the name of the award that means a great deal to Tom Hale?",
        "Do Anna Lind and Tom Hale have ties with one another?",
    ],
)
def test_a_message_that_names_what_it_asks_about_stays_as_it_is(message: str) -> None:
    assert resolve(message, _after("Where did Pashinyan and Aliyev meet?", _WON)).question == message


def test_the_people_who_answered_the_last_two_questions_are_meant_together() -> None:
    conversation = _after(("Who leads Armenia?", "Nikol Pashinyan"), ("Who leads Azerbaijan?", "Ilham Aliyev"))

    understood = resolve("Where did they meet?", conversation)

    assert understood.question == "Where did Nikol Pashinyan and Ilham Aliyev meet?"


def test_two_people_about_as_likely_meant_are_rivals() -> None:
    background = "Mr. Pashinyan said so. Mr. Aliyev said otherwise."
    conversation = _after("Did Aliyev or Pashinyan win?")

    understood = resolve("What did he say?", conversation, background)

    assert {understood.question, understood.rival} == {"What did Pashinyan say?", "What did Aliyev say?"}
    assert set(understood.names) == {"Pashinyan", "Aliyev"}


def test_without_a_conversation_a_message_stands_alone() -> None:
    assert resolve("  Who is   he? ", Conversation("c")) == Resolution("Who is he?")


def test_what_was_said_last_is_searched_with_too() -> None:
    turn = Turn("Who won?", "Who won?", _NOON, None, ("The Reds won the cup.", "They had lost it."), ("a", "a"))

    assert resolve("Who is the coach of the Blues?", Conversation("c", (turn,))).context == (
        "Who won? The Reds won the cup."
    )


def test_a_chain_of_bare_questions_does_not_grow() -> None:
    conversation = _after(_WON, *[("Why?", f"because of reason {number}") for number in range(20)])

    assert resolve("since when?", conversation).question == "Who won the election in France – since when?"


@pytest.mark.parametrize("message", ["and the driver?", "no i mean the driver", "what about the driver"])
def test_what_has_no_place_in_the_last_question_stands_behind_it(message: str) -> None:
    understood = resolve(message, _after("what happened in the tram crash", "why?"))

    assert understood.question == "what happened in the tram crash – the driver"


@pytest.mark.parametrize("message", ["thanks", "ok", "Hi!", "Thank you so much"])
def test_small_talk_follows_nothing_up(message: str) -> None:
    assert not resolve(message, _after(_WON)).leans
    assert resolve(message, _after(_WON)).question == message


def test_it_is_no_person_asked_for() -> None:
    understood = resolve("who started it", _after(("who is the president of the club", "Ilham")))

    assert "started the president" not in understood.question


@given(st.lists(st.text(max_size=80), max_size=4), st.text(max_size=200))
def test_any_words_at_all_are_understood_as_something(before: list[str], message: str) -> None:
    understood = resolve(message, _after(*before))

    assert bool(understood.question) == bool(" ".join(message.split()))
