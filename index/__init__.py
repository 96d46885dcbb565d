"""Articles in, ranked passages out. Knows nothing of bots."""

from index.article import Article, Hit, Passage, Query, Span

__all__ = ["Article", "Hit", "Passage", "Query", "Span"]
