"""From the segments of a change to the next snapshot in service: merged where due, validated, then switched to."""

from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime

import numpy as np

from index.embedding.embedder import Embedder
from index.errors import IndexingError
from index.library.canaries import RECALL_DEPTH, check_snapshot, draw_for_recall
from index.library.disk.directory import IndexFolders
from index.library.disk.merging import SegmentView, merge_segments, what_to_merge
from index.library.disk.segment import Segment
from index.library.disk.snapshot import (
    IndexSnapshot,
    SegmentsManifest,
    entry_of,
    read_manifest,
    write_snapshot,
)
from index.manifest import FORMAT_VERSION


class Publication:
    """Publishes one snapshot; `keep` of them stay on disk. Only with the folder held for writing."""

    def __init__(self, folders: IndexFolders, embedder: Embedder, *, keep: int) -> None:
        self._folders = folders
        self._embedder = embedder
        self._keep = keep

    def publish(
        self, members: Sequence[SegmentView], base: IndexSnapshot | None, changed: frozenset[str], *, choose: bool
    ) -> SegmentsManifest:
        """Put a snapshot of these members in service and return its manifest.

        `changed` are the ids of articles that `base`, the one in service, had otherwise. `choose`: see
        `check_snapshot`.

        Raises:
            SnapshotRejected: most canary questions are no longer answered; nothing changed in service.
        """
        with ExitStack() as stack:
            merged = self._merged([member for member in members if member.n_articles], stack)
            name = self._folders.new_name()
            manifest = self._manifest(merged)
            snapshot = IndexSnapshot(name, manifest, merged)
            canaries = check_snapshot(snapshot, base, changed, self._embedder, choose=choose)
            manifest = replace(manifest, canaries=canaries.questions, recall_at_10=_recall(snapshot, base))
            with self._folders.scratch(self._folders.snapshots, name) as scratch:
                manifest = write_snapshot(scratch, manifest, canaries.vectors)
                IndexSnapshot.open(scratch, self._folders.segments, self._embedder).close()
        undone = self._rolled_back_from()
        self._folders.publish(name)
        self._folders.drop_snapshots([*undone, *self._folders.snapshot_names()[: -self._keep]])
        self._folders.drop_segments_except(self._segments_of)
        return manifest

    def _merged(self, members: list[SegmentView], stack: ExitStack) -> list[SegmentView]:
        while (due := what_to_merge(members)) is not None:
            name = self._folders.new_name()
            with self._folders.scratch(self._folders.segments, name) as scratch:
                merge_segments(members[due.start : due.stop], scratch)
            segment = Segment(self._folders.segments / name)
            stack.callback(segment.close)
            members = [*members[: due.start], SegmentView(segment, frozenset()), *members[due.stop :]]
        return members

    def _manifest(self, members: Sequence[SegmentView]) -> SegmentsManifest:
        return SegmentsManifest(
            format_version=FORMAT_VERSION,
            created_at=datetime.now(UTC).isoformat(timespec="seconds"),
            model=self._embedder.name,
            model_fingerprint=self._embedder.fingerprint,
            model_backend=self._embedder.backend,
            dimension=self._embedder.dimension,
            n_articles=sum(member.n_articles for member in members),
            n_passages=sum(member.n_passages for member in members),
            segments=tuple(entry_of(member, self._folders.segments) for member in members),
            search=max((member.segment.vectors for member in members), key=len).kind,
            recall_at_10=1.0,
            canaries=(),
            canaries_checksum="",
        )

    def _rolled_back_from(self) -> list[str]:
        """Return snapshots newer than the one in service: a roll-back left them, and no later roll-back shall return
        to them."""
        try:
            current = self._folders.current_name()
        except IndexingError:
            return []
        return [name for name in self._folders.snapshot_names()[:-1] if name > current]

    def _segments_of(self, name: str) -> Iterable[str]:
        try:
            return [entry.name for entry in read_manifest(self._folders.snapshots / name).segments]
        except IndexingError:  # cannot be served, so neither can its segments be needed
            return ()


def _recall(snapshot: IndexSnapshot, base: IndexSnapshot | None) -> float:
    """Return the share of the ten nearest neighbours of 64 passages, themselves left out, that the search finds.

    Measured when a segment with codes is new; what exact search finds needs no measuring.
    """
    coded = [member.segment for member in snapshot.members if member.segment.vectors.kind != "exact"]
    if not coded:
        return 1.0
    before = {member.segment.name for member in base.members} if base is not None else set()
    if base is not None and all(segment.name in before for segment in coded):
        return base.manifest.recall_at_10
    live = snapshot.archive.live
    rows = np.flatnonzero(live) if live is not None else np.arange(snapshot.archive.n_rows)
    chosen = draw_for_recall(rows)
    found = 0
    for row, vector in zip(chosen.tolist(), snapshot.vectors.reconstruct(chosen), strict=True):
        nearest = snapshot.vectors.search(vector, RECALL_DEPTH + 1, live, exactly=True).keys() - {row}
        found += len(nearest & snapshot.vectors.search(vector, RECALL_DEPTH + 1, live).keys())
    return round(found / (len(chosen) * RECALL_DEPTH), 4)
