"""Which of the turns of a chat the next message may lean on."""

from collections.abc import Sequence
from datetime import UTC, datetime

import pytest

from bot.conversation import SAID_ELSEWHERE, Turn
from bot.followup.thread import in_own_words, thread_of

_NOON = datetime(2024, 5, 4, 12, tzinfo=UTC)


def _turn(question: str, understood: str | None = None, answer: str | None = None) -> Turn:
    return Turn(question, understood or question, _NOON, answer)


def _asked_first(turns: Sequence[Turn], leaning: Sequence[Turn] = ()) -> str:
    """What the first turn of the thread asked, if these turns are judged to lean."""
    thread = thread_of(turns, lambda turn, _before: turn in leaning)
    return thread[0].resolved_question if thread else ""


_CRASH = _turn("what happened in the tram crash", answer="two trams collided")
_FERRY = _turn("who owns the ferry", answer="Northline")


@pytest.mark.parametrize(
    "since",
    [
        [_turn("why", "the tram crash – why")],
        [_turn("and the driver", "the tram crash – and the driver"), _turn("since when")],
        [_turn("thanks"), _turn("Thank you so much!"), _turn("ok"), _turn("hi there")],
        [_turn("anything else"), _turn("who?")],
    ],
)
def test_a_chain_of_follow_ups_leads_back_to_what_was_asked_in_full(since: Sequence[Turn]) -> None:
    assert _asked_first([_FERRY, _CRASH, *since]) == _CRASH.question


def test_a_new_question_in_full_begins_anew() -> None:
    assert thread_of([_CRASH, _turn("why", "the tram crash – why"), _FERRY], lambda *_: False) == (_FERRY,)


def test_of_what_was_said_elsewhere_it_is_judged_whether_it_leans() -> None:
    elsewhere = Turn("captain saved too", "captain saved too", SAID_ELSEWHERE)
    here = _turn("captain saved too")

    assert _asked_first([_FERRY, elsewhere], leaning=[elsewhere]) == _FERRY.question
    assert _asked_first([_FERRY, elsewhere]) == elsewhere.question
    assert _asked_first([_FERRY, here], leaning=[here]) == here.question


def test_the_subject_outlives_the_question_that_named_it() -> None:
    chain = [_turn(word, f"the tram crash – {word}") for word in ("why", "who", "when")]

    assert _asked_first(chain) == "the tram crash"


def test_messages_put_behind_all_that_was_said_are_read_alone() -> None:
    piled = _turn("And why?", "who owns the ferry: Northline – since when – why?")

    assert in_own_words(piled).resolved_question == "And why?"
    assert in_own_words(_turn("Brexit – what now")).resolved_question == "Brexit – what now"


@pytest.mark.parametrize("said", [[], [_turn("hello")], [_turn("thanks"), _turn("ok")]])
def test_small_talk_is_nothing_to_lean_on(said: Sequence[Turn]) -> None:
    assert thread_of(said, lambda *_: False) == ()


def test_what_names_nothing_is_no_subject() -> None:
    assert _asked_first([_turn("what happened"), _turn("karabakh")]) == "karabakh"
