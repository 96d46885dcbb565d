"""A text as the words by which it is told whether a revision says the same.

Besides blanks, marks and capitals ways of writing do not count: "4,200" is "4200", "per cent" is "%", "five" is "5",
"didn't" is "did not", "co-operate" is "cooperate". Signs of numbers do count, and every other word.
"""

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from bot.checking.words import Words
from index import Span

_Placed = tuple[str, int, int]

_THOUSANDS: Final = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")
_NAMES: Final = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen"
    " eighteen nineteen twenty"
)
_NUMBERS: Final = {name: str(number) for number, name in enumerate(_NAMES.split())}
_SAME: Final = {**_NUMBERS, "percent": "%", "pct": "%"}
_NOT: Final = {"can't": ("can", "not"), "cannot": ("can", "not"), "won't": ("will", "not"), "shan't": ("shall", "not")}
_HYPHENS: Final = frozenset("-\u2010\u2011\u00ad")


@dataclass(frozen=True)
class Wording:
    """The words of a text, in order, with where each stands. `is_joined`: what a hyphen parts is one word."""

    text: str
    is_joined: bool = False

    @cached_property
    def words(self) -> list[str]:
        """Return them as they are compared."""
        return [word for word, _, _ in self._placed]

    def places_of(self, words: Sequence[str], most: int) -> list[Span]:
        """Return where these words stand in a row, at most so many places."""
        if not words:
            return []
        wanted, joined = f" {' '.join(words)} ", self._line
        found: list[Span] = []
        at = joined.find(wanted)
        while at >= 0 and len(found) < most:
            first = joined.count(" ", 0, at)
            found.append(Span(self._placed[first][1], self._placed[first + len(words) - 1][2]))
            at = joined.find(wanted, at + 1)
        return found

    @cached_property
    def _line(self) -> str:
        return f" {' '.join(self.words)} "

    @cached_property
    def _placed(self) -> list[_Placed]:
        plain = Words(self.text)
        placed = [(word, start, end) for word, (start, end) in zip(plain.folded, plain.spans, strict=True)]
        return list(_respelt(_hyphens_joined(placed, self.text) if self.is_joined else placed))


def fingerprint_of(text: str) -> str:
    """Return 16 hex digits that are the same for texts of the same words."""
    return hashlib.sha256(" ".join(Wording(text).words).encode("utf-8", "surrogatepass")).hexdigest()[:16]


def _hyphens_joined(placed: Sequence[_Placed], text: str) -> list[_Placed]:
    joined: list[_Placed] = []
    for word, start, end in placed:
        if joined and word.isalpha() and joined[-1][0].isalpha() and text[joined[-1][2] : start] in _HYPHENS:
            former = joined.pop()
            joined.append((former[0] + word, former[1], end))
        else:
            joined.append((word, start, end))
    return joined


def _respelt(placed: Sequence[_Placed]) -> Iterator[_Placed]:
    skipped = False
    for place, (word, start, end) in enumerate(placed):
        following = placed[place + 1] if place + 1 < len(placed) else None
        if skipped:
            skipped = False
        elif word == "per" and following is not None and following[0] == "cent":
            skipped = True
            yield "%", start, following[2]
        else:
            yield from ((each, start, end) for each in _spelt(word))


def _spelt(word: str) -> tuple[str, ...]:
    if word in _NOT:
        return _NOT[word]
    if word.endswith("n't"):
        return word[:-3], "not"
    return (_THOUSANDS.sub("", _SAME.get(word, word)),)
