"""An article's text in paragraphs and pieces, so that words of it can be marked. Put together again it is the text."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from markupsafe import Markup

from index import Span

_BLANKS: Final = re.compile(r"\s+")
_SPELT_OUT: Final = {
    **{code: "\ufffd" for code in (0, *range(0xD800, 0xE000))},
    **{ord(character): f"&#{ord(character)};" for character in "&<>\"'\r"},
}


@dataclass(frozen=True, slots=True)
class Remembered:
    """Words that were quoted in this conversation, and in reply to what."""

    span: Span
    question: str


@dataclass(frozen=True, slots=True)
class Piece:
    """Words that are marked alike. `marks`: the numbers of the marks over them; `begins`: of those that begin here."""

    text: str
    marks: tuple[int, ...] = ()
    begins: tuple[int, ...] = ()
    is_remembered: bool = False


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph, the white space behind it, and what of it was quoted in this conversation."""

    pieces: tuple[Piece, ...]
    gap: str
    remembered: tuple[Remembered, ...] = ()


def paragraphs_of(text: str, marks: Sequence[Span], remembered: Sequence[Remembered] = ()) -> list[Paragraph]:
    """Return the text in paragraphs. The first of the `marks` has the number 1."""
    begun: set[int] = set()
    found = []
    for span, gap in _bounds(text):
        inside = [each for each in remembered if span and each.span.overlaps(span)]
        pieces = tuple(_pieces(text, span, marks, [each.span for each in inside], begun)) if span else ()
        found.append(Paragraph(pieces, gap, tuple(inside)))
    return found


def exact(text: str) -> Markup:
    """Return HTML that a browser reads as the very text, character for character."""
    return Markup(text.translate(_SPELT_OUT))


def _bounds(text: str) -> Iterator[tuple[Span | None, str]]:
    """Yield where each paragraph is, None for an empty one, and the white space behind it."""
    start = 0
    for gap in (blanks for blanks in _BLANKS.finditer(text) if "\n" in blanks[0]):
        yield (Span(start, gap.start()) if gap.start() > start else None), gap[0]
        start = gap.end()
    if start < len(text):
        yield Span(start, len(text)), ""


def _pieces(
    text: str, paragraph: Span, marks: Sequence[Span], remembered: Iterable[Span], begun: set[int]
) -> Iterator[Piece]:
    remembered = tuple(remembered)
    edges = {edge for span in (*marks, *remembered) for edge in (span.start, span.end)}
    inner = sorted(edge for edge in edges if paragraph.start < edge < paragraph.end)
    for start, end in pairwise([paragraph.start, *inner, paragraph.end]):
        piece = Span(start, end)
        over = tuple(number for number, mark in enumerate(marks, start=1) if mark.overlaps(piece))
        begins = tuple(number for number in over if number not in begun)
        begun.update(begins)
        yield Piece(text[start:end], over, begins, any(each.overlaps(piece) for each in remembered))
