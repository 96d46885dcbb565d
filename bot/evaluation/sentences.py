"""Sentence bounds to measure quotes by: a rule of its own, so that no quote is judged by the splitter that cut it."""

import re
from itertools import pairwise

from index import Span

_MARK_OR_LINE_END = re.compile(r"([.!?…]+)[\"'”’)\]]*(?=\s)|\n")
_LAST_WORD = re.compile(r"(?:\b[ap]\.m|\w+)$")
_LONGEST_WORD = 8
_ABBREVIATIONS = frozenset({
    "Mr", "Mrs", "Ms", "Dr", "Prof", "Rev", "St", "Jr", "Sr", "Gen", "Col", "Lt", "Sgt", "Gov", "Rep", "Sen",
    "Co", "Corp", "Inc", "Ltd", "etc", "vs", "No", "a.m", "p.m",
    "Jan", "Feb", "Mar", "Apr", "Jun", "Jul", "Aug", "Sep", "Sept", "Oct", "Nov", "Dec",
})  # fmt: skip


def sentence_spans(text: str) -> list[Span]:
    """Return the sentences.

    They end at a mark before white space, unless an abbreviation or an initial owns it, and at a line's end.
    """
    ends = (found.end() for found in _MARK_OR_LINE_END.finditer(text) if not _is_abbreviated(text, found))
    stretches = (_trimmed(text, start, end) for start, end in pairwise([0, *ends, len(text)]))
    return [span for span in stretches if span]


def _is_abbreviated(text: str, found: re.Match[str]) -> bool:
    if not (found[1] or "").startswith("."):
        return False
    word = _LAST_WORD.search(text, max(found.start() - _LONGEST_WORD, 0), found.start())
    return word is not None and (word[0] in _ABBREVIATIONS or (len(word[0]) == 1 and "A" <= word[0] <= "Z"))


def _trimmed(text: str, start: int, end: int) -> Span | None:
    words = text[start:end]
    start += len(words) - len(words.lstrip())
    return Span(start, start + len(words.strip())) if words.strip() else None
