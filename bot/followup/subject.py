"""What a chat is about: the words that were said before, each with how much it counts, and a few of them to show."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bot.conversation import Turn
from bot.followup.leaning import said_last, said_of
from bot.followup.signs import WORD
from bot.followup.vocabulary import LINKS
from bot.query.article_words import written_as_names
from bot.query.topic_words import LEAD_CHARS, names_something, naming_terms, shipped_topic_words
from index import Article
from index.text.terms import terms_of

_TURNS = 4
_OLDER_ANSWER = 0.4
"""How much a word counts that only answers before the last one hold."""
_SHOWN, _QUOTED = 5, 0.5
"""So many quotes of a turn are what it told, and how much a word counts that only these hold."""
_SURE = 0.5
"""From this chance on a message is taken to lean entirely."""
_LEAST = 0.1
"""Below it nothing that was said before counts."""
_LONGEST_PHRASE = 7
_INTRODUCED_WITHIN = 2
_ORDINARY = 0.2
"""A word adds to a phrase how often it names a subject, less this."""
_IN_HEADLINE = 2.0
"""How much more a word names the subject that the article's beginning holds."""
_UNHEARD = 0.35
"""How much a word names at most that no article holds: it may be misspelt."""
_TELLING = 0.15
"""A term tells what a chat is about if it names so much, times how rare it is among the articles."""
_LINK, _BREAK = -0.1, -0.7
"""What a word without meaning adds: one that links others, any other."""
_ENDS_CLAUSE = re.compile(r"[^\w\s'’-]")


@dataclass(frozen=True, slots=True)
class Subject:
    """`terms`: those of the chat that the message lacks, each with its share of a word of the message. `said`: what was
    said last, to stand in front of it. `shown`: in a few words, what the message was taken to be about."""

    terms: tuple[tuple[str, float], ...] = ()
    said: str = ""
    shown: str = ""


NO_SUBJECT = Subject()


def subject_of(
    message: str,
    turns: Sequence[Turn],
    leaning: float,
    rarity: Callable[[str], float],
    told_by: Article | None = None,
    named_since: str = "",
) -> Subject:
    """Return what these turns are about, for a message that leans on them with this chance; nothing below a tenth.

    The first turn asked in full, and the others followed it up. `rarity`: how telling a term is among the articles, 1
    for one that none holds. `told_by`: the article that the first turn was answered from, if it was. `named_since`:
    the last of these messages that only named somebody or something else.
    """
    if not turns or leaning < _LEAST:
        return NO_SUBJECT
    sure = min(1.0, leaning / _SURE)
    share = sure / (2 - sure)
    shares: dict[str, float] = {}
    for age, turn in enumerate(reversed([*turns[:1], *turns[1:][1 - _TURNS :]])):
        answered = _OLDER_ANSWER if age else 1.0
        quoted = ((quote, answered * _QUOTED) for quote in turn.quotes[:_SHOWN])
        for text, worth in ((turn.resolved_question, 1.0), (said_of(turn), answered), *quoted):
            for term in terms_of(text):
                shares[term] = max(shares.get(term, 0.0), worth * share)
    asked = set(terms_of(message))
    lacking = {term: worth for term, worth in shares.items() if term not in asked}
    return Subject(tuple(lacking.items()), said_last(turns), _shown(turns, asked, rarity, told_by, named_since))


def named_in(turns: Sequence[Turn], rarity: Callable[[str], float]) -> frozenset[str]:
    """Return the terms that tell what these turns are about: of what was first asked in full, and of the answers."""
    texts = (turns[0].resolved_question, *map(said_of, turns))
    weights = naming_terms(term for text in texts for term in terms_of(text))
    return frozenset(term for term, share in weights.items() if share * rarity(term) >= _TELLING)


def _shown(
    turns: Sequence[Turn], asked: set[str], rarity: Callable[[str], float], told_by: Article | None, named_since: str
) -> str:
    """Return what was named since, or else what was asked in full, in a few words; what was answered last if neither
    that nor the title of the article that told of it says anything. Nothing if the message, of these terms, says it
    all itself."""
    since = phrase_of(named_since, rarity)
    if not asked.issuperset(terms_of(since)):
        return since
    phrase = _asked_about(turns[0].resolved_question, rarity, told_by) or phrase_of(said_of(turns[-1]), rarity)
    return "" if asked.issuperset(terms_of(phrase)) else phrase


def _asked_about(question: str, rarity: Callable[[str], float], told_by: Article | None) -> str:
    """Return what a question is about, in a few words: its own; those of the title of the article that told of it where
    its own are nothing but a word that neither names anybody nor stands in that title ("civilians too?")."""
    if told_by is None:
        return phrase_of(question, rarity)
    lead = told_by.text[:LEAD_CHARS]
    phrase = phrase_of(question, rarity, f"{told_by.title}. {lead}")
    terms = set(terms_of(phrase))
    is_telling = " " in phrase or terms.issubset((*terms_of(told_by.title), *written_as_names(terms, told_by)))
    if terms and is_telling:
        return phrase
    return phrase_of(told_by.title, rarity, lead) or phrase


def phrase_of(text: str, rarity: Callable[[str], float], headline: str = "") -> str:
    """Return what a question or answer is about, in a few of its own words that stand together: "the tram crash in
    Brno"; empty if that is nothing.

    Words of the `headline` count most, then those that often name a subject.
    """
    words = list(WORD.finditer(text))
    in_headline = set(terms_of(headline))
    worths = [_worth(word.group(), rarity, in_headline) for word in words]
    best, window = 0.0, (0, 0)
    for first in range(len(words)):
        total = 0.0
        for last in range(first, min(len(words), first + _LONGEST_PHRASE)):
            if last > first and _ENDS_CLAUSE.search(text, words[last - 1].end(), words[last].start()):
                break
            total += worths[last]
            if total > best:
                best, window = total, (first, last)
    if not best:
        named = [place for place, word in enumerate(words) if names_something(word.group())]
        return words[max(named, key=worths.__getitem__)].group() if named else ""
    first, last = window
    before = [word.group().lower() for word in words[max(0, first - _INTRODUCED_WITHIN) : first]]
    if "the" in before:
        first -= before[::-1].index("the") + 1  # "the old bridge"
    return " ".join(text[words[first].start() : words[last].end()].split())


def _worth(word: str, rarity: Callable[[str], float], in_headline: set[str]) -> float:
    """Return what a word adds to a phrase that says what a question is about; words that only link cost little."""
    terms = terms_of(word)
    if not terms:
        return _LINK if word.lower() in LINKS else _BREAK
    share = max(map(shipped_topic_words().share, terms))
    if max(map(rarity, terms)) >= 1.0:
        return min(share, _UNHEARD) - _ORDINARY
    return share * (_IN_HEADLINE if in_headline.issuperset(terms) else 1.0) - _ORDINARY
