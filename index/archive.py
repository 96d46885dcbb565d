"""Archive: the articles of a snapshot, on disk (`index.segment_archive`) or on a server (`index.cluster`)."""

from collections.abc import Iterator
from typing import Protocol

from index.article import Article, Passage, Span


class Archive(Protocol):
    """Reads articles as they came. Safe to use from several threads."""

    def articles(self) -> Iterator[Article]:
        """Every article, in the order they were added, read a few at a time."""

    def headlines(self) -> list[Article]:
        """Every article without its text (empty), by title: for lists of what there is."""

    def ids(self) -> list[str]:
        """Every article's id, in the order of `articles`."""

    def find(self, article_id: str) -> object | None:
        """Something, if there is an article of that id; else None."""

    def article(self, article_id: str) -> Article:
        """The article of that id.

        Raises:
            UnknownArticle: there is none.
        """

    def passages_of(self, article_id: str) -> list[Passage]:
        """Every passage of an article, in order; empty for an unknown id."""

    def sentences_of(self, article_id: str) -> tuple[Span, ...]:
        """Every sentence of an article that may be quoted, in order; empty for an unknown id."""

    def copies_of(self, article_id: str) -> int:
        """How many other articles say nearly the same; 0 for an unknown id."""

    def copy_group(self, article_id: str) -> int | None:
        """What an article has in common with its near copies, and with no other; None for an unknown id."""

    def close(self) -> None:
        """Lets go of files; a server's are nobody's."""
