"""Query in, ranked Hits out: dense and keyword search over one snapshot, fused; near copies speak with one voice."""

import math
from collections.abc import Callable, Collection, Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from types import MappingProxyType
from typing import Protocol

import numpy as np

from index.article import Article, Hit, Passage, Query, Span
from index.attribution import Appearance, Attribution
from index.embedding.embedder import Embedder, Vectors
from index.manifest import Manifest
from index.search.bm25 import Terms
from index.search.fusion import fuse_scores, score_dates
from index.search.spelling import Misspelling
from index.text.forms import is_in_full
from index.text.phrases import places_of
from index.text.terms import terms_of

_CANDIDATES = 100
"""How deep each of the two rankings is read before they are fused."""
_PHRASE_DEPTH = 300
"""So many passages are looked at for a phrase."""
_DENSE_WEIGHT, _DENSE_WEIGHT_TYPED = 0.3, 0.5
"""For a text written in full, and as people type. Fitted on the development sets
(docs/experiments/0012-what-retrieval-weighs.md, 0043-words-that-no-passage-holds.md)."""
_COVERED = 0.4
"""How much of a question's weight the best passage by words should hold for words to count in full. People who have not
read an article ask in words of their own (docs/experiments/0043-words-that-no-passage-holds.md)."""
_LEAD_WEIGHT = 0.05
"""For an article's first passage: news puts what matters first. Fitted likewise: 0.04 to 0.1 differ little."""
_CONTEXT_WEIGHT = 0.3
"""How much a word counts that only the conversation holds, beside one of the question. Fitted on MTRAG's
development turns."""
_SUBJECT_WEIGHT = 0.25
"""How much a word of the subject of a conversation counts in a passage, beside one of the message that leans on it."""
_DISCUSSED = 3
"""So many articles are taken for those that a conversation is about."""
_DISCUSSED_DEPTH = 30
"""How deep a search is read for them."""
_DISCUSSED_WEIGHT = 0.4
"""For the passages of these articles; the likelier an article, the more of it. This, the two numbers above and the
weight of the subject: docs/experiments/0042-the-articles-a-chat-is-about.md."""
_BY_SUBJECT, _OTHERS = 3, 2
"""So many passages are placed with that weight before so many without it."""
_PREFERRED_WEIGHT = 0.1
"""For passages of the article under discussion: less than what tells a passage that answers from one that does not."""
_RARITIES_KEPT = 1 << 14
"""How telling the last terms are: a reply of several quotes asks for hundreds, mostly the same as the one before."""
_VECTORS_KEPT = 256
"""Vectors of the last texts: to understand a message, and those after it, takes the same ones as to search for it."""
_DATE_WEIGHT = 0.15
"""For an article of the days a question asks about, where it only prefers them. Measured: 0.15 to 0.3 differ little."""


@dataclass(frozen=True, slots=True)
class Candidates:
    """Passages that the vectors or the words found, by row; a lower row is of an article that was added earlier.

    Each mapping has every row: the cosine to the question, BM25 (0 where no word matches), 1.0 for the first passage of
    its article, the day of publication as an ordinal (0: none). `preferred` are those of articles under discussion.
    `speaker` gives the number of a row's article and that of the group of its near copies, `passages` the passages.
    """

    similarities: Mapping[int, float]
    keyword_scores: Mapping[int, float]
    leading: Mapping[int, float]
    days: Mapping[int, int]
    preferred: frozenset[int]
    speaker: Callable[[int], tuple[int, int]]
    passages: Callable[[Sequence[int]], list[Passage]]


class Fingerprinted(Protocol):
    """Where an article lies."""

    @property
    def fingerprint(self) -> bytes:
        """Changes when anything of the article does."""


