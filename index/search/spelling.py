"""Which words of a message are misspelt, and which words of the articles are meant.

Only what no passage holds can be misspelt, and it is changed only where that is clearly right: a name that no article
tells of must stay what it is. The limits are measured (docs/experiments/0045).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import prod

import numpy as np
from numpy.typing import NDArray

from index.article import Span
from index.search.bm25 import KeywordIndex, inverse_frequency
from index.search.words import LONGEST_WORD, SHORTEST_WORD, SimilarWord, WordList, fold, is_similar_to_any
from index.text.terms import STOP_WORDS, plain_words, terms_of

_MOST_UNKNOWN = 6
"""A message of more unknown words is in another language, or about something else."""
_CHANCE = 0.03
"""How likely by chance a word may meet the other words of the message in passages: below it, it is meant."""
_SHORT = 5
"""Letters: of a shorter word only the accents are put right, for too many others are one slip away."""
_LONG = 7
"""Letters from which on a word is told from others even where the message says nothing else that is known."""
_LEAST_SHARE = 1 / 5_000
"""Of the passages a word must be in that is taken for meant by its letters alone."""
_CLEARLY_COMMONER = 10
_MOST_COMPANY = 0.5
"""Of the weight of the other words, the share that one passage must hold beside a word taken by its letters."""

_Rows = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Misspelling:
    """Where in a text a misspelt word stands, and the word that is meant, as articles write it."""

    span: Span
    meant: str


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A word that may be meant, and the passages that hold it in any of its forms."""

    written: str
    distance: int
    rows: _Rows


class Speller:
    """Finds misspelt words by the words of a snapshot. Safe to use from several threads."""

    def __init__(
        self, lists: Sequence[WordList], keywords: KeywordIndex, live: NDArray[np.bool_] | None = None
    ) -> None:
        """`live`: (n_passages,), false for passages that count no more; None: all count."""
        self._lists = tuple(lists)
        self._keywords = keywords
        self._live = live

    def misspellings(self, text: str) -> list[Misspelling]:
        """Return the words of a text that are clearly misspelt, in their order."""
        unknown = [span for span in plain_words(text) if self._is_unknown(span.slice(text))]
        if not 0 < len(unknown) <= _MOST_UNKNOWN:
            return []
        beside = {term: rows for term in dict.fromkeys(terms_of(text)) if len(rows := self._keywords.rows_of(term))}
        meant = [(span, self._meant(span.slice(text), beside)) for span in unknown]
        return [Misspelling(span, word) for span, word in meant if word is not None]

    def _is_unknown(self, word: str) -> bool:
        if not SHORTEST_WORD <= len(word) <= LONGEST_WORD:
            return False
        terms = terms_of(word)
        return bool(terms) and not any(self._keywords.holding(term) for term in terms)

    def _meant(self, word: str, beside: Mapping[str, _Rows]) -> str | None:
        """Return the word that is clearly meant, if one is; `beside`: the passages of each other word of the message.

        The same word with accents is always meant. Of those one slip away it is the one that passages hold together
        with the rest of the message, or, if the message says little else, one that cannot be taken for another.
        """
        folded = fold(word)
        if is_similar_to_any(folded, STOP_WORDS):
            return None
        candidates = self._candidates(folded)
        same = [one for one in candidates if one.distance == 0]
        if same:
            return max(same, key=lambda one: len(one.rows)).written
        if not candidates or len(folded) < _SHORT:
            return None
        chances = [self._chance(one.rows, beside) for one in candidates]
        likeliest = min(range(len(candidates)), key=lambda place: chances[place])
        if chances[likeliest] <= _CHANCE:
            return candidates[likeliest].written
        return self._unmistakable(folded, candidates, beside) if len(folded) >= _LONG else None

    def _candidates(self, folded: str) -> list[_Candidate]:
        """Return the words that begin alike and are at most one slip away, each once in its commonest form."""
        forms: dict[str, list[SimilarWord]] = {}
        for words in self._lists:
            for similar in words.similar(folded):
                if fold(similar.written)[0] == folded[0]:
                    for term in terms_of(similar.written):
                        forms.setdefault(term, []).append(similar)
        found = [(_commonest(each), self._live_rows(term)) for term, each in sorted(forms.items())]
        return [_Candidate(form.written, form.distance, rows) for form, rows in found if len(rows)]

    def _live_rows(self, term: str) -> _Rows:
        rows = self._keywords.rows_of(term)
        return rows if self._live is None else rows[self._live[rows]]

    def _chance(self, rows: _Rows, beside: Mapping[str, _Rows]) -> float:
        """Return how likely a word in so many passages meets each of the others that it meets, if all fell at random;
        1 if it meets none."""
        total = self._keywords.n_passages
        met = [others for others in beside.values() if _are_among(rows, others).any()]
        return prod(1 - (1 - len(others) / total) ** len(rows) for others in met)

    def _unmistakable(self, folded: str, candidates: Sequence[_Candidate], beside: Mapping[str, _Rows]) -> str | None:
        """Return the word that ends alike, is no rarity, is far commoner than the others, and does not stand apart from
        what else the message says; None if there is none.

        Names of women and men, of peoples and their lands, often differ in their last letters alone.
        """
        first, *others = sorted(candidates, key=lambda one: -len(one.rows))
        is_rare = len(first.rows) < self._keywords.n_passages * _LEAST_SHARE
        if is_rare or fold(first.written)[-1] != folded[-1]:
            return None
        if others and len(first.rows) < _CLEARLY_COMMONER * len(others[0].rows):
            return None
        return first.written if self._company(first.rows, beside) >= _MOST_COMPANY else None

    def _company(self, rows: _Rows, beside: Mapping[str, _Rows]) -> float:
        """Return the greatest share, by weight, of the other words that one of these passages holds; 1 of no words."""
        total = self._keywords.n_passages
        weights = {term: inverse_frequency(len(others), total) for term, others in beside.items()}
        held = np.zeros(len(rows))
        for term, others in beside.items():
            held += _are_among(rows, others) * weights[term]
        return float(held.max() / sum(weights.values())) if weights else 1.0


def _commonest(forms: Iterable[SimilarWord]) -> SimilarWord:
    """Return the form that is nearest, and of those the one written most often in all segments together."""
    counts: dict[str, int] = {}
    distances: dict[str, int] = {}
    for form in forms:
        counts[form.written] = counts.get(form.written, 0) + form.count
        distances[form.written] = form.distance
    best = min(counts, key=lambda written: (distances[written], -counts[written], written))
    return SimilarWord(best, counts[best], distances[best])


def _are_among(rows: _Rows, others: _Rows) -> NDArray[np.bool_]:
    """Return (len(rows),): which of the rows are among the others; both ascend."""
    if not len(others):
        return np.zeros(len(rows), np.bool_)
    places = np.minimum(np.searchsorted(others, rows), len(others) - 1)
    return np.asarray(others[places] == rows, np.bool_)
