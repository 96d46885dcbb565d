"""Articles in, ranked passages out. Knows nothing of bots."""

from index.article import Article, AskedDates, Hit, Passage, Query, Span

__all__ = ["Article", "AskedDates", "Hit", "Passage", "Query", "Span"]
