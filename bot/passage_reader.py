"""The Reader that ships: a cross-encoder reads question and passages, fitted weights choose among their sentences.

The weights come from `training/ranking.py`, which also records what it measured. Passages are read a few at a
time, best first, until a sentence answers so surely that another would hardly be better.
"""

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from bot.questions import last_question
from bot.reader import Reading
from bot.sentence_features import FEATURES, Candidate, FeatureExtractor
from bot.sentence_scores import score_passage
from bot.span_scoring import SpanScorer
from bot.spans import quotable_span, tidy_answer
from index import Article, Hit, Span
from index.retrieval import Retriever

FIRST_PASSAGES = 4
_NEXT_PASSAGES = 3


@dataclass(frozen=True, slots=True)
class ReadingWeights:
    """Two logistic models: `ranking` orders the sentences of one question; `confidence` says whether one answers.

    `ranking`: (n_features,). `confidence`: (n_features + 2,), the last two for the ranking score and for its
    lead over the best other sentence. `bias` belongs to `confidence`. `sure`: the probability from which no
    further passage is read.
    """

    ranking: NDArray[np.float64]
    confidence: NDArray[np.float64]
    bias: float
    threshold: float
    sure: float

    @classmethod
    def shipped(cls) -> "ReadingWeights":
        """The weights in `bot/reading_weights.json`."""
        stored = json.loads((files("bot") / "reading_weights.json").read_text(encoding="utf-8"))
        if tuple(stored["features"]) != FEATURES:
            raise ValueError("bot/reading_weights.json was fitted to other features: run training.ranking")
        return cls(
            np.array(stored["ranking"]),
            np.array(stored["confidence"]),
            stored["bias"],
            stored["threshold"],
            stored["sure"],
        )


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
        """Readings of the sentences in the passages read, most probable first; ties by the order of the hits."""
        features = FeatureExtractor(question, retriever)
        asked = last_question(question)
        found: list[Candidate] = []
        ranks = probabilities = np.empty(0)
        for start, end in pairwise(_stops(len(hits))):
            found += read_sentences(asked, hits[start:end], retriever, self._scorer)
            if found:
                ranks, probabilities = score_candidates(features.features(found), self._weights)
                if probabilities[np.argmax(ranks)] >= self._weights.sure:
                    break
        return [_reading(found[row], float(probabilities[row])) for row in np.argsort(-ranks, kind="stable")]


def read_sentences(question: str, hits: Sequence[Hit], retriever: Retriever, scorer: SpanScorer) -> list[Candidate]:
    """The sentences of these passages with what the model makes of them, in the order of the hits."""
    articles: dict[str, Article] = {}
    for hit in hits:
        article_id = hit.passage.article_id
        if article_id not in articles:
            articles[article_id] = retriever.archive.article(article_id)
    texts = [hit.passage.span.slice(articles[hit.passage.article_id].text) for hit in hits]
    found: list[Candidate] = []
    for hit, scores in zip(hits, scorer.score(question, texts), strict=True):
        before: Span | None = None
        for span, score in zip(hit.passage.sentences, score_passage(scores, hit.passage), strict=True):
            found.append(Candidate(articles[hit.passage.article_id], hit, span, before, score))
            before = span
    return found


def score_candidates(
    features: NDArray[np.float64], weights: ReadingWeights
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """(n,) ranking scores and (n,) probabilities that each candidate answers."""
    ranks = features @ weights.ranking
    inputs = confidence_inputs(features, ranks)
    return ranks, 1 / (1 + np.exp(-(inputs @ weights.confidence + weights.bias)))


def confidence_inputs(features: NDArray[np.float64], ranks: NDArray[np.float64]) -> NDArray[np.float64]:
    """(n, n_features + 2): the features, the ranking score, and its lead over the best other candidate."""
    best_other = np.full(len(ranks), ranks.min() if len(ranks) == 1 else -math.inf)
    if len(ranks) > 1:
        first, second = np.argsort(-ranks, kind="stable")[:2]
        best_other[:] = ranks[first]
        best_other[first] = ranks[second]
    return np.column_stack([features, ranks, ranks - best_other])


def _stops(n: int) -> list[int]:
    """Where to pause, reading n passages."""
    return [0, *range(FIRST_PASSAGES, n, _NEXT_PASSAGES), n]


def _reading(candidate: Candidate, probability: float) -> Reading:
    span = quotable_span(candidate.article.text, candidate.span, candidate.hit.passage)
    answer = candidate.scores.answer and tidy_answer(candidate.article.text, candidate.scores.answer)
    return Reading(
        article=candidate.article,
        hit=candidate.hit,
        span=span,
        highlights=(answer,) if answer else (),
        answer=answer,
        probability=probability,
    )
