"""What differs between two texts, word for word."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from rapidfuzz.distance import Levenshtein

_TOKEN: Final = re.compile(r"\d+(?:[.,:]\d+)*|\w+|\s+|[^\w\s]")
_MOST_TABLE_CELLS: Final = 400_000_000
"""Comparing takes a bit for each pair of words: 50 MB."""


@dataclass(frozen=True, slots=True)
class Difference:
    """A stretch of both texts: `before` in the one, `after` in the other, equal or not; one of them may be empty."""

    before: str
    after: str

    @property
    def is_change(self) -> bool:
        """Whether the two differ."""
        return self.before != self.after


def word_differences(before: str, after: str) -> list[Difference] | None:
    """Return both texts as stretches, in order, that alternate between equal and changed: all `before` joined are the
    one text, all `after` the other. None where they are too long to compare."""
    old, new = _TOKEN.findall(before), _TOKEN.findall(after)
    start = _common(old, new)
    end = _common(old[start:][::-1], new[start:][::-1])
    if (len(old) - start - end) * (len(new) - start - end) > _MOST_TABLE_CELLS:
        return None
    pieces = [
        (old[op.src_start : op.src_end], new[op.dest_start : op.dest_end]) for op in Levenshtein.opcodes(old, new)
    ]
    return _merged([Difference("".join(one), "".join(other)) for one, other in pieces])


def _common(old: Sequence[str], new: Sequence[str]) -> int:
    count = 0
    for one, other in zip(old, new, strict=False):
        if one != other:
            break
        count += 1
    return count


def _merged(found: Sequence[Difference]) -> list[Difference]:
    """Return changes that nothing parts but white space as one."""
    merged: list[Difference] = []
    for each in found:
        if each.is_change and len(merged) > 1 and not merged[-1].is_change and not merged[-1].before.strip():
            each = _joined(merged.pop(), each)
        if each.is_change and merged and merged[-1].is_change:
            each = _joined(merged.pop(), each)
        merged.append(each)
    return merged


def _joined(one: Difference, other: Difference) -> Difference:
    return Difference(one.before + other.before, one.after + other.after)
