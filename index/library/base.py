"""ArticleLibrary: how a change to a library comes about on any back end.

A change is indexed into one new segment on the disk of whoever makes it; what becomes of it is the back end's own:

    rebuild, renew, add, remove    take the lock, open what is in service, say what is to change: a `Change`
    _apply                         indexes what arrives with the change into a segment
    _publish                       of the back end: puts what was in service, with the change, in service
"""

import logging
import shutil
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Generic, Protocol, TypeVar

from typing_extensions import override

from index.article import Article, Skipped
from index.embedding.embedder import Embedder
from index.embedding.vector_cache import UnfinishedWork, VectorSource, known_vectors
from index.errors import ArticlesMissing, SnapshotCorrupt, SnapshotMismatch, SnapshotMissing, UnknownArticle
from index.library.builder import BuildReport, ProgressListener, SegmentBuilder
from index.library.disk.segment import Segment
from index.library.disk.segment_articles import fingerprint_of
from index.library.near_duplicates import KnownCopies
from index.library.protocol import Library
from index.search.retrieval import Snapshot
from index.sizes import fitted

logger = logging.getLogger(__name__)


class Findable(Protocol):
    """Where an article lies."""

    @property
    def fingerprint(self) -> bytes:
        """Changes when anything of the article does."""


PlaceT = TypeVar("PlaceT", bound=Findable)
SnapshotT = TypeVar("SnapshotT", bound=Snapshot)
Finder = Callable[[str], PlaceT | None]
"""From an article's id to the place of the one in service, if there is one."""


@dataclass(slots=True)
class Change(Generic[PlaceT]):
    """What becomes of the articles in service. `items` arrive; those that are `replaced` and `removed` leave.

    `known`, if given, is every article in service: the items are then all there are to be, and the others are removed.
    """

    items: Iterable[Article | Skipped] = ()
    find: Finder[PlaceT] = lambda _: None
    known: Mapping[str, PlaceT] | None = None
    replaced: dict[str, PlaceT] = field(default_factory=dict)
    removed: dict[str, PlaceT] = field(default_factory=dict)

    def arriving(self) -> Iterator[Article | Skipped]:
        """Yield the items that have to be indexed, new articles and changed ones, and whatever was skipped.

        What leaves is known once all were yielded.
        """
        seen: set[str] = set()
        for item in self.items:
            if isinstance(item, Skipped):
                yield item
            elif item.id in seen:
                yield Skipped(item.id, "an article with this id came before it")
            else:
                seen.add(item.id)
                place = self.find(item.id)
                if place is None:
                    yield item
                elif place.fingerprint != fingerprint_of(item):
                    self.replaced[item.id] = place
                    yield item
        self.removed |= {name: place for name, place in (self.known or {}).items() if name not in seen}

    @property
    def is_whole(self) -> bool:
        """Whether the items are all the articles that there are to be."""
        return self.known is not None

    @property
    def leaving(self) -> list[PlaceT]:
        """The places that count no more after this change."""
        return [*self.replaced.values(), *self.removed.values()]

    @property
    def former_ids(self) -> frozenset[str]:
        """The ids of the articles at these places."""
        return frozenset([*self.replaced, *self.removed])


@dataclass(frozen=True, slots=True)
class BuildCache:
    """What a build need not work out again: vectors, and which articles others may be copies of."""

    vectors: Sequence[VectorSource] = ()
    copies: Sequence[KnownCopies] = ()


