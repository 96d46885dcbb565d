"""ArticleLibrary: what every back end can do with its articles, and how a change comes about on any of them.

A change is indexed into one new segment on the disk of whoever makes it; what becomes of it is the back end's own.
"""

import logging
import shutil
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Generic, Protocol, TypeVar

from index.article import Article, Skipped
from index.embedding.embedder import Embedder
from index.embedding.vector_cache import UnfinishedWork, VectorSource, known_vectors
from index.errors import ArticlesMissing, SnapshotCorrupt, SnapshotMismatch, SnapshotMissing, UnknownArticle
from index.library.builder import BuildReport, ProgressListener, SegmentBuilder
from index.library.disk.segment import Segment
from index.library.disk.segment_articles import fingerprint_of
from index.library.near_duplicates import KnownCopies
from index.manifest import Manifest
from index.search.retrieval import Snapshot

logger = logging.getLogger(__name__)


class Findable(Protocol):
    """Where an article lies."""

    @property
    def fingerprint(self) -> bytes:
        """Changes when anything of the article does."""


PlaceT = TypeVar("PlaceT", bound=Findable)


SnapshotT = TypeVar("SnapshotT", bound=Snapshot)


Finder = Callable[[str], PlaceT | None]


@dataclass(slots=True)
class Change(Generic[PlaceT]):
    """Collects, while articles pass through `arriving`, the places of those that they replace.

    `find` gives the place of an article that is in service, by id.
    """

    find: Callable[[str], PlaceT | None]
    replaced: dict[str, PlaceT] = field(default_factory=dict)
    removed: dict[str, PlaceT] = field(default_factory=dict)
    seen: set[str] = field(default_factory=set)

    def arriving(self, items: Iterable[Article | Skipped]) -> Iterator[Article | Skipped]:
        """Yield the items that have to be indexed: new articles and changed ones, and whatever was skipped."""
        for item in items:
            if isinstance(item, Skipped):
                yield item
            elif item.id in self.seen:
                yield Skipped(item.id, "an article with this id came before it")
            else:
                self.seen.add(item.id)
                place = self.find(item.id)
                if place is None:
                    yield item
                elif place.fingerprint != fingerprint_of(item):
                    self.replaced[item.id] = place
                    yield item

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


