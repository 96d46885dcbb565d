"""One immutable state of the index: which segments count, which of their articles no more, and what must be found.

A snapshot's folder holds only `manifest.json` and the vectors of its canary questions; its segments lie beside it and
are shared with the snapshots before and after.
"""

import hashlib
import json
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.arrays import open_array, read_ahead
from index.article import Query
from index.embedding.embedder import Embedder, Vectors
from index.errors import SnapshotCorrupt
from index.library.disk.archive import SegmentArchive
from index.library.disk.checksums import differences, sha256_of
from index.library.disk.merging import SegmentView
from index.library.disk.segment import SEGMENT_FILE, Segment, read_contents
from index.manifest import SEARCHABLE_FORMATS, Canary, Manifest, require_same_format, require_same_model
from index.search.bm25 import KeywordIndex, Terms
from index.search.retrieval import Candidates
from index.search.spelling import Misspelling, Speller
from index.search.vectors import SegmentedVectors

_MANIFEST = "manifest.json"
_CANARIES = "canaries.npy"


@dataclass(frozen=True, slots=True)
class SegmentEntry:
    """A segment that counts: its name, the SHA-256 of its `segment.json`, and the rows of its dead articles."""

    name: str
    checksum: str
    dead: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SegmentsManifest(Manifest):
    """A manifest that names the segments. `canaries_checksum` is the SHA-256 of the file with the canaries' vectors."""

    segments: tuple[SegmentEntry, ...]
    canaries_checksum: str


class IndexSnapshot:
    """A snapshot, open for reading."""

    def __init__(
        self,
        name: str,
        manifest: SegmentsManifest,
        members: Sequence[SegmentView],
        canary_vectors: Vectors | None = None,
    ) -> None:
        """`canary_vectors`: (n_canaries, dimension); None while it has no canaries yet."""
        self.name = name
        self.manifest = manifest
        self.members = tuple(members)
        self.canary_vectors = (
            canary_vectors if canary_vectors is not None else np.empty((0, manifest.dimension), np.float32)
        )
        segments = [member.segment for member in members]
        self.archive = SegmentArchive(
            [segment.archive for segment in segments],
            [member.dead for member in members],
            [segment.copies.groups for segment in segments],
        )
        self.vectors = SegmentedVectors([segment.vectors for segment in segments])
        self.keywords = KeywordIndex([segment.postings for segment in segments])
        self._search = SegmentSearch(self.archive, self.vectors, self.keywords)
        lists = [segment.words for segment in segments if segment.words is not None]
        self._speller = Speller(lists, self.keywords, self.archive.live) if len(lists) == len(segments) else None

    @classmethod
    def open(
        cls, folder: Path, segments: Path, embedder: Embedder | None, formats: Collection[int] = SEARCHABLE_FORMATS
    ) -> "IndexSnapshot":
        """Return the snapshot in `folder`, after checking that it is whole and, unless None, that `embedder` made it.

        Of one in a format other than today's only the articles may be read.

        Raises:
            SnapshotCorrupt: a file is missing, cut short or unreadable, or counts do not agree.
            SnapshotMismatch: another model, dimension or format made it.
        """
        manifest = read_manifest(folder, formats)
        if embedder is not None:
            require_same_model(str(folder), manifest, embedder)
        members: list[SegmentView] = []
        try:
            for entry in manifest.segments:
                members.append(SegmentView(Segment(segments / entry.name), frozenset(entry.dead)))
                if sha256_of(segments / entry.name / SEGMENT_FILE) != entry.checksum:
                    raise SnapshotCorrupt(
                        f"{segments / entry.name / SEGMENT_FILE} is not the one that {folder.name} was built with. "
                        "Run `python -m index rollback`, or build again."
                    )
            _require_equal_counts(folder, manifest, members)
            if embedder is not None:  # it will be searched
                read_ahead([path for member in members for path in member.segment.files])
            return cls(folder.name, manifest, members, _canary_vectors(folder))
        except BaseException as error:
            for member in members:
                member.segment.close()
            if isinstance(error, OSError):  # deleted while it was opened: another snapshot has taken its place
                raise SnapshotCorrupt(f"{folder} cannot be read ({error}). Try again, or build again.") from error
            raise

    def newest_day(self, query: Query) -> date | None:
        """Return the last day on which an article within the scope of the query was published; None if none of them has
        a date."""
        allowed = _allowed(self.archive, query)
        newest = self.archive.newest_day(allowed)
        return date.fromordinal(newest) if newest else None

    def candidates(self, query: Query, terms: Terms, vector_of: Callable[[], Vectors], depth: int) -> Candidates | None:
        """Return the `depth` best of each search; None if the scope of the query holds nothing."""
        return self._search.candidates(query, terms, vector_of, depth)

    def vectors_of(self, article_ids: Sequence[str]) -> dict[str, Vectors]:
        """Return the vectors of each article's passages, (n_passages, dimension), in order, without unknown ids."""
        places = {article_id: self.archive.rows_of(article_id) for article_id in article_ids}
        known = {article_id: rows for article_id, rows in places.items() if rows}
        return {
            article_id: self.vectors.reconstruct(np.arange(rows.start, rows.stop, dtype=np.int64))
            for article_id, rows in known.items()
        }

    def rarity(self, term: str) -> float:
        """Return how telling a term is among the passages, in [0, 1]; 1 for one that none holds."""
        return self.keywords.rarity(term)

    def misspellings(self, text: str) -> list[Misspelling]:
        """Return the words of a text that are clearly misspelt; none while a segment of an earlier version is left, in
        which words were not listed."""
        return self._speller.misspellings(text) if self._speller is not None else []

    def close(self) -> None:
        """Close the files."""
        self.archive.close()


