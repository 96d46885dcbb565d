"""Text to the spans that no passage and no quote may contain: markup, boilerplate, headlines, headings.

The text itself is never changed, for every offset points into it. The rules err towards keeping: a line
of news lost is worse than a line of debris quoted. Every rule takes time linear in the text.
"""

import re
from collections import Counter
from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from index.article import Span
from index.text.boilerplate import gallery_end_chars, is_boilerplate, label_chars
from index.text.html_debris import Range, find_markup, find_markup_at_edges

_MAX_FRONT_MATTER_CHARS = 20_000
_FRONT_MATTER = re.compile(r"\ufeff?---[ \t]*\r?\n(?=[\w-]{1,40}[ \t]*:)")
_FRONT_MATTER_END = re.compile(r"^(?:---|\.\.\.)[ \t]*(?:\r?\n|\Z)", re.MULTILINE)
_YAML_LINE = re.compile(r"[\w-]+[ \t]*:|[ \t]|#|-\s|\r?$")

_HEADLINE_LINES = 12  # a headline in almost the title's words stands near the top; in the same words, anywhere
_HEADLINE_LIKENESS = 0.8  # share of the words of both that are in both
_MAX_HEADLINE_CHARS = 300
_MAX_HEADING_CHARS = 70
_MAX_HEADING_WORDS = 6
_MIN_PROSE_CHARS = 60
_MIN_REPEATED_CHARS = 80
_MARKDOWN_HEADING = re.compile(r"#{1,6}[ \t]+\S")
_DATELINE = re.compile(r"\(\w{2,20}\)\s?(?:--|—|–)|(?:--|—|_)$")
_BRACKETS = frozenset("()[]{}<>")  # a line of these alone is code
_WORD = re.compile(r"[^\W_]+")
_CLOSERS = "”’\"')]»*_ \t\xa0"
_OPENERS = "“‘\"'«"
_SENTENCE_ENDS = frozenset(".!?…")
# A line with one of these says something of somebody: it may be an answer, and no heading.
_FINITE_VERBS = re.compile(
    r"is|are|was|were|be|been|has|have|had|do|does|did|will|would|can|could|may|might|must|shall|should|"
    r"isn|aren|wasn|weren|don|doesn|didn|won|says|said|say|tells|told|asks|asked|calls|called|wins|lost|"
    r"loses|kills|killed|dies|died|makes|made|takes|took|gets|got|goes|went|comes|came|gives|gave|finds|"
    r"found|shows|showed|becomes|became|begins|began|starts|started|ends|ended|remains|remained",
    re.IGNORECASE,
)


class _Line(NamedTuple):
    """A line with words in it: its place and text without the white space and markup around it."""

    start: int
    end: int
    text: str
    follows_blank: bool

    @property
    def ends_sentence(self) -> bool:
        return self.text.rstrip(_CLOSERS)[-1:] in _SENTENCE_ENDS

    @property
    def is_prose(self) -> bool:
        is_long = len(self.text) >= _MIN_PROSE_CHARS and "   " not in self.text  # which a table's row holds
        return is_long or (self.ends_sentence and self.text.count(" ") >= 4)


def find_debris(text: str, title: str) -> tuple[Span, ...]:
    """Return the spans of `text` that may not be quoted: in order, disjoint, with no white space at their ends.

    Where they would leave no word to quote, only what is plainly markup is debris.
    """
    lines, edges = _read_lines(text, _merge(find_markup(text)))
    front_matter = _trimmed(text, 0, front_matter_end(text))
    markup = _merge((*edges, *front_matter))
    debris = _merge((*markup, *_find_lines(lines, title)))
    chosen = debris if _leaves_words(text, debris) else markup
    return tuple(Span(start, end) for start, end in chosen)


def front_matter_end(text: str) -> int:
    """Return where the YAML block between `---` lines at the top of `text` ends; 0 if there is none."""
    opening = _FRONT_MATTER.match(text)
    if opening is None:
        return 0
    closing = _FRONT_MATTER_END.search(text, opening.end(), opening.end() + _MAX_FRONT_MATTER_CHARS)
    if closing is None:
        return 0
    lines = text[opening.end() : closing.start()].split("\n")
    return closing.end() if all(map(_YAML_LINE.match, lines)) else 0


def _read_lines(text: str, markup: Sequence[Range]) -> tuple[list[_Line], list[Range]]:
    """Return the lines that hold words, and all markup: `markup`, inline tags at edges, and lines without words."""
    lines: list[_Line] = []
    debris = list(markup)
    follows_blank = True
    start = upcoming = 0
    for raw in text.splitlines(keepends=True):
        end = start + len(raw)
        words = raw.strip()
        first = upcoming
        while upcoming < len(markup) and markup[upcoming][1] <= end:
            upcoming += 1
        within = markup[first : upcoming + 1]  # the last one may begin in this line and end in a later one
        if words and ("<" in raw or "&" in raw or (within and within[0][0] < end)):
            edges = [edge for gap in _gaps(start, end, within) for edge in find_markup_at_edges(text, *gap)]
            debris += edges
            words = "".join(text[a:b] for a, b in _gaps(start, end, _merge((*within, *edges)))).strip()
        if any(map(str.isalnum, words)):
            lines += [_Line(*place, words, follows_blank) for place in _trimmed(text, start, end)]
            follows_blank = False
        else:
            if not words or _BRACKETS.isdisjoint(words):
                debris += _trimmed(text, start, end)
            follows_blank = True
        start = end
    return lines, debris