class Archive(Protocol):
    """Reads articles as they came. Safe to use from several threads."""

    def articles(self) -> Iterator[Article]:
        """Return every article, in the order they were added, read a few at a time."""

    def headlines(self) -> list[Article]:
        """Return every article without its text (empty), by title: for lists of what there is."""

    def ids(self) -> list[str]:
        """Return every article's id, in the order of `articles`."""

    def places(self) -> Iterator[tuple[str, "Fingerprinted"]]:
        """Yield every article's id with what changes when anything of the article does, in the order of `articles`."""

    def find(self, article_id: str) -> object | None:
        """Return something unless there is no article of that id: then None."""

    def article(self, article_id: str) -> Article:
        """Return the article of that id.

        Raises:
            UnknownArticle: there is none.
        """

    def is_intact(self, article_id: str) -> bool:
        """Return whether an article reads as it did when it was added: nothing of one that does not may be quoted."""

    @property
    def damaged(self) -> Collection[str]:
        """The ids of the articles that were found not to be intact so far."""

    def passages_of(self, article_id: str) -> list[Passage]:
        """Return every passage of an article, in order; empty for an unknown id."""

    def sentences_of(self, article_id: str) -> tuple[Span, ...]:
        """Return every sentence of an article that may be quoted, in order; empty for an unknown id."""

    def attributions_of(self, article_id: str) -> list[Attribution]:
        """Return what somebody says in an article, in the order of its text; empty for an unknown id."""

    def speaker_of(self, article_id: str, span: Span) -> Attribution | None:
        """Return who speaks in a span of an article, and where that is said; None where that is not sure."""

    def speaking(self, name: str) -> list[Appearance]:
        """Return the articles in which people speak whose last name is that of `name`, or spelt much like it."""

    def copies_of(self, article_id: str) -> int:
        """Return how many other articles say nearly the same; 0 for an unknown id."""

    def copy_group(self, article_id: str) -> int | None:
        """Return what an article has in common with its near copies, and with no other; None for an unknown id."""

    def close(self) -> None:
        """Close its files, if it has any."""


class Snapshot(Protocol):
    """One immutable state of the index, open for reading. Safe to use from several threads."""

    @property
    def name(self) -> str:
        """What it is called; a later one's name sorts later."""

    @property
    def manifest(self) -> Manifest:
        """What it holds and what built it."""

    @property
    def archive(self) -> Archive:
        """Its articles."""

    def candidates(self, query: Query, terms: Terms, vector_of: Callable[[], Vectors], depth: int) -> Candidates | None:
        """Return the `depth` best passages by vectors and by words, with both scores; None if the scope holds nothing.

        `vector_of` gives the vector of the question, if it is needed.
        """

    def vectors_of(self, article_ids: Sequence[str]) -> dict[str, Vectors]:
        """Return the vectors of each article's passages, (n_passages, dimension), in order, without unknown ids."""

    def newest_day(self, query: Query) -> date | None:
        """Return the last day on which an article within the scope of a query was published; None if none of them has a
        date."""

    def rarity(self, term: str) -> float:
        """Return how telling a term is among the passages, in [0, 1]; 1 for one that none holds."""

    def misspellings(self, text: str) -> list[Misspelling]:
        """Return the words of a text that no passage holds and that clearly are misspelt words of articles, in order.

        A back end that cannot list its words finds none.
        """

    def close(self) -> None:
        """Close what it holds open."""


