"""Which articles tell of the same event: near copies, and those whose words and vectors are alike on the whole."""

from collections import Counter
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from index import Article
from index.embedding.embedder import Vectors
from index.text.terms import terms_of

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

Floats = NDArray[np.float64]

_READ_CHARS: Final = 2_000
"""So much of an article is compared by its words: news puts what matters first."""
_BY_WORDS: Final = 0.7
"""How much words count beside vectors: who and where tells events apart that read alike."""
_ONE_STORY: Final = 0.28
"""The mean likeness from which on two groups are one story. This and the two above: docs/experiments/0059."""
_RARE: Final = 2
"""The power of its rarity that a word counts with."""


@dataclass(frozen=True, slots=True, eq=False)
class Compared:
    """An article with what it is compared by: the vectors of its passages, (n_passages, dimension), at least one row,
    and what it has in common with its near copies and with no other."""

    article: Article
    vectors: Vectors
    copy_group: Hashable


def group_articles(articles: Sequence[Compared], rarity: Callable[[str], float]) -> list[list[Compared]]:
    """Return the articles in groups of one event each, in the order in which each group first comes.

    `rarity`: how telling a term is, in [0, 1].
    """
    voices: dict[Hashable, list[Compared]] = {}
    for one in articles:
        voices.setdefault(one.copy_group, []).append(one)
    copied = list(voices.values())
    groups: dict[int, list[Compared]] = {}
    for label, copies in zip(_labels(likeness([each[0] for each in copied], rarity)), copied, strict=True):
        groups.setdefault(label, []).extend(copies)
    return list(groups.values())


def likeness(articles: Sequence[Compared], rarity: Callable[[str], float]) -> Floats:
    """Return how alike two articles are on the whole, (n, n), in about [0, 1]."""
    if not articles:
        return np.zeros((0, 0))
    means = np.vstack([one.vectors.mean(axis=0) for one in articles])
    means /= np.maximum(np.linalg.norm(means, axis=1, keepdims=True), 1e-9)
    words = _words([one.article for one in articles], rarity)
    alike: Floats = (1 - _BY_WORDS) * (means @ means.T) + _BY_WORDS * (words @ words.T).toarray()
    return alike


def _words(articles: Sequence[Article], rarity: Callable[[str], float]) -> "csr_matrix[np.float64]":
    """Return (n_articles, n_terms), rows of unit length: what each article says, each term as telling as it is rare."""
    # takes a third of a second to import, and answering needs none of it
    from scipy.sparse import csr_matrix

    said = [Counter(terms_of(f"{one.title}. {one.text}"[:_READ_CHARS])) for one in articles]
    columns = {term: column for column, term in enumerate(sorted(set().union(*said)))}
    telling = {term: rarity(term) ** _RARE for term in columns}
    rows = np.repeat(np.arange(len(said)), [len(each) for each in said])
    places = np.array([columns[term] for each in said for term in each], np.int64)
    weights = np.array([(1 + np.log(count)) * telling[term] for each in said for term, count in each.items()], float)
    norms = np.sqrt(np.bincount(rows, weights**2, minlength=len(said)))
    scaled = weights / np.maximum(norms[rows], 1e-9) if len(rows) else weights
    return csr_matrix((scaled, (rows, places)), shape=(len(said), max(len(columns), 1)))


def _labels(alike: Floats) -> list[int]:
    """Return the number of each one's group: groups are joined while they are alike enough on the mean."""
    if len(alike) < 2:
        return list(range(len(alike)))
    # see _words
    from scipy.cluster.hierarchy import fcluster, linkage
    from scipy.spatial.distance import squareform

    distances = np.clip(1 - (alike + alike.T) / 2, 0, None)
    np.fill_diagonal(distances, 0)
    joined = linkage(squareform(distances, checks=False), "average")
    return [int(label) for label in fcluster(joined, 1 - _ONE_STORY, "distance")]
