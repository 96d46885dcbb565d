"""A text as the words that two texts are compared by: marks, blanks and capitals do not count, signs of numbers do."""

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import takewhile
from typing import Final

from index import Span

_WORD: Final = re.compile(r"(?:(?<!\w)-)?\d+(?:[.,:]\d+)*|[$€£¥₹%]|\w+(?:'\w+)*")
_BETWEEN: Final = r"[^\w$€£¥₹%]*"
"""What may stand between two words: nothing that is of a word, or there would be countless ways to tell them apart."""
_FIRST_FEW: Final = 5
_LOOKED_AT: Final = 50
"""So many places of a text are looked at one by one; one with more is taken apart."""
_SIGHT: Final = 200
"""A blank is looked for in so many characters in front of a place."""
_ELLIPSIS: Final = re.compile(r"\[?(?:…|\.\s?\.\s?\.)\]?")


@dataclass(frozen=True)
class Words:
    """The words of a text, folded, in order."""

    text: str

    @cached_property
    def folded(self) -> list[str]:
        """Return them as they are compared."""
        return _WORD.findall(self._plain)

    @cached_property
    def _plain(self) -> str:
        """Return the text in small letters, as long as it was."""
        return _in_small(_with_plain_marks(self.text))

    @cached_property
    def spans(self) -> list[tuple[int, int]]:
        """Return where they stand."""
        return [match.span() for match in _WORD.finditer(self._plain)]

    def __len__(self) -> int:
        return len(self.folded)

    def span(self, first: int, end: int) -> Span:
        """Return the characters from word `first` to the word before `end`."""
        return Span(self.spans[first][0], self.spans[end - 1][1])

    def ellipses(self) -> frozenset[int]:
        """Return the numbers of the words in front of which something is said to be left out."""
        starts = [start for start, _ in self.spans]
        marks = [match.start() for match in _ELLIPSIS.finditer(self.text)]
        return frozenset(bisect_left(starts, mark) for mark in marks)


def places_of(text: str, words: Sequence[str], most: int) -> list[Span]:
    """Return where these words, folded, stand in a text one behind the other, at most so many places.

    Only where the first few of them are found the text is taken apart.
    """
    pattern, plain = _pattern_of(tuple(words[:_FIRST_FEW])), _with_plain_marks(text)
    found: list[Span] = []
    looked_at, match = 0, pattern.search(plain)
    while match is not None and len(found) < most:
        blank = _blank_before(match.start(), plain)
        if blank is None or looked_at == _LOOKED_AT:
            return [*found, *_places_from(match.start(), text, words, most - len(found))]
        span = _beginning_at(match.start(), blank, plain, words)
        if span is not None:
            found.append(span)
        looked_at, match = looked_at + 1, pattern.search(plain, match.start() + 1)
    return found


@lru_cache(1024)
def _pattern_of(words: tuple[str, ...]) -> re.Pattern[str]:
    """Return what finds at least all places where these words stand."""
    return re.compile(_BETWEEN.join(map(re.escape, words)), re.IGNORECASE)


def _blank_before(start: int, plain: str) -> int | None:
    """Return where the last blank before a place ends, over which no word reaches; None if it is out of sight."""
    near = range(start, max(start - _SIGHT, 0), -1)
    return next((at for at in near if plain[at - 1].isspace()), 0 if start <= _SIGHT else None)


def _places_from(start: int, text: str, words: Sequence[str], most: int) -> list[Span]:
    """Return the places from `start` on, in time that grows with the text and no faster, whatever it says."""
    whole = Words(text)
    wanted, line = f" {' '.join(words)} ", f" {' '.join(whole.folded)} "
    found: list[Span] = []
    at = line.find(wanted)
    while at >= 0 and len(found) < most:
        first = line.count(" ", 0, at)
        span = whole.span(first, first + len(words))
        if span.start >= start:
            found.append(span)
        at = line.find(wanted, at + 1)
    return found


def _beginning_at(start: int, blank: int, plain: str, words: Sequence[str]) -> Span | None:
    """Return where the words stand if the first of them begins there."""
    standing = (word for word in _WORD.finditer(plain, blank) if word.start() >= start)
    found = list(takewhile(lambda pair: _in_small(pair[1][0]) == pair[0], zip(words, standing, strict=False)))
    is_there = len(found) == len(words) and found[0][1].start() == start
    return Span(start, found[-1][1].end()) if is_there else None


def _with_plain_marks(text: str) -> str:
    return text.replace("’", "'").replace("−", "-")


def _in_small(text: str) -> str:
    """Return a text in small letters, as long as it was."""
    lowered = text.lower()
    if len(lowered) == len(text):
        return lowered
    return "".join(small if len(small := letter.lower()) == 1 else letter for letter in text)
