"""How far a quote reaches: whole sentences, with the words that say who speaks."""

import re

from index import Passage, Span

_SPOKEN = re.compile(r"^[“\"].*[”\"]$", re.DOTALL)
_ATTRIBUTION = re.compile(
    r"\b(?:said|says|told|added|adds|wrote|writes|tweeted|stated|announced|according to|warned|argued|explained|"
    r"insisted|claimed|asked|replied|continued|recalled|noted)\b",
    re.IGNORECASE,
)
_MAX_CHARS = 400
"""Longer than this, a quote is not grown: readers want the words, not the page."""


def quotable_span(text: str, sentence: Span, passage: Passage) -> Span:
    """The sentence, with a neighbour from its passage where only that says who speaks the quoted words."""
    words = sentence.slice(text)
    if not _SPOKEN.match(words) or _ATTRIBUTION.search(words):
        return sentence
    place = passage.sentences.index(sentence)
    neighbours = [
        neighbour
        for neighbour in (passage.sentences[place + 1 : place + 2] + passage.sentences[max(place - 1, 0) : place])
        if _ATTRIBUTION.search(neighbour.slice(text))
    ]
    for neighbour in neighbours:
        grown = Span(min(sentence.start, neighbour.start), max(sentence.end, neighbour.end))
        if len(grown) <= _MAX_CHARS and "\n\n" not in grown.slice(text):
            return grown
    return sentence
