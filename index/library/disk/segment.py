"""Segment: some articles with everything that finds them, on disk, never changed once written.

A snapshot is a list of segments; see `index.library.disk.snapshot`. What a segment's files should be stands in its
`segment.json`.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index.arrays import open_array
from index.errors import SnapshotCorrupt
from index.library.disk.checksums import checksums_of, require_sizes
from index.library.disk.segment_articles import ArchivePart
from index.library.near_duplicates import CopyIndex
from index.search.postings import Postings
from index.search.vectors import FaissVectors

SEGMENT_FILE = "segment.json"


@dataclass(frozen=True, slots=True)
class SegmentContents:
    """How much a segment holds, and the size and SHA-256 of each of its files."""

    n_articles: int
    n_passages: int
    checksums: Mapping[str, tuple[int, str]]


class Segment:
    """A segment, open for reading."""

    def __init__(self, folder: Path) -> None:
        """Raise   Raises:
        SnapshotCorrupt: a file is missing, cut short or unreadable.
        """
        self.name = folder.name
        self._folder = folder
        self.contents = read_contents(folder)
        require_sizes(folder, self.contents.checksums)
        self.archive = ArchivePart(folder)
        try:
            self.vectors = FaissVectors.load(folder)
            self.postings = Postings.load(folder / "keywords")
            self.copies = CopyIndex.load(folder)
            self.keys: NDArray[np.uint64] = open_array(folder / "keys.npy")
        except (OSError, RuntimeError, ValueError, KeyError) as error:
            raise SnapshotCorrupt(f"{folder} cannot be read ({error}). Run `python -m index rollback`.") from error
        self._require_equal_counts(folder)

    def close(self) -> None:
        """Let go of the files."""
        self.archive.close()

    @property
    def files(self) -> list[Path]:
        """All that it consists of."""
        return [self._folder / name for name in self.contents.checksums]

    def live_passages(self, dead: frozenset[int]) -> NDArray[np.bool_]:
        """(n_passages,): false for those of the articles at the rows `dead`."""
        if not dead:
            return np.ones(self.contents.n_passages, np.bool_)
        return ~np.isin(self.archive.article_rows, sorted(dead))

    def _require_equal_counts(self, folder: Path) -> None:
        told = (self.contents.n_articles, self.contents.n_passages)
        articles = (self.archive.n_articles, len(self.copies.signatures), len(self.copies.groups))
        passages = (self.archive.n_passages, len(self.vectors), len(self.postings.lengths), len(self.keys))
        if set(articles) != {told[0]} or set(passages) != {told[1]}:
            raise SnapshotCorrupt(
                f"{folder}: its files hold {articles} articles and {passages} passages, expected {told}. "
                "Run `python -m index rollback`, or build again."
            )


def write_contents(folder: Path, n_articles: int, n_passages: int) -> None:
    """Write `segment.json`, the last file of a segment."""
    contents = SegmentContents(n_articles, n_passages, checksums_of(folder))
    (folder / SEGMENT_FILE).write_text(json.dumps(asdict(contents), indent=1), encoding="utf-8")


def read_contents(folder: Path) -> SegmentContents:
    """Return what the segment in `folder` should hold.

    Raises:
        SnapshotCorrupt: its `segment.json` is missing or not readable.
    """
    try:
        fields = json.loads((folder / SEGMENT_FILE).read_text(encoding="utf-8"))
        checksums = {name: (int(size), str(digest)) for name, (size, digest) in fields["checksums"].items()}
        return SegmentContents(int(fields["n_articles"]), int(fields["n_passages"]), checksums)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise SnapshotCorrupt(
            f"{folder / SEGMENT_FILE} cannot be read ({error}). Run `python -m index rollback`, or build again."
        ) from error
