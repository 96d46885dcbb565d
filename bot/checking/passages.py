"""What of a text is checked: what stands between quotation marks, or all of it; and who is said to have said that."""

import re
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Final

from bot.checking.naming import named_beside
from bot.checking.words import Words
from bot.quoting.extent import EDGES
from index import Article, Span
from index.attribution import Attribution, attribute
from index.attribution.quotations import find_quotations
from index.text.chunking import chunk_article

_BLOCK_END: Final = re.compile(r"\n\s*\n")
_MARKS: Final = f"{EDGES}\"'“”„‘’«»"


@dataclass(frozen=True, slots=True)
class Checkable:
    """A span of a text to look for. `claim` is who is said to have said it; None where the text does not tell.

    `is_quoted`: it stands between quotation marks. `everything`: how often each word, folded, is in the text; None if
    only this is to be looked for.
    """

    span: Span
    words: Words
    is_quoted: bool
    claim: Attribution | None
    everything: Counter[str] | None = None

    def stands_beside(self, words: frozenset[str]) -> bool:
        """Return whether one of these words, folded, stands in the text, but for what is quoted here."""
        if self.everything is None:
            return False
        within = Counter(self.words.folded)
        return any(within[word] < self.everything[word] for word in words)


def checkable(text: str) -> list[Checkable]:
    """Return what is to be looked for: each quotation, or the whole text if there is none."""
    quotations = list(_quotations(text))
    if not quotations:
        whole = _trimmed(text, Span(0, len(text))) if text else None
        return [Checkable(whole, Words(whole.slice(text)), False, None)] if whole else []
    claims, everything = _Claims(attribute(text, sentences_of(text))), Counter(Words(text).folded)
    return [
        Checkable(span, Words(span.slice(text)), True, claims.of(span) or named_beside(text, span), everything)
        for span in quotations
    ]


def holds_quotation(text: str) -> bool:
    """Return whether something in a text stands between quotation marks."""
    return any(True for _ in _quotations(text))


def sentence_by_sentence(text: str, whole: Checkable) -> list[Checkable]:
    """Return the sentences of a text without quotation marks, to be looked for one by one."""
    trimmed = (_trimmed(text, sentence) for sentence in sentences_of(text))
    return [
        Checkable(span, Words(span.slice(text)), False, None)
        for span in trimmed
        if span is not None and whole.span.contains(span)
    ]


def sentences_of(text: str) -> list[Span]:
    """Return the sentences of a text, in order."""
    return [sentence for passage in chunk_article(Article("", "", text)) for sentence in passage.sentences]


def _quotations(text: str) -> Iterator[Span]:
    """Yield what stands between quotation marks, without marks at the edges.

    It is looked for block by block, so that a mark without its other half spoils one block only; what is open at the
    end of a block may go on in the next.
    """
    start = 0
    for block in [*(match.end() for match in _BLOCK_END.finditer(text)), len(text)]:
        found = find_quotations(text, start, block) if start < block else []
        if found and found[-1].is_open:
            found[-1:] = find_quotations(text, found[-1].span.start, len(text))[:1]
        for quotation in found:
            span = _trimmed(text, quotation.inner)
            if span is not None:
                yield span
        start = max(block, found[-1].span.end) if found and not found[-1].is_open else block


def _trimmed(text: str, span: Span) -> Span | None:
    """Return the span without marks and blanks at its edges; None if it holds no word."""
    words = span.slice(text)
    start = span.start + len(words) - len(words.lstrip(_MARKS))
    end = span.end - (len(words) - len(words.rstrip(_MARKS)))
    return Span(start, end) if start < end and len(Words(text[start:end])) else None


class _Claims:
    """Who is said in a text to say what: words around a quotation tell, for those in it are its own."""

    def __init__(self, said: Sequence[Attribution]) -> None:
        told = [one for one in said if one.is_speech and one.mention is not None]
        self._told = sorted(told, key=lambda one: one.span.start)
        self._starts = [one.span.start for one in self._told]
        self._reach = list(accumulate((one.span.end for one in self._told), max))
        """How far the first so many reach."""

    def of(self, span: Span) -> Attribution | None:
        """Return what tells who said a quotation."""
        near = self._told[bisect_right(self._reach, span.start) : bisect_left(self._starts, span.end)]
        holding = [
            one
            for one in near
            if one.span.overlaps(span) and one.mention is not None and not span.overlaps(one.mention)
        ]
        return max(holding, key=lambda one: (one.kind == "direct", one.speaker is not None), default=None)
