"""Cues of one clause with their sources: the words that tell that something is said, and those that say who says it."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from index.attribution.cues import NOUNS, CueKind, cue_of
from index.attribution.parsing import Parse
from index.attribution.word_sets import word_set
from index.attribution.words import QUOTE, Clause, Word

_PARTY = re.compile(r"[RDI]-[A-Z]")
_SHOWING = word_set("show reveal find indicate imply signal read suggest hint relate")
_SHOWN_BY = word_set(
    """report study poll polls survey data documents document review investigation analysis research researchers
    statement letter article story book results figures records emails email video inquiry audit researcher
    scientists studies reports surveys investigators officials police experts poster sign banner tweet message
    transcript paper filing filings numbers statistics judge jury court panel"""
)
"""Things that say something when they show it; of others, "show" tells of no statement."""
_POSSESSIVES = frozenset(("'s", "’s", "'", "’", "his", "her", "their"))
_NO_SUBJECTS = frozenset(("there", "that", "this", "what"))
_RELATIVES = frozenset(("who", "which", "that"))
_LEADING_MARKS = frozenset((",", "-", "”", "’", "“", '"', "—", "(", "and"))
_MAX_MENTION_WORDS = 14
_ACCORDING_CERTAINTY = 0.95
_NOUN_CERTAINTY = 0.7


@dataclass(frozen=True, slots=True)
class Cue:
    """A word of a clause that tells of somebody saying something, and the words [first, last] that say who.

    `is_proper`: these hold a name. `is_noun`: it is a noun, as in "his claim that".
    """

    at: int
    lemma: str
    kind: CueKind
    first: int
    last: int
    certainty: float
    is_proper: bool
    is_noun: bool = False

    @property
    def is_inverted(self) -> bool:
        """Whether the source stands behind it, as in "said Smith"."""
        return self.first > self.at


def asked_words(clause: Clause) -> list[int]:
    """Return the places of words whose subjects have to be known: inside quotations those that tell of speech."""
    following = [*(word.text for word in clause.words[1:]), ""]
    cues = ((at, cue_of(word.text, following[at])) for at, word in enumerate(clause.words))
    return [at for at, cue in cues if cue is not None and (not clause.is_quoted or cue[1] is CueKind.SPEECH)]


def needs_parse(clause: Clause) -> bool:
    """Return whether a clause may tell of somebody saying something by other words than verbs."""
    if clause.is_quoted:
        return any(word.text.lower() == "according" for word in clause.words)
    return any(word.text.lower() == "according" or word.text.lower() in NOUNS for word in clause.words)


def cues_of(words: Sequence[Word], parse: Parse) -> Iterator[Cue]:
    """Yield the cues of a clause, in order."""
    for at, word in enumerate(words):
        following = words[at + 1].text if at + 1 < len(words) else ""
        if word.text.lower() == "according":
            cue = _according(words, parse, at) if following == "to" and at + 2 < len(words) else None
        elif word.text.lower() in NOUNS and following in ("that", "to") and at and words[at - 1].text in _POSSESSIVES:
            cue = _noun(words, parse, at)
        else:
            cue = _verb(words, parse, at, following)
        if cue is not None:
            yield cue


def _according(words: Sequence[Word], parse: Parse, at: int) -> Cue:
    first = last = at + 2
    while last + 1 < len(words) and (
        parse.continues(last + 1) or (words[last].text[0].isupper() and words[last + 1].text[0].isupper())
    ):
        last += 1
    last = max(last, _phrase(words, parse, last)[1])
    return Cue(at, "according", CueKind.SPEECH, first, last, _ACCORDING_CERTAINTY, parse.holds_name(first, last))


def _noun(words: Sequence[Word], parse: Parse, at: int) -> Cue | None:
    owner = at - 1 if words[at - 1].text[0].isalpha() else at - 2
    if owner < 0:
        return None
    first, last = _mention(words, parse, owner)
    is_proper = parse.holds_name(first, last)
    return Cue(at, words[at].text.lower(), CueKind.VIEW, first, last, _NOUN_CERTAINTY, is_proper, is_noun=True)


def _verb(words: Sequence[Word], parse: Parse, at: int, following: str) -> Cue | None:
    cue = cue_of(words[at].text, following) if parse.is_verb(at) and at in parse.subjects else None
    if cue is None:
        return None
    subject = parse.subject_of(at)
    if subject is None or words[subject].text == QUOTE or subject == at:
        return None
    lowered = words[subject].text.lower()
    is_thing = lowered not in _SHOWN_BY and parse.tags[subject] not in ("PROPN", "PRON")
    if lowered in _NO_SUBJECTS or (cue[0] in _SHOWING and is_thing):
        return None
    first, last = _mention(words, parse, subject)
    certainty = parse.certainty_of(at, min(first, subject), max(last, subject))
    is_proper = parse.holds_name(first, last)
    return Cue(at, cue[0], cue[1], first, _with_relative(words, last, at), certainty, is_proper)


def _with_relative(words: Sequence[Word], last: int, cue: int) -> int:
    """Return the last word of a mention with the "who" behind it that leads to the cue."""
    places = range(last + 1, min(last + 3, cue))
    return next((at for at in places if words[at].text.lower() in _RELATIVES), last)


def _mention(words: Sequence[Word], parse: Parse, head: int) -> tuple[int, int]:
    """Return the first and last word of the noun phrase around its head; of an apposition, those of the name."""
    first, last = _phrase(words, parse, head)
    if not parse.holds_name(first, last) and not words[last].text.endswith("s"):
        last = _with_name_behind(words, parse, last)
    if first < 2 or words[first - 1].text not in ("(", ","):
        return first, last
    is_aside = words[first - 1].text == "(" or _PARTY.match(words[first].text) is not None
    is_apposition = parse.tags[first - 2] == "PROPN" and last + 1 < len(words) and words[last + 1].text == ","
    return _mention(words, parse, first - 2) if is_aside or is_apposition else (first, last)


def _with_name_behind(words: Sequence[Word], parse: Parse, last: int) -> int:
    """Return the last word of a description with the name in apposition to it, as in "its owner, Tom Reed,"."""
    place = last + 2
    if place >= len(words) or words[last + 1].text != "," or parse.tags[place] != "PROPN":
        return last
    while place + 1 < len(words) and parse.continues(place + 1):
        place += 1
    closes = place + 1 >= len(words) or words[place + 1].text in (",", ".")
    return place if closes and parse.tags[place] == "PROPN" else last


def _phrase(words: Sequence[Word], parse: Parse, head: int) -> tuple[int, int]:
    first = _start(parse, head)
    last = head
    while last + 1 < len(words) and last - head < _MAX_MENTION_WORDS and parse.continues(last + 1):
        last += 1
    if last + 2 < len(words) and words[last + 1].text == "of" and parse.tags[last] == parse.tags[last + 2] == "PROPN":
        last += 2  # a ministry of defense
        while last + 1 < len(words) and parse.continues(last + 1):
            last += 1
    if first > 0 and words[first].text in ("'s", "’s"):
        first = _start(parse, first - 1)
    if first > 0 and parse.tags[first] == "PROPN" and parse.tags[first - 1] == "NOUN":
        first = _start(parse, first - 1)  # a role in front of a name
    while first < head and words[first].text in _LEADING_MARKS:
        first += 1
    return first, last


def _start(parse: Parse, at: int) -> int:
    first = at
    while first > 0 and at - first < _MAX_MENTION_WORDS and parse.continues(first):
        first -= 1
    return first
