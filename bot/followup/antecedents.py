"""What a pronoun may stand for: the phrases of the conversation, each with how likely it is meant."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.conversation import Turn
from bot.followup.phrases import Phrase, Sort, names_in, noun_phrases, pairs_in
from bot.followup.signs import Pronoun
from index import Span

_TURNS = 4
_WHO_IS = re.compile(
    r"^\s*(?:and\s+|so\s+)?who(?:'s|’s|\s+(?:is|was|are|were))\s+(?P<what>(?:the\s+|a\s+|an\s+)?[^?]+?)\s*[?.!]*$",
    re.IGNORECASE,
)
_WHAT_IS = re.compile(
    r"^\s*(?:and\s+|so\s+)?what(?:'s|’s|\s+(?:is|was|are|were))\s+(?P<what>[^?]+?)\s*[?.!]*$", re.IGNORECASE
)
_ASKS_FOR_PERSON = re.compile(r"\b(?:who|whom|whose)\b", re.IGNORECASE)
_ASKS_FOR_PLACE = re.compile(r"\bwhere\b|\b(?:what|which) (?:city|country|town|state|place)\b", re.IGNORECASE)
_NOT_A_PERSON = re.compile(r"^(?:[A-Z]{2,}|[A-Z][a-z]+(?:ian|ish|ese|ican|ench|utch))$")
_JOINED = re.compile(r"\s*(?:and|or|&)\s+(?:(?:Mr|Mrs|Ms|Dr)\.?\s+)?")
_LONGEST_ANSWER = 60
"""Characters: a longer answer is a sentence, of which only the names can be meant."""

_FITS = {
    Sort.PERSON: {Sort.PERSON: 3.0, Sort.THING: 0.5, Sort.PLACE: -2.0, Sort.PLURAL: -2.0},
    Sort.PLURAL: {Sort.PLURAL: 2.5, Sort.THING: 0.8, Sort.PERSON: 0.5, Sort.PLACE: -0.5},
    Sort.THING: {Sort.THING: 2.0, Sort.PLACE: 1.0, Sort.PLURAL: 0.0, Sort.PERSON: -2.0},
    Sort.PLACE: {Sort.PLACE: 3.0, Sort.THING: 0.3, Sort.PLURAL: -1.0, Sort.PERSON: -2.0},
}
"""How well what a phrase is (second key) fits what a pronoun stands for (first key)."""
_SUBJECT = 1.2
_AGAIN = 0.3
_OWNER = -1.0
_ANSWER = 0.8
_ASKED_FOR = 1.6
_IN_QUOTE = -1.5
_OLDER = -1.2
_LATER_IN_QUESTION = -0.5
_NOT_A_NAME = -0.6


@dataclass(frozen=True, slots=True)
class Antecedent:
    """A phrase that a pronoun may stand for, and a score: of two, the higher is meant."""

    text: str
    sort: Sort
    is_name: bool
    score: float


def antecedents(pronoun: Pronoun, message: str, turns: Sequence[Turn], background: str = "") -> list[Antecedent]:
    """Return what `pronoun` may stand for, best first, each named once.

    `background`: the text of the article discussed.
    """
    best: dict[str, Antecedent] = {}
    for age, turn in enumerate(reversed(turns[-_TURNS:])):
        for phrase, bonus in _phrases(turn, background):
            fit = _FITS[pronoun.sort].get(phrase.sort)
            if fit is None or phrase.text.lower() in message.lower() or _cannot_be_meant(pronoun, phrase):
                continue
            score = fit + bonus + _OLDER * age + (0.0 if phrase.is_name else _NOT_A_NAME)
            one = Antecedent(phrase.text, phrase.sort, phrase.is_name, score)
            key = _key(one, best)
            if key in best and phrase.is_name:
                best[key] = replace(best[key], score=best[key].score + _AGAIN)
            if key not in best or best[key].score < score:
                best[key] = _fuller(one, best.get(key))
    if pronoun.sort is Sort.PLURAL and (pair := _last_two(turns)):
        best[pair.text.lower()] = pair
    return sorted(best.values(), key=lambda one: -one.score)


def _last_two(turns: Sequence[Turn]) -> Antecedent | None:
    """Return the people who answered the last two questions, where both asked for one: they may be meant together."""
    answers = [turn.answer or "" for turn in turns[-2:] if _ASKS_FOR_PERSON.search(turn.resolved_question)]
    people = [name.text for answer in answers if len(answer) <= _LONGEST_ANSWER for name in names_in(answer)[:1]]
    if len(people) < 2 or people[0] == people[1]:
        return None
    return Antecedent(" and ".join(people), Sort.PLURAL, True, 3.0)


def _phrases(turn: Turn, background: str) -> list[tuple[Phrase, float]]:
    """Return the phrases of a turn, each with the score that its place gives it."""
    question = turn.resolved_question
    answer = (turn.answer or "").strip(" .")
    around = "\n".join([background, *turn.quotes])
    found: list[tuple[Phrase, float]] = []
    asked = _WHO_IS.match(question)
    if asked and not answer:
        found.append((Phrase(asked.group("what"), _span(asked), Sort.PERSON, True), _SUBJECT))
    names = names_in(question, around)
    for place, name in enumerate(names):
        joined = place > 0 and _JOINED.fullmatch(question[names[place - 1].span.end : name.span.start])
        bonus = found[-1][1] if joined else _SUBJECT if place == 0 else _LATER_IN_QUESTION
        owns = question[name.span.end : name.span.end + 2].strip() in ("’s", "'s", "’", "'")
        found.append((name, bonus + _OWNER if owns else bonus))
    found += [(pair, _SUBJECT) for pair in pairs_in(question)]
    asked = _WHAT_IS.match(question)
    is_person = bool(_WHO_IS.match(question))
    for place, noun in enumerate(noun_phrases(question)):
        if is_person:  # whom "who is the president of azerbaijan" asks for is no "it"
            continue
        if asked and noun.span.start >= asked.start("what"):
            found.append((noun, _SUBJECT))
            continue
        found.append((noun, 0.6 if place == 0 else 0.0))
    if len(answer) <= _LONGEST_ANSWER:
        names = names_in(answer, around)
        bonus = _ASKED_FOR if _ASKS_FOR_PERSON.search(question) else _ANSWER
        found += [(_as_asked(name, question), bonus - place) for place, name in enumerate(names[:2])]
        if not names:
            found += [(noun, 0.2) for noun in noun_phrases(answer)]
    else:
        found += [(name, _ANSWER - 0.6 * place) for place, name in enumerate(names_in(answer, around)[:4])]
    for quote in turn.quotes[:1]:
        found += [(name, _IN_QUOTE) for name in names_in(quote, around)]
    return found


def _cannot_be_meant(pronoun: Pronoun, phrase: Phrase) -> bool:
    """Return whether the pronoun cannot stand for the phrase.

    A person has a name or an office, not an abbreviation or a nationality; what "there" stands for has a name.
    """
    if pronoun.sort is Sort.PERSON and _NOT_A_PERSON.search(phrase.text):
        return True
    return pronoun.sort in (Sort.PERSON, Sort.PLACE) and not phrase.is_name


def _as_asked(name: Phrase, question: str) -> Phrase:
    """Return the name, its sort changed to what the question asks for: an answer to "who" is a person."""
    sort = name.sort
    if _ASKS_FOR_PERSON.search(question) and sort is Sort.PLACE:
        return name
    if _ASKS_FOR_PERSON.search(question):
        sort = Sort.PERSON
    elif _ASKS_FOR_PLACE.search(question):
        sort = Sort.PLACE
    return Phrase(name.text, name.span, sort, name.is_name)


def _key(one: Antecedent, best: dict[str, Antecedent]) -> str:
    """Return the key in `best` of the same person or thing, named in full or by the last word alone; else a new key."""
    words = one.text.lower().split()
    for key in best:
        others = key.split()
        if one.is_name and (words[-1:] == others or others[-1:] == words or words == others):
            return key
    return " ".join(words)


def _fuller(one: Antecedent, other: Antecedent | None) -> Antecedent:
    """Return the first of two that name the same, under the longer of their names."""
    if other is None or len(other.text) <= len(one.text):
        return one
    return Antecedent(other.text, one.sort, one.is_name, one.score)


def _span(match: re.Match[str]) -> Span:
    return Span(*match.span("what"))
