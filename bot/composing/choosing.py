"""Which sentences a reply quotes: each time the one that adds most for its chance, against repetition."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from bot.reading.features import Floats

if TYPE_CHECKING:
    from scipy.sparse import csr_array

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
    telling: "csr_array[np.float64]",
    how: Choice,
    first: int | None = None,
) -> Chosen:
    """Return the sentences to quote.

    `chances`: (n,) that each belongs in the reply. `alike`: (n, n) how much two have in common, in [0, 1]. `telling`:
    (n, m) how telling each of m terms is in those that hold it. `first`: is taken first, whatever its chance.
    """
    if not len(chances):
        return Chosen((), 0)
    worth = chances >= how.least(chances)
    open_: NDArray[np.bool_] = worth.copy()
    if first is not None:
        open_[first] = True
    taken: list[int] = []
    untold = np.ones(telling.shape[1])
    whole = np.maximum(telling.sum(axis=1), _UNTOLD_WEIGHT)
    room = how.most_chars
    while open_.any() and len(taken) < how.most:
        gains = np.where(open_, chances * (telling @ untold / whole) ** how.novelty, -1.0)
        best = int(np.argmax(gains)) if taken or first is None else first
        open_[best] = False
        if taken and lengths[best] > room:
            continue
        taken.append(best)
        room -= lengths[best]
        untold[telling.indices[telling.indptr[best] : telling.indptr[best + 1]]] = 0.0
        open_ &= alike[best] <= how.alike
    repeated = alike[:, taken].max(axis=1) > how.alike if taken else np.zeros(len(chances), bool)
    left = worth & ~repeated
    left[taken] = False
    return Chosen(tuple(taken), int(left.sum()))
