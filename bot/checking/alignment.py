"""How the words of a quotation lie in the words of articles: in one place nearly, or in several places exactly."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import repeat
from typing import Final

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz
from rapidfuzz.distance import Levenshtein

_SHORTEST_RUN: Final = 3
"""Fewer equal words in a row are chance."""
_MOST_RUNS: Final = 60
_NEAR_WORDS: Final = 3
"""So many words of an article may be left out within one place."""
_OMITTED_WORDS: Final = 60
"""So many may be where a mark says that something is left out, and between the two parts of a quotation that words
like "he said" interrupt."""
OTHER_PLACE: Final = 3.0
"""What another place costs, in words that are not explained."""
_SLACK: Final = 4

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


def nearest(words: Sequence[str], number: int, article: Sequence[str]) -> Nearly | None:
    """Return the place in an article that is nearest to these words; None if none is near at all."""
    found = fuzz.partial_ratio_alignment(words, article, score_cutoff=60)
    if found is None or len(article) < len(words) // 2:
        return None
    at = _best(range(found.dest_start - _SLACK, found.dest_start + _SLACK + 1), words, article, end=found.dest_end)
    end = _best(range(found.dest_end - _SLACK, found.dest_end + _SLACK + 1), words, article, start=at)
    blocks = tuple(
        ((code.src_start, code.src_end), (at + code.dest_start, at + code.dest_end))
        for code in Levenshtein.opcodes(words, article[at:end])
        if code.tag != "equal"
    )
    edits = sum(max(mine[1] - mine[0], theirs[1] - theirs[0]) for mine, theirs in blocks)
    return Nearly(number, at, end, edits, blocks) if at < end else None


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


def runs_in(words: Sequence[str], number: int, article: Sequence[str]) -> list[Run]:
    """Return the runs of words that a quotation shares with an article, none of which could be longer."""
    vocabulary = {word: place for place, word in enumerate(dict.fromkeys(words))}
    theirs = np.fromiter(map(vocabulary.get, article, repeat(-1)), np.int32, len(article))
    mine = np.array([vocabulary[word] for word in words], np.int32)
    lengths = _run_lengths(mine, theirs)
    begins = lengths >= _SHORTEST_RUN
    begins[1:, 1:] &= lengths[:-1, :-1] == 0
    return [Run(number, int(start), int(at), int(lengths[start, at])) for start, at in np.argwhere(begins)]


def _run_lengths(mine: NDArray[np.int32], theirs: NDArray[np.int32]) -> NDArray[np.int16]:
    """Return (n, m): how many words are equal from word i of the one and word j of the other on."""
    lengths = np.zeros((len(mine) + 1, len(theirs) + 1), np.int16)
    for row in range(len(mine) - 1, -1, -1):
        lengths[row, :-1] = (lengths[row + 1, 1:] + 1) * (theirs == mine[row])
    return lengths[:-1, :-1]


def best_chain(runs: Iterable[Run], n_words: int, ellipses: frozenset[int], spoken: Spoken) -> Chain:
    """Return the runs that explain a quotation best.

    `ellipses`: the words in front of which something is said to be left out. `spoken`: whether the words of a revision
    from one word to another only tell who speaks.
    """
    longest = sorted(sorted(runs, key=lambda run: -run.length)[:_MOST_RUNS], key=lambda run: (run.start, -run.length))
    best: list[Chain] = []
    for run in longest:
        chain = Chain((run,), float(run.start))
        for before in best:
            last = before.runs[-1]
            overlap = max(0, last.end - run.start)
            if run.length - overlap < _SHORTEST_RUN - 1 or run.end <= last.end:
                continue
            trimmed = run.without(overlap)
            cost = before.cost + _step(last, trimmed, ellipses, spoken)
            if cost < chain.cost:
                chain = Chain((*before.runs, trimmed), cost)
        best.append(chain)
    ended = [Chain(chain.runs, chain.cost + n_words - chain.runs[-1].end) for chain in best]
    return min(ended, key=lambda chain: chain.cost, default=Chain((), float(n_words)))


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
