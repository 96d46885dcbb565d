"""Names and noun phrases of questions, answers and quotes, with a guess at what they are. No language model."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto
from itertools import pairwise

from bot.followup.vocabulary import (
    AUXILIARIES,
    DETERMINERS,
    INTRODUCE,
    NOT_NAMES,
    PREDICATES,
    PREPOSITIONS,
    either,
)
from index import Span
from index.text.calendar_words import MONTHS, WEEKDAYS
from index.text.terms import STOP_WORDS, terms_of


class Sort(Enum):
    """What a phrase may stand for, as far as its words show."""

    PERSON = auto()
    PLACE = auto()
    TIME = auto()
    PLURAL = auto()
    THING = auto()


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words of a text that name something. `is_name`: written with capitals."""

    text: str
    span: Span
    sort: Sort
    is_name: bool

    @property
    def terms(self) -> frozenset[str]:
        """The search terms of its words."""
        return frozenset(terms_of(self.text))


_DAYS, _MONTHS = either(WEEKDAYS), either(MONTHS)
_TIME = re.compile(
    rf"\b(?:(?:{_DAYS}|{_MONTHS})(?:\s+\d{{1,2}})?(?:,?\s+\d{{4}})?|\d{{1,2}}\s+(?:{_MONTHS})(?:\s+\d{{4}})?|"
    r"(?:1[5-9]|20)\d\d|(?:last|next|this)\s+(?:week|month|year|night|summer|winter|spring|autumn|fall)|"
    r"yesterday|today|tomorrow|tonight)\b"
)
_CAPITAL = r"(?:[A-Z][\w’'-]*\w|[A-Z]\.(?:[A-Z]\.)*|[A-Z])"
_NAME = re.compile(
    rf"\b{_CAPITAL}(?:\s+(?:(?:of|the|de|da|al|bin|van|von|for|and the|of the)\s+)?{_CAPITAL}|\s+\d+\b)*"
)
_SENTENCE_START = re.compile(r"(?:^|[!?:;\n\"“]\s*|(?<!\bMr)(?<!\bMs)(?<!\bDr)(?<!\bMrs)(?<!\bSen)(?<!\bGen)\.\s*)$")
_ACTS = re.compile(
    r"\s+(?:(?:later|then|also|never|soon|finally|often|again) )?(?:\w+ed|was|is|had|has|did|would|could|will|made|"
    r"took|won|began|became|went|left|wrote|said|told|gave|came|led|met|lost|saw|got|ran|sold|kept|held)\b"
)
"""Verbs of what a person does: the word before one is a subject."""
_SHORT_TEXT = 40
"""Characters: a text this short is no sentence, and a capital at its start means a name."""
_TITLE = (
    r"(?:Mr|Mrs|Ms|Dr|Sir|Lord|Lady|President|Prime Minister|Minister|Chancellor|Senator|Sen|Rep|Governor|General|"
    r"King|Queen|Prince|Princess|Judge|Justice|Secretary|Pope|Chief|Captain|Officer|Detective|Coach|Professor)"
)
_SAYS = r"(?:said|says|told|added|wrote|tweeted|who|whose|himself|herself|argued|announced|insisted|replied|testified)"
_PERSON_NEAR = (
    rf"\b{_TITLE}\.?\s+(?:{_CAPITAL}\s+)?{{name}}\b|\b{{name}},?\s+(?:\d\d,|{_SAYS}\b)|"
    r"\b{name},\s+(?:a|an|the|who)\s|\b(?:said|told)\s+{name}\b"
)
_PLACE_NEAR = r"\b(?:in|at|near|to|from|into|across|outside|throughout)\s+(?:the\s+)?{name}\b"
_LAST_VOWELS = ("a", "e", "o", "y")
_SHORTEST_STEM = 4
"""Characters of a place's name that the name of its people repeats."""
_WORDS = re.compile(r"[^\W_]+(?:['’.-][^\W_]+)*|[^\w\s]")
_BREAKS = STOP_WORDS | PREPOSITIONS | AUXILIARIES | PREDICATES


def names_in(text: str, background: str = "") -> list[Phrase]:
    """Return the names in a text, in order.

    `background`: more text in which the same names may stand, to judge their sort.
    """
    return [
        Phrase(
            match_text, Span(start, start + len(match_text)), _sort_of_name(match_text, f"{text}\n{background}"), True
        )
        for match_text, start in _names(text, background)
    ]