@dataclass(frozen=True, slots=True)
class SegmentSearch:
    """The three parts of a snapshot that number their passages alike."""

    archive: SegmentArchive
    vectors: SegmentedVectors
    keywords: KeywordIndex

    def candidates(self, query: Query, terms: Terms, vector_of: Callable[[], Vectors], depth: int) -> Candidates | None:
        """Return the `depth` best of each search; None if the scope of the query holds nothing.

        `vector_of` gives the vector of the question, if it is needed.
        """
        archive = self.archive
        allowed = _allowed(archive, query)
        if allowed is not None and not allowed.any():
            return None
        vector = vector_of()
        matching = self.keywords.best(terms, depth, allowed)
        similar = self.vectors.search(vector, depth, allowed)
        missing = np.array([row for row in matching if row not in similar], np.int64)
        if len(missing):
            similar |= dict(zip(missing.tolist(), map(float, self.vectors.similarities(vector, missing)), strict=True))
        keyword = matching | self.keywords.scores_of(terms, [row for row in similar if row not in matching])
        rows = np.fromiter(similar, np.int64, len(similar))
        return Candidates(
            similarities=similar,
            keyword_scores=keyword,
            leading=dict(zip(rows.tolist(), archive.leading(rows).astype(float).tolist(), strict=True)),
            days=dict(zip(rows.tolist(), archive.days_of(rows.tolist()).tolist(), strict=True)),
            preferred=frozenset(row for article_id in query.preferred for row in archive.rows_of(article_id)),
            speaker=lambda row: (archive.article_number(row), archive.group_of(row)),
            passages=lambda chosen: [archive.passage(row) for row in chosen],
        )


