"""ClusterLibrary: a library on a vector server, which any number of machines read and change."""

import logging
import shutil
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from typing_extensions import override

from index.article import Article
from index.embedding.embedder import Embedder
from index.endpoints import ServerAddress
from index.errors import SnapshotCorrupt, SnapshotMismatch, SnapshotMissing
from index.library.base import ArticleLibrary, BuildCache, Change, PublishOptions, name_before
from index.library.disk.segment import Segment
from index.library.milvus.archive import ArticlePlace, revisions_in
from index.library.milvus.calls import TimeLimits
from index.library.milvus.checking import problems_of
from index.library.milvus.copying import write_segment
from index.library.milvus.known import ServerCopies, ServerVectors
from index.library.milvus.layout import ALIAS, snapshot_collection, snapshot_name
from index.library.milvus.manifest import ClusterManifest, read_manifest
from index.library.milvus.publishing import ClusterPublication, Retention
from index.library.milvus.server import Server
from index.library.milvus.snapshot import ClusterSnapshot
from index.library.milvus.writing import WriterLock
from index.library.snapshot_texts import SnapshotTexts
from index.manifest import RENEWABLE_FORMATS, Manifest

logger = logging.getLogger(__name__)

_STRAYED = 0.1
"""How far the mean length of passages may be from the one that weights were made with, as a share of that: beyond
it, the library is written anew from itself."""