def _find_lines(lines: Sequence[_Line], title: str) -> Iterator[Range]:
    """Yield the lines that are debris as a whole, and labels in front of others."""
    headline = _Headline.of(title)
    counts = Counter(line.text for line in lines)
    seen: set[str] = set()
    kept: list[_Line] = []
    for place, line in enumerate(lines):
        if (
            (line.text in seen and len(line.text) >= _MIN_REPEATED_CHARS)
            or headline.is_in(line, near_top=place < _HEADLINE_LINES)
            or is_boilerplate(line.text)
            or _MARKDOWN_HEADING.match(line.text)
        ):
            yield line.start, line.end
            continue
        if counts[line.text] > 1:
            seen.add(line.text)
        if n_chars := label_chars(line.text):
            yield line.start, line.start + n_chars
        if n_chars := gallery_end_chars(line.text):
            yield line.end - n_chars, line.end
        kept.append(line)
    # a short line that comes back is a speaker's name or a refrain, and stays
    yield from _find_headings(kept, {text for text, count in counts.items() if count > 1})


def _find_headings(lines: Sequence[_Line], repeated: Container[str]) -> Iterator[Range]:
    """Yield short lines that stand alone above prose and say nothing by themselves.

    One after each single paragraph is the label of a list's items, like the name of a state, and stays.
    """
    neighbours = zip([None, *lines], lines, lines[1:], strict=False)
    places = [place for place, (before, line, after) in enumerate(neighbours) if _is_heading(line, before, after)]
    found = set(places)
    for place in places:
        if lines[place].text not in repeated and found.isdisjoint((place - 2, place + 2)):
            yield lines[place].start, lines[place].end


@dataclass(frozen=True, slots=True)
class _Headline:
    """An article's title as words, to be found again among the lines of its text."""

    words: tuple[str, ...]
    is_cut: bool

    @classmethod
    def of(cls, title: str) -> "_Headline":
        return cls(_words_of(title[:1000]), title.rstrip().endswith(("...", "…")))

    def is_in(self, line: _Line, *, near_top: bool) -> bool:
        """Return whether the line is the headline: in the same words, or near the top in almost the same."""
        if not self.words or _reads_like_prose(line.text) or len(line.text) > _MAX_HEADLINE_CHARS:
            return False
        words = _words_of(line.text)
        if words == self.words:
            return True
        if not near_top or min(len(words), len(self.words)) < 4:
            return False
        if self.is_cut and words[: len(self.words) - 1] == self.words[:-1]:
            return True
        in_both = sum((Counter(words) & Counter(self.words)).values())
        return in_both >= _HEADLINE_LIKENESS * max(len(words), len(self.words))


def _is_heading(line: _Line, before: _Line | None, after: _Line) -> bool:
    if not after.is_prose or len(line.text) > _MAX_HEADING_CHARS:
        return False
    if not _stands_alone(line, before, after) or not _reads_like_heading(line.text):
        return False
    words = _words_of(line.text)
    return len(words) <= _MAX_HEADING_WORDS and not any(map(_FINITE_VERBS.fullmatch, words))


def _stands_alone(line: _Line, before: _Line | None, after: _Line) -> bool:
    """Return whether the line stands below the end of a paragraph and above the next one; below a question or a colon
    it may be the answer."""
    if before is None:
        return after.follows_blank
    if not before.is_prose or before.text.rstrip(_CLOSERS).endswith(("?", ":")):
        return False
    is_between_blanks = line.follows_blank and after.follows_blank
    return is_between_blanks or (before.ends_sentence and after.ends_sentence)


def _reads_like_prose(text: str) -> bool:
    """Return whether a line that is also the title is the article's first sentence rather than a headline."""
    ending = text.rstrip(_CLOSERS)
    ends_like_prose = ending.endswith((".", ":", ",")) and not ending.endswith("...")
    return ends_like_prose or _DATELINE.search(text) is not None


def _reads_like_heading(text: str) -> bool:
    starts_well = text.lstrip(_OPENERS)[:1].isupper()
    ends_openly = text.rstrip(_CLOSERS)[-1:] not in {*_SENTENCE_ENDS, ";", ",", "-", "–", "—"} and ":" not in text
    if _DATELINE.search(text):
        return False
    is_quotation = text[0] in _OPENERS and text[-1] in "”’\"'»"
    return starts_well and ends_openly and not is_quotation and not any(map(str.isdigit, text))


def _words_of(text: str) -> tuple[str, ...]:
    return tuple(_WORD.findall(text.casefold()))


def _gaps(start: int, end: int, ranges: Iterable[Range]) -> Iterator[Range]:
    """Yield what of `[start, end)` none of the ordered, disjoint `ranges` covers."""
    for range_start, range_end in ranges:
        if start < min(range_start, end):
            yield start, min(range_start, end)
        start = max(start, range_end)
    if start < end:
        yield start, end


def _trimmed(text: str, start: int, end: int) -> tuple[Range, ...]:
    """Return the range without white space at its ends, or none if that is all there is."""
    piece = text[start:end]
    start += len(piece) - len(piece.lstrip())
    end -= len(piece) - len(piece.rstrip())
    return ((start, end),) if start < end else ()


def _merge(ranges: Iterable[Range]) -> list[Range]:
    """Return the same characters in order and disjoint; ranges that touch become one."""
    merged: list[Range] = []
    for start, end in sorted(ranges):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def _leaves_words(text: str, debris: Sequence[Range]) -> bool:
    return any(any(map(str.isalnum, text[start:end])) for start, end in _gaps(0, len(text), debris))
