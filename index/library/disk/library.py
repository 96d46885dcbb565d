"""DiskLibrary: the snapshots of one index folder. Changing the articles, publishing the result, rolling back.

A change writes what it changes: a segment for the articles that came, and a list of those that count no more. See
`index.library.disk.directory` for what lies where, and `index.library.disk.merging` for when small segments become a
large one.
"""

import logging
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, closing, contextmanager, suppress
from pathlib import Path

from typing_extensions import override

from index.article import Article
from index.embedding.embedder import Embedder
from index.embedding.vector_cache import KeptVectors
from index.errors import IndexingError, SnapshotCorrupt, SnapshotMismatch
from index.library.base import ArticleLibrary, BuildCache, Change, PublishOptions, name_before
from index.library.disk.archive import Place
from index.library.disk.directory import IndexFolders
from index.library.disk.kept_texts import DiskTexts
from index.library.disk.merging import SegmentView, merge_segments
from index.library.disk.publishing import Publication
from index.library.disk.revisions import KeptRevisions
from index.library.disk.segment import Segment
from index.library.disk.snapshot import IndexSnapshot, corrupt_files, read_manifest
from index.manifest import RENEWABLE_FORMATS, Manifest

logger = logging.getLogger(__name__)


class DiskLibrary(ArticleLibrary[IndexSnapshot, Place]):
    """One index folder."""

    def __init__(self, root: Path, *, keep: int = 3) -> None:
        """`keep` is how many snapshots stay on disk, the one in service included (at least 2 for a roll-back)."""
        super().__init__(root)
        self._folders = IndexFolders(root)
        self._keep = max(keep, 2)
        self._revisions = KeptRevisions(self._folders)

    @override
    def current_name(self) -> str:
        return self._folders.current_name()

    @override
    def names(self) -> list[str]:
        return self._folders.snapshot_names()

    @override
    def open_current(self, embedder: Embedder) -> IndexSnapshot:
        name = self.current_name()
        try:
            return IndexSnapshot.open(self._folders.snapshots / name, self._folders.segments, embedder)
        except IndexingError:
            if self.current_name() != name:  # replaced and cleaned away while we looked
                return self.open_current(embedder)
            raise

    @override
    def kept_texts(self, embedder: Embedder) -> DiskTexts:
        return DiskTexts(self._folders)

    @override
    def _open_to_read(self) -> IndexSnapshot:
        folder = self._folders.snapshots / self.current_name()
        return IndexSnapshot.open(folder, self._folders.segments, None, RENEWABLE_FORMATS)

    @override
    def manifests(self) -> dict[str, Manifest]:
        found: dict[str, Manifest] = {}
        for name in self.names():
            try:
                found[name] = read_manifest(self._folders.snapshots / name)
            except IndexingError as error:
                logger.warning("a snapshot cannot be read: %s", error)
        return found

    @override
    def roll_back(self, *, leaving: str | None = None) -> str:
        with self._writing():
            earlier = name_before(self._folders.pointer(), self.names(), leaving, str(self.root))
            IndexSnapshot.open(self._folders.snapshots / earlier, self._folders.segments, None).close()
            if problems := self._problems(earlier):
                raise SnapshotCorrupt(
                    f"{earlier} is damaged ({problems[0]}), so {self._folders.pointer()} stays. "
                    "Run `python -m index build`."
                )
            self._folders.publish(earlier)
            return earlier

    @override
    def revisions_of(self, article_id: str) -> list[Article]:
        return self._revisions.of(article_id)

    @override
    def verify(self) -> list[str]:
        # Every file is read.
        checked: set[str] = set()
        problems = self._problems(self.current_name(), checked)
        for name in reversed(self.names()):
            if name != self.current_name():
                with suppress(SnapshotMismatch):  # of another format: of no use, and no harm
                    problems += [f"{name}, kept for a rollback: {one}" for one in self._problems(name, checked)]
        return problems

    def _problems(self, name: str, checked: set[str] | None = None) -> list[str]:
        """Return what is wrong with the files of one snapshot; segments that are `checked` are passed over."""
        folders = self._folders
        return list(
            corrupt_files(folders.snapshots / name, folders.segments, checked if checked is not None else set())
        )

    @override
    def _damage(self, base: IndexSnapshot) -> list[str]:
        return self._problems(base.name)

    @override
    def copy_current(self, folder: Path, embedder: Embedder) -> None:
        with closing(self.open_current(embedder)) as snapshot:
            merge_segments(snapshot.members, folder)

    @override
    def take_over(self, folder: Path, embedder: Embedder) -> None:
        with self._writing():
            name = self._folders.new_name()
            with self._folders.scratch(self._folders.segments, name) as scratch:
                scratch.rmdir()
                folder.rename(scratch)
            with closing(Segment(self._folders.segments / name)) as segment:
                self._publish(segment, Change(), None, PublishOptions(embedder, choose=True))

    @override
    def _writing(self) -> AbstractContextManager[None]:
        return self._folders.writing()

    @override
    def _places(self, base: IndexSnapshot) -> Mapping[str, Place]:
        return dict(base.archive.places())

    @override
    def _find(self, base: IndexSnapshot, article_id: str) -> Place | None:
        return base.archive.find(article_id)

    @override
    def _build_cache(self, base: IndexSnapshot) -> BuildCache:
        segments = [member.segment for member in base.members]
        return BuildCache(
            [KeptVectors(segment.keys, segment.vectors.reconstruct) for segment in segments],
            [segment.copies for segment in segments],
        )

    @override
    @contextmanager
    def _fresh_folder(self) -> Iterator[tuple[Path, Path]]:
        name = self._folders.new_name()
        with self._folders.scratch(self._folders.segments, name) as scratch:
            yield scratch, self._folders.segments / name

    @override
    def _publish(
        self, fresh: Segment | None, change: Change[Place], base: IndexSnapshot | None, options: PublishOptions
    ) -> None:
        members = base.members if base is not None else ()
        kept = [SegmentView(one.segment, one.dead | _dead_rows(change, row)) for row, one in enumerate(members)]
        members = (*kept, *([SegmentView(fresh, frozenset())] if fresh is not None else []))
        if not any(member.n_articles for member in members):
            raise options.nothing_left()
        publication = Publication(self._folders, options.embedder, keep=self._keep)
        publication.publish(members, base, change.former_ids, choose=options.choose)


def _dead_rows(change: Change[Place], segment: int) -> frozenset[int]:
    """Return the rows of a segment's articles that count no more after this change."""
    return frozenset(place.stored.row for place in change.leaving if place.segment == segment)
