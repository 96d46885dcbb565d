"""Quotations of a paragraph: what stands between marks of one kind, however it is nested or goes on over paragraphs."""

import re
from dataclasses import dataclass

from index.article import Span

_MARKS = re.compile(r"[“”„«»\"]|''|``|[‘’']")
_CLOSING = {"“": "”", "”": "”", "„": "“”", "«": "»", "»": "«", "``": "''"}
_STRAIGHT = {'"', "''"}
_SINGLE = {"‘": "’", "'": "'"}
_SIGHT = 100
"""Among so many marks behind a single one its closing is looked for: others may be apostrophes."""
_ENDS = ".,!?…;:—–-"


Marks = list[tuple[int, str]]
"""Quotation marks in their order: where each stands, and which it is."""


@dataclass(frozen=True, slots=True)
class Quotation:
    """Words between quotation marks. `span` holds the marks, `inner` what stands between them.

    `is_open`: it has no closing mark in its paragraph, so it may go on in the next.
    """

    span: Span
    inner: Span
    is_open: bool = False


def find_quotations(text: str, start: int, end: int) -> list[Quotation]:
    """Return the outermost quotations of the paragraph `text[start:end]`, in order."""
    marks = [(match.start(), match.group()) for match in _MARKS.finditer(text, start, end)]
    found: list[Quotation] = []
    place = 0
    while place < len(marks):
        at, mark = marks[place]
        closing = _closing_of(text, marks, place, start, end)
        if closing is None:
            place += 1
            continue
        last, is_open = closing
        if is_open:
            inner_end = outer_end = end
        else:
            inner_end = marks[last][0]
            outer_end = inner_end + len(marks[last][1])
        if text[at + len(mark) : inner_end].strip():
            found.append(Quotation(Span(at, outer_end), Span(at + len(mark), inner_end), is_open))
        place = last + 1
    return found


def _closing_of(text: str, marks: Marks, place: int, start: int, end: int) -> tuple[int, bool] | None:
    """Return the number of the mark that closes the one at `place`, and whether there is none; None if it opens
    nothing."""
    at, mark = marks[place]
    if not _may_open(text, at, mark, start, end):
        return None
    if mark in _SINGLE:
        return _single_closing(text, marks, place, end)
    if mark in _STRAIGHT:
        others = (number for number in range(place + 1, len(marks)) if marks[number][1] == mark)
        closing = (number for number in others if not _opens_only(text, *marks[number], start, end))
        return next(((number, False) for number in closing), (len(marks), True))
    return _curly_closing(text, marks, place, start, end) if mark in _CLOSING else None


def _curly_closing(text: str, marks: Marks, place: int, start: int, end: int) -> tuple[int, bool]:
    """Return the closing of a mark that may hold others of its kind; the last there is where too few are closed."""
    mark = marks[place][1]
    depth, last = 1, -1
    for number in range(place + 1, len(marks)):
        other = marks[number][1]
        if other in _CLOSING[mark]:
            depth, last = depth - 1, number
            if depth == 0:
                return number, False
        elif other == mark:
            depth += 1
    if last >= 0:
        return last, False
    straight = (number for number in range(place + 1, len(marks)) if _closes_straight(text, *marks[number], start, end))
    return next(((number, False) for number in straight), (len(marks), True))


def _closes_straight(text: str, at: int, mark: str, start: int, end: int) -> bool:
    return mark == '"' and not _opens_only(text, at, mark, start, end)


def _may_open(text: str, at: int, mark: str, start: int, end: int) -> bool:
    after = at + len(mark)
    if after >= end or text[after].isspace():
        return False
    if mark in ("“", "„", "«", "``"):
        return True
    if mark in ("”", "’", "»"):
        return mark == "”" and at == start  # set the wrong way round
    before = text[at - 1] if at > start else " "
    return not before.isalnum() and before not in ".,!?"


def _opens_only(text: str, at: int, mark: str, start: int, end: int) -> bool:
    """Return whether a straight mark can only open: it stands between white space and a word."""
    after = at + len(mark)
    before = text[at - 1] if at > start else " "
    return before.isspace() and after < end and text[after].isalnum()


def _single_closing(text: str, marks: Marks, place: int, end: int) -> tuple[int, bool] | None:
    """Return the closing of a single mark, which may be an apostrophe: only one behind which no word goes on."""
    closer = _SINGLE[marks[place][1]]
    fallback = None
    for number in range(place + 1, min(len(marks), place + _SIGHT)):
        at, mark = marks[number]
        if mark == marks[place][1] and mark != closer:
            break
        if mark != closer or (at + 1 < end and text[at + 1].isalnum()):
            continue
        if text[at - 1] in _ENDS:
            return number, False
        if fallback is None:
            fallback = number
    return (fallback, False) if fallback is not None else None
