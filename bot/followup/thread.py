"""What of a chat a message may lean on: the last message that asked something in full, and what was said since.

Small talk is no part of it, and neither is what earlier follow-ups were put behind: a chain of them carries its subject
and not its transcript.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace

from bot.conversation import SAID_ELSEWHERE, Turn
from bot.followup.signs import is_small_talk
from bot.query.topic_words import names_something
from bot.reading.behind import BEHIND

Leans = Callable[[Turn, Sequence[Turn]], bool]
"""Whether a turn leans on those before it."""


def thread_of(turns: Sequence[Turn], leans: Leans) -> tuple[Turn, ...]:
    """Return what a message after these turns may lean on: the last turn that asked in full and those since, each in
    its own words; none where there is nothing to lean on.

    `leans` judges the turns of which that is not known: those that were said elsewhere.
    """
    said = said_in(turns)
    for place in range(len(said) - 1, -1, -1):
        if _asks_in_full(said[place], said[:place], leans):
            return tuple(map(in_own_words, said[place:]))
    if not said:
        return ()
    first = replace(said[0], resolved_question=_put_in_front(said[0]) or said[0].resolved_question)
    return (first, *map(in_own_words, said[1:]))


def said_in(turns: Sequence[Turn]) -> list[Turn]:
    """Return the turns that ask for something."""
    return [turn for turn in turns if turn.resolved_question.strip() and not is_small_talk(turn.question)]


def in_own_words(turn: Turn) -> Turn:
    """Return a turn without what its message was put behind."""
    return replace(turn, resolved_question=turn.question) if _put_in_front(turn) else turn


def _put_in_front(turn: Turn) -> str:
    """Return what a message was put behind, or an empty string."""
    typed, understood = " ".join(turn.question.split()), " ".join(turn.resolved_question.split())
    if typed == understood or BEHIND not in understood:
        return ""
    return understood.removesuffix(f"{BEHIND}{typed}").split(BEHIND)[-1]


def _asks_in_full(turn: Turn, before: Sequence[Turn], leans: Leans) -> bool:
    if _put_in_front(turn) or not (names_something(turn.resolved_question) or (not before and turn.answer)):
        return False
    before = [one for one in before if names_something(one.resolved_question) or one.answer]
    return not before or turn.asked_at != SAID_ELSEWHERE or not leans(turn, before)
