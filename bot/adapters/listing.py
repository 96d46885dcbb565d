"""Chooses the articles that a list shows."""

from collections.abc import Sequence

from index import Article


def narrowed(articles: Sequence[Article], words: str) -> list[Article]:
    """Return the articles whose title or source holds the words, whatever their case; all of them for no words."""
    wanted = words.casefold()
    return [each for each in articles if wanted in f"{each.title}\n{each.source or ''}".casefold()]