class Retriever:
    """Searches one snapshot. Safe to use from several threads."""

    def __init__(self, snapshot: Snapshot, embedder: Embedder) -> None:
        self._snapshot = snapshot
        self._embedder = embedder
        self._vector_of = lru_cache(_VECTORS_KEPT)(self._embed_one)
        self._rarity_of = lru_cache(_RARITIES_KEPT)(snapshot.rarity)

    @property
    def snapshot(self) -> Snapshot:
        """What is searched."""
        return self._snapshot

    @property
    def embedder(self) -> Embedder:
        """What makes vectors that compare with those of the snapshot."""
        return self._embedder

    @property
    def archive(self) -> Archive:
        """The articles that hits come from."""
        return self._snapshot.archive

    def search(self, query: Query, top_k: int = 10) -> list[Hit]:
        """Return at most `top_k` hits, best first; of equals the newer, then by the order of the articles.

        There are none if the scope holds nothing. Of articles that are near copies of each other, only the one that is
        found first is returned.
        """
        discussed = self._discussed(query) if query.subject else {}
        return search_snapshot(self._snapshot, query, lambda: self._vector_of(query.text), top_k, discussed)

    def search_phrases(self, query: Query, phrases: Sequence[str], top_k: int = 10) -> list[Hit]:
        """Return the hits among the passages that hold each of these phrases, word for word, as `search` ranks them.

        Of passages with all their words the best few hundred are looked at.
        """
        terms = dict.fromkeys(terms_of(" ".join(phrases)), 1.0)
        found = self._snapshot.candidates(query, terms, lambda: self._vector_of(query.text), _PHRASE_DEPTH)
        if found is None:
            return []
        rows = list(found.similarities)
        texts = {row: self._text_of(passage) for row, passage in zip(rows, found.passages(rows), strict=True)}
        holding = {row for row, text in texts.items() if places_of(phrases, text)}
        return rank_candidates(_only(found, holding), query, top_k) if holding else []

    def _text_of(self, passage: Passage) -> str:
        return passage.span.slice(self.archive.article(passage.article_id).text)

    def _discussed(self, query: Query) -> dict[int, float]:
        """Return the number of each article that the conversation is about, with its share of the likeliest one's
        score."""
        found = self._snapshot.candidates(
            query, _terms(query, subject=1.0), lambda: self._vector_of(f"{query.said}{query.text}"), _CANDIDATES
        )
        if found is None:
            return {}
        scores: dict[int, float] = {}
        for row, score in _one_voice(_fused(found, query, {}), found.speaker, _DISCUSSED_DEPTH):
            scores.setdefault(found.speaker(row)[0], score)
        best = max(scores.values())
        return {article: score / best for article, score in list(scores.items())[:_DISCUSSED] if best > 0}

    def newest_day(self, query: Query) -> date | None:
        """Return the last day on which an article within the scope of a query was published, the days that it asks
        about aside; None if none of them has a date."""
        return self._snapshot.newest_day(replace(query, dates=None))

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Return (len(texts), dimension), float32: vectors that compare with those of the index."""
        return self._embedder.embed(texts)

    def nearness(self, text: str, article_ids: Sequence[str]) -> float:
        """Return how like the nearest passage of these articles a text is, as a cosine; 0 where there is none."""
        vector = self._vector_of(text)
        passages = self._snapshot.vectors_of(article_ids).values()
        return max((float((vectors @ vector).max()) for vectors in passages if len(vectors)), default=0.0)

    def vectors_of(self, texts: Sequence[str]) -> Vectors:
        """Return what `embed` does, for a few texts that are soon searched for."""
        return np.stack([self._vector_of(text) for text in texts])

    @property
    def fingerprint(self) -> str:
        """The embedder's: equal for equal vectors."""
        return self._embedder.fingerprint

    def _embed_one(self, text: str) -> Vectors:
        vector: Vectors = self.embed([text])[0]
        return vector

    def rarity(self, term: str) -> float:
        """Return how telling a term is among the indexed passages, in [0, 1]; 1 for one that none holds."""
        return self._rarity_of(term)

    def misspellings(self, text: str) -> list[Misspelling]:
        """Return the words of a text that clearly are misspelt words of the indexed articles, in order."""
        return self._snapshot.misspellings(text)


def _only(found: Candidates, rows: Container[int]) -> Candidates:
    """Return those candidates that are among `rows`."""
    similarities, keyword_scores, leading = (
        {row: score for row, score in scores.items() if row in rows}
        for scores in (found.similarities, found.keyword_scores, found.leading)
    )
    days = {row: day for row, day in found.days.items() if row in rows}
    return replace(found, similarities=similarities, keyword_scores=keyword_scores, leading=leading, days=days)


def search_snapshot(
    snapshot: Snapshot,
    query: Query,
    vector_of: Callable[[], Vectors],
    top_k: int,
    discussed: Mapping[int, float] = MappingProxyType({}),
) -> list[Hit]:
    """Return what `Retriever.search` finds; `vector_of` gives the vector of the query's text, if it is needed.

    `discussed`: numbers of the articles that the conversation is about, each with its share of the likeliest one's.
    """
    found = find_candidates(snapshot, query, vector_of)
    if found is None:
        return []
    return rank_candidates(found, query, top_k, discussed, trust=trust_in_words(snapshot, query, found))


def find_candidates(snapshot: Snapshot, query: Query, vector_of: Callable[[], Vectors]) -> Candidates | None:
    """Return what either search finds, not yet fused; None if the scope holds nothing."""
    return snapshot.candidates(query, _terms(query, subject=_SUBJECT_WEIGHT), vector_of, _CANDIDATES)


