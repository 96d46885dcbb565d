"""Reader: finds the words that answer in the passages found for a question. `bot.app` chooses which reader runs."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol, Self

from bot.reading.shared_scores import ScoredPairs
from index import Article, Hit, Query, Span
from index.search.retrieval import Retriever


@dataclass(frozen=True, slots=True)
class Reading:
    """Words of an article that may answer.

    `span` is what to quote: whole sentences. `highlights` are the words inside it that answer; `answer` is the
    short answer among them, or None where no short span stands out. `probability` is calibrated: of readings
    with 0.8, eight in ten answer. `hit` is the passage it was found in. `is_worth_quoting`: it is more likely right
    than that nothing answers, by as much as was fitted to do more good than harm.
    """

    article: Article
    hit: Hit
    span: Span
    highlights: tuple[Span, ...]
    answer: Span | None
    probability: float
    is_worth_quoting: bool


class Reader(Protocol):
    """Finds the words that answer."""

    @property
    def name(self) -> str:
        """What to call it in reports."""

    def sharing(self, scores: ScoredPairs) -> Self:
        """Return the same reader for one message: what stands in `scores` is not read again, and what it reads is put
        there."""

    def read(self, query: Query, hits: Sequence[Hit], retriever: Retriever) -> Iterable[Reading]:
        """Return readings of these passages, best first; ties by the order of the hits. Empty for no hits.

        Where the query has a context, much of what is meant stands there: the words of the question say less of where
        the answer stands, and what comes after the first reading may well stand near those. An article published before
        the days asked about can hardly report them.
        """
