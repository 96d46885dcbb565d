"""When segments are merged into one, and how: without reading, splitting or embedding anything again."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index.embedding.embedder import Vectors
from index.library.disk.segment import Segment, write_contents
from index.library.disk.segment_articles import write_merged
from index.library.near_duplicates import merge_copies
from index.search.postings import merge_postings
from index.search.vectors import FaissVectors

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

    def live_passages(self) -> NDArray[np.bool_]:
        """(n_passages,): which of its passages count."""
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
    masks = [member.live_passages() for member in members]
    segments = [member.segment for member in members]
    write_merged(folder, [(member.segment.archive, _live_articles(member)) for member in members])
    merge_postings([(one.postings, mask) for one, mask in zip(segments, masks, strict=True)]).save(folder / "keywords")
    merge_copies([(member.segment.copies, _live_articles(member)) for member in members]).save(folder)
    np.save(folder / "keys.npy", np.concatenate([one.keys[mask] for one, mask in zip(segments, masks, strict=True)]))
    largest = max(segments, key=lambda one: one.contents.n_passages).vectors
    vectors = FaissVectors.from_batches(_batches(segments, masks), largest.dimension, codes_like=largest)
    vectors.save(folder)
    write_contents(folder, sum(member.n_articles for member in members), len(vectors))


def _live_articles(member: SegmentView) -> NDArray[np.bool_]:
    live = np.ones(member.segment.contents.n_articles, np.bool_)
    live[sorted(member.dead)] = False
    return live


def _batches(segments: Sequence[Segment], masks: Sequence[NDArray[np.bool_]]) -> Iterator[Vectors]:
    for segment, mask in zip(segments, masks, strict=True):
        rows = np.flatnonzero(mask)
        for first in range(0, len(rows), _WINDOW):
            yield segment.vectors.reconstruct(rows[first : first + _WINDOW])
