"""A Reader without a neural reader: picks the sentence that most looks like an answer, by fitted weights.

The weights come from `training/sentence_reader.py`, which fits them on public question sets and records there
what it measured. A cross-encoder can take this one's place behind the same protocol.
"""

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from bot.highlighting import highlight, short_answer
from bot.reader import Reading
from bot.sentence_features import FEATURES, Candidate, FeatureExtractor
from bot.spans import quotable_span
from index import Article, Hit
from index.retrieval import Retriever

MAX_SENTENCES = 24
"""Sentences read for one question: those of the best passages, in order. On the training questions 24 found as much
as 40 did, in half the time; 12 lost one right quote in a hundred."""


@dataclass(frozen=True, slots=True)
class SentenceWeights:
    """Two logistic models: `ranking` orders the sentences of one question; `confidence` says whether one answers.

    `ranking`: (n_features,). `confidence`: (n_features + 2,), the last two for the ranking score and for its
    lead over the best other sentence. `bias` belongs to `confidence`.
    """

    ranking: NDArray[np.float64]
    confidence: NDArray[np.float64]
    bias: float
    threshold: float

    @classmethod
    def shipped(cls) -> "SentenceWeights":
        """The weights in `bot/sentence_weights.json`."""
        stored = json.loads((files("bot") / "sentence_weights.json").read_text(encoding="utf-8"))
        if tuple(stored["features"]) != FEATURES:
            raise ValueError("bot/sentence_weights.json was fitted to other features: run training.sentence_reader")
        return cls(np.array(stored["ranking"]), np.array(stored["confidence"]), stored["bias"], stored["threshold"])


class SentenceReader:
    """Scores sentences by similarity, shared words, kind of answer and the rank of their passage."""

    name = "sentence features"

    def __init__(self, weights: SentenceWeights) -> None:
        self._weights = weights

    @property
    def threshold(self) -> float:
        """The probability at which right answers and right refusals balanced best when the weights were fitted."""
        return self._weights.threshold

    def read(self, question: str, hits: Sequence[Hit], retriever: Retriever) -> list[Reading]:
        """Readings of the sentences in these passages, most probable first; ties by the order of the hits."""
        found = candidates_of(hits, retriever)
        if not found:
            return []
        features = FeatureExtractor(question, retriever).features(found)
        ranks, probabilities = score_candidates(features, self._weights)
        order = np.argsort(-ranks, kind="stable")
        return [_reading(question, found[row], float(probabilities[row])) for row in order]


def candidates_of(hits: Sequence[Hit], retriever: Retriever) -> list[Candidate]:
    """The sentences of the best passages, each once, at most MAX_SENTENCES, in the order of the hits."""
    articles: dict[str, Article] = {}
    found: list[Candidate] = []
    for hit in hits:
        article_id = hit.passage.article_id
        if article_id not in articles:
            articles[article_id] = retriever.archive.article(article_id)
        for before, span in pairwise([None, *hit.passage.sentences]):
            if span is not None:
                found.append(Candidate(articles[article_id], hit, span, before))
        if len(found) >= MAX_SENTENCES:
            break
    return found[:MAX_SENTENCES]


def score_candidates(
    features: NDArray[np.float64], weights: SentenceWeights
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


def _reading(question: str, candidate: Candidate, probability: float) -> Reading:
    span = quotable_span(candidate.article.text, candidate.span, candidate.hit.passage)
    return Reading(
        article=candidate.article,
        hit=candidate.hit,
        span=span,
        highlights=highlight(question, candidate.article.text, candidate.span),
        answer=short_answer(question, candidate.article.text, candidate.span),
        probability=probability,
    )
