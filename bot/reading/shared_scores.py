"""What a model said of passages while one message is answered, shared by all that read for it."""

from collections.abc import Sequence

from bot.reading.span_scoring import SpanScorer, SpanScores

ScoredPairs = dict[tuple[str, str, str], SpanScores]
"""What was said of each question, heading and passage."""


class SharingScorer:
    """A SpanScorer that reads nothing which stands in `scores` already, and puts there what it reads."""

    def __init__(self, scorer: SpanScorer, scores: ScoredPairs) -> None:
        self._scorer = scorer
        self._scores = scores

    @property
    def name(self) -> str:
        """That of the model that reads."""
        return self._scorer.name

    @property
    def spare(self) -> int:
        """As many as that model could read."""
        return self._scorer.spare

    @property
    def reads_headings(self) -> bool:
        """Whether that model does."""
        return self._scorer.reads_headings

    def score(self, question: str, passages: Sequence[str], headings: Sequence[str] = ()) -> list[SpanScores]:
        """Return the scores of each passage, in the order given."""
        above = headings or [""] * len(passages)
        pairs = [(question, heading, passage) for heading, passage in zip(above, passages, strict=True)]
        unread = [pair for pair in dict.fromkeys(pairs) if pair not in self._scores]
        if unread:
            only = [heading for _, heading, _ in unread] if headings else ()
            said = self._scorer.score(question, [passage for *_, passage in unread], only)
            self._scores.update(zip(unread, said, strict=True))
        return [self._scores[pair] for pair in pairs]
