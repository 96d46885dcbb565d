"""DiskTexts: the texts that the kept snapshots of an index folder hold, each article of each segment once."""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from index.article import Span
from index.attribution import Attribution
from index.errors import IndexingError
from index.library.damage import DamagedArticles
from index.library.disk.directory import IndexFolders
from index.library.disk.segment import open_words
from index.library.disk.segment_articles import ArchivePart
from index.library.disk.snapshot import read_manifest
from index.library.kept_texts import KeptRevision
from index.library.speaking import WorkedOut
from index.search.bm25 import KeywordIndex, rarity
from index.search.fusion import top_rows
from index.search.postings import Postings, term_key

_FEW: Final = 4
"""To read so many takes less than to ask for further words."""
_BY_PASSAGE: Final = 6
"""So many passages are looked at besides articles as wholes."""


@dataclass(frozen=True, slots=True)
class _Part:
    """A segment. `kept` and `current`, (n_articles,): which of its articles count in any kept snapshot, and in that
    which is in service."""

    archive: ArchivePart
    postings: Postings
    kept: NDArray[np.bool_]
    current: NDArray[np.bool_]


class DiskTexts:
    """Opened once for a list of snapshots; a later one needs another. Segments in service are numbered first."""

    def __init__(self, folders: IndexFolders) -> None:
        """Open what the snapshots hold that are kept now; one that cannot be read is passed over.

        Raises:
            SnapshotMissing, SnapshotCorrupt: nothing can be served.
        """
        self._parts = _open(folders)
        self._starts: list[int] = [0, *np.cumsum([part.archive.n_articles for part in self._parts]).tolist()]
        self._kept = np.concatenate([part.kept for part in self._parts])
        self._keywords = KeywordIndex([part.postings for part in self._parts])
        masks = [part.kept[part.archive.article_rows] for part in self._parts]
        self._allowed = np.concatenate(masks) if not self._kept.all() else None
        self._rows = np.cumsum([0, *(part.archive.n_passages for part in self._parts)])
        self._damaged = DamagedArticles()
        self._worked_out = WorkedOut()

    def close(self) -> None:
        """Close the files."""
        for part in self._parts:
            part.archive.close()

    def holding(self, terms: Sequence[str], most: int) -> list[int]:
        """Return the numbers of those that hold each of these terms, at most so many, those in service first; where
        only a few hold the rarer of them, these, whether they hold the others or not."""
        found = self._kept.copy()
        for term in sorted(set(terms), key=self._keywords.holding):
            found &= self._articles_with(term)
            if np.count_nonzero(found) <= _FEW:
                break
        numbers = np.flatnonzero(found)[: most * 2].tolist()
        return sorted(numbers, key=lambda number: not self._is_current(number))[:most]

    def likeliest(self, terms: Sequence[str], most: int) -> list[int]:
        """Return the numbers of those that share most with these terms, or have a passage that does, the likeliest
        first."""
        weights = {term: self.rarity(term) for term in terms}
        scores = np.zeros(len(self._kept), np.float32)
        for term, weight in weights.items():
            scores += np.float32(weight) * self._articles_with(term)
        scores *= self._kept
        best = top_rows(scores, most)
        found = {int(number): float(scores[number]) for number in best if scores[number] > 0}
        for row in self._keywords.best(weights, _BY_PASSAGE, self._allowed):
            number = self._number_of(row)
            found.setdefault(number, float(scores[number]))
        return sorted(found, key=lambda number: (-found[number], not self._is_current(number), number))

    def rarity(self, term: str) -> float:
        """Return how telling a term is among the passages, in [0, 1]; 1 for one that none holds."""
        return rarity(self._keywords.holding(term), self._keywords.n_passages)

    def numbers(self) -> Iterator[int]:
        """Return the numbers of all."""
        return iter(np.flatnonzero(self._kept).tolist())

    def text(self, number: int) -> str:
        """Return the text of a revision alone."""
        part, row = self._place(number)
        return part.archive.text(row)

    def revision(self, number: int) -> KeptRevision | None:
        """Return a revision; None of one that is not as it was added, and that nobody may quote."""
        part, row = self._place(number)
        article = part.archive.article(row)
        stored = part.archive.find(article.id)
        if stored is None or not self._damaged.check(article, stored.fingerprint):
            return None
        return KeptRevision(number, article, self._is_current(number))

    def sentences(self, number: int) -> tuple[Span, ...]:
        """Return every sentence of it that may be quoted, in order."""
        part, row = self._place(number)
        passages = part.archive.passages_of(part.archive.article(row).id)
        return tuple(sentence for passage in passages for sentence in passage.sentences)

    def said(self, number: int) -> list[Attribution]:
        """Return what somebody says in it, in the order of its text."""
        part, row = self._place(number)
        stored = part.archive.said(row)
        if stored is not None:
            return stored
        return self._worked_out.of(part.archive.article(row), lambda: self.sentences(number))

    def _articles_with(self, term: str) -> NDArray[np.bool_]:
        """Return (n,): which of all hold a term."""
        holding = np.zeros(len(self._kept), np.bool_)
        key = term_key(term)
        for part, start in zip(self._parts, self._starts, strict=False):
            rows = part.postings.rows[part.postings.find(key)]
            holding[start + part.archive.article_rows[rows]] = True
        return holding

    def _place(self, number: int) -> tuple[_Part, int]:
        segment = bisect_right(self._starts, number) - 1
        return self._parts[segment], number - self._starts[segment]

    def _is_current(self, number: int) -> bool:
        part, row = self._place(number)
        return bool(part.current[row])

    def _number_of(self, passage_row: int) -> int:
        segment = int(np.searchsorted(self._rows, passage_row, side="right")) - 1
        local = self._parts[segment].archive.article_rows[passage_row - int(self._rows[segment])]
        return self._starts[segment] + int(local)


def _open(folders: IndexFolders) -> list[_Part]:
    """Open each segment that a kept snapshot has: those in service first, then the latest."""
    current = folders.current_name()
    in_service = _dead_rows(folders, current)
    dead_in_all = dict(in_service)
    for name in reversed(folders.snapshot_names()):
        try:
            dead_here = _dead_rows(folders, name)
        except IndexingError:  # damaged, or of another format: nothing of it can be shown
            continue
        for segment, dead in dead_here.items():
            dead_in_all[segment] = dead_in_all.get(segment, dead) & dead
    parts = []
    for segment, dead in dead_in_all.items():
        try:
            archive, postings = open_words(folders.segments / segment)
        except (IndexingError, OSError):
            if segment in in_service:
                raise
            continue
        everything = frozenset(range(archive.n_articles))
        alive = _mask(archive.n_articles, dead), _mask(archive.n_articles, in_service.get(segment, everything))
        parts.append(_Part(archive, postings, *alive))
    return parts


def _dead_rows(folders: IndexFolders, name: str) -> dict[str, frozenset[int]]:
    manifest = read_manifest(folders.snapshots / name)
    return {entry.name: frozenset(entry.dead) for entry in manifest.segments}


def _mask(size: int, dead: frozenset[int]) -> NDArray[np.bool_]:
    alive = np.ones(size, np.bool_)
    alive[sorted(dead)] = False
    return alive
