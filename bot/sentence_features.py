"""What is known of a sentence as an answer to a question, as numbers. Fitted weights turn them into a chance."""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bot.questions import Kind, candidates, kind_of, subject_terms
from bot.sentence_scores import SentenceScores
from index import Article, Hit, Span
from index.retrieval import Retriever
from index.terms import terms_of

FEATURES = (
    "answer_odds",
    "answer_odds_lead",
    "answer_chance",
    "mass_odds",
    "share",
    "share_chance",
    "passage_odds",
    "passage_odds_lead",
    "passage_chance",
    "passage_similarity",
    "passage_similarity_lead",
    "passage_rank",
    "fused_score",
    "sentence_overlap",
    "sentence_overlap_lead",
    "near_overlap",
    "passage_overlap",
    "rarest_missing",
    "names_missing",
    "has_kind",
    "lacks_kind",
    "kind_near_terms",
    "length",
    "is_first",
    "is_question",
    "starts_in_pronoun",
)
"""Column names of the feature matrix, in order."""

_NEAR_CHARS = 30
_WORD = re.compile(r"[^\W_](?:[\w.,’'-]*[\w%])?")
_PRONOUNS = ("he ", "she ", "it ", "they ", "this ", "that ", "these ", "those ", "his ", "her ", "their ")


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sentence that may answer, with the hit and article it stands in and what the model makes of it.

    `before` is the sentence before it in the passage.
    """

    article: Article
    hit: Hit
    span: Span
    before: Span | None
    scores: SentenceScores

    @property
    def text(self) -> str:
        """The sentence's words."""
        return self.span.slice(self.article.text)


class FeatureExtractor:
    """Computes the features of candidates for one question over one index."""

    def __init__(self, question: str, retriever: Retriever) -> None:
        self._question = question
        self._retriever = retriever
        self._kind = kind_of(question)
        terms = dict.fromkeys(subject_terms(question))
        self._weights = {term: retriever.rarity(term) for term in terms}
        self._total = sum(self._weights.values()) or 1.0
        self._names = frozenset(terms_of(" ".join(_capitalised(question))))
        self._terms_seen: dict[str, frozenset[str]] = {}

    def features(self, found: Sequence[Candidate]) -> NDArray[np.float64]:
        """(len(found), len(FEATURES)), rows in the order of `found`."""
        passage_similarity = np.array([candidate.hit.similarity for candidate in found])
        words = [self._words(candidate) for candidate in found]
        kinds = [self._kind_columns(candidate.text) for candidate in found]
        overlap = np.array([word[0] for word in words])
        columns = [
            *_read_columns([candidate.scores for candidate in found]),
            passage_similarity,
            passage_similarity - passage_similarity.max(),
            np.array([1.0 / candidate.hit.rank for candidate in found]),
            np.array([candidate.hit.score for candidate in found]),
            overlap,
            overlap - overlap.max(),
            *np.array([word[1:] for word in words]).T,
            *np.array(kinds, float).T,
            np.log([len(candidate.span) for candidate in found]) - 5,
            np.array([float(candidate.before is None) for candidate in found]),
            np.array([float(candidate.text.rstrip("”\"'’)").endswith("?")) for candidate in found]),
            np.array([float(candidate.text.lower().startswith(_PRONOUNS)) for candidate in found]),
        ]
        return np.stack([np.asarray(column, float) for column in columns], axis=1)

    def _words(self, candidate: Candidate) -> tuple[float, float, float, float, float]:
        """Weighted share of the question's terms in the sentence, near it and in its passage; what is missing."""
        text = candidate.article.text
        sentence = self._terms(candidate.text)
        title = self._terms(candidate.article.title)
        before = self._terms(candidate.before.slice(text)) if candidate.before else frozenset()
        passage = self._terms(candidate.hit.passage.span.slice(text)) | title
        missing = [weight for term, weight in self._weights.items() if term not in passage]
        names_missing = len(self._names - passage) / len(self._names) if self._names else 0.0
        return (
            self._share(sentence),
            self._share(sentence | before),
            self._share(passage),
            max(missing, default=0.0),
            names_missing,
        )

    def _terms(self, text: str) -> frozenset[str]:
        """The terms of a text; sentences share passages, and stemming is most of the work."""
        if text not in self._terms_seen:
            self._terms_seen[text] = frozenset(terms_of(text))
        return self._terms_seen[text]

    def _share(self, terms: frozenset[str]) -> float:
        return sum(weight for term, weight in self._weights.items() if term in terms) / self._total

    def _kind_columns(self, sentence: str) -> tuple[float, float, float]:
        """Whether the kind of thing asked for is there, is not, and how near it is to the question's words."""
        if self._kind is Kind.OTHER:
            return 0.0, 0.0, 0.0
        spans = candidates(self._kind, self._question, sentence)
        gap = _gap_to_terms(spans, sentence, frozenset(terms_of(self._question)))
        return float(bool(spans)), float(not spans), 1 / (1 + gap / _NEAR_CHARS)


def _read_columns(scores: Sequence[SentenceScores]) -> list[NDArray[np.float64]]:
    """What the model said, in the order of FEATURES: as log-odds, which rank, and as chances, which saturate."""
    answer, mass, share, passage = np.array(
        [(one.answer_odds, one.mass_odds, one.share, one.passage_odds) for one in scores]
    ).T
    return [
        answer,
        answer - answer.max(),
        _chance(answer),
        mass,
        share,
        np.exp(share / 2),
        passage,
        passage - passage.max(),
        _chance(passage),
    ]


def _chance(odds: NDArray[np.float64]) -> NDArray[np.float64]:
    """Odds count both ends of an answer: half of them is the odds of either."""
    chance: NDArray[np.float64] = 1 / (1 + np.exp(-odds / 2))
    return chance


def _gap_to_terms(spans: Sequence[Span], words: str, asked: frozenset[str]) -> float:
    """Characters from the nearest of these spans to what the question names in `words`; endless for none.

    The mean over the nearest three places, because one alone is often chance.
    """
    places = [match.start() for match in _WORD.finditer(words) if asked.intersection(terms_of(match.group()))]
    if not spans or not places:
        return math.inf
    gaps = (sorted(max(span.start - place, place - span.end, 0) for place in places)[:3] for span in spans)
    return min(sum(nearest) / len(nearest) for nearest in gaps)


def _capitalised(question: str) -> list[str]:
    """The words of a question that look like names: capitals, but for the first word."""
    return [word for word in question.split()[1:] if word[:1].isupper()]
