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
from bot.sentence_features import FEATURES, KNOWN, Candidate, FeatureExtractor, Floats, candidates_of, said
from bot.sentence_scores import SentenceScores, score_passage
from bot.span_scoring import HalfRead, SpanScorer
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
        if not hits:
            return []
        opened = OpenPassages(question, hits, retriever, self._scorer)
        verdict = weigh(opened, self._weights)
        return [
            _reading(opened.candidates[row], opened.scores[row], float(verdict.probabilities[row]))
            for row in verdict.order
        ]


class OpenPassages:
    """The passages found for a question, as far as they have been read: a `bot.cascade.Book`.

    `candidates`: the sentences of those that were looked at, in the order of the hits. `scores`: what was last said of
    each, None where the model judges only at its end and has not come there.
    """

    def __init__(self, question: str, hits: Sequence[Hit], retriever: Retriever, scorer: SpanScorer) -> None:
        self._asked = last_question(question)
        self._hits = hits
        self._archive = retriever.archive
        self._scorer = scorer
        self._features = FeatureExtractor(question, retriever)
        self._articles: dict[str, Article] = {}
        self._begun: list[HalfRead] = []
        self._known = np.empty((0, len(KNOWN)))
        self._early: list[SentenceScores] = []
        self.candidates: list[Candidate] = []
        self.scores: list[SentenceScores | None] = []

    def look_at(self, n_passages: int) -> Sentences:
        """All sentences of the first `n_passages` hits; those not seen before are screened side by side."""
        new = self._hits[len(self._begun) : n_passages]
        whole = [(hit, self._article(hit.passage.article_id)) for hit in new]
        begun = self._scorer.screen(self._asked, [hit.passage.span.slice(article.text) for hit, article in whole])
        for (hit, article), one in zip(whole, begun, strict=True):
            early = score_passage(one.early, hit.passage) if one.early else []
            self._early += early
            self.scores += early or [None] * len(hit.passage.sentences)
            self.candidates += candidates_of(hit, article)
        self._begun += begun
        self._known = np.vstack([self._known, self._features.known(self.candidates[len(self._known) :])])
        sizes = [len(hit.passage.sentences) for hit in self._hits[: len(self._begun)]]
        return Sentences(
            self._known, np.repeat(np.arange(len(sizes)), sizes), said(self._early) if self._early else None
        )

    def read_on(self, passage: int) -> Floats:
        """What all layers say of the sentences of one passage."""
        [scores] = self._scorer.finish([self._begun[passage]])
        sentences = score_passage(scores, self._hits[passage].passage)
        start = sum(len(hit.passage.sentences) for hit in self._hits[:passage])
        self.scores[start : start + len(sentences)] = sentences
        return said(sentences)

    def _article(self, article_id: str) -> Article:
        if article_id not in self._articles:
            self._articles[article_id] = self._archive.article(article_id)
        return self._articles[article_id]


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
