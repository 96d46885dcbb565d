"""The Reader that ships: a cross-encoder reads question and passages, fitted weights choose among their sentences.

The weights come from `training/ranking.py`, which also records what it measured. `bot.cascade` says how far is read.
"""

import json
from collections.abc import Mapping, Sequence
from importlib.resources import files
from typing import Any

import numpy as np

from bot.cascade import Effort, Judgement, ReadingWeights, Sentences, weigh
from bot.questions import last_question
from bot.reader import Reading
from bot.sentence_features import FEATURES, Candidate, FeatureExtractor, Floats, candidates_of, said
from bot.sentence_scores import SentenceScores, score_passage
from bot.span_scoring import SpanScorer
from bot.spans import quotable_span, tidy_answer
from index import Article, Hit
from index.retrieval import Retriever


def shipped_weights() -> ReadingWeights:
    """The weights in `bot/reading_weights.json`."""
    return weights_from(json.loads((files("bot") / "reading_weights.json").read_text(encoding="utf-8")))


def weights_from(stored: Mapping[str, Any]) -> ReadingWeights:
    """The weights that `training.ranking` wrote.

    Raises:
        ValueError: they were fitted to other features.
    """
    if tuple(stored["features"]) != FEATURES:
        raise ValueError("bot/reading_weights.json was fitted to other features: run training.ranking")
    early, last = (
        Judgement(np.array(one["ranking"]), np.array(one["confidence"]), one["bias"])
        for one in (stored["early"], stored["last"])
    )
    return ReadingWeights(early, last, Effort(**stored["effort"]), stored["threshold"])


class PassageReader:
    """Reads passages with a span-scoring model and weighs what it says with words, kinds of answer and ranks."""

    def __init__(self, scorer: SpanScorer, weights: ReadingWeights) -> None:
        self._scorer = scorer
        self._weights = weights

    @property
    def name(self) -> str:
        """The model that reads."""
        return self._scorer.name

    @property
    def threshold(self) -> float:
        """The probability at which right answers and right refusals balanced best when the weights were fitted."""
        return self._weights.threshold

    def read(self, question: str, hits: Sequence[Hit], retriever: Retriever) -> list[Reading]:
        """Readings of the sentences in the passages looked at, the best first, the others by their probability."""
        looked_at = hits[: self._weights.effort.screened]
        if not looked_at:
            return []
        opened = OpenPassages(question, looked_at, retriever, self._scorer)
        verdict = weigh(opened.sentences, opened.read_on, self._weights)
        return [
            _reading(opened.candidates[row], opened.scores[row], float(verdict.probabilities[row]))
            for row in verdict.order
        ]


class OpenPassages:
    """Passages being read with one question: their sentences, and what the model has said of them so far.

    `candidates`: the n sentences in the order of the hits, `sentences` their numbers. `scores`: of each sentence the
    last that was said.
    """

    def __init__(self, question: str, hits: Sequence[Hit], retriever: Retriever, scorer: SpanScorer) -> None:
        self._scorer = scorer
        self._hits = hits
        articles: dict[str, Article] = {}
        for hit in hits:
            article_id = hit.passage.article_id
            if article_id not in articles:
                articles[article_id] = retriever.archive.article(article_id)
        whole = [(hit, articles[hit.passage.article_id]) for hit in hits]
        texts = [hit.passage.span.slice(article.text) for hit, article in whole]
        self._begun = scorer.screen(last_question(question), texts)
        self.candidates: list[Candidate] = [one for hit, article in whole for one in candidates_of(hit, article)]
        passages = np.repeat(np.arange(len(hits)), [len(hit.passage.sentences) for hit in hits])
        known = FeatureExtractor(question, retriever).known(self.candidates)
        self.scores: list[SentenceScores | None] = [None] * len(self.candidates)
        self.sentences = Sentences(known, passages, self._judge_early())

    def read_on(self, passage: int) -> Floats:
        """Reads this passage to the end: (n of its sentences, 4)."""
        [scores] = self._scorer.finish([self._begun[passage]])
        sentences = score_passage(scores, self._hits[passage].passage)
        for row, one in zip(np.flatnonzero(self.sentences.passages == passage), sentences, strict=True):
            self.scores[row] = one
        return said(sentences)

    def _judge_early(self) -> Floats | None:
        scores: list[SentenceScores] = []
        for hit, begun in zip(self._hits, self._begun, strict=True):
            if begun.early is None:
                return None
            scores += score_passage(begun.early, hit.passage)
        self.scores[:] = scores
        return said(scores)


def _reading(candidate: Candidate, scores: SentenceScores | None, probability: float) -> Reading:
    text = candidate.article.text
    answer = scores.answer if scores else None
    span = quotable_span(text, candidate.span, candidate.hit.passage, answer)
    short = answer and tidy_answer(text, answer)
    return Reading(
        article=candidate.article,
        hit=candidate.hit,
        span=span,
        highlights=(short,) if short else (),
        answer=short,
        probability=probability,
    )
