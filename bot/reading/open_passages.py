"""The passages found for a question, read one after the other, and what a model said of their sentences."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from bot.reading.answer_types import last_question
from bot.reading.behind import BEHIND
from bot.reading.features import KNOWN, FeatureExtractor, Floats, candidates_of, said
from bot.reading.headings import heading_of
from bot.reading.role_reversal import relations_in, says_the_reverse
from bot.reading.sentence_scores import SentenceScores, mean_of, score_passage
from bot.reading.span_scoring import SpanScorer
from index import Article, Hit, Passage, Query, Span
from index.search.retrieval import Retriever

WINDOW_CHARS = 400
"""The longest part of a passage that is read. Fewer tokens cost less, but at 300 characters refusals suffer
(docs/experiments/0004-how-much-is-read.md)."""


class OpenPassages:
    """The passages found for a question, as far as they have been read: a `bot.reading.cascade.PassageReads`.

    Of a long passage only the sentences around those that share most with the question are read. `candidates`: all
    sentences, in the order of the hits. `scores`: what the model said of each, None where it was not read.
    """

    def __init__(
        self,
        query: Query,
        hits: Sequence[Hit],
        retriever: Retriever,
        scorer: SpanScorer,
        window_chars: int = WINDOW_CHARS,
        forms: Sequence[str] = (),
    ) -> None:
        """`forms`: what is read in place of the query's text, each by itself; what is said of them is averaged."""
        articles: dict[str, Article] = {}
        for hit in hits:
            article_id = hit.passage.article_id
            if article_id not in articles:
                articles[article_id] = retriever.archive.article(article_id)
        self._forms = forms or (query.text if BEHIND in query.text else last_question(query.text),)
        self._relations = relations_in(query.text)
        self._scorer = scorer
        self._window_chars = window_chars
        self.candidates = [one for hit in hits for one in candidates_of(hit, articles[hit.passage.article_id])]
        self.scores: list[SentenceScores | None] = [None] * len(self.candidates)
        self._read: dict[int, tuple[NDArray[np.int64], list[SentenceScores]]] = {}
        self.known = FeatureExtractor(query, retriever).known(self.candidates)
        self.passages = np.repeat(np.arange(len(hits)), [len(hit.passage.sentences) for hit in hits])

    def read(self, passage: int, likely_next: Sequence[int] = ()) -> tuple[NDArray[np.int64], Floats]:
        """Return the rows of the sentences read, and what the model says of them.

        Where nobody else waits for the model, it reads the passages that are likely next at the same time.
        """
        if passage not in self._read:
            ahead = [one for one in likely_next if one not in self._read]
            self._score([passage, *ahead[: max(0, self._scorer.spare - 1)]])
        rows, scores = self._read[passage]
        for row, one in zip(rows, scores, strict=True):
            self.scores[row] = one
        return rows, said(scores)

    def read_together(self, passages: Sequence[int]) -> None:
        """Read these passages at once, for `read` to tell of; together they keep every core busy."""
        self._score([one for one in passages if one not in self._read])

    def _score(self, passages: Sequence[int]) -> None:
        windows = [self._window(passage) for passage in passages]
        articles = [self.candidates[rows[0]].article for rows, _ in windows]
        texts = [window.span.slice(one.text) for one, (_, window) in zip(articles, windows, strict=True)]
        headings = [heading_of(one.title, one.published_at) for one in articles] if self._scorer.reads_headings else ()
        by_form = [self._scorer.score(form, texts, headings) for form in self._forms]
        for passage, (rows, window), *spans in zip(passages, windows, *by_form, strict=True):
            sentences = zip(*(score_passage(one, window) for one in spans), strict=True)
            scores = zip(rows, map(mean_of, sentences), strict=True)
            self._read[passage] = (
                rows,
                [
                    one.denied() if says_the_reverse(self._relations, self.candidates[row].text) else one
                    for row, one in scores
                ],
            )

    def _window(self, passage: int) -> tuple[NDArray[np.int64], Passage]:
        """Return what is read of a passage: the rows of these sentences, and a passage that holds them alone."""
        rows = np.flatnonzero(self.passages == passage)
        spans = [self.candidates[row].span for row in rows]
        first, last = window_of(spans, self.known[rows, KNOWN.index("sentence_overlap")], self._window_chars)
        read = spans[first : last + 1]
        article_id = self.candidates[rows[0]].article.id
        return rows[first : last + 1], Passage(article_id, Span(read[0].start, read[-1].end), tuple(read))


def window_of(sentences: Sequence[Span], overlaps: Floats, longest: int = WINDOW_CHARS) -> tuple[int, int]:
    """Return the first and last of the sentences to read.

    It is the sentence that shares most with the question, and neighbours, first on the side that shares more, as long
    as all are no longer than `longest`, in characters.
    """
    first = last = int(np.argmax(overlaps))
    while True:
        sides = []
        if first > 0 and sentences[last].end - sentences[first - 1].start <= longest:
            sides.append((overlaps[first - 1], 0))
        if last + 1 < len(sentences) and sentences[last + 1].end - sentences[first].start <= longest:
            sides.append((overlaps[last + 1], 1))
        if not sides:
            return first, last
        _, side = max(sides)
        first, last = first - (side == 0), last + (side == 1)
