"""An article to its passages: whole sentences in a row, about as long as an embedding holds well."""

from collections.abc import Iterator, Sequence
from itertools import pairwise

from index.article import Article, Passage, Span
from index.text.cleaning import find_debris
from index.text.sentences import split_paragraphs, split_sentences

__all__ = ["chunk_article", "split_sentences"]

DEFAULT_MAX_CHARS = 500
_MAX_SENTENCES = 50  # in a passage; only lists of single words have more, and looking back has its cost
# Cost of ending a passage inside a paragraph, in the unit of the squared share of a passage left unused.
_INSIDE_PARAGRAPH_COST = 0.15

_Stretch = list[list[Span]]  # paragraphs with no debris between them, as sentences


def chunk_article(article: Article, *, max_chars: int = DEFAULT_MAX_CHARS) -> list[Passage]:
    """Return the passages of an article in order: none overlaps another or debris, together they hold the rest.

    A passage is at most `max_chars` long unless it is one sentence. Short paragraphs share a passage, a long
    one is divided evenly, and passages end with paragraphs where that costs little.
    """
    if max_chars < 1:
        raise ValueError(f"a passage needs at least one character, got max_chars={max_chars}")
    debris = find_debris(article.text, article.title)
    return [
        Passage(article.id, Span(sentences[0].start, sentences[-1].end), tuple(sentences))
        for stretch in _stretches(split_paragraphs(article.text, debris), debris)
        for sentences in _divide(stretch, max_chars)
    ]


def _stretches(paragraphs: Iterator[list[Span]], debris: Sequence[Span]) -> Iterator[_Stretch]:
    stretch: _Stretch = []
    upcoming = 0
    for paragraph in paragraphs:
        passed = upcoming
        while upcoming < len(debris) and debris[upcoming].start < paragraph[0].start:
            upcoming += 1
        if stretch and upcoming > passed:
            yield stretch
            stretch = []
        stretch.append(paragraph)
    if stretch:
        yield stretch


def _divide(stretch: _Stretch, max_chars: int) -> Iterator[Sequence[Span]]:
    """Yield the division of least cost: each passage costs the square of the share of `max_chars` it leaves unused."""
    sentences = [sentence for paragraph in stretch for sentence in paragraph]
    paragraph_ends = {paragraph[-1].end for paragraph in stretch}
    costs = [0.0]  # of the best division of the first n sentences
    starts = [0]  # and where its last passage starts
    for count, last in enumerate(sentences, start=1):
        break_cost = 0.0 if last.end in paragraph_ends else _INSIDE_PARAGRAPH_COST
        best = costs[count - 1] + _unused(len(last), max_chars), count - 1
        for first in range(count - 2, max(-1, count - 1 - _MAX_SENTENCES), -1):
            length = last.end - sentences[first].start
            if length > max_chars:
                break
            best = min(best, (costs[first] + _unused(length, max_chars), first))
        costs.append(best[0] + break_cost)
        starts.append(best[1])
    bounds = [len(sentences)]
    while bounds[-1]:
        bounds.append(starts[bounds[-1]])
    bounds.reverse()
    for first, end in pairwise(bounds):
        yield sentences[first:end]


def _unused(length: int, max_chars: int) -> float:
    """Return the square of the share left unused; nothing for a sentence that is longer than a passage."""
    share: float = max(0.0, 1 - length / max_chars)
    return share * share