def pairs_in(text: str) -> list[Phrase]:
    """Return pairs of names joined by "and", each as one phrase: "they" may stand for it."""
    names = names_in(text)
    return [
        Phrase(text[one.span.start : other.span.end], Span(one.span.start, other.span.end), Sort.PLURAL, True)
        for one, other in pairwise(names)
        if text[one.span.end : other.span.start].strip() in ("and", "&")
    ]


def times_in(text: str) -> list[Phrase]:
    """Return the days, months, years and the like in a text."""
    return [Phrase(one.group(), Span(*one.span()), Sort.TIME, False) for one in _TIME.finditer(text)]


def noun_phrases(text: str) -> list[Phrase]:
    """Return runs of words without capitals, between function words and common verbs, that may be noun phrases.

    One that the text introduces ("a bridge", "which bridge") is returned as known: "the bridge".
    """
    found: list[Phrase] = []
    before, run = "", list[re.Match[str]]()
    for match in [*_WORDS.finditer(text), None]:
        word = match.group() if match else ""
        if (
            match
            and word[0].isalpha()
            and word.lower() not in _BREAKS
            and not _is_verb(run[-1].group() if run else before, word)
        ):
            run.append(match)
            continue
        if run and not run[0].group()[0].isupper():
            span = Span(run[0].start(), run[-1].end())
            words = span.slice(text)
            sort = Sort.PLURAL if re.search(r"(?<!s)s$", words) else Sort.THING
            found.append(Phrase(f"the {words}" if before in INTRODUCE else words, span, sort, False))
        before, run = word.lower(), []
    return found


def _is_verb(before: str, word: str) -> bool:
    """Return whether a word is rather the verb of "Who ...?", "to ..." or "what hapened ..." than part of a noun
    phrase."""
    return before in ("who", "that", "to") or (word.endswith("ed") and (before == "what" or before not in INTRODUCE))


def head_of(phrase: str) -> str:
    """Return the last word of a noun phrase, which says what it is."""
    words = [word for word in phrase.split() if word.lower() not in DETERMINERS and not word.isdigit()]
    return words[-1].strip(".,?!'’\"") if words else ""


def _names(text: str, background: str) -> Iterator[tuple[str, int]]:
    for match in _NAME.finditer(text):
        words, start = match.group(), match.start()
        while words and (first := re.match(r"[\w’'.-]+", words)) and first.group().rstrip(".") in NOT_NAMES:
            rest = words[first.end() :].lstrip()
            start += len(words) - len(rest)
            words = rest
        words = re.sub(r"(?:['’]s|['’]|\s+(?:of|the|for|and|de|da))+$", "", words).rstrip(" .")
        if words and words[0].isupper() and not _only_begins_a_sentence(words, start, text, background):
            yield words, start


def _only_begins_a_sentence(words: str, start: int, text: str, background: str) -> bool:
    """Return whether a single word has its capital from its place: it begins a sentence and is never inside one."""
    if " " in words or words.isupper() or len(text) <= _SHORT_TEXT or not _SENTENCE_START.search(text[:start]):
        return False
    if _ACTS.match(text, start + len(words)):
        return False
    return not re.search(rf"[a-z,] {re.escape(words)}\b", f"{text}\n{background}")


def _sort_of_name(name: str, text: str) -> Sort:
    last = re.escape(name.split()[-1])
    counts = Counter(
        {
            Sort.PERSON: len(re.findall(_PERSON_NEAR.replace("{name}", last), text)),
            Sort.PLACE: len(re.findall(_PLACE_NEAR.replace("{name}", re.escape(name)), text)),
        }
    )
    sort, count = counts.most_common(1)[0]
    if count:
        return sort
    if _has_people(name, text):
        return Sort.PLACE
    return Sort.PERSON if len(name.split()) == 2 and not re.search(r"\d|\bof\b|[A-Z]{2}", name) else Sort.THING


def _has_people(name: str, text: str) -> bool:
    """Return whether the text also names a place's people: "Russian" beside "Russia", "Azerbaijani", "Ukrainian"."""
    stem = name[:-1] if name.endswith(_LAST_VOWELS) else name
    if " " in name or len(stem) < _SHORTEST_STEM:
        return False
    return bool(re.search(rf"\b{re.escape(stem)}(?:a?n|ian|i|ish|ese)s?\b", text))
