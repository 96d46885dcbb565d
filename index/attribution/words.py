"""The words of a text, and the clauses that are looked at together: sentences in which a long quotation is one word."""

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from index.article import Span
from index.attribution.cues import CueKind, cue_of
from index.attribution.quotations import Quotation, find_quotations
from index.text.terms import ACCENTS

QUOTE = "\u201cquote\u201d"
"""What stands for a quotation."""
_MIN_QUOTED_WORDS = 4
_MAX_WORDS = 90
_SIGHT, _SIGHT_CHARS = 4, 60
"""How many words and characters behind a short quotation a cue is looked for."""
_LETTERS = rf"[^\W_]+(?:[{ACCENTS}]+[^\W_]*)*"
_WORD = re.compile(
    r"(?:Mrs?|Ms|Mx|Drs?|Sens?|Reps?|Govs?|Gen|Lt|Col|Sgt|Capt|Cpl|Maj|Adm|Rev|Hon|Prof|St|Jr|Sr|No|vs|Mt|Ft|Atty)\."
    r"|(?:[A-Za-z]\.){2,}|[A-Z]\.(?=\s[A-Z])"
    r"|\d+(?:[.,:]\d+)+|n['’]t\b|['’](?:s|S|d|ll|re|ve|m|D|LL|RE|VE|M)\b"
    rf"|[^\W\d_]+?(?=n['’]t\b)|{_LETTERS}(?:[-.&@'’](?!(?:s|S|d|ll|re|ve|m)\b){_LETTERS})*"
    r"|[$€£]|''|``|--+|[^\s\w]|_+"
)
_SENTENCE_ENDS = frozenset(".!?…")


class Word(NamedTuple):
    """A word or mark, and where it stands."""

    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Clause:
    """A sentence as it is looked at. `quotations` says which words stand for one; `paragraph` is its number.

    `is_quoted`: it stands inside a quotation.
    """

    words: tuple[Word, ...]
    quotations: dict[int, Quotation]
    paragraph: int
    is_quoted: bool = False


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph with its quotations."""

    span: Span
    quotations: tuple[Quotation, ...]


def words_of(text: str, start: int, end: int) -> list[Word]:
    """Return the words and marks of `text[start:end]`."""
    return [Word(match[0], *match.span()) for match in _WORD.finditer(text, start, end)]


def paragraphs_of(text: str, sentences: Sequence[Span]) -> list[Paragraph]:
    """Return the paragraphs that these sentences, in order, make up."""
    return [Paragraph(span, tuple(find_quotations(text, span.start, span.end))) for span in _joined(text, sentences)]


def clauses_of(text: str, sentences: Sequence[Span], paragraphs: Sequence[Paragraph]) -> Iterator[Clause]:
    """Yield the clauses of all paragraphs, in order; behind each paragraph's own those inside its quotations."""
    ends = [sentence.end for sentence in sentences]
    for number, paragraph in enumerate(paragraphs):
        bounds = ends[bisect_left(ends, paragraph.span.start) : bisect_left(ends, paragraph.span.end) + 1]
        inner = [words_of(text, one.inner.start, one.inner.end) for one in paragraph.quotations]
        yield from _outer(text, paragraph, number, bounds, inner)
        for words in inner:
            if len(words) >= _MIN_QUOTED_WORDS:
                yield from (Clause(tuple(some), {}, number, True) for some in _inner_sentences(words))


def _outer(
    text: str, paragraph: Paragraph, number: int, bounds: Sequence[int], quoted_words: Sequence[Sequence[Word]]
) -> Iterator[Clause]:
    words: list[Word] = []
    quoted: dict[int, Quotation] = {}
    place = paragraph.span.start
    for quotation, inner in zip(paragraph.quotations, quoted_words, strict=True):
        if not inner or (len(inner) < _MIN_QUOTED_WORDS and not _is_utterance(text, quotation, inner[-1].text)):
            continue
        words += words_of(text, place, quotation.span.start)
        last = inner[-1]
        mark = last.text if last.text in {",", ".", "!", "?", "…", ";", ":", "-", "--", "—", "–"} else ""
        quoted[len(words)] = quotation
        words.append(Word(QUOTE, quotation.span.start, quotation.span.end))
        if mark:
            words.append(Word("," if mark in ";:" else mark, last.start, quotation.span.end))
        place = quotation.span.end
    words += words_of(text, place, paragraph.span.end)
    first = 0
    for some in _sentences(words, quoted, bounds):
        here = {at - first: quoted[at] for at in range(first, first + len(some)) if at in quoted}
        yield Clause(tuple(some), here, number)
        first += len(some)


def _is_utterance(text: str, quotation: Quotation, last: str) -> bool:
    """Return whether some few words in quotation marks are what somebody said, rather than a term: they are a sentence,
    or a cue is near behind them."""
    if quotation.is_open or last in _SENTENCE_ENDS:
        return True
    behind = words_of(text, quotation.span.end, quotation.span.end + _SIGHT_CHARS)[:_SIGHT]
    cues = [cue_of(word.text, "") for word in behind]
    return last == "," and any(cue is not None and cue[1] is CueKind.SPEECH for cue in cues)


def _sentences(words: Sequence[Word], quoted: dict[int, Quotation], bounds: Sequence[int]) -> Iterator[list[Word]]:
    """Yield the words sentence by sentence: a quotation ends one with its full stop where a capital follows."""
    ends = set(bounds)
    some: list[Word] = []
    for at, word in enumerate(words):
        some.append(word)
        behind_quote = at - 1 in quoted and word.text == "."
        starts_new = at + 1 < len(words) and words[at + 1].text[0].isupper()
        opens_quote = word.text in _SENTENCE_ENDS and at + 1 in quoted
        is_marked = at in quoted and at + 1 < len(words) and words[at + 1].end == word.end
        is_end = (word.end in ends and not is_marked) or (behind_quote and starts_new) or opens_quote
        if is_end or len(some) >= _MAX_WORDS:
            yield some
            some = []
    if some:
        yield some


def _inner_sentences(words: Sequence[Word]) -> Iterator[list[Word]]:
    """Yield what is quoted sentence by sentence."""
    some: list[Word] = []
    for at, word in enumerate(words):
        some.append(word)
        is_end = word.text in _SENTENCE_ENDS and at + 1 < len(words) and words[at + 1].text[0].isupper()
        if is_end or len(some) >= _MAX_WORDS:
            yield some
            some = []
    if some:
        yield some


def _joined(text: str, sentences: Sequence[Span]) -> Iterator[Span]:
    start, end = -1, -1
    for sentence in sentences:
        if start >= 0 and "\n" not in text[end : sentence.start]:
            end = sentence.end
            continue
        if start >= 0:
            yield Span(start, end)
        start, end = sentence.start, sentence.end
    if start >= 0:
        yield Span(start, end)
