"""Quote and Citation, and the one check that every quoted word passes on its way out."""

import logging
from dataclasses import dataclass
from datetime import datetime

from index import Article, Span
from index.search.retrieval import Archive

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Quote:
    """Words of one revision of one article: `text` is the article's text at `span`."""

    article_id: str
    revision: str
    span: Span
    text: str


@dataclass(frozen=True, slots=True)
class CitedSpeaker:
    """Who said the words of a quote, where that is sure: the name, the role that the article gives, if any, and the
    words of the article that say who."""

    name: str
    role: str | None
    mention: Span

    @property
    def has_name(self) -> bool:
        """Whether it is a name rather than a description like "two officials"."""
        return self.name.split()[-1:] != [] and self.name.split()[-1][0].isupper()


@dataclass(frozen=True, slots=True)
class Citation:
    """A quote with what a reader needs to check it.

    `number` counts from 1 within a reply. `highlights` are the words that answer, in offsets of the
    article's text, inside `quote.span`. `score` is the probability that the quote answers. `copies` counts the other
    articles that say nearly the same as this one; it is not kept with the reply. `speaker`: who says it, if anybody
    surely does.
    """

    number: int
    quote: Quote
    title: str
    source: str | None
    published_at: datetime | None
    url: str | None
    highlights: tuple[Span, ...]
    score: float
    copies: int = 0
    speaker: CitedSpeaker | None = None


def quote_from(article: Article, span: Span) -> Quote:
    """Return the quote of `span`, cut from the stored text."""
    return Quote(article.id, article.revision, span, span.slice(article.text))


def may_be_quoted(quote: Quote, archive: Archive) -> bool:
    """Return whether the words are those of the article in the archive, and the article is as it was when it was added:
    what was changed on the disk since is nobody's word."""
    return is_verbatim(quote, archive.article(quote.article_id)) and archive.is_intact(quote.article_id)


def is_verbatim(quote: Quote, article: Article) -> bool:
    """Return whether the quote is of this very revision and equals its slice, character for character."""
    return (
        quote.article_id == article.id
        and quote.revision == article.revision
        and quote.span.end <= len(article.text)
        and quote.text == quote.span.slice(article.text)
    )
