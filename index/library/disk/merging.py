"""When segments are merged into one, and how: without reading, splitting or embedding anything again."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index.embedding.embedder import Vectors
from index.library.disk.segment import Segment, SegmentWriter
from index.library.near_duplicates import merge_copies

_GROWTH = 4
"""A segment is at least this many times larger than the next: a library of n passages has some log n segments, and a
passage is copied at most that often in its life, so a change costs in proportion to the change in the long run."""
_MOST_DEAD = 0.25
_WINDOW = 4096


@dataclass(frozen=True, slots=True)
class SegmentView:
    """A segment of a snapshot, and the rows of its articles that count no more."""

    segment: Segment
    dead: frozenset[int]

    @property
    def n_articles(self) -> int:
        """How many of its articles count."""
        return self.segment.contents.n_articles - len(self.dead)

    def live_articles(self) -> NDArray[np.bool_]:
        """Return (n_articles,): which of its articles count."""
        live = np.ones(self.segment.contents.n_articles, np.bool_)
        live[sorted(self.dead)] = False
        return live

    def live_passages(self) -> NDArray[np.bool_]:
        """Return (n_passages,): which of its passages count."""
        return self.segment.live_passages(self.dead)

    @property
    def n_passages(self) -> int:
        """How many of its passages count."""
        return int(self.live_passages().sum()) if self.dead else self.segment.contents.n_passages


def what_to_merge(members: Sequence[SegmentView]) -> range | None:
    """Return neighbours that should become one segment; None if all is well. Ask again after each merge."""
    sizes = [member.n_passages for member in members]
    first, together = len(sizes) - 1, sum(sizes[-1:])
    while first > 0 and sizes[first - 1] < _GROWTH * together:
        first -= 1
        together += sizes[first]
    if first < len(sizes) - 1:
        return range(first, len(sizes))
    for place, member in enumerate(members):
        if member.segment.contents.n_passages - sizes[place] > _MOST_DEAD * member.segment.contents.n_passages:
            return range(place, place + 1)
    return None


def merge_segments(members: Sequence[SegmentView], folder: Path) -> None:
    """Write what counts of these segments, in their order, into the empty `folder`."""
    largest = max((member.segment for member in members), key=lambda one: one.contents.n_passages).vectors
    with SegmentWriter(folder, largest.dimension) as writer:
        for member in members:
            writer.add_segment(member.segment, member.live_articles())
        writer.end_articles()  # before any vector is in memory
        for vectors in _live_vectors(members):
            writer.add_vectors(vectors)
        copies = merge_copies([(member.segment.copies, member.live_articles()) for member in members])
        writer.finish(copies, codes_like=largest)


def _live_vectors(members: Sequence[SegmentView]) -> Iterator[Vectors]:
    for member in members:
        rows = np.flatnonzero(member.live_passages())
        for first in range(0, len(rows), _WINDOW):
            yield member.segment.vectors.reconstruct(rows[first : first + _WINDOW])
