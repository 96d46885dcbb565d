"""ClusterLibrary: a library on a vector server, which any number of machines read and change."""

import logging
import shutil
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from index.article import Article, Skipped
from index.embedding.embedder import Embedder
from index.endpoints import ServerAddress
from index.errors import SnapshotCorrupt, SnapshotMismatch, SnapshotMissing
from index.library.base import ArticleLibrary, BuildCache, Change, PublishOptions, name_before
from index.library.disk.segment import Segment
from index.library.milvus.archive import ArticlePlace
from index.library.milvus.calls import Patience
from index.library.milvus.checking import problems_of
from index.library.milvus.copying import write_segment
from index.library.milvus.known import ServerCopies, ServerVectors
from index.library.milvus.layout import ALIAS, snapshot_collection, snapshot_name
from index.library.milvus.manifest import ClusterManifest, read_manifest
from index.library.milvus.publishing import ClusterPublication, Keeping
from index.library.milvus.rows import HEAD_BYTES, head_of
from index.library.milvus.server import Server
from index.library.milvus.snapshot import ClusterSnapshot
from index.library.milvus.writing import WriterLock
from index.manifest import RENEWABLE_FORMATS, Manifest

logger = logging.getLogger(__name__)

_STRAYED = 0.1
"""Of the mean length of passages that weights were made with: beyond it, the library is written anew from itself."""


class ClusterLibrary(ArticleLibrary[ClusterSnapshot, ArticlePlace]):
    """One database on a vector server; and a folder of this machine for what needs no other to see it."""

    def __init__(
        self,
        root: Path,
        address: ServerAddress,
        *,
        keep: int = 3,
        grace: timedelta = timedelta(seconds=60),
        patience: Patience | None = None,
    ) -> None:
        """`keep` snapshots stay, the one in service included (at least 2); `grace`: see `Keeping`."""
        super().__init__(root)
        self.address = address
        self._server = Server(address, patience)
        self._keeping = Keeping(max(keep, 2), grace)
        self._lock = WriterLock(self._server)

    def __str__(self) -> str:
        return str(self.address)

    def current_name(self) -> str:
        """See `ArticleLibrary`."""
        target = self._server.alias_target(ALIAS)
        name = snapshot_name(target) if target else None
        if name is None:
            raise SnapshotMissing(
                f"There is no index on {self.address}. Run `python -m index build --articles seeds`, or bring "
                "one there with `python -m index import FILE`."
            )
        return name

    def names(self) -> list[str]:
        """See `ArticleLibrary`."""
        found = [snapshot_name(collection) for collection in self._server.collections()]
        return sorted(name for name in found if name is not None)

    def open_current(self, embedder: Embedder) -> ClusterSnapshot:
        """See `ArticleLibrary`."""
        name = self.current_name()
        try:
            return ClusterSnapshot.open(self._server, name, embedder)
        except (SnapshotCorrupt, SnapshotMismatch):
            if self.current_name() != name:  # replaced and dropped while we looked
                return self.open_current(embedder)
            raise

    def _open_to_read(self) -> ClusterSnapshot:
        return ClusterSnapshot.open(self._server, self.current_name(), None, RENEWABLE_FORMATS)

    def manifests(self) -> dict[str, Manifest]:
        """See `ArticleLibrary`."""
        return dict(self._manifests())

    def roll_back(self, *, leaving: str | None = None) -> str:
        """See `ArticleLibrary`."""
        with self._writing():
            earlier = name_before(self.current_name(), self.names(), leaving, str(self.address))
            ClusterSnapshot.open(self._server, earlier, None)
            self._server.point_alias(ALIAS, snapshot_collection(earlier))
            return earlier

    def verify(self) -> list[str]:
        """See `ArticleLibrary`. Reads every row, and compares each with its checksums."""
        name = self.current_name()
        try:
            snapshot = ClusterSnapshot.open(self._server, name, None)
        except (SnapshotCorrupt, SnapshotMismatch) as error:
            return [str(error)]
        return list(problems_of(self._server, snapshot))

    def copy_current(self, folder: Path, embedder: Embedder) -> None:
        """See `ArticleLibrary`."""
        write_segment(self._server, self.open_current(embedder), folder)

    def take_over(self, folder: Path, embedder: Embedder) -> None:
        """See `ArticleLibrary`."""
        with self._writing(), closing(Segment(folder)) as segment:
            self._publish(segment, Change(lambda _: None), None, PublishOptions(embedder, choose=True))
        shutil.rmtree(folder)

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
            ClusterPublication(self._server, manifests, self._keeping).clear_unfinished(name)

    def _places(self, base: ClusterSnapshot) -> Mapping[str, ArticlePlace]:
        return dict(base.archive.places())

    def _find(self, base: ClusterSnapshot, article_id: str) -> ArticlePlace | None:
        return base.archive.find(article_id)

    def _known(self, base: ClusterSnapshot) -> BuildCache:
        return BuildCache([ServerVectors(self._server, base.manifest)], [ServerCopies(self._server, base.manifest)])

    def _damage(self, base: ClusterSnapshot) -> list[str]:
        return []  # counted when it was opened; reading all of it over the network, `verify` does

    def _admitted(self, item: Article | Skipped) -> Article | Skipped:
        if isinstance(item, Article) and len(head_of(item).encode("utf-8", "surrogatepass")) > HEAD_BYTES:
            return Skipped(item.id, f"its title, source and address have more than {HEAD_BYTES:,} bytes")
        return item

    @property
    def _fresh(self) -> Path:
        return self.root / "uploading"

    @contextmanager
    def _fresh_folder(self) -> Iterator[tuple[Path, Path]]:
        self._fresh.mkdir(parents=True)
        yield self._fresh, self._fresh

    def _publish(
        self, fresh: Segment | None, change: Change[ArticlePlace], base: ClusterSnapshot | None, plan: PublishOptions
    ) -> None:
        publication = ClusterPublication(self._server, self._manifests(), self._keeping)
        snapshot = publication.publish(fresh, change, base, plan)
        if _has_strayed(snapshot.manifest):
            logger.info("passages have become longer or shorter; their weights are made anew")
            snapshot = self._rewritten(snapshot, publication, plan)
        self._lock.require()
        publication.lead_there(snapshot)
        shutil.rmtree(self._fresh, ignore_errors=True)

    def _rewritten(
        self, snapshot: ClusterSnapshot, publication: ClusterPublication, plan: PublishOptions
    ) -> ClusterSnapshot:
        """Return the same articles as a lineage of its own, with weights for the lengths of today."""
        shutil.rmtree(self._fresh, ignore_errors=True)
        write_segment(self._server, snapshot, self._fresh)
        with closing(Segment(self._fresh)) as segment:
            rewritten = publication.publish(segment, Change(lambda _: None), None, replace(plan, choose=True))
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
