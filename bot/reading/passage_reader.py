"""The Reader that ships: a cross-encoder reads question and passages, fitted weights choose among their sentences.

The weights come from `training/ranking.py`, which also records what it measured. `bot.reading.cascade` says how far
is read.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from importlib.resources import files
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bot.quoting.extent import grown, quotable_span, tidy_answer
from bot.reading.answer_types import Kind, is_of_kind, kind_of, last_question
from bot.reading.cascade import FittedWeights, ReadBudget, ReadingWeights, SentenceModel, read_until_sure
from bot.reading.features import (
    FEATURES,
    KNOWN,
    Candidate,
    FeatureExtractor,
    Floats,
    candidates_of,
    said,
)
from bot.reading.proximity import follow_on, nearness
from bot.reading.reader import Reading
from bot.reading.role_reversal import deeds_in, says_the_reverse
from bot.reading.sentence_scores import SentenceScores, score_passage
from bot.reading.span_scoring import SpanScorer
from index import Article, Hit, Passage, Query, Span
from index.search.retrieval import Retriever

OFFERED = 6
"""Passages whose sentences are weighed, read or not."""
_WINDOW_CHARS = 400
"""Longest part of a passage that is read. Fewer tokens cost less, but at 300 characters refusals suffer
(docs/experiments/0004-how-much-is-read.md)."""
_FOLLOW_UP_WINDOW_CHARS = 500
"""The same for follow-ups: a question that lacks words tells less of where to look."""


def shipped_weights() -> FittedWeights:
    """Return the weights in `bot/reading/weights.json`."""
    return weights_from(json.loads((files("bot.reading") / "weights.json").read_text(encoding="utf-8")))


def weights_from(stored: Mapping[str, Any]) -> FittedWeights:
    """Return the weights that `training.ranking` wrote.

    Raises:
        ValueError: they were fitted to other features.
    """
    if tuple(stored["features"]) != FEATURES:
        raise ValueError("bot/reading/weights.json was fitted to other features: run training.ranking")
    whole, part = (
        ReadingWeights(_judgement(one["unread"]), _judgement(one["read"]), ReadBudget(**one["effort"]))
        for one in (stored["whole"], stored["part"])
    )
    return FittedWeights(whole, part, stored["threshold"])


def is_whole(hits: Sequence[Hit]) -> bool:
    """Return whether all that was found is offered. The search finds something in every passage that it may search, so
    these are then all there are."""
    return len(hits) <= OFFERED


def _judgement(stored: Mapping[str, Any]) -> SentenceModel:
    return SentenceModel(**{**stored, **{name: np.array(stored[name]) for name in ("ranking", "confidence")}})


_FOLLOW_UP_WORTH = 0.02
_FOLLOW_UP_READ = 4
"""What `ReadBudget.worth` and, at least, `ReadBudget.read` are for follow-ups: words foretell less of them, and reading
on is worth more (docs/experiments/0020-context-of-a-conversation.md)."""


class PassageReader:
    """Reads passages with a span-scoring model and weighs what it says with words, kinds of answer and ranks."""

    def __init__(self, scorer: SpanScorer, weights: FittedWeights) -> None:
        self._scorer = scorer
        self._weights = weights
        self._follow_up_weights = weights.with_each(_reading_on)

    @property
    def name(self) -> str:
        """The model that reads."""
        return self._scorer.name

    @property
    def threshold(self) -> float:
        """The probability at which right answers and right refusals balanced best when the weights were fitted."""
        return self._weights.threshold

    def read(self, query: Query, hits: Sequence[Hit], retriever: Retriever) -> Iterator[Reading]:
        """Return readings of the sentences in the passages looked at, the best first, the others by their probability
        and by how near they stand to the context; each is made when it is asked for, and few are."""
        if not hits:
            return iter(())
        window_chars = _FOLLOW_UP_WINDOW_CHARS if query.context else _WINDOW_CHARS
        opened = OpenPassages(query, hits[:OFFERED], retriever, self._scorer, window_chars)
        kind = kind_of(query.text)
        fitted = self._follow_up_weights if query.context else self._weights
        verdict = read_until_sure(opened, fitted.of(is_whole=is_whole(hits)))
        order = verdict.order
        if query.context:
            order = follow_on(verdict, nearness(opened.candidates, query.context, retriever))
        return (
            _reading(
                opened.candidates[row],
                opened.scores[row],
                float(verdict.probabilities[row]),
                kind,
                opened.candidates[verdict.beside] if row == order[0] and verdict.beside is not None else None,
            )
            for row in order
        )


def _reading_on(weights: ReadingWeights) -> ReadingWeights:
    """With the effort that follow-ups are worth."""
    effort = weights.effort
    further = replace(effort, worth=min(effort.worth, _FOLLOW_UP_WORTH), read=max(effort.read, _FOLLOW_UP_READ))
    return replace(weights, effort=further)


class OpenPassages:
    """The passages found for a question, as far as they have been read: a `bot.reading.cascade.Book`.

    Of a long passage only the sentences around those that share most with the question are read. `candidates`: all
    sentences, in the order of the hits. `scores`: what the model said of each, None where it was not read.
    """

    def __init__(
        self,
        query: Query,
        hits: Sequence[Hit],
        retriever: Retriever,
        scorer: SpanScorer,
        window_chars: int = _WINDOW_CHARS,
    ) -> None:
        articles: dict[str, Article] = {}
        for hit in hits:
            article_id = hit.passage.article_id
            if article_id not in articles:
                articles[article_id] = retriever.archive.article(article_id)
        self._asked = last_question(query.text)
        self._deeds = deeds_in(query.text)
        self._scorer = scorer
        self._window_chars = window_chars
        self.candidates = [one for hit in hits for one in candidates_of(hit, articles[hit.passage.article_id])]
        self.scores: list[SentenceScores | None] = [None] * len(self.candidates)
        self._read: dict[int, tuple[NDArray[np.int64], list[SentenceScores]]] = {}
        self.known = FeatureExtractor(query, retriever).known(self.candidates)
        self.passages = np.repeat(np.arange(len(hits)), [len(hit.passage.sentences) for hit in hits])

    def read(self, passage: int, likely_next: Sequence[int] = ()) -> tuple[NDArray[np.int64], Floats]:
        """Return rows of sentences, and what the model says of them. Where nobody else waits for the model, it reads
        what is likely next beside."""
        if passage not in self._read:
            ahead = [one for one in likely_next if one not in self._read]
            self._score([passage, *ahead[: max(0, self._scorer.spare - 1)]])
        rows, scores = self._read[passage]
        for row, one in zip(rows, scores, strict=True):
            self.scores[row] = one
        return rows, said(scores)

    def _score(self, passages: Sequence[int]) -> None:
        windows = [self._window(passage) for passage in passages]
        texts = [window.span.slice(self.candidates[rows[0]].article.text) for rows, window in windows]
        judged = zip(passages, windows, self._scorer.score(self._asked, texts), strict=True)
        for passage, (rows, window), spans in judged:
            scores = zip(rows, score_passage(spans, window), strict=True)
            self._read[passage] = (
                rows,
                [
                    one.denied() if says_the_reverse(self._deeds, self.candidates[row].text) else one
                    for row, one in scores
                ],
            )

    def _window(self, passage: int) -> tuple[NDArray[np.int64], Passage]:
        """Return what is read of a passage: the rows of these sentences, and they as a passage."""
        rows = np.flatnonzero(self.passages == passage)
        spans = [self.candidates[row].span for row in rows]
        first, last = window_of(spans, self.known[rows, KNOWN.index("sentence_overlap")], self._window_chars)
        read = spans[first : last + 1]
        article_id = self.candidates[rows[0]].article.id
        return rows[first : last + 1], Passage(article_id, Span(read[0].start, read[-1].end), tuple(read))


def window_of(sentences: Sequence[Span], overlaps: Floats, longest: int = _WINDOW_CHARS) -> tuple[int, int]:
    """Return first and last of the sentences to read: the one that shares most with the question, then neighbours, that
    side first that shares more, as long as they are no longer than `longest`, in characters."""
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


def _reading(
    candidate: Candidate,
    scores: SentenceScores | None,
    probability: float,
    kind: Kind,
    beside: Candidate | None,
) -> Reading:
    """`beside`: its neighbour, to be quoted with it."""
    text = candidate.article.text
    answer = scores.answer if scores else None
    span = quotable_span(text, candidate.span, candidate.hit.passage, answer)
    if beside is not None:
        span = grown(span, quotable_span(text, beside.span, beside.hit.passage))
    short = answer and tidy_answer(text, answer)
    if short and not is_of_kind(kind, short.slice(text)):
        short = None
    return Reading(
        article=candidate.article,
        hit=candidate.hit,
        span=span,
        highlights=(short,) if short else (),
        answer=short,
        probability=probability,
    )
