"""What a quote tells that was not told before: the words and figures that no earlier quote had."""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Final

from index import Span
from index.text.terms import STOP_WORDS, terms_of

_WORD: Final = re.compile(r"\d+(?:[.,:]\d+)*%?|[^\W\d_]+(?:['’-][^\W\d_]+)*")
_NEW_WORDS: Final = 4
"""So many new words are news where none of them is a figure or a name."""
_BETWEEN: Final = re.compile(r"[\s,;:'\"’“”()–-]{1,3}")


@dataclass(frozen=True, slots=True)
class Novelty:
    """The stretches of a quote that are new, in its own characters, and whether that is worth a message."""

    spans: tuple[Span, ...]
    is_news: bool


def novelty_of(quote: str, told: Iterable[str]) -> Novelty:
    """Return what of a quote is new beside the quotes that were told before; all of it where nothing was."""
    known = {term for text in told for term in terms_of(text)}
    if not known:
        return Novelty((), True)
    new = [found for found in _WORD.finditer(quote) if _is_new(found[0], known)]
    figures = [found for found in new if any(map(str.isdigit, found[0]))]
    names = [found for found in new if found[0][0].isupper() and found.start() > 0]
    is_news = bool(figures or names) or len(new) >= _NEW_WORDS
    return Novelty(_runs([Span(found.start(), found.end()) for found in new], quote), is_news)


def _is_new(word: str, known: Collection[str]) -> bool:
    terms = terms_of(word)
    return bool(terms) and not any(term in known for term in terms)


def _runs(spans: Iterable[Span], quote: str) -> tuple[Span, ...]:
    """Return the spans with those joined between which there is nothing, or nothing but small words."""
    joined: list[Span] = []
    for span in spans:
        if joined and _is_nothing(quote[joined[-1].end : span.start]):
            joined[-1] = Span(joined[-1].start, span.end)
        else:
            joined.append(span)
    return tuple(joined)


def _is_nothing(between: str) -> bool:
    words = between.split()
    if words and all(word.casefold() in STOP_WORDS for word in words):
        return True
    return bool(_BETWEEN.fullmatch(between))