class ClusterLibrary(ArticleLibrary[ClusterSnapshot, ArticlePlace]):
    """One database on a vector server, and a folder of this machine for files that no other machine needs."""

    def __init__(
        self,
        root: Path,
        address: ServerAddress,
        *,
        keep: int = 3,
        grace: timedelta = timedelta(seconds=60),
        limits: TimeLimits | None = None,
    ) -> None:
        """Keep `keep` snapshots, the one in service included (at least 2); `grace`: see `Retention`."""
        super().__init__(root)
        self.address = address
        self._server = Server(address, limits)
        self._retention = Retention(max(keep, 2), grace)
        self._lock = WriterLock(self._server)

    @override
    def __str__(self) -> str:
        return str(self.address)

    @override
    def current_name(self) -> str:
        target = self._server.alias_target(ALIAS)
        name = snapshot_name(target) if target else None
        if name is None:
            raise SnapshotMissing(
                f"There is no index on {self.address}. Run `python -m index build --articles seeds`, or bring "
                "one there with `python -m index import FILE`."
            )
        return name

    @override
    def names(self) -> list[str]:
        found = [snapshot_name(collection) for collection in self._server.collections()]
        return sorted(name for name in found if name is not None)

    @override
    def open_current(self, embedder: Embedder) -> ClusterSnapshot:
        name = self.current_name()
        try:
            return ClusterSnapshot.open(self._server, name, embedder)
        except (SnapshotCorrupt, SnapshotMismatch):
            if self.current_name() != name:  # replaced and dropped while we looked
                return self.open_current(embedder)
            raise

    @override
    def kept_texts(self, embedder: Embedder) -> SnapshotTexts:
        return SnapshotTexts(self.open_current(embedder), embedder)

    @override
    def _open_to_read(self) -> ClusterSnapshot:
        return ClusterSnapshot.open(self._server, self.current_name(), None, RENEWABLE_FORMATS)

    @override
    def manifests(self) -> dict[str, Manifest]:
        return dict(self._manifests())

    @override
    def roll_back(self, *, leaving: str | None = None) -> str:
        with self._writing():
            earlier = name_before(self.current_name(), self.names(), leaving, str(self.address))
            ClusterSnapshot.open(self._server, earlier, None)
            self._server.point_alias(ALIAS, snapshot_collection(earlier))
            return earlier

    @override
    def revisions_of(self, article_id: str) -> list[Article]:
        lineages = [manifest.lineage for _, manifest in sorted(self._manifests().items(), reverse=True)]
        found: dict[str, Article] = {}
        for lineage in dict.fromkeys(lineages):
            for article in revisions_in(self._server, lineage, article_id):
                found.setdefault(article.revision, article)
        return list(found.values())

    @override
    def verify(self) -> list[str]:
        # Every row is read, and compared with its checksums.
        name = self.current_name()
        try:
            snapshot = ClusterSnapshot.open(self._server, name, None)
        except (SnapshotCorrupt, SnapshotMismatch) as error:
            return [str(error)]
        return list(problems_of(self._server, snapshot))

    @override
    def copy_current(self, folder: Path, embedder: Embedder) -> None:
        write_segment(self._server, self.open_current(embedder), folder)

    @override
    def take_over(self, folder: Path, embedder: Embedder) -> None:
        with self._writing(), closing(Segment(folder)) as segment:
            self._publish(segment, Change(), None, PublishOptions(embedder, choose=True))
        shutil.rmtree(folder)

    @override
    @contextmanager
    def _writing(self) -> Iterator[None]:
        self._server.ensure_database()
        with self._lock.held():
            self._clear_unfinished()
            yield

    def _clear_unfinished(self) -> None:
        shutil.rmtree(self._fresh, ignore_errors=True)
        manifests = self._manifests()
        try:
            name = self.current_name()
        except SnapshotMissing:
            name = ""  # nothing was ever published: whatever there is, killed builds left
        if not name or name in manifests:  # of a snapshot that cannot be read nobody knows what it needs
            ClusterPublication(self._server, manifests, self._retention).clear_unfinished(name)

    @override
    def _places(self, base: ClusterSnapshot) -> Mapping[str, ArticlePlace]:
        return dict(base.archive.places())

    @override
    def _find(self, base: ClusterSnapshot, article_id: str) -> ArticlePlace | None:
        return base.archive.find(article_id)

    @override
    def _build_cache(self, base: ClusterSnapshot) -> BuildCache:
        return BuildCache([ServerVectors(self._server, base.manifest)], [ServerCopies(self._server, base.manifest)])

    @override
    def _damage(self, base: ClusterSnapshot) -> list[str]:
        return []  # counted when it was opened; reading all of it over the network, `verify` does

    @property
    def _fresh(self) -> Path:
        return self.root / "uploading"

    @override
    @contextmanager
    def _fresh_folder(self) -> Iterator[tuple[Path, Path]]:
        self._fresh.mkdir(parents=True)
        yield self._fresh, self._fresh

    @override
    def _publish(
        self, fresh: Segment | None, change: Change[ArticlePlace], base: ClusterSnapshot | None, options: PublishOptions
    ) -> None:
        publication = ClusterPublication(self._server, self._manifests(), self._retention)
        snapshot = publication.publish(fresh, change, base, options)
        if _has_strayed(snapshot.manifest):
            logger.info("passages have become longer or shorter; their weights are made anew")
            snapshot = self._rewritten(snapshot, publication, options)
        self._lock.require()
        publication.put_in_service(snapshot)
        shutil.rmtree(self._fresh, ignore_errors=True)

    def _rewritten(
        self, snapshot: ClusterSnapshot, publication: ClusterPublication, options: PublishOptions
    ) -> ClusterSnapshot:
        """Return the same articles as a lineage of its own, with weights for the lengths of today."""
        shutil.rmtree(self._fresh, ignore_errors=True)
        write_segment(self._server, snapshot, self._fresh)
        with closing(Segment(self._fresh)) as segment:
            rewritten = publication.publish(segment, Change(), None, replace(options, choose=True))
        self._server.drop(snapshot_collection(snapshot.name))
        return rewritten

    def _manifests(self) -> dict[str, ClusterManifest]:
        found = {}
        for name in self.names():
            try:
                found[name], _ = read_manifest(self._server, name)
            except (SnapshotCorrupt, SnapshotMismatch) as error:
                logger.warning("a snapshot cannot be read: %s", error)
        return found


def _has_strayed(manifest: ClusterManifest) -> bool:
    mean = manifest.total_length / manifest.n_passages
    return abs(mean / manifest.mean_length - 1) > _STRAYED
