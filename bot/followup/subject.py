"""What a chat is about: the words that were said before, each with how much it counts, and a few of them to show."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bot.conversation import Turn
from bot.followup.leaning import said_last, said_of
from bot.followup.signs import WORD, names_something
from bot.followup.vocabulary import AUXILIARIES
from bot.reading.behind import BEHIND
from index.text.terms import terms_of

_TURNS = 4
_OLDER_ANSWER = 0.4
"""How much a word counts that only answers before the last one hold."""
_SURE = 0.5
"""From this chance on a message is taken to lean entirely."""
_LEAST = 0.1
"""Below it nothing that was said before counts."""
_SHOWN = 4
_LONGEST_PHRASE = 7
"""Words that are shown as they stand; of more, the most telling ones."""


@dataclass(frozen=True, slots=True)
class Subject:
    """`terms`: those of the chat that the message lacks, each with its share of a word of the message. `said`: what was
    said last, to stand in front of it. `shown`: in a few words, what the message was taken to be about."""

    terms: tuple[tuple[str, float], ...] = ()
    said: str = ""
    shown: str = ""


NO_SUBJECT = Subject()


def subject_of(message: str, turns: Sequence[Turn], leaning: float, rarity: Callable[[str], float]) -> Subject:
    """Return what these turns are about, for a message that leans on them with this chance; nothing below a tenth.

    The first turn asked in full, and the others followed it up. `rarity`: how telling a term is among the articles, 1
    for one that none holds.
    """
    if not turns or leaning < _LEAST:
        return NO_SUBJECT
    sure = min(1.0, leaning / _SURE)
    share = sure / (2 - sure)
    shares: dict[str, float] = {}
    for age, turn in enumerate(reversed([*turns[:1], *turns[1:][1 - _TURNS :]])):
        for text, worth in ((turn.resolved_question, 1.0), (said_of(turn), _OLDER_ANSWER if age else 1.0)):
            for term in terms_of(text):
                shares[term] = max(shares.get(term, 0.0), worth * share)
    asked = set(terms_of(message))
    lacking = {term: worth for term, worth in shares.items() if term not in asked}
    return Subject(tuple(lacking.items()), said_last(turns), _shown(turns, asked, rarity))


def _shown(turns: Sequence[Turn], asked: set[str], rarity: Callable[[str], float]) -> str:
    """Return what was asked in full, in a few words; what was answered last if that tells nothing. Nothing if the
    message, of these terms, says it all itself."""
    phrase = next(
        filter(None, (phrase_of(text, rarity) for text in (turns[0].resolved_question, said_of(turns[-1])))), ""
    )
    return "" if asked.issuperset(terms_of(phrase)) else phrase


def phrase_of(text: str, rarity: Callable[[str], float]) -> str:
    """Return what a question or answer is about, in its own words: "the tram crash in Brno"; empty if that is nothing.

    Words that no article holds are left out at either end, unless that leaves none.
    """
    words = list(WORD.finditer(text))
    telling = [place for place, word in enumerate(words) if names_something(word.group())]
    known = [place for place in telling if _is_held(words[place].group(), rarity)] or telling
    if not known:
        return ""
    first, last = known[0], known[-1]
    is_introduced = first > 0 and words[first - 1].group().lower() == "the"
    after = [word.group() for word in words[last + 1 : last + 3]]
    if first == last and not is_introduced and after and after[0].lower() in AUXILIARIES and terms_of(after[-1]):
        last += 2  # "soldiers were killed"
    if last - first >= _LONGEST_PHRASE:
        most = sorted(known, key=lambda place: -max(map(rarity, terms_of(words[place].group()))))[:_SHOWN]
        return " ".join(words[place].group() for place in sorted(most))
    start = words[first - is_introduced].start()
    return " ".join(text[start : words[last].end()].replace(BEHIND, " ").split())


def _is_held(word: str, rarity: Callable[[str], float]) -> bool:
    return all(rarity(term) < 1.0 for term in terms_of(word))
