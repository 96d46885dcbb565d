"""KeptTexts: every text that a library keeps of its articles, those in service and those of earlier snapshots."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from index.article import Article, Span
from index.attribution import Attribution


@dataclass(frozen=True, slots=True)
class KeptRevision:
    """One text of an article. `is_current`: it is in service. `number`: what it is called among all that are kept."""

    number: int
    article: Article
    is_current: bool


class KeptTexts(Protocol):
    """Finds kept revisions by words, and reads them. Safe to use from several threads."""

    def holding(self, terms: Sequence[str], most: int) -> list[int]:
        """Return the numbers of those that hold each of these terms, at most so many, those in service first; where
        only a few hold the rarer of them, these, whether they hold the others or not."""

    def likeliest(self, terms: Sequence[str], most: int) -> list[int]:
        """Return the numbers of those that share most with these terms, or have a passage that does, the likeliest
        first."""

    def rarity(self, term: str) -> float:
        """Return how telling a term is among the passages, in [0, 1]; 1 for one that none holds."""

    def numbers(self) -> Iterator[int]:
        """Return the numbers of all."""

    def text(self, number: int) -> str:
        """Return the text of a revision alone."""

    def revision(self, number: int) -> KeptRevision | None:
        """Return a revision; None of one that is not as it was added, and that nobody may quote."""

    def sentences(self, number: int) -> tuple[Span, ...]:
        """Return every sentence of it that may be quoted, in order."""

    def said(self, number: int) -> list[Attribution]:
        """Return what somebody says in it, in the order of its text."""