def read_manifest(folder: Path, formats: Collection[int] = SEARCHABLE_FORMATS) -> SegmentsManifest:
    """Return the manifest of the snapshot in `folder`.

    Raises:
        SnapshotCorrupt: it is missing, not readable or was changed.
        SnapshotMismatch: its format is none of these.
    """
    try:
        fields = json.loads((folder / _MANIFEST).read_text(encoding="utf-8"))
        version = fields["format_version"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise SnapshotCorrupt(
            f"{folder / _MANIFEST} cannot be read ({error}). Run `python -m index rollback`, or build again."
        ) from error
    require_same_format(str(folder), version, formats)
    if fields.pop("digest", None) != _digest(fields):
        raise SnapshotCorrupt(
            f"{folder / _MANIFEST}: contents changed (digest differs). Run `python -m index rollback`, or build again."
        )
    fields["segments"] = tuple(
        SegmentEntry(entry["name"], entry["checksum"], tuple(entry["dead"])) for entry in fields["segments"]
    )
    fields["canaries"] = tuple(Canary(**canary) for canary in fields["canaries"])
    return SegmentsManifest(**fields)


def write_snapshot(folder: Path, manifest: SegmentsManifest, canary_vectors: Vectors) -> SegmentsManifest:
    """Write a snapshot into `folder`, and return its manifest as written, with the checksum of the canaries."""
    np.save(folder / _CANARIES, canary_vectors.astype(np.float32))
    manifest = replace(manifest, canaries_checksum=sha256_of(folder / _CANARIES))
    fields = json.loads(json.dumps(asdict(manifest)))
    written = {**fields, "digest": _digest(fields)}
    (folder / _MANIFEST).write_text(json.dumps(written, ensure_ascii=False, indent=1), encoding="utf-8")
    return manifest


def entry_of(member: SegmentView, segments: Path) -> SegmentEntry:
    """Return how a member stands in the manifest."""
    checksum = sha256_of(segments / member.segment.name / SEGMENT_FILE)
    return SegmentEntry(member.segment.name, checksum, tuple(sorted(member.dead)))


def corrupt_files(folder: Path, segments: Path, checked: set[str]) -> Iterable[str]:
    """Yield every file of a snapshot and its segments that is missing or not as it was built, with what is wrong.

    Segments named in `checked` are passed over, and the others added to it.
    """
    try:
        manifest = read_manifest(folder)
    except SnapshotCorrupt as error:
        yield str(error)
        return
    canaries = folder / _CANARIES
    if not canaries.is_file() or sha256_of(canaries) != manifest.canaries_checksum:
        yield f"{canaries.name}: missing or changed (SHA-256 differs)"
    for entry in manifest.segments:
        if entry.name not in checked:
            checked.add(entry.name)
            yield from corrupt_segment_files(segments / entry.name, entry)


def corrupt_segment_files(folder: Path, entry: SegmentEntry) -> Iterable[str]:
    """Yield every file of one segment that is missing or not as it was built, with what is wrong."""
    contents = folder / SEGMENT_FILE
    if not contents.is_file() or sha256_of(contents) != entry.checksum:
        yield f"{entry.name}/{SEGMENT_FILE}: missing or changed (SHA-256 differs)"
        return
    for problem in differences(folder, read_contents(folder).checksums):
        yield f"{entry.name}/{problem}"


def _allowed(archive: SegmentArchive, query: Query) -> NDArray[np.bool_] | None:
    """Return (n_rows,): which passages may be found; None if all may."""
    allowed = archive.allowed_rows(query.articles, query.before, query.sources)
    if query.dates is not None and query.dates.restricts:
        allowed = _both(allowed, archive.rows_published(query.dates.first, query.dates.last))
    return allowed


def _both(allowed: NDArray[np.bool_] | None, wanted: NDArray[np.bool_]) -> NDArray[np.bool_]:
    return wanted if allowed is None else allowed & wanted


def _digest(fields: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(fields, sort_keys=True).encode()).hexdigest()


def _canary_vectors(folder: Path) -> Vectors:
    try:
        vectors: Vectors = open_array(folder / _CANARIES)
    except (OSError, ValueError) as error:
        raise SnapshotCorrupt(f"{folder / _CANARIES} cannot be read ({error}). Build again.") from error
    return vectors


def _require_equal_counts(folder: Path, manifest: SegmentsManifest, members: Sequence[SegmentView]) -> None:
    found = sum(member.n_articles for member in members), sum(member.n_passages for member in members)
    if found != (manifest.n_articles, manifest.n_passages):
        raise SnapshotCorrupt(
            f"{folder} holds {found[0]} articles and {found[1]} passages, expected {manifest.n_articles} and "
            f"{manifest.n_passages}. Run `python -m index rollback`, or build again."
        )
