"""Which of the turns of a chat the next message may lean on."""

from collections.abc import Sequence

import pytest

from bot.conversation import SAID_ELSEWHERE, Turn
from bot.followup.thread import Thread, in_own_words


def _turn(question: str, understood: str | None = None, answer: str | None = None) -> Turn:
    return Turn(question, understood or question, SAID_ELSEWHERE, answer)


_CRASH = _turn("what happened in the tram crash", answer="two trams collided")
_FERRY = _turn("who owns the ferry", answer="Northline")


@pytest.mark.parametrize(
    "since",
    [
        [_turn("why", "the tram crash – why")],
        [_turn("why"), _turn("since when"), _turn("who?"), _turn("and the driver?"), _turn("how old is he")],
        [_turn("thanks"), _turn("Thank you so much!"), _turn("ok"), _turn("hi there")],
        [_turn("no i mean the driver"), _turn("the other one")],
    ],
)
def test_a_chain_of_follow_ups_leads_back_to_what_was_asked_in_full(since: Sequence[Turn]) -> None:
    assert Thread.of([_FERRY, _CRASH, *since]).question == _CRASH.question


def test_a_new_question_in_full_begins_anew() -> None:
    thread = Thread.of([_CRASH, _turn("why", "the tram crash – why"), _FERRY])

    assert (thread.question, thread.answer, thread.turns) == ("who owns the ferry", "Northline", (_FERRY,))


def test_what_grammar_takes_for_complete_may_lean() -> None:
    sinks = _turn("captain saved too")

    assert Thread.of([_FERRY, sinks], lambda turn, before: turn is sinks).question == _FERRY.question
    assert Thread.of([_FERRY, sinks]).question == sinks.question


def test_an_answer_belongs_to_its_question_alone() -> None:
    assert Thread.of([_FERRY]).answer == "Northline"
    assert Thread.of([_FERRY, _turn("since when", "the ferry – since when", "2019")]).answer == ""


def test_a_follow_up_put_in_plain_words_asks_in_full() -> None:
    assert Thread.of([_FERRY, _turn("who built it", "who built the ferry")]).question == "who built the ferry"


def test_the_subject_outlives_the_question_that_named_it() -> None:
    chain = [_turn(word, f"the tram crash – {word}") for word in ("why", "who", "when")]

    assert Thread.of(chain).question == "the tram crash"


def test_messages_put_behind_all_that_was_said_are_read_alone() -> None:
    piled = _turn("And why?", "who owns the ferry: Northline – since when – why?")

    assert in_own_words(piled).resolved_question == "And why?"
    assert in_own_words(_turn("Brexit – what now")).resolved_question == "Brexit – what now"


@pytest.mark.parametrize("said", [[], [_turn("hello")], [_turn("thanks"), _turn("ok")]])
def test_small_talk_is_nothing_to_lean_on(said: Sequence[Turn]) -> None:
    assert Thread.of(said) == Thread()


def test_what_names_nothing_is_no_subject() -> None:
    assert Thread.of([_turn("summarize the article"), _turn("karabakh")]).question == "karabakh"
