"""How the words of a quotation lie in the words of articles: in one place nearly, or in several places exactly."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, chain, repeat
from typing import Final

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz
from rapidfuzz.distance import Levenshtein

_SHORTEST_RUN: Final = 3
"""Fewer equal words in a row are chance."""
MOST_RUNS: Final = 60
"""Only the longest make up a chain."""
_MOST_PAIRS: Final = 200_000
"""So many pairs of equal words are looked at: who says the same three words again and again fills no memory."""
_BETWEEN: Final = ""
"""Stands between two articles, and is no word."""
_NEAR_WORDS: Final = 3
"""So many words of an article may be left out within one place."""
_OMITTED_WORDS: Final = 60
"""So many may be where a mark says that something is left out, and between the two parts of a quotation that words
like "he said" interrupt."""
OTHER_PLACE: Final = 3.0
"""What another place costs, in words that are not explained."""
_SLACK: Final = 4
_MANY_WORDS: Final = 500
"""Where the place that is nearest to more words may be is not looked for everywhere: that grows with their cube."""

Spoken = Callable[[int, int, int], bool]
"""From a revision's number and two of its words to whether those between them only tell who speaks."""


@dataclass(frozen=True, slots=True)
class Run:
    """Equal words: `length` of them from word `start` of the quotation, from word `at` of revision `number`."""

    number: int
    start: int
    at: int
    length: int

    @property
    def end(self) -> int:
        """Behind its last word in the quotation."""
        return self.start + self.length

    @property
    def at_end(self) -> int:
        """Behind its last word in the article."""
        return self.at + self.length

    def without(self, words: int) -> "Run":
        """Return the run without its first words."""
        return Run(self.number, self.start + words, self.at + words, self.length - words)


@dataclass(frozen=True, slots=True)
class Nearly:
    """A place in an article whose words are nearly those of a quotation: `at` to `end`, with as many edits.

    `blocks`: (words of the quotation, words of the article) that differ, as half-open ranges.
    """

    number: int
    at: int
    end: int
    edits: int
    blocks: tuple[tuple[tuple[int, int], tuple[int, int]], ...]


@dataclass(frozen=True, slots=True)
class Chain:
    """Runs that make up a quotation, in its order, and what they leave unexplained, in words."""

    runs: tuple[Run, ...]
    cost: float

    def unexplained(self, n_words: int) -> int:
        """Return how many of the words are in no run."""
        return n_words - sum(run.length for run in self.runs)


def nearest(words: Sequence[str], number: int, article: Sequence[str], runs: Iterable[Run] = ()) -> Nearly | None:
    """Return the place in an article that is nearest to these words; None if none is near at all.

    `runs` of words that the two share tell where to look for very many words.
    """
    if len(article) < len(words) // 2:
        return None
    found = _near_to(words, article) if len(words) <= _MANY_WORDS else _along(runs, number, len(words), len(article))
    if found is None:
        return None
    at = _best(range(found[0] - _SLACK, found[0] + _SLACK + 1), words, article, end=found[1])
    end = _best(range(found[1] - _SLACK, found[1] + _SLACK + 1), words, article, start=at)
    blocks = tuple(
        ((code.src_start, code.src_end), (at + code.dest_start, at + code.dest_end))
        for code in Levenshtein.opcodes(words, article[at:end])
        if code.tag != "equal"
    )
    edits = sum(max(mine[1] - mine[0], theirs[1] - theirs[0]) for mine, theirs in blocks)
    return Nearly(number, at, end, edits, blocks) if at < end else None


def _near_to(words: Sequence[str], article: Sequence[str]) -> tuple[int, int] | None:
    found = fuzz.partial_ratio_alignment(words, article, score_cutoff=60)
    return (found.dest_start, found.dest_end) if found is not None else None


def _along(runs: Iterable[Run], number: int, n_words: int, n_article: int) -> tuple[int, int] | None:
    """Return the place to which the longest run leads, with those that lead nearly there."""
    here = [run for run in runs if run.number == number]
    if not here:
        return None
    longest = max(here, key=lambda run: run.length)
    shift = longest.at - longest.start
    near = [run for run in here if abs(run.at - run.start - shift) <= _OMITTED_WORDS]
    first, last = min(near, key=lambda run: run.start), max(near, key=lambda run: run.end)
    at, end = max(0, first.at - first.start), min(n_article, last.at_end + n_words - last.end)
    return (at, end) if at < end else None


def _best(
    places: Iterable[int],
    words: Sequence[str],
    article: Sequence[str],
    *,
    start: int | None = None,
    end: int | None = None,
) -> int:
    """Return which of the places, as the missing bound, leaves the fewest edits, and of those the fewest words."""

    def edits(place: int) -> tuple[int, int]:
        window = article[place if start is None else start : place if end is None else end]
        return Levenshtein.distance(words, window), len(window)

    return min((place for place in places if 0 <= place <= len(article)), key=edits)