def trust_in_words(snapshot: Snapshot, query: Query, found: Candidates) -> float:
    """Return what a match of words counts, from 0 to 1: less the less of the question even the best passage holds.

    Scores are scaled by the best of a list, so that without this the best of bad matches counts as much as a good one.
    """
    highest_frequency = math.log(2 * snapshot.manifest.n_passages + 2)
    whole = highest_frequency * sum(map(snapshot.rarity, dict.fromkeys(terms_of(query.text))))
    best = max(found.keyword_scores.values(), default=0.0)
    return min(1.0, best / (_COVERED * whole)) if whole else 1.0


def rank_candidates(
    found: Candidates,
    query: Query,
    top_k: int,
    discussed: Mapping[int, float] = MappingProxyType({}),
    *,
    trust: float = 1.0,
    dense_weight: float | None = None,
) -> list[Hit]:
    """Return the best hits among the candidates.

    `dense_weight` is the share of the vectors beside the words, whose share counts `trust` of itself; None: by the form
    of the query's text.
    """
    if dense_weight is None:
        dense_weight = _DENSE_WEIGHT if is_in_full(query.text) else _DENSE_WEIGHT_TYPED
    shares = dense_weight, (1 - dense_weight) * trust
    ranked = _fused(found, query, discussed, shares)
    if discussed:
        ranked = _with_others(ranked, _fused(found, query, {}, shares))
    chosen = _one_voice(ranked, found.speaker, top_k)
    passages = found.passages([row for row, _ in chosen])
    return [
        Hit(passage, rank, score, found.similarities[row], found.keyword_scores[row])
        for rank, (passage, (row, score)) in enumerate(zip(passages, chosen, strict=True), start=1)
    ]


def _with_others(ranked: Sequence[tuple[int, float]], others: Sequence[tuple[int, float]]) -> list[tuple[int, float]]:
    """Return the first of `ranked`, then the best that the others put in front, then the rest of `ranked`.

    An article that the chat is not about is found all the same if it answers better.
    """
    first = dict(ranked[:_BY_SUBJECT])
    scores = dict(ranked)
    added = {row: scores[row] for row, _ in others[: _BY_SUBJECT + _OTHERS] if row not in first}
    first |= dict(list(added.items())[:_OTHERS])
    return [*first.items(), *((row, score) for row, score in ranked if row not in first)]


def _fused(
    found: Candidates,
    query: Query,
    discussed: Mapping[int, float],
    shares: tuple[float, float] = (_DENSE_WEIGHT, 1 - _DENSE_WEIGHT),
) -> list[tuple[int, float]]:
    """Return the rows with their scores, best first; of equals the newer. `shares`: of the vectors and of the words."""
    rankings = [found.similarities, found.keyword_scores, found.leading]
    weights = [*shares, _LEAD_WEIGHT]
    if discussed:
        rankings.append({row: discussed.get(found.speaker(row)[0], 0.0) for row in found.similarities})
        weights.append(_DISCUSSED_WEIGHT * max(share for _, share in query.subject))
    if query.preferred:
        rankings.append({row: float(row in found.preferred) for row in found.similarities})
        weights.append(_PREFERRED_WEIGHT)
    if query.dates:
        rankings.append(score_dates(found.days, query.dates))
        weights.append(_DATE_WEIGHT)
    return sorted(fuse_scores(rankings, weights), key=lambda item: (-item[1], -found.days[item[0]]))


def _terms(query: Query, *, subject: float) -> dict[str, float]:
    """Return the question's terms, and those that only the conversation holds, each with its share of a whole one.

    `subject`: how much those of the subject count.
    """
    faint = dict.fromkeys(terms_of(query.context), _CONTEXT_WEIGHT)
    for term, share in query.subject:
        faint[term] = max(faint.get(term, 0.0), subject * share)
    return faint | dict.fromkeys(terms_of(query.text), 1.0)


def _one_voice(
    fused: Sequence[tuple[int, float]], speaker: Callable[[int], tuple[int, int]], top_k: int
) -> list[tuple[int, float]]:
    """Return the first `top_k` rows, leaving out those of an article whose near copy came before."""
    speakers: dict[int, int] = {}
    chosen: list[tuple[int, float]] = []
    for row, score in fused:
        if len(chosen) == top_k:
            break
        article, group = speaker(row)
        if speakers.setdefault(group, article) == article:
            chosen.append((row, score))
    return chosen