class ArticleLibrary(ABC, Generic[SnapshotT, PlaceT]):
    """A library of articles and its history. Reading needs no lock; whatever writes takes it."""

    def __init__(self, root: Path) -> None:
        """`root` is the folder of this machine's own files: what arrived, and vectors of builds under way."""
        self.root = root

    def __str__(self) -> str:
        """Return where the articles are, in a word."""
        return str(self.root)

    @abstractmethod
    def current_name(self) -> str:
        """Return the name of the snapshot in service.

        Raises:
            SnapshotMissing: nothing was published yet.
        """

    @abstractmethod
    def names(self) -> list[str]:
        """Return every whole snapshot that is kept, oldest first."""

    @abstractmethod
    def open_current(self, embedder: Embedder) -> SnapshotT:
        """Return the snapshot in service.

        Raises:
            SnapshotMissing, SnapshotCorrupt, SnapshotMismatch: it cannot be served; the text says what to run.
        """

    @abstractmethod
    def manifests(self) -> dict[str, Manifest]:
        """Return what each kept snapshot says of itself, by name, oldest first; one that cannot be read is left out."""

    @abstractmethod
    def roll_back(self, *, leaving: str | None = None) -> str:
        """Put the snapshot before the current one back in service and return its name. Again undoes that of before.

        Raises:
            SnapshotMissing: there is no earlier one, or the one in service is not `leaving`, as somebody expected.
            SnapshotCorrupt, SnapshotMismatch: the earlier one cannot be served; the current one stays.
        """

    @abstractmethod
    def verify(self) -> list[str]:
        """Return what is wrong with the kept snapshots, that in service first, a line each; empty if all is well.

        Raises:
            SnapshotMissing, SnapshotCorrupt, SnapshotMismatch: none is in service that this program can read.
        """

    @abstractmethod
    def copy_current(self, folder: Path, embedder: Embedder) -> None:
        """Write all articles in service as one segment into the empty `folder`."""

    @abstractmethod
    def take_over(self, folder: Path, embedder: Embedder) -> None:
        """Publish the segment in `folder`, made by `embedder`'s model, as all the articles there are. Moves it."""

    def rebuild(
        self,
        items: Iterable[Article | Skipped],
        embedder: Embedder,
        listener: ProgressListener = lambda _: None,
    ) -> BuildReport:
        """Make these the articles of the library, and put the result in service. A failure changes nothing.

        Articles that are there already, the same in every respect, stay as they are.

        Raises:
            ArticlesMissing: none of the items is an article with words.
            BuildCancelled, or whatever the listener raised: called off; the next build goes on from there.
            SnapshotRejected: the result does not find what the index in service finds.
            IndexBusy: another process is building.
        """
        with self._writing(), self._sound_base(embedder) as base:
            places = self._places(base) if base is not None else {}
            return self._apply(Change(places.get), base, embedder, _Work(items, listener, there=places))

    def renew(self, embedder: Embedder, listener: ProgressListener = lambda _: None) -> BuildReport:
        """Index every article in service anew, whichever model or earlier format it was indexed with.

        Raises:
            SnapshotMissing, SnapshotCorrupt, SnapshotMismatch: there is none whose articles can be read.
            BuildCancelled, or whatever the listener raised: called off; the next time goes on from there.
            IndexBusy: another process is building.
        """
        with self._writing(), closing(self._open_to_read()) as old:
            work: _Work[PlaceT] = _Work(self._as_written(old), listener, there={})
            return replace(self._apply(Change(lambda _: None), None, embedder, work), added=())

    def add(
        self,
        items: Iterable[Article | Skipped],
        embedder: Embedder,
        listener: ProgressListener = lambda _: None,
    ) -> BuildReport:
        """Add these articles to those in service; one with a known id takes its place. Errors as of `rebuild`."""
        with self._writing(), self._base(embedder) as base:
            return self._apply(Change(self._finder(base)), base, embedder, _Work(items, listener))

    def remove(self, article_ids: Iterable[str], embedder: Embedder) -> BuildReport:
        """Publish the articles in service without these.

        Raises:
            UnknownArticle: an id is not in the index; nothing is removed then.
            ArticlesMissing: none would be left.
        """
        leaving = sorted(set(article_ids))
        with self._writing(), closing(self.open_current(embedder)) as base:
            find = self._finder(base)
            found = {article_id: find(article_id) for article_id in leaving}
            if unknown := [article_id for article_id, place in found.items() if place is None]:
                raise UnknownArticle(f"Not in the index: {', '.join(unknown)}. `python -m index list` shows all ids.")
            removed = {article_id: place for article_id, place in found.items() if place is not None}
            return self._apply(Change(find, removed=removed), base, embedder, _Work((), lambda _: None))

    @abstractmethod
    def _writing(self) -> AbstractContextManager[None]:
        """Hold the library for writing; IndexBusy if somebody else does."""

    @abstractmethod
    def _open_to_read(self) -> SnapshotT:
        """Return the snapshot in service, for its articles alone, whichever model or earlier format they are indexed
        with."""

    @abstractmethod
    def _places(self, base: SnapshotT) -> Mapping[str, PlaceT]:
        """Return the place of every article."""

    @abstractmethod
    def _find(self, base: SnapshotT, article_id: str) -> PlaceT | None:
        """Return the place of one, if it is there."""

    @abstractmethod
    def _known(self, base: SnapshotT) -> BuildCache:
        """Return what the snapshot in service saves a build."""

    @abstractmethod
    def _fresh_folder(self) -> AbstractContextManager[tuple[Path, Path]]:
        """Return an empty folder to write a segment in, and where that lies once the context ends; gone if it was
        emptied."""

    @abstractmethod
    def _publish(
        self, fresh: Segment | None, change: Change[PlaceT], base: SnapshotT | None, plan: "PublishOptions"
    ) -> None:
        """Put the base with this change in service, by way of a check that it answers as it should.

        Raises:
            ArticlesMissing: no article would be left.
            SnapshotRejected: the check failed.
        """

    def _damage(self, base: SnapshotT) -> list[str]:
        """Return what keeps a rebuild from building upon the snapshot in service, a line each."""
        return self.verify()

    def _as_written(self, snapshot: SnapshotT) -> Iterator[Article]:
        """Yield every article, unless one of them is not the one that was added."""
        places = self._places(snapshot)
        for article in snapshot.archive.articles():
            if fingerprint_of(article) != places[article.id].fingerprint:
                raise SnapshotCorrupt(
                    f"{self}: article {article.id} is not as it was added (fingerprint differs), and nothing was "
                    "changed. Run `python -m index rollback`, or build again."
                )
            yield article

    def _admitted(self, item: Article | Skipped) -> Article | Skipped:
        """Return the item, or why this back end cannot hold it."""
        return item

    def _finder(self, base: SnapshotT | None) -> Finder[PlaceT]:
        return lambda article_id: self._find(base, article_id) if base is not None else None

    def _apply(
        self, change: Change[PlaceT], base: SnapshotT | None, embedder: Embedder, work: "_Work[PlaceT]"
    ) -> BuildReport:
        """Write what the change brings and publish the result, unless there is nothing to do."""
        started = time.perf_counter()
        known = self._known(base) if base is not None else BuildCache()
        unfinished = UnfinishedWork(self.root / "unfinished", embedder.fingerprint)
        builder = SegmentBuilder(
            embedder,
            known=known_vectors(known.vectors, unfinished),
            unfinished=unfinished,
            copies=known.copies,
            listener=work.listener,
        )
        with self._new_segment(builder, change.arriving(map(self._admitted, work.items))) as fresh:
            change.removed |= {name: place for name, place in (work.there or {}).items() if name not in change.seen}
            if base is None or fresh is not None or change.leaving:
                plan = PublishOptions(embedder, choose=base is None or work.there is not None, skipped=builder.skipped)
                self._publish(fresh, change, base, plan)
        if work.there is not None or unfinished.is_touched:
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
        """The segment of these items, open; None if there is nothing to index among them."""
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
        """The snapshot in service, to build upon; None if there is no index yet."""
        try:
            snapshot = self.open_current(embedder)
        except SnapshotMissing:
            yield None
            return
        with closing(snapshot):
            yield snapshot

    @contextmanager
    def _sound_base(self, embedder: Embedder) -> Iterator[SnapshotT | None]:
        """The same if it can be built upon and nothing of it was changed; what is broken is built anew."""
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


AnyLibrary = ArticleLibrary[Any, Any]


@dataclass(frozen=True, slots=True)
class PublishOptions:
    """How to publish: with `choose`, canary questions are added where too few are left; `skipped` tells why nothing is.

    `embedder` is the model of all vectors.
    """

    embedder: Embedder
    choose: bool
    skipped: Sequence[Skipped] = ()

    def nothing_left(self) -> ArticlesMissing:
        """Return the error for a library that would be empty."""
        reasons = "; ".join(f"{skip.name}: {skip.reason}" for skip in self.skipped[:5]) or "there are no articles"
        return ArticlesMissing(f"Not one article could be indexed ({reasons}), and no index is left without any.")


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


@dataclass(frozen=True, slots=True)
class _Work(Generic[PlaceT]):
    """What to index, and who hears of it. `there`: every article in service, if `items` are to be all there are."""

    items: Iterable[Article | Skipped]
    listener: ProgressListener
    there: Mapping[str, PlaceT] | None = None