def runs_in(words: Sequence[str], articles: Mapping[int, Sequence[str]], most: int = MOST_RUNS) -> list[Run]:
    """Return the runs of words that a quotation shares with articles, none of which could be longer: at most so many,
    the longest, in the order of articles and of words.

    `articles`: from a revision's number to its words.
    """
    if not articles:
        return []
    vocabulary = {word: place for place, word in enumerate(dict.fromkeys(words), start=1)}
    bounds = [0, *accumulate(len(theirs) + 1 for theirs in articles.values())]
    everything = chain.from_iterable((*theirs, _BETWEEN) for theirs in articles.values())
    theirs = np.fromiter(map(vocabulary.get, everything, repeat(0)), np.int64, bounds[-1])
    mine = np.array([vocabulary[word] for word in words], np.int64)
    starts, places = _equal(_in_threes(mine, len(vocabulary)), _in_threes(theirs, len(vocabulary)))
    begins, at, lengths = _joined(starts, places)
    owners = np.searchsorted(bounds, at, side="right") - 1
    order = np.lexsort((at, begins, owners))
    order = order[np.sort(np.argsort(-lengths[order], kind="stable")[:most])]
    numbers, found = list(articles), zip(owners[order], begins[order], at[order], lengths[order], strict=True)
    return [
        Run(numbers[owner], int(start), int(place) - bounds[owner], int(length))
        for owner, start, place, length in found
    ]


def _joined(
    starts: NDArray[np.int64], places: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Return the runs that pairs of places make up, three words each: where they start, where they are, how long."""
    order = np.lexsort((starts, places - starts))
    starts, places = starts[order], places[order]
    goes_on = (starts[1:] - starts[:-1] == 1) & (places[1:] - places[:-1] == 1)
    begins = np.flatnonzero(np.concatenate(([True], ~goes_on))) if len(starts) else np.zeros(0, np.int64)
    lengths = np.append(begins[1:], len(starts)) - begins + _SHORTEST_RUN - 1
    return starts[begins], places[begins], lengths


def _in_threes(words: NDArray[np.int64], n_words: int) -> NDArray[np.int64]:
    """Return (n - 2,): a number for each three words in a row; `words` are numbers up to `n_words`, 0 for any other."""
    base = n_words + 1
    return (words[:-2] * base + words[1:-1]) * base + words[2:]


def _equal(mine: NDArray[np.int64], theirs: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the pairs of places at which the two hold the same number; of very many some with each of `theirs`."""
    if not len(mine):
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    order = np.argsort(mine, kind="stable")
    ascending = mine[order]
    first = ascending.searchsorted(theirs)
    places = np.flatnonzero(ascending[np.minimum(first, len(mine) - 1)] == theirs)[:_MOST_PAIRS]
    first = first[places]
    counts = ascending.searchsorted(theirs[places], side="right") - first
    if counts.sum() > _MOST_PAIRS:
        counts = np.minimum(counts, max(1, _MOST_PAIRS // len(places)))
    within = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
    return order[np.repeat(first, counts) + within], np.repeat(places, counts)


def best_chain(runs: Iterable[Run], n_words: int, ellipses: frozenset[int], spoken: Spoken) -> Chain:
    """Return the runs that explain a quotation best.

    `ellipses`: the words in front of which something is said to be left out. `spoken`: whether the words of a revision
    from one word to another only tell who speaks.
    """
    longest = sorted(sorted(runs, key=lambda run: -run.length)[:MOST_RUNS], key=lambda run: (run.start, -run.length))
    best: list[Chain] = []
    ends: list[int] = []
    for run in longest:
        found, start, end = Chain((run,), float(run.start)), run.start, run.end
        for before, before_end in zip(best, ends, strict=True):
            if before_end >= end or before.cost >= found.cost:
                continue
            at_least = before.cost + max(0, start - before_end)
            if at_least + (before.runs[-1].number != run.number) * OTHER_PLACE >= found.cost:
                continue
            trimmed = run.without(before_end - start) if before_end > start else run
            if trimmed.length < _SHORTEST_RUN - 1:
                continue
            cost = before.cost + _step(before.runs[-1], trimmed, ellipses, spoken)
            if cost < found.cost:
                found = Chain((*before.runs, trimmed), cost)
        best.append(found)
        ends.append(end)
    ended = [Chain(each.runs, each.cost + n_words - each.runs[-1].end) for each in best]
    return min(ended, key=lambda each: each.cost, default=Chain((), float(n_words)))


def _step(last: Run, run: Run, ellipses: frozenset[int], spoken: Spoken) -> float:
    gap = run.start - last.end
    left_out = run.at - last.at_end
    if is_joined(last, run, ellipses, spoken):
        return 0.5 + gap
    if run.number == last.number and 0 <= left_out <= _NEAR_WORDS:
        return float(max(gap, left_out))
    return OTHER_PLACE + gap


def is_joined(last: Run, run: Run, ellipses: frozenset[int], spoken: Spoken) -> bool:
    """Return whether a run goes on with another as quotations may: where a mark says that something is left out, or
    only who speaks is."""
    left_out = run.at - last.at_end
    if run.number != last.number or not 0 < left_out <= _OMITTED_WORDS or run.start != last.end:
        return False
    return run.start in ellipses or spoken(run.number, last.at_end, run.at)


def is_near(last: Run, run: Run) -> bool:
    """Return whether two runs are of one place."""
    return run.number == last.number and 0 <= run.at - last.at_end <= _NEAR_WORDS
