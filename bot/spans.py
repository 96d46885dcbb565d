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
_EDGES = " \t\n\r\xa0.,;:!?–—-…"
_PAIRS = {"“": "”", "‘": "’", "(": ")", "[": "]", "«": "»", '"': '"'}


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


def tidy_answer(text: str, answer: Span) -> Span:
    """The span without punctuation at its edges, nor half of a pair of quotation marks or brackets."""
    start, end = answer.start, answer.end
    while start < end:
        words = text[start:end]
        if words[0] in _EDGES or _is_unpaired(words[0], words):
            start += 1
        elif words[-1] in _EDGES.replace(".", "") or _is_unpaired(words[-1], words) or _ends_sentence(words):
            end -= 1
        else:
            return Span(start, end)
    return answer


def _is_unpaired(mark: str, words: str) -> bool:
    for opening, closing in _PAIRS.items():
        if opening == closing == mark:
            return words.count(mark) % 2 == 1
        if mark in (opening, closing):
            return words.count(opening) != words.count(closing)
    return False


def _ends_sentence(words: str) -> bool:
    """Whether the last full stop is not part of an abbreviation such as "U.S." or "a.m."."""
    return words.endswith(".") and "." not in words[-4:-1]
