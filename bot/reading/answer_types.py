"""What a question asks for: its kind of answer, and where a sentence holds something of that kind."""

import re
from collections.abc import Iterator
from enum import Enum
from functools import lru_cache

from bot.reading.behind import BEHIND
from index import Span
from index.text.calendar_words import MONTH_NAME, MONTH_OF_AGENCIES, WEEKDAY_NAME
from index.text.terms import terms_of

_NUMBER_WORDS = (
    "one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fifteen|twenty|thirty|forty|fifty|"
    "sixty|seventy|eighty|ninety|hundreds?|thousands?|dozens?|millions?|billions?|half"
)
_UNITS = "%|percent|per cent|million|billion|trillion|thousand|years?|months?|weeks?|days?|hours?|minutes?|miles?|km"
_NAME = r"(?:[A-Z][\w’'.-]*|[A-Z]{2,})(?:\s+(?:of|de|al|bin|van|von|the|and|for)(?=\s+[A-Z]))?"


class Kind(Enum):
    """What would answer a question, judged by its question word."""

    NAME = "name"
    TIME = "time"
    PLACE = "place"
    NUMBER = "number"
    OTHER = "other"


_QUESTION_WORDS = (
    (Kind.NUMBER, r"\bhow (?:many|much|old|long|far|big|large|high|tall|often|fast|deep)\b|\bwhat (?:\w+ )?"
                  r"(?:number|percentage|percent|proportion|share|age|price|cost)\b"),
    (Kind.TIME, r"\bwhen\b|\b(?:what|which) (?:\w+ )?(?:year|month|day|date|time|decade|century)\b|\bhow long ago\b"),
    (Kind.PLACE, r"\bwhere\b|\b(?:what|which) (?:\w+ )?(?:city|cities|country|countries|town|state|place|region|"
                 r"island|continent)\b"),
    (Kind.NAME, r"\bwho\b|\bwhom\b|\bwhose\b|\b(?:what|which) (?:\w+ )?(?:person|man|woman|company|team|party|"
                r"president|minister|actor|singer|player|organi[sz]ation|group|celebrity)\b"),
)  # fmt: skip
_MEASURE = re.compile(r"\bhow (?:many|much|old|long|far|big|large|high|tall|often|fast|deep)\b", re.IGNORECASE)
_QUESTION_END = re.compile(r"(?<=[?!])\s+(?=\S)")
_SENTENCE_END = re.compile(rf"{_QUESTION_END.pattern}|{BEHIND}")
_QUESTION_PATTERNS = tuple((kind, re.compile(pattern, re.IGNORECASE)) for kind, pattern in _QUESTION_WORDS)
_ANSWER_PATTERNS = {
    Kind.TIME: re.compile(
        rf"(?:(?:early|late|end of|mid-?)\s+)?(?:on\s+)?(?:{WEEKDAY_NAME})(?:\s+(?:morning|afternoon|evening|night))?|"
        rf"(?:(?:early|late|the end of|end of|beginning of|mid-?)\s*)?{MONTH_OF_AGENCIES}(?:\s+\d{{1,2}}\b)?"
        r"(?:,?\s+\d{4})?|"
        rf"\b\d{{1,2}}(?:st|nd|rd|th)?\s+{MONTH_OF_AGENCIES}(?:\s+\d{{4}})?|\b(?:1[5-9]|20)\d\d(?:s\b|\b)|"
        r"\b\d{1,2}(?::\d\d)?\s*[ap]\.?m\b\.?|\b(?:yesterday|today|tomorrow|tonight|overnight|midnight|noon)\b|"
        r"\b(?:last|next|this|past)\s+(?:week|month|year|night|summer|winter|spring|fall|autumn|decade)\b|"
        r"\b(?:\w+)\s+(?:years?|months?|weeks?|days?|hours?|decades?)\s+(?:ago|later|earlier)\b"
    ),
    Kind.NUMBER: re.compile(
        rf"(?:(?:more than|less than|at least|at most|nearly|about|around|over|almost|some|up to|fewer than)\s+)?"
        rf"(?:[$£€]\s?)?\b(?:\d+(?:[.,]\d+)*|(?:{_NUMBER_WORDS})\b(?:-\w+)?)(?:\s?(?:{_UNITS})(?!\w))*",
        re.IGNORECASE,
    ),
    Kind.PLACE: re.compile(
        rf"\b(?:in|at|on|to|near|from|into|outside|across|inside)\s+(?:the\s+)?({_NAME}(?:\s+{_NAME})*)"
    ),
    Kind.NAME: re.compile(rf"{_NAME}(?:\s+{_NAME})*"),
}
_FUNCTION_WORDS = re.compile(
    r"^(?:The|A|An|In|On|At|It|He|She|They|But|And|This|That|These|Those|As|For|After|Before|When|While|If|We|I|"
    r"His|Her|Their|Its|There|Since|During|According|With|By|From|To|Of|Or|Not|No|So|Last|More|Most|Some|Many|"
    rf"{WEEKDAY_NAME}|{MONTH_NAME})$"
)


def kind_of(question: str) -> Kind:
    """Return the kind of answer that a question asks for. Its last sentence decides; the others only lead up to it."""
    asking = _SENTENCE_END.split(question.strip())[-1]
    return next((kind for kind, pattern in _QUESTION_PATTERNS if pattern.search(asking)), Kind.OTHER)


def last_question(question: str) -> str:
    """Return the words without the questions before the last one, which a follow-up leans on and does not ask again."""
    parts = _QUESTION_END.split(question.strip())
    earlier = [number for number, part in enumerate(parts[:-1]) if part.endswith("?")]
    return " ".join(parts[earlier[-1] + 1 :]) if earlier else question


def subject_terms(question: str) -> list[str]:
    """Return the terms of what a question is about: "how old" and the like ask, but name nothing."""
    return terms_of(_MEASURE.sub(" ", question))


@lru_cache(maxsize=20_000)
def term_set(words: str) -> frozenset[str]:
    """Return the terms of a few words.

    News repeats words, and a look-up costs a tenth of cutting and stemming them again.
    """
    return frozenset(terms_of(words))


def candidates(kind: Kind, question: str, text: str) -> list[Span]:
    """Return the spans of `text` that are of this kind and say something that the question does not; none for
    Kind.OTHER."""
    pattern = _ANSWER_PATTERNS.get(kind)
    if pattern is None:
        return []
    asked = term_set(question)
    return [span for span in _found(pattern, text) if _is_news(kind, span.slice(text), asked)]


def is_of_kind(kind: Kind, words: str) -> bool:
    """Return whether words can answer a question of this kind: a time or a number must be there where one is asked
    for."""
    if kind not in (Kind.TIME, Kind.NUMBER):
        return True
    return any(character.isdigit() for character in words) or bool(candidates(kind, "", words))


def _found(pattern: re.Pattern[str], text: str) -> Iterator[Span]:
    for match in pattern.finditer(text):
        words = match.group(pattern.groups)
        start = match.start(pattern.groups)
        end = start + len(words.rstrip(" ,.’'"))
        if end > start:
            yield Span(start, end)


def _is_news(kind: Kind, words: str, asked: frozenset[str]) -> bool:
    if kind is Kind.NAME and _FUNCTION_WORDS.match(words):
        return False
    terms = term_set(words)
    if kind is Kind.NAME:
        return bool(terms) and not terms <= asked
    return not terms or not terms <= asked
