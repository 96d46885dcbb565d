"""Where the very words of a phrase stand in a text, whatever marks, blanks and capitals are between and in them."""

import re
from collections.abc import Sequence

from index.article import Span

_WORD = re.compile(r"[^\W_]+")


def phrase_pattern(phrase: str) -> re.Pattern[str] | None:
    """Return what finds the words of a phrase, one after the other; None if it has no word."""
    words = _WORD.findall(phrase)
    if not words:
        return None
    # what stands between holds nothing of a word, so that there is one way to tell them apart
    between = r"[\W_]++"
    return re.compile(rf"(?<![^\W_]){between.join(map(re.escape, words))}(?![^\W_])", re.IGNORECASE)


def places_of(phrases: Sequence[str], text: str) -> list[Span] | None:
    """Return where the phrases stand in a text, in order; None unless it holds each of them."""
    places: list[Span] = []
    for pattern in filter(None, map(phrase_pattern, phrases)):
        found = [Span(*match.span()) for match in pattern.finditer(text)]
        if not found:
            return None
        places += found
    return sorted(places)