class ArticleLibrary(Library, ABC, Generic[SnapshotT, PlaceT]):
    """What libraries have in common on every back end, which knows its snapshots and where an article lies in one."""

    def __init__(self, root: Path) -> None:
        self.root = root

    @override
    def __str__(self) -> str:
        return str(self.root)

    @override
    @abstractmethod
    def open_current(self, embedder: Embedder) -> SnapshotT: ...

    @override
    def rebuild(
        self,
        items: Iterable[Article | Skipped],
        embedder: Embedder,
        listener: ProgressListener = lambda _: None,
    ) -> BuildReport:
        with self._writing(), self._sound_base(embedder) as base:
            known = self._places(base) if base is not None else {}
            return self._apply(Change(_admitted(items), known.get, known), base, embedder, listener)

    @override
    def renew(self, embedder: Embedder, listener: ProgressListener = lambda _: None) -> BuildReport:
        with self._writing(), closing(self._open_to_read()) as old:
            change: Change[PlaceT] = Change(_admitted(self._as_written(old)), known={})
            return replace(self._apply(change, None, embedder, listener), added=())

    @override
    def add(
        self,
        items: Iterable[Article | Skipped],
        embedder: Embedder,
        listener: ProgressListener = lambda _: None,
    ) -> BuildReport:
        with self._writing(), self._base(embedder) as base:
            return self._apply(Change(_admitted(items), self._finder(base)), base, embedder, listener)

    @override
    def remove(self, article_ids: Iterable[str], embedder: Embedder) -> BuildReport:
        leaving = sorted(set(article_ids))
        with self._writing(), closing(self.open_current(embedder)) as base:
            found = {article_id: self._find(base, article_id) for article_id in leaving}
            if unknown := [article_id for article_id, place in found.items() if place is None]:
                raise UnknownArticle(f"Not in the index: {', '.join(unknown)}. `python -m index list` shows all ids.")
            removed = {article_id: place for article_id, place in found.items() if place is not None}
            return self._apply(Change(removed=removed), base, embedder, lambda _: None)

    @abstractmethod
    def _writing(self) -> AbstractContextManager[None]:
        """Hold the library for writing.

        Raises:
            IndexBusy: somebody else does.
        """

    @abstractmethod
    def _open_to_read(self) -> SnapshotT:
        """Return the snapshot in service, for its articles alone, whichever model or earlier format they are indexed
        with."""

    @abstractmethod
    def _places(self, base: SnapshotT) -> Mapping[str, PlaceT]:
        """Return the place of every article."""

    @abstractmethod
    def _find(self, base: SnapshotT, article_id: str) -> PlaceT | None:
        """Return the place of one article, if it is there."""

    @abstractmethod
    def _build_cache(self, base: SnapshotT) -> BuildCache:
        """Return what of the snapshot in service saves work in a build."""

    @abstractmethod
    def _fresh_folder(self) -> AbstractContextManager[tuple[Path, Path]]:
        """Open an empty folder to write a segment in, with the place where it lies once the context ends; a folder that
        was removed meanwhile lies nowhere."""

    @abstractmethod
    def _publish(
        self, fresh: Segment | None, change: Change[PlaceT], base: SnapshotT | None, options: "PublishOptions"
    ) -> None:
        """Put the base with this change in service, after checking that it answers as it should.

        Raises:
            ArticlesMissing: no article would be left.
            SnapshotRejected: the check failed.
        """

    def _damage(self, base: SnapshotT) -> list[str]:
        """Return what keeps a rebuild from building upon the snapshot in service, a line each."""
        return self.verify()

    def _as_written(self, snapshot: SnapshotT) -> Iterator[Article]:
        """Yield every article, after checking each against its fingerprint.

        Raises:
            SnapshotCorrupt: one is not as it was added.
        """
        places = self._places(snapshot)
        for article in snapshot.archive.articles():
            if fingerprint_of(article) != places[article.id].fingerprint:
                raise SnapshotCorrupt(
                    f"{self}: article {article.id} is not as it was added (fingerprint differs), and nothing was "
                    "changed. Run `python -m index rollback`, or build again."
                )
            yield article

    def _finder(self, base: SnapshotT | None) -> Finder[PlaceT]:
        return lambda article_id: self._find(base, article_id) if base is not None else None

    def _apply(
        self, change: Change[PlaceT], base: SnapshotT | None, embedder: Embedder, listener: ProgressListener
    ) -> BuildReport:
        """Index what arrives and publish the result, unless there is nothing to do."""
        started = time.perf_counter()
        cache = self._build_cache(base) if base is not None else BuildCache()
        unfinished = UnfinishedWork(self.root / "unfinished", embedder.fingerprint)
        builder = SegmentBuilder(
            embedder,
            known=known_vectors(cache.vectors, unfinished),
            unfinished=unfinished,
            copies=cache.copies,
            listener=listener,
        )
        with self._new_segment(builder, change.arriving()) as fresh:
            if base is None or fresh is not None or change.leaving:
                options = PublishOptions(embedder, choose=base is None or change.is_whole, skipped=builder.skipped)
                self._publish(fresh, change, base, options)
        if change.is_whole or unfinished.is_touched:
            unfinished.clear()
        return self._report(change, builder, time.perf_counter() - started)

    def _report(self, change: Change[PlaceT], builder: SegmentBuilder, seconds: float) -> BuildReport:
        name = self.current_name()
        manifest = self.manifests()[name]
        before = change.former_ids
        return BuildReport(
            snapshot=name,
            articles=manifest.n_articles,
            passages=manifest.n_passages,
            embedded=builder.embedded,
            added=tuple(sorted(builder.ids - before)),
            changed=tuple(sorted(builder.ids & before)),
            removed=tuple(sorted(before - builder.ids)),
            skipped=tuple(builder.skipped),
            seconds=seconds,
        )

    @contextmanager
    def _new_segment(self, builder: SegmentBuilder, items: Iterable[Article | Skipped]) -> Iterator[Segment | None]:
        """Open the segment of these items; None if there is nothing to index among them."""
        with self._fresh_folder() as (scratch, folder):
            if not builder.build(items, scratch):
                shutil.rmtree(scratch)
        if not builder.ids:
            yield None
            return
        with closing(Segment(folder)) as segment:
            yield segment

    @contextmanager
    def _base(self, embedder: Embedder) -> Iterator[SnapshotT | None]:
        """Open the snapshot in service, to build upon; None if there is no index yet."""
        try:
            snapshot = self.open_current(embedder)
        except SnapshotMissing:
            yield None
            return
        with closing(snapshot):
            yield snapshot

    @contextmanager
    def _sound_base(self, embedder: Embedder) -> Iterator[SnapshotT | None]:
        """Open the snapshot in service if it can be built upon and nothing of it was changed; what is broken is built
        anew."""
        try:
            snapshot = self.open_current(embedder)
        except SnapshotMissing:
            yield None
            return
        except (SnapshotCorrupt, SnapshotMismatch) as error:
            logger.warning("every article is indexed anew: %s", error)
            yield None
            return
        with closing(snapshot):
            if damage := self._damage(snapshot):
                logger.warning("every article is indexed anew, as files of the index were changed: %s", damage[0])
            yield None if damage else snapshot


