"""What a publisher says of its own corrections in an article: "Correction:", "Editor's note:", "An earlier version of
this article ...". They are quoted as they stand."""

import re
from collections.abc import Iterator
from typing import Final

from index import Span
from index.text.sentences import split_sentences

_MONTHS: Final = "jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|mon|tue|wed|thu|fri|sat|sun"
_LABELS: Final = (
    r"(?:editors?|publishers?|authors?)[’'‘]?s?[’'‘]?\s+notes?|corrections?(?:\s+(?:and|&)\s+clarifications?)?|"
    r"clarifications?|updated?|amendments?|erratum|errata|retractions?|korrektur|berichtigung|"
    r"(?:anmerkung|hinweis)\s+der\s+redaktion"
)
_LABELLED: Final = re.compile(
    rf"[\W_]*(?:{_LABELS})(?:\s*[,(\[]?\s*(?:\d|{_MONTHS}|at\b|on\b)[^:\n]{{0,40}}(?::\d\d[^:\n]{{0,20}})?)?[)\]]?\s*[:—–]",
    re.IGNORECASE,
)
_TOLD: Final = re.compile(
    r"\b(?:earlier|previous|original|prior)\s+(?:versions?|editions?)\s+of\s+(?:this|the)\s+"
    r"(?:article|story|report|piece|post|page|headline|column)\b|"
    r"\bthis\s+(?:article|story|report|piece|post|page|headline|column)\s+(?:was|has\s+been|is|had\s+been)\s+"
    r"(?:\w+\s+)?(?:corrected|amended|updated|revised|changed|edited|clarified|retracted)\b|"
    r"\bregrets?\s+(?:the|this|these)\s+errors?\b|"
    r"\bfrüheren\s+(?:version|fassung)\s+(?:dieses|des)\s+(?:artikels|textes|beitrags)\b",
    re.IGNORECASE,
)
_LONGEST: Final = 600
_LINE: Final = re.compile(r"[^\n]+")


def publishers_notes(text: str) -> list[Span]:
    """Return where a text tells of its own corrections, in order: each a paragraph or, of a long one, its sentences."""
    return [note for line in _LINE.finditer(text) for note in _notes_in(text, *_stripped(line))]


def new_notes(text: str, before: str) -> list[Span]:
    """Return the notes of a text that an earlier one does not have."""
    known = {_bare(note.slice(before)) for note in publishers_notes(before)}
    return [note for note in publishers_notes(text) if _bare(note.slice(text)) not in known]


def _notes_in(text: str, start: int, end: int) -> Iterator[Span]:
    line = text[start:end]
    is_labelled = _LABELLED.match(line) is not None
    if is_labelled and end - start <= _LONGEST:
        yield Span(start, end)
    elif is_labelled or _TOLD.search(line):
        sentences = [Span(start + one.start, start + one.end) for one in split_sentences(line, ())]
        telling = [one for one in sentences if _TOLD.search(one.slice(text))]
        if is_labelled and sentences:
            telling = sorted({sentences[0], *telling})
        yield from telling


def _stripped(line: re.Match[str]) -> tuple[int, int]:
    words = line[0]
    start = line.start() + len(words) - len(words.lstrip())
    return start, line.start() + len(words.rstrip())


def _bare(words: str) -> str:
    return " ".join(words.split())
