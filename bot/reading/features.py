"""What is known of a sentence as an answer to a question, as numbers. Fitted weights turn them into a chance."""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bot.reading.answer_types import Kind, candidates, kind_of, subject_terms, term_set
from bot.reading.sentence_scores import SentenceScores
from index import Article, Hit, Query, Span
from index.search.retrieval import Retriever
from index.text.calendar_words import MONTH_NAME
from index.text.terms import terms_of

KNOWN = (
    "passage_similarity",
    "passage_rank",
    "fused_score",
    "sentence_overlap",
    "before_adds",
    "after_adds",
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
    "opposes_time",
    "opposes_order",
    "drops_denial",
    "published_before",
    "quoted_before",
)
"""What is known of a sentence before a model reads it: column names, in order."""
SAID = ("answer_odds", "mass_odds", "share", "passage_odds", "evidence")
"""What a model says of a sentence: column names, in order."""
N_SAID = len(SAID)
_CHANCES = ("answer_chance", "share_chance", "passage_chance", "evidence_chance", "overlap_unanswered")
_WITH_LEAD = ("answer_odds", "passage_odds", "evidence", "passage_similarity", "sentence_overlap")
FEATURES = (*KNOWN, *SAID, *_CHANCES, *(f"{name}_lead" for name in _WITH_LEAD))
"""Column names of the feature matrix, in order."""

Floats = NDArray[np.float64]
_SIMILARITY, _OVERLAP = KNOWN.index("passage_similarity"), KNOWN.index("sentence_overlap")
_LENGTH = KNOWN.index("length")
LENGTH_CENTRE = 5.0
"""The logarithm of a usual sentence's length; it is subtracted so that lengths lie around 0."""
_NEAR_CHARS = 30
_ANNOUNCED_DAYS = 30
"""About how long before an event articles may foretell it."""
_WORD = re.compile(r"[^\W_](?:[\w.,’'-]*[\w%])?")
_TIMES = re.compile(rf"\b(?:1[5-9]\d\d|20\d\d|{MONTH_NAME})\b")
_ORDERS = re.compile(r"\b(?:first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|\d+(?:st|nd|rd|th))\b")
_DENIAL = re.compile(r"\b(?:not|never|no|nobody|none|nothing|without|neither|nor|cannot|\w+n['’]t)\b", re.IGNORECASE)
_PRONOUNS = ("he ", "she ", "it ", "they ", "this ", "that ", "these ", "those ", "his ", "her ", "their ")


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sentence that may answer, with the hit and article it stands in, and its neighbours there."""

    article: Article
    hit: Hit
    span: Span
    before: Span | None
    after: Span | None

    @property
    def text(self) -> str:
        """The sentence's words."""
        return self.span.slice(self.article.text)


def candidates_of(hit: Hit, article: Article) -> list[Candidate]:
    """Return every sentence of a passage, in order."""
    sentences = hit.passage.sentences
    beside = zip(sentences, (None, *sentences), (*sentences[1:], None), strict=False)
    return [Candidate(article, hit, span, before, after) for span, before, after in beside]


