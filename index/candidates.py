"""Candidates: what the two searches of one question found, before fusion. Every back end gives the same."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from index.article import Passage


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
