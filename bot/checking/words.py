"""A text as the words that two texts are compared by: marks, blanks and capitals do not count, signs of numbers do."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from index import Span

_WORD: Final = re.compile(r"(?:(?<!\w)-)?\d+(?:[.,:]\d+)*|[$€£¥₹%]|\w+(?:'\w+)*")
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
        plain = self.text.replace("’", "'").replace("−", "-")
        lowered = plain.lower()
        if len(lowered) == len(plain):
            return lowered
        return "".join(small if len(small := letter.lower()) == 1 else letter for letter in plain)

    @cached_property
    def spans(self) -> list[tuple[int, int]]:
        """Return where they stand."""
        return [match.span() for match in _WORD.finditer(self._plain)]

    @cached_property
    def _joined(self) -> str:
        return f" {' '.join(self.folded)} "

    def __len__(self) -> int:
        return len(self.folded)

    def span(self, first: int, end: int) -> Span:
        """Return the characters from word `first` to the word before `end`."""
        return Span(self.spans[first][0], self.spans[end - 1][1])

    def places_of(self, words: Sequence[str], most: int) -> list[int]:
        """Return the numbers of the words at which these words begin, at most so many."""
        wanted = f" {' '.join(words)} "
        found: list[int] = []
        at = self._joined.find(wanted)
        while at >= 0 and len(found) < most:
            found.append(self._joined.count(" ", 0, at))
            at = self._joined.find(wanted, at + 1)
        return found

    def ellipses(self) -> frozenset[int]:
        """Return the numbers of the words in front of which something is said to be left out."""
        starts = [start for start, _ in self.spans]
        marks = [match.start() for match in _ELLIPSIS.finditer(self.text)]
        return frozenset(sum(start < mark for start in starts) for mark in marks)


def pattern_of(words: Sequence[str]) -> re.Pattern[str]:
    """Return what finds these words in a text fast, and may find a little more than `Words.places_of`."""
    letters = (re.escape(word).replace("'", "['’]").replace("\\-", "[-−]") for word in words)
    return re.compile(r"\W*".join(letters), re.IGNORECASE)
