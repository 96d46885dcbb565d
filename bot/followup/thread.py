"""What of a chat a message may lean on: the last message that asked something in full, and what was said since.

Small talk is no part of it, and neither is what earlier follow-ups were put behind: a chain of them carries its subject
and not its transcript.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from bot.conversation import Turn
from bot.followup.signs import (
    correction_of,
    is_bare,
    is_keyword,
    is_small_talk,
    names_something,
    pronouns_in,
    speaks_of_ones,
    topic_of,
)
from bot.reading.behind import BEHIND

Leans = Callable[[Turn, Sequence[Turn]], bool]
"""Whether a turn leans on those before it."""


@dataclass(frozen=True, slots=True)
class Thread:
    """`turns` begin with the one that asked in full, in its own words; none where there is nothing to lean on."""

    turns: tuple[Turn, ...] = ()

    @classmethod
    def of(cls, turns: Sequence[Turn], leans: Leans = lambda _turn, _before: False) -> "Thread":
        """Return what a message after these turns may lean on; `leans` judges what grammar takes for complete."""
        said = said_in(turns)
        for place in range(len(said) - 1, -1, -1):
            if _asks_in_full(said[place], said[:place], leans):
                return cls(tuple(map(in_own_words, said[place:])))
        if not said:
            return cls()
        first = replace(said[0], resolved_question=_put_in_front(said[0]) or said[0].resolved_question)
        return cls((first, *map(in_own_words, said[1:])))

    @property
    def question(self) -> str:
        """What was asked in full."""
        return self.turns[0].resolved_question if self.turns else ""

    @property
    def answer(self) -> str:
        """The short answer to it, while nothing else was said."""
        return (self.turns[0].answer or "") if len(self.turns) == 1 else ""


def said_in(turns: Sequence[Turn]) -> list[Turn]:
    """Return the turns that ask for something."""
    return [turn for turn in turns if turn.resolved_question.strip() and not is_small_talk(turn.question)]


def in_own_words(turn: Turn) -> Turn:
    """Return a turn without what its message was put behind."""
    return replace(turn, resolved_question=turn.question) if _put_in_front(turn) else turn


def _put_in_front(turn: Turn) -> str:
    """Return the last thing that a message was put behind, or an empty string."""
    typed, understood = " ".join(turn.question.split()), " ".join(turn.resolved_question.split())
    if typed == understood or BEHIND not in understood:
        return ""
    return understood.removesuffix(f"{BEHIND}{typed}").split(BEHIND)[-1]


def _asks_in_full(turn: Turn, before: Sequence[Turn], leans: Leans) -> bool:
    typed, understood = " ".join(turn.question.split()), " ".join(turn.resolved_question.split())
    if _put_in_front(turn) or not (names_something(understood) or (not before and turn.answer)):
        return False
    before = [one for one in before if names_something(one.resolved_question) or one.answer]
    return not before or understood != typed or not (_leans_by_grammar(typed) or leans(turn, before))


def _leans_by_grammar(message: str) -> bool:
    return bool(
        (is_bare(message) and not is_keyword(message))
        or speaks_of_ones(message)
        or pronouns_in(message)
        or topic_of(message)
        or correction_of(message)
    )
