"""Catalogue: all that is watched at once, and which of it an article may answer.

The search is turned round: the article's passages ask, and the watches are what is found, by their vectors and by their
words, of which those count more that few articles have. What is found is a candidate if
the article seems to be about it.
"""

from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bot.watches.about import NamesOfAll, shipped_about
from index.embedding.embedder import Vectors
from index.search.vectors import FaissVectors
from index.text.terms import terms_of

_BY_VECTOR: Final = 100
"""So many watches are looked at for each passage."""
_BY_WORDS: Final = 300
"""So many are looked at that share the most of their words with an article."""
_NEAR: Final = 0.45
"""A passage this near (cosine) may answer whatever the words are."""
_NEAR_WITH_WORDS: Final = 0.25
_COVERED: Final = 0.5
"""The least share of what a watch's words tell that an article has, where no passage is near."""
_UNKNOWN_TERM: Final = 1.0


@dataclass(frozen=True, slots=True)
class Candidate:
    """A watched text, by its row, that an article may answer. `about`: the odds, as a logarithm, that the article is
    about it."""

    row: int
    about: float


class Catalogue:
    """Holds distinct texts with their vectors; made anew when they change."""

    def __init__(self, texts: Sequence[str], vectors: Vectors, rarity: Callable[[str], float]) -> None:
        """`vectors`: (len(texts), dimension), rows of unit length. `rarity`: how telling a term is, in [0, 1]."""
        self.texts = tuple(texts)
        self._names = NamesOfAll(self.texts)
        self._about = shipped_about()
        self._vectors = FaissVectors.from_batches([vectors] if len(texts) else [], vectors.shape[1])
        self._rows_of: dict[str, NDArray[np.int32]] = {}
        self._shares_of: dict[str, NDArray[np.float32]] = {}
        self._note_terms(rarity)

    def candidates(self, passages: Vectors, words: Collection[str], *, most: int) -> list[Candidate]:
        """Return the texts that an article may answer, the likeliest first.

        `passages`: (n, dimension), the vectors of its passages; `words`: its search terms.
        """
        if not self.texts or not len(passages):
            return []
        covered = self._covered(words)
        by_words = np.argpartition(-covered, min(_BY_WORDS, len(covered) - 1))[:_BY_WORDS]
        found = {row for passage in passages for row in self._vectors.search(passage, _BY_VECTOR)}
        rows = np.array(sorted(found | set(by_words[covered[by_words] > 0].tolist())), np.int64)
        if not len(rows):
            return []
        nearest = (self._vectors.reconstruct(rows) @ passages.T).max(axis=1)
        may_answer = (nearest >= _NEAR) | ((nearest >= _NEAR_WITH_WORDS) & (covered[rows] >= _COVERED))
        held, missing = self._names.compared(rows, words)
        about = self._about.odds(np.column_stack([nearest, held, missing]))
        may_answer &= about >= self._about.threshold
        order = [place for place in np.argsort(-about, kind="stable") if may_answer[place]]
        return [Candidate(int(rows[place]), float(about[place])) for place in order[:most]]

    def _covered(self, words: Collection[str]) -> NDArray[np.float32]:
        """Return (n_texts,): the share of what each text's terms tell that stands in these words."""
        known = [word for word in set(words) if word in self._rows_of]
        if not known:
            return np.zeros(len(self.texts), np.float32)
        rows = np.concatenate([self._rows_of[word] for word in known])
        shares = np.concatenate([self._shares_of[word] for word in known])
        return np.bincount(rows, shares, len(self.texts)).astype(np.float32)

    def _note_terms(self, rarity: Callable[[str], float]) -> None:
        rows: dict[str, list[int]] = {}
        shares: dict[str, list[float]] = {}
        telling: dict[str, float] = {}
        for row, text in enumerate(self.texts):
            terms = Counter(terms_of(text))
            weights = {term: telling.setdefault(term, rarity(term)) or _UNKNOWN_TERM for term in terms}
            whole = sum(weights.values())
            for term, weight in weights.items():
                rows.setdefault(term, []).append(row)
                shares.setdefault(term, []).append(weight / whole)
        self._rows_of = {term: np.array(found, np.int32) for term, found in rows.items()}
        self._shares_of = {term: np.array(found, np.float32) for term, found in shares.items()}
