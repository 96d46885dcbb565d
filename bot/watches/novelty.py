"""What a quote tells that was not told before: the words and figures that the earlier quote most like it lacks."""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from index import Span
from index.text.terms import STOP_WORDS, terms_of

_WORD: Final = re.compile(r"\d+(?:[.,:]\d+)*%?|[^\W\d_]+(?:['’-][^\W\d_]+)*")
_NEW_WORDS: Final = 4
"""So many new words are news where none of them is a figure or a name."""
_TEXTS_KEPT: Final = 1 << 12
_BETWEEN: Final = re.compile(r"[\s,;:'\"’“”()–-]{1,3}")


@dataclass(frozen=True, slots=True)
class Novelty:
    """The stretches of a quote that are new, in its own characters, and whether that is worth a message."""

    spans: tuple[Span, ...]
    is_news: bool


def novelty_of(quote: str, told: Iterable[str], about: Collection[str] = ()) -> Novelty:
    """Return what of a quote is new beside the one of those told before that says most of it; all of it where none says
    any.

    One at a time: of what was told of many things every figure is known, and none of them of this. `about`: the terms
    that name what is watched; what was told without those that the quote has was of something else.
    """
    words = [(found, terms) for found in _WORD.finditer(quote) if (terms := frozenset(terms_of(found[0])))]
    named = _terms_in(quote).intersection(about)
    of_this = (known for known in map(_terms_in, told) if named <= known)
    new = min(
        ([found for found, terms in words if terms.isdisjoint(known)] for known in of_this), key=len, default=None
    )
    if new is None or len(new) == len(words):
        return Novelty((), True)
    figures = [found for found in new if any(map(str.isdigit, found[0]))]
    names = [found for found in new if found[0][0].isupper() and found.start() > 0]
    is_news = bool(figures or names) or len(new) >= _NEW_WORDS
    return Novelty(_runs([Span(found.start(), found.end()) for found in new], quote), is_news)


@lru_cache(_TEXTS_KEPT)
def _terms_in(text: str) -> frozenset[str]:
    return frozenset(terms_of(text))


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