@dataclass(frozen=True, slots=True)
class PublishOptions:
    """How to publish: with `choose`, canary questions are chosen where too few are left.

    `embedder` is the model of all vectors; `skipped` is what an error tells of where no article is left.
    """

    embedder: Embedder
    choose: bool
    skipped: Sequence[Skipped] = ()

    def nothing_left(self) -> ArticlesMissing:
        """Return the error for a library that would be empty."""
        reasons = "; ".join(f"{skip.name}: {skip.reason}" for skip in self.skipped[:5]) or "there are no articles"
        return ArticlesMissing(f"Not one article could be indexed ({reasons}), and no index is left without any.")


def _admitted(items: Iterable[Article | Skipped]) -> Iterator[Article | Skipped]:
    return (fitted(item) if isinstance(item, Article) else item for item in items)


def name_before(current: str, names: list[str], leaving: str | None, place: str) -> str:
    """Return the newest of `names`, oldest first, that is older than `current`: what a roll-back puts in service.

    Raises:
        SnapshotMissing: there is none, or `current` is not `leaving`, as somebody expected.
    """
    if leaving not in (None, current):
        raise SnapshotMissing(f"{leaving} is not in service any more, but {current}. Look again, and decide anew.")
    earlier = [name for name in names if name < current] if current in names else names
    if not earlier:
        raise SnapshotMissing(f"{current} is the oldest snapshot in {place}: nothing to roll back to.")
    return earlier[-1]
