"""Shows a quote with the sentences around it, as they stand in the article."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from bot.quoting.quotes import Citation
from index import Span
from index.errors import UnknownArticle
from index.search.retrieval import Archive

_SENTENCES = 2
"""So many sentences are shown on either side of the quote."""


@dataclass(frozen=True, slots=True)
class QuoteContext:
    """A quote with the sentences around it, which join it as they stand: `before` ends and `after` begins with a
    space or, at a paragraph's end, an empty line. Both are empty when there is nothing, and when `current` is
    false: the article has changed or gone since."""

    citation: Citation
    before: str
    after: str
    current: bool


def in_context(citation: Citation, archive: Archive) -> QuoteContext:
    """Return a quote with the sentences around it, if its article still is the one that was quoted."""
    quote = citation.quote
    try:
        article = archive.article(quote.article_id)
    except UnknownArticle:
        return QuoteContext(citation, "", "", current=False)
    if article.revision != quote.revision:
        return QuoteContext(citation, "", "", current=False)
    before, after = neighbours(archive.sentences_of(article.id), quote.span)
    around = _joined([*before, quote.span, *after], article.text)
    place = around.index(quote.text, len(_joined(before, article.text)))
    return QuoteContext(citation, around[:place], around[place + len(quote.text) :], current=True)


def neighbours(sentences: Sequence[Span], span: Span) -> tuple[list[Span], list[Span]]:
    """Return the sentences just before a span, and those just after it."""
    before = [sentence for sentence in sentences if sentence.end <= span.start][-_SENTENCES:]
    return before, [sentence for sentence in sentences if sentence.start >= span.end][:_SENTENCES]


def _joined(spans: Sequence[Span], text: str) -> str:
    """Return the words of the spans, a paragraph's end as an empty line; debris between them is left out."""
    words = "".join(span.slice(text) + _gap(text[span.end : after.start]) for span, after in pairwise(spans))
    return words + spans[-1].slice(text) if spans else ""


def _gap(between: str) -> str:
    return "\n\n" if "\n" in between else " "
