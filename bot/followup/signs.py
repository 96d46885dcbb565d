"""What in a message points outside it: the signs that it cannot be understood alone."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from bot.followup.phrases import Phrase, Sort, names_in, noun_phrases
from bot.followup.vocabulary import (
    AUXILIARIES,
    NAMES_NO_SUBJECT,
    PREDICATES,
    PREPOSITIONS,
    either,
)
from index import Span
from index.text.terms import terms_of

_POINTING = {
    "he": Sort.PERSON, "him": Sort.PERSON, "his": Sort.PERSON,
    "she": Sort.PERSON, "her": Sort.PERSON, "hers": Sort.PERSON,
    "they": Sort.PLURAL, "them": Sort.PLURAL, "their": Sort.PLURAL, "theirs": Sort.PLURAL,
    "it": Sort.THING, "its": Sort.THING,
    "this": Sort.THING, "that": Sort.THING, "these": Sort.PLURAL, "those": Sort.PLURAL,
    "there": Sort.PLACE,
}  # fmt: skip
_POSSESSIVES = frozenset(("his", "her", "their", "its", "hers", "theirs"))
_PRONOUN = re.compile(rf"\b(?:{'|'.join(_POINTING)})\b", re.IGNORECASE)
_DO, _AT = either(AUXILIARIES), either(PREPOSITIONS)
_JUDGED = (
    "true|possible|likely|legal|safe|rain|snow|take|matter|cost to|mean to|important|hard|easy|better|good|bad|normal|"
    "necessary|make sense"
)
_FELT = "bad|good|great|nice|sad|interesting|stressful|complicated|cool|awful|amazing|wonderful|shame|pity"
_HELD = (
    "said|say|says|think|thinks|thought|believe|believes|claim|claims|claimed|warn|warned|show|shows|know|knew|sure|true|"
    "so|find|found|means?|reported|announced|agree|agreed|denied|deny|denies|evidence|fact|idea|news|proof|told"
)
_NOT_POINTING = re.compile(
    rf"\b(?:{_DO})(?:n['’]t)? there\b(?=.*\w)|\bthere(?:['’]s|['’]re| (?:{_DO})\b| seems?\b)|"
    rf"\b(?:is|was|does|did|would|will) it (?:(?:so|too|very|that) )?(?:{_JUDGED})\b|"
    rf"\bit (?:seems|looks|appears|sounds|turns out|takes|is (?:{_JUDGED}))\b|"
    rf"\b(?:that|this|it) (?:is|was|sounds|seems) (?:(?:too|so|very|really|quite|pretty|such a|a) )*(?:{_FELT})\b|"
    rf"\bthat['’]s (?:a|so|too|very)\b|\b(?:{_HELD})(?: (?:me|us|him|her|them))? that\b(?=\s\S+ \S+)|"
    rf"\b(?!(?:{_DO}|and|but|or|so)\b)[a-z]{{3,}} that (?=(?:{_DO})\b)|"
    r"\b(?:is|was) it called (?=(?-i:[A-Z])|[“\"])",
    re.IGNORECASE,
)
_BEFORE_A_NOUN = re.compile(
    rf"\s+(?!(?:{_DO}|{_AT}|and|or|but|so|not|all|also|then|happen|happened|mean|means|work|works|come|"
    r"came|go|went|take|took|make|made|affect|affected|lead|led|end|ended|start|started|cause|caused|change|changed|"
    r"occur|occurred|help|helped|get|got|true|possible|ever|still|again)\b)[a-z]{3,}",
    re.IGNORECASE,
)
_OPENING = re.compile(r"^\s*(?:and|but|or|so|then|also|ok(?:ay)?|well)\b[\s,]*", re.IGNORECASE)
_WHAT_ABOUT = re.compile(r"^\s*(?:what|how)\s+(?:about|of)\b\s*(?!it\b.*\bw)", re.IGNORECASE)
_ONES = re.compile(
    rf"\b(?:the\s+(?:\w+\s+)?(?:ones?|others?|same)|the\s+(?:former|latter)(?=['’]s|\s*[^\w\s]|\s*$|\s+(?:{_DO}|{_AT}|or|and)\b)|"
    r"(?<!\bone )another(?:\s+one)?|(?:first|second|third|last|other|"
    r"next|previous|which|this|that|new|old|big|small|smart|popular|good|famous|\w+est)\s+ones?|"
    r"(?:any|some|the)\s+others?|anyone else|who else|what else|where else|anything else|anybody else|"
    r"the\s+(?:first|second|third|last|other)(?=\s*[?.!]*$))\b",
    re.IGNORECASE,
)
_CORRECTION = re.compile(
    r"^\s*(?:no|nope|sorry|wait|actually|not that)?[\s,.!-]*"
    r"(?:i\s+(?:meant?|mean)|(?:no|sorry|wait|actually)[\s,]+(?:not\s+[^,]+?[\s,]+(?:but|rather)\s+)?)"
    r"[\s,:]*(?P<right>.+?)\s*[?.!]*$",
    re.IGNORECASE,
)
_QUESTION_WORDS = (
    "why|when|where|who|whom|how|how many|how much|how long|how old|which|what|since when|how so|why not|what for|"
    "how come|really|or"
)
_BARE = re.compile(
    rf"^\s*(?:(?:{_AT})\s+)?(?:{_QUESTION_WORDS})(?:\s+(?:{_AT}|not|exactly|else|then|so|now))*\s*[?.!]*\s*$",
    re.IGNORECASE,
)
_JOINS = re.compile(r"\s+(?:an?|the|his|her|its|their|he|she|they|it|there|no|all|some|one|two|three)\b", re.IGNORECASE)
_RELATES_TO = re.compile(
    rf"\b(?:the|an?|which|what)\s+(?:[\w’-]+\s+){{0,3}}?(?!(?:{_DO}|{_AT}|{either(PREDICATES)})\b)(?![a-z]+ed\b)[a-z]{{3,}}\s+$",
    re.IGNORECASE,
)
"""Nouns that a following "that" describes: "the award that means ..."."""
_GOES_ON = re.compile(rf"\s+(?!(?:{_AT}|and|or|but|then|now|so|too|also|again|not|ever|still)\b)[a-z]{{2,}}")
_LONG = 5
"""Terms from which on a message seldom leans on another."""
_CLAUSE = re.compile(r"[,;.]\s|\b(?:and|but|because|if|when|while|that|so|or)\b", re.IGNORECASE)
_ASKS = re.compile(
    rf"\b(?:who|whom|whose|what|when|where|why|which|how|{_DO}|tell|name|list|give|describe|explain)\b",
    re.IGNORECASE,
)


WORD = re.compile(r"[^\W_]+(?:['’.-][^\W_]+)*")
_MOST_KEYWORDS = 3
_GREETS_OR_THANKS = (
    "hi|hello|hey|thanks?|thank you|thx|ty|cheers|ok|okay|k|cool|nice|great|perfect|wow|lol|yes|yeah|yep|yup|no|"
    "nope|sure|sorry|please|pls|bye|goodbye|good (?:morning|evening|night)|got it|i see"
)
_SMALL_TALK = re.compile(
    rf"^\W*(?:{_GREETS_OR_THANKS})(?:\W+(?:{_GREETS_OR_THANKS}|so much|very much|a lot|there|again|then))*\W*$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Pronoun:
    """A word that stands for another. `sort` is what it stands for; `possessive`: "his", "their"."""

    text: str
    span: Span
    sort: Sort
    possessive: bool


def opening_of(message: str) -> str:
    """Return "And ", "But " and the like at the start of a message, or an empty string."""
    match = _OPENING.match(message)
    return match.group() if match else ""


def topic_of(message: str) -> str | None:
    """Return what "What about ...?", or a message that is no sentence, asks about; None if the message asks in full."""
    rest = message[len(opening_of(message)) :]
    match = _WHAT_ABOUT.match(rest)
    if match:
        return rest[match.end() :].strip(" ?.!") or None
    if opening_of(message) and not _ASKS.search(rest):
        return rest.strip(" ?.!") or None
    if not _ASKS.search(rest) and re.match(rf"\s*(?:{_AT})\b", rest, re.IGNORECASE):
        return rest.strip(" ?.!") or None
    return None


def correction_of(message: str) -> str | None:
    """Return what "no, I meant ..." gives instead; None if the message corrects nothing."""
    match = _CORRECTION.match(message)
    return match.group("right").strip() if match and len(match.group("right").split()) <= 6 else None


def is_bare(message: str) -> bool:
    """Return whether a message is a question word and little else: "Why?", "Where at?", "In what country?"."""
    rest = message[len(opening_of(message)) :]
    if _BARE.match(rest):
        return True
    return len(rest.split()) <= 4 and len(terms_of(rest)) <= 1 and not names_in(rest)


def is_keyword(message: str) -> bool:
    """Return whether a message is a name or a few words, and no sentence: "karabakh", "the driver"."""
    if _BARE.match(message) or _ASKS.search(message) or opening_of(message) or topic_of(message):
        return False
    return len(message.split()) <= _MOST_KEYWORDS and names_something(message)


def is_small_talk(message: str) -> bool:
    """Return whether a message asks for nothing: "thanks", "ok", "hi there"."""
    return bool(_SMALL_TALK.match(message))


def names_something(message: str) -> bool:
    """Return whether a message holds a word that may tell what it is about."""
    return any(terms_of(word) for word in WORD.findall(message) if word.lower() not in NAMES_NO_SUBJECT)


def speaks_of_ones(message: str) -> bool:
    """Return whether "the first one", "another", "who else" and the like stand for something named before."""
    return bool(_ONES.search(message))


def pronouns_in(message: str) -> list[Pronoun]:
    """Return the pronouns that stand for something outside the message, in order."""
    plain = _NOT_POINTING.sub(lambda match: " " * len(match.group()), message)
    names = names_in(message)
    is_long = len(terms_of(message)) >= _LONG
    found: list[Pronoun] = []
    for match in _PRONOUN.finditer(plain):
        word = match.group().lower()
        after = message[match.end() :]
        if word in ("this", "that", "these", "those") and _BEFORE_A_NOUN.match(after):
            continue
        if word == "that" and (_JOINS.match(after) or after.lstrip()[:1].isupper()):
            continue
        if word == "that" and _RELATES_TO.search(message[: match.start()]) and _GOES_ON.match(after):
            continue
        if word in _POSSESSIVES and _names_what_follows(message, Span(*match.span()), names):
            continue
        possessive = word in _POSSESSIVES and bool(re.match(r"\s+\w", after)) and word != "hers"
        if word not in ("this", "that", "these", "those") and _named_before(
            message[: match.start()], possessive, names, is_long
        ):
            continue
        if word == "her" and not re.match(r"\s+[a-z]", after):
            possessive = False
        found.append(Pronoun(match.group(), Span(*match.span()), _POINTING[word], possessive))
    return found


def _names_what_follows(message: str, pronoun: Span, names: Sequence[Phrase]) -> bool:
    """Return whether the pronoun stands in an opening like "In his speech, Obama said ..."."""
    if not re.match(rf"\s*(?:{_AT}|while|when|as)\b", message, re.IGNORECASE):
        return False
    return any(name.span.start > pronoun.end and "," in message[pronoun.end : name.span.start] for name in names)


def _named_before(before: str, possessive: bool, names: Sequence[Phrase], is_long: bool) -> bool:
    """Return whether the message itself names what a pronoun stands for: a name before it, or a noun that owns it or
    stands in an earlier clause; in a long message, which seldom leans, any noun."""
    if any(name.span.end <= len(before) for name in names):
        return True
    earlier = before if possessive or is_long else _CLAUSE.split(before)[0] if _CLAUSE.search(before) else ""
    return bool(noun_phrases(earlier))


def points_at_something(message: str) -> str | None:
    """Return a thing named before ("that agreement", "the storm") where the message names nothing itself; else None."""
    match = re.search(r"\b(?:the|this|that|these|those)\s+((?:[a-z]+\s+)?[a-z]{3,})\b", message)
    return match.group(1) if match and not names_in(message) and len(terms_of(message)) <= 3 else None
