"""Which sentences a reply quotes: each time the one that adds most for its chance, against repetition."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bot.reading.features import Floats

_UNTOLD_WEIGHT = 1e-9


@dataclass(frozen=True, slots=True)
class Choice:
    """How sentences are chosen for one kind of reply.

    `most`: sentences, at most, of together at most `most_chars` characters, of which the first is always taken.
    `floor`: no sentence with a smaller chance is taken, nor one with less than `share` of the best one's. `novelty`:
    how much what a sentence adds counts beside its chance. `alike`: one that is more alike than this to one that was
    taken repeats it.
    """

    most: int
    most_chars: int
    floor: float
    share: float
    novelty: float
    alike: float

    def least(self, chances: Floats) -> float:
        """Return the smallest chance with which one of these sentences is taken."""
        return max(self.floor, self.share * float(chances.max()))


@dataclass(frozen=True, slots=True)
class Chosen:
    """`rows` in the order taken; `left_out`: how many more would have been worth it, had there been room."""

    rows: tuple[int, ...]
    left_out: int


def choose(
    chances: Floats,
    alike: Floats,
    lengths: Sequence[int],
    terms: Sequence[frozenset[str]],
    rarity: Mapping[str, float],
    how: Choice,
    first: int | None = None,
) -> Chosen:
    """Return the sentences to quote.

    `chances`: (n,) that each belongs in the reply. `alike`: (n, n) how much two have in common, in [0, 1]. `first`: is
    taken first, whatever its chance.
    """
    if not len(chances):
        return Chosen((), 0)
    worth = chances >= how.least(chances)
    open_: NDArray[np.bool_] = worth.copy()
    if first is not None:
        open_[first] = True
    taken: list[int] = []
    told: set[str] = set()
    room = how.most_chars
    while open_.any() and len(taken) < how.most:
        gains = np.where(open_, chances * _added(terms, told, rarity) ** how.novelty, -1.0)
        best = int(np.argmax(gains)) if taken or first is None else first
        open_[best] = False
        if taken and lengths[best] > room:
            continue
        taken.append(best)
        room -= lengths[best]
        told |= terms[best]
        open_ &= alike[best] <= how.alike
    repeated = alike[:, taken].max(axis=1) > how.alike if taken else np.zeros(len(chances), bool)
    left = worth & ~repeated
    left[taken] = False
    return Chosen(tuple(taken), int(left.sum()))


def _added(terms: Sequence[frozenset[str]], told: set[str], rarity: Mapping[str, float]) -> Floats:
    """Return the share of what each sentence tells that was not told yet, (n,)."""
    added = [sum(rarity[term] for term in held - told) for held in terms]
    whole = [sum(rarity[term] for term in held) or _UNTOLD_WEIGHT for held in terms]
    shares: Floats = np.array(added) / np.array(whole)
    return shares
