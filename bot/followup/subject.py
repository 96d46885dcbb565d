"""What a chat is about: the words that were said before, each with how much it counts, and a few of them to show."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bot.conversation import Turn
from bot.followup.leaning import said_last, said_of
from bot.followup.vocabulary import AUXILIARIES, PREDICATES, PREPOSITIONS
from index.text.terms import terms_of

_TURNS = 4
_OLDER_ANSWER = 0.4
"""How much a word counts that only answers before the last one hold."""
_SURE = 0.5
"""From this chance on a message is taken to lean entirely."""
_LEAST = 0.1
"""Below it nothing that was said before counts."""
_SHOWN = 4
_TELL_NOTHING = PREDICATES | PREPOSITIONS | AUXILIARIES | frozenset(("both", "people", "asked", "since", "latest"))
_WORD = re.compile(r"[^\W_]+(?:['’.-][^\W_]+)*")


@dataclass(frozen=True, slots=True)
class Subject:
    """`terms`: those of the chat that the message lacks, each with its share of a word of the message. `said`: what was
    said last, to stand in front of it. `shown`: the words that tell most, in the order in which they were said."""

    terms: tuple[tuple[str, float], ...] = ()
    said: str = ""
    shown: str = ""


NO_SUBJECT = Subject()


def subject_of(message: str, turns: Sequence[Turn], leaning: float, rarity: Callable[[str], float]) -> Subject:
    """Return what these turns are about, for a message that leans on them with this chance; nothing below a tenth.

    `rarity`: how telling a term is among the articles, 1 for one that none holds.
    """
    if not turns or leaning < _LEAST:
        return NO_SUBJECT
    sure = min(1.0, leaning / _SURE)
    share = sure / (2 - sure)
    shares: dict[str, float] = {}
    for age, turn in enumerate(reversed(turns[-_TURNS:])):
        for text, worth in ((turn.question, 1.0), (said_of(turn), _OLDER_ANSWER if age else 1.0)):
            for term in terms_of(text):
                shares[term] = max(shares.get(term, 0.0), worth * share)
    lacking = {term: worth for term, worth in shares.items() if term not in set(terms_of(message))}
    return Subject(tuple(lacking.items()), said_last(turns), _shown(turns, lacking, rarity))


def _shown(turns: Sequence[Turn], lacking: dict[str, float], rarity: Callable[[str], float]) -> str:
    """Return the most telling words of the last question that stood alone; if the message has them all, of answers."""
    alone = [turn.question for turn in turns if turn.resolved_question == turn.question]
    for texts in (alone[-1:], [turn.question for turn in turns[-_TURNS:]], [said_of(turns[-1])]):
        words: dict[str, str] = {}
        for word in (found for text in texts for found in _WORD.findall(text)):
            for term in terms_of(word):
                if term in lacking and word.lower() not in _TELL_NOTHING and rarity(term) < 1.0:
                    words.setdefault(term, word)
        if words:
            telling = sorted(words, key=lambda term: -rarity(term))[:_SHOWN]
            return " ".join(word for term, word in words.items() if term in telling)
    return ""