class FeatureExtractor:
    """Computes what is known of candidates for the hits of one search."""

    def __init__(self, query: Query, retriever: Retriever) -> None:
        self._question = question = query.text
        self._reported_from = query.reported_from
        self._kind = kind_of(question)
        terms = dict.fromkeys(subject_terms(question))
        self._weights = {term: retriever.rarity(term) for term in terms}
        self._total = sum(self._weights.values()) or 1.0
        self._asked = frozenset(terms_of(question))
        self._names = frozenset(terms_of(" ".join(_capitalised(question))))
        self._times = frozenset(_TIMES.findall(question))
        self._orders = frozenset(_ORDERS.findall(question.lower()))
        self._denies = bool(_DENIAL.search(question))
        self._quoted = query.quoted
        self._terms_seen: dict[str, frozenset[str]] = {}
        self._passages_seen: dict[int, tuple[float, float, float]] = {}

    def known(self, found: Sequence[Candidate]) -> Floats:
        """Return what is known of each candidate, (len(found), len(KNOWN)), rows in the order of `found`."""
        return np.array([self._known(candidate) for candidate in found], float).reshape(-1, len(KNOWN))

    def _known(self, candidate: Candidate) -> tuple[float, ...]:
        hit, text = candidate.hit, candidate.text
        return (
            hit.similarity,
            1.0 / hit.rank,
            hit.score,
            *self._words(candidate, text),
            *self._kind_columns(text),
            math.log(len(candidate.span)) - LENGTH_CENTRE,
            candidate.before is None,
            text.rstrip("”\"'’)").endswith("?"),
            text.lower().startswith(_PRONOUNS),
            _opposes(self._times, _TIMES, text),
            _opposes(self._orders, _ORDERS, text),
            self._denies and not _DENIAL.search(text),
            self._published_before(candidate.article),
            self._quoted_before(candidate.article, text),
        )

    def _quoted_before(self, article: Article, words: str) -> bool:
        """Return whether the conversation has quoted these words of an article: who asks on has read them."""
        return any(article.id == quoted_from and words in quoted for quoted_from, quoted in self._quoted)

    def _published_before(self, article: Article) -> float:
        """Return from 0 to 1 how long before the days asked about it was published: an article cannot report what came
        later."""
        if self._reported_from is None or article.published_at is None:
            return 0.0
        days = (self._reported_from - article.published_at.date()).days
        return 1 - math.exp(-max(days, 0) / _ANNOUNCED_DAYS)

    def _words(self, candidate: Candidate, words: str) -> tuple[float, float, float, float, float, float]:
        """Return six columns on the question's terms.

        They are the weighted share of them in the sentence, what each neighbour adds to it, the passage's share, the
        weight of the rarest that the passage lacks, and the share of names that it lacks.
        """
        text = candidate.article.text
        sentence = self._terms(words)
        share = self._share(sentence)
        before = self._terms(candidate.before.slice(text)) if candidate.before else frozenset()
        after = self._terms(candidate.after.slice(text)) if candidate.after else frozenset()
        return (
            share,
            self._share(sentence | before) - share,
            self._share(sentence | after) - share,
            *self._of_passage(candidate),
        )

    def _of_passage(self, candidate: Candidate) -> tuple[float, float, float]:
        """Return three columns on the question's terms in the whole passage and its article's title."""
        rank, text = candidate.hit.rank, candidate.article.text
        if rank not in self._passages_seen:
            sentences = (self._terms(span.slice(text)) for span in candidate.hit.passage.sentences)
            held = self._terms(candidate.article.title).union(*sentences)
            missing = [weight for term, weight in self._weights.items() if term not in held]
            names_missing = len(self._names - held) / len(self._names) if self._names else 0.0
            self._passages_seen[rank] = self._share(held), max(missing, default=0.0), names_missing
        return self._passages_seen[rank]

    def _terms(self, text: str) -> frozenset[str]:
        """Return the terms of a text, kept because the sentences of a passage need each other's."""
        if text not in self._terms_seen:
            self._terms_seen[text] = frozenset(terms_of(text))
        return self._terms_seen[text]

    def _share(self, terms: frozenset[str]) -> float:
        return sum(weight for term, weight in self._weights.items() if term in terms) / self._total

    def _kind_columns(self, sentence: str) -> tuple[float, float, float]:
        """Return whether the kind of thing asked for is there, whether it is missing, and how near it is to the
        question's words."""
        if self._kind is Kind.OTHER:
            return 0.0, 0.0, 0.0
        spans = candidates(self._kind, self._question, sentence)
        gap = _gap_to_terms(spans, sentence, self._asked)
        return float(bool(spans)), float(not spans), 1 / (1 + gap / _NEAR_CHARS)


def chars_of(columns: Floats) -> Floats:
    """Return how long sentences are in characters, (n,).

    `columns`: (n, len(KNOWN) or more), what is known of them, or their features.
    """
    chars: Floats = np.exp(columns[:, _LENGTH] + LENGTH_CENTRE)
    return chars


def said(scores: Sequence[SentenceScores]) -> Floats:
    """Return what a model said of sentences, (len(scores), len(SAID)), as `to_features` takes it."""
    rows = [(one.answer_odds, one.mass_odds, one.share, one.passage_odds, one.evidence) for one in scores]
    return np.array(rows, float).reshape(-1, N_SAID)


def to_features(known: Floats, said: Floats) -> Floats:
    """Return the features, (n, len(FEATURES)), of the sentences that compete for one question, at least one.

    Odds come as they are, which rank, and as chances, which saturate; some also as the lead over the best.
    """
    answer, _, share, passage, evidence = said.T
    unanswered = known[:, _OVERLAP] * (1 - _chance(answer))
    chances = np.column_stack([_chance(answer), np.exp(share / 2), _chance(passage), _chance(2 * evidence), unanswered])
    with_lead = np.column_stack([answer, passage, evidence, known[:, _SIMILARITY], known[:, _OVERLAP]])
    return np.hstack([known, said, chances, with_lead - with_lead.max(axis=0)])


def _chance(odds: Floats) -> Floats:
    """Return the probability that these odds mean. They count both ends of an answer: half of them is the odds of
    either."""
    chance: Floats = 1 / (1 + np.exp(-odds / 2))
    return chance


def _opposes(asked: frozenset[str], pattern: re.Pattern[str], sentence: str) -> bool:
    """Return whether a sentence names years, months or ordinals, and none of those that the question names."""
    found = frozenset(pattern.findall(sentence)) | frozenset(pattern.findall(sentence.lower()))
    return bool(asked and found) and asked.isdisjoint(found)


def _gap_to_terms(spans: Sequence[Span], words: str, asked: frozenset[str]) -> float:
    """Return how many characters lie between the nearest of these spans and the question's terms in `words`; inf for
    none.

    It is the mean over the nearest three places, because one alone is often chance.
    """
    places = [match.start() for match in _WORD.finditer(words) if not asked.isdisjoint(term_set(match.group()))]
    if not spans or not places:
        return math.inf
    gaps = (sorted(max(span.start - place, place - span.end, 0) for place in places)[:3] for span in spans)
    return min(sum(nearest) / len(nearest) for nearest in gaps)


def _capitalised(question: str) -> list[str]:
    """Return the words of a question that look like names: those with a capital, but for the first word."""
    return [word for word in question.split()[1:] if word[:1].isupper()]
