"""The revisions of an article that the kept snapshots of one index folder hold."""

import threading
from collections.abc import Iterator
from contextlib import suppress

from index.article import Article
from index.errors import IndexingError
from index.library.disk.directory import IndexFolders
from index.library.disk.segment_articles import ArchivePart, fingerprint_of
from index.library.disk.snapshot import read_manifest


class KeptRevisions:
    """Reads the texts of segments, which stay open as long as a snapshot needs them. Safe to call from several
    threads."""

    def __init__(self, folders: IndexFolders) -> None:
        self._folders = folders
        self._needed: dict[str, tuple[str, ...]] = {}
        self._parts: dict[str, ArchivePart] = {}
        self._lock = threading.Lock()

    def of(self, article_id: str) -> list[Article]:
        """Return each revision once, the last written first; one that is not as it was added is left out."""
        found: dict[str, Article] = {}
        with self._lock:
            for part in self._newest_first():
                with suppress(IndexingError):  # damaged: it cannot be served, so neither can this be shown
                    stored = part.find(article_id)
                    if stored is None or stored.revision in found:
                        continue
                    article = part.article(stored.row)
                    if fingerprint_of(article) == stored.fingerprint:
                        found[article.revision] = article
        return list(found.values())

    def _newest_first(self) -> Iterator[ArchivePart]:
        names = {segment for snapshot in self._snapshots() for segment in snapshot}
        for gone in self._parts.keys() - names:
            self._parts.pop(gone).close()
        for name in sorted(names, reverse=True):
            if name not in self._parts:
                try:
                    self._parts[name] = ArchivePart(self._folders.segments / name)
                except IndexingError:
                    continue
            yield self._parts[name]

    def _snapshots(self) -> Iterator[tuple[str, ...]]:
        """Yield the segments of each kept snapshot; a snapshot never changes."""
        names = self._folders.snapshot_names()
        for name in names:
            if name not in self._needed:
                try:
                    manifest = read_manifest(self._folders.snapshots / name)
                except IndexingError:
                    continue
                self._needed[name] = tuple(entry.name for entry in manifest.segments)
            yield self._needed[name]
        for gone in self._needed.keys() - set(names):
            del self._needed[gone]
