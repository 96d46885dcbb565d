"""Library: the snapshots of one index folder. Changing the articles, publishing the result, rolling back.

A change writes what it changes: a segment for the articles that came, and a list of those that count no more. See
`index.folders` for what lies where, and `index.merging` for when small segments become a large one.
"""

import logging
import shutil
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from index.archive import Place
from index.article import Article, Skipped
from index.building import BuildReport, ProgressListener, SegmentBuilder
from index.changes import Change
from index.embedding import Embedder
from index.errors import (
    ArticlesMissing,
    IndexingError,
    SnapshotCorrupt,
    SnapshotMismatch,
    SnapshotMissing,
    UnknownArticle,
)
from index.folders import IndexFolders
from index.known_vectors import UnfinishedWork, known_vectors
from index.merging import Member
from index.publishing import Publication
from index.segment import Segment
from index.snapshot import IndexSnapshot, Manifest, corrupt_files, read_manifest

logger = logging.getLogger(__name__)


class Library:
    """One index folder. Reading needs no lock; whatever writes takes it."""

    def __init__(self, root: Path, *, keep: int = 3) -> None:
        """`keep` is how many snapshots stay on disk, the one in service included (at least 2 for a roll-back)."""
        self.root = root
        self._folders = IndexFolders(root)
        self._keep = max(keep, 2)

    def current_name(self) -> str:
        """The name of the snapshot in service.

        Raises:
            SnapshotMissing: nothing was published yet.
        """
        return self._folders.current_name()

    def names(self) -> list[str]:
        """Every whole snapshot on disk, oldest first."""
        return self._folders.snapshot_names()

    def open_current(self, embedder: Embedder) -> IndexSnapshot:
        """The snapshot in service.

        Raises:
            SnapshotMissing, SnapshotCorrupt, SnapshotMismatch: it cannot be served; the text says what to run.
        """
        name = self.current_name()
        try:
            return IndexSnapshot.open(self._folders.snapshots / name, self._folders.segments, embedder)
        except IndexingError:
            if self.current_name() != name:  # replaced and cleaned away while we looked
                return self.open_current(embedder)
            raise

    def rebuild(
        self,
        items: Iterable[Article | Skipped],
        embedder: Embedder,
        listener: ProgressListener = lambda _: None,
    ) -> BuildReport:
        """Makes these the articles of the library, and puts the result in service. A failure changes nothing.

        Articles that are there already, the same in every respect, stay as they lie on disk.

        Raises:
            ArticlesMissing: none of the items is an article with words.
            BuildCancelled, or whatever the listener raised: called off; the next build goes on from there.
            SnapshotRejected: the result does not find what the index in service finds.
            IndexBusy: another process is building.
        """
        with self._folders.writing(), self._sound_base(embedder) as base:
            places = dict(base.archive.places()) if base is not None else {}
            change = Change(places.get)
            return self._apply(change, base, embedder, _Work(items, listener, there=places))

    def add(
        self,
        items: Iterable[Article | Skipped],
        embedder: Embedder,
        listener: ProgressListener = lambda _: None,
    ) -> BuildReport:
        """Adds these articles to those in service; one with a known id takes its place. Errors as of `rebuild`."""
        with self._folders.writing(), self._base(embedder) as base:
            change = Change(base.archive.find if base is not None else lambda _: None)
            return self._apply(change, base, embedder, _Work(items, listener))

    def remove(self, article_ids: Iterable[str], embedder: Embedder) -> BuildReport:
        """Publishes the articles in service without these.

        Raises:
            UnknownArticle: an id is not in the index; nothing is removed then.
            ArticlesMissing: none would be left.
        """
        leaving = sorted(set(article_ids))
        with self._folders.writing(), closing(self.open_current(embedder)) as base:
            found = {article_id: base.archive.find(article_id) for article_id in leaving}
            if unknown := [article_id for article_id, place in found.items() if place is None]:
                raise UnknownArticle(f"Not in the index: {', '.join(unknown)}. `python -m index list` shows all ids.")
            removed = {article_id: place for article_id, place in found.items() if place is not None}
            change = Change(base.archive.find, removed=removed)
            return self._apply(change, base, embedder, _Work((), lambda _: None))

    def manifests(self) -> dict[str, Manifest]:
        """What each snapshot on disk says of itself, by name, oldest first; one that cannot be read is left out."""
        found = {}
        for name in self.names():
            try:
                found[name] = read_manifest(self._folders.snapshots / name)
            except IndexingError as error:
                logger.warning("a snapshot cannot be read: %s", error)
        return found

    def roll_back(self, *, leaving: str | None = None) -> str:
        """Puts the snapshot before the current one back in service and returns its name. Again undoes that of before.

        Raises:
            SnapshotMissing: there is no earlier one, or the one in service is not `leaving`, as somebody expected.
            SnapshotCorrupt, SnapshotMismatch: the earlier one cannot be served; the current one stays.
        """
        with self._folders.writing():
            current = self._folders.pointer()
            if leaving not in (None, current):
                raise SnapshotMissing(
                    f"{leaving} is not in service any more, but {current}. Look again, and decide anew."
                )
            names = self.names()
            earlier = [name for name in names if name < current] if current in names else names
            if not earlier:
                raise SnapshotMissing(f"{current} is the oldest snapshot in {self.root}: nothing to roll back to.")
            IndexSnapshot.open(self._folders.snapshots / earlier[-1], self._folders.segments, None).close()
            if problems := self._problems(earlier[-1]):
                raise SnapshotCorrupt(
                    f"{earlier[-1]} is damaged ({problems[0]}), so {current} stays. Run `python -m index build`."
                )
            self._folders.publish(earlier[-1])
            return earlier[-1]

    def verify(self) -> list[str]:
        """What is wrong with the files of all kept snapshots, that in service first, a line each; empty if all is well.

        Raises:
            SnapshotMissing, SnapshotCorrupt, SnapshotMismatch: none is in service that this program can read.
        """
        checked: set[str] = set()
        problems = self._problems(self.current_name(), checked)
        for name in reversed(self.names()):
            if name != self.current_name():
                with suppress(SnapshotMismatch):  # of another format: of no use, and no harm
                    problems += [f"{name}, kept for a rollback: {one}" for one in self._problems(name, checked)]
        return problems

    def _problems(self, name: str, checked: set[str] | None = None) -> list[str]:
        """What is wrong with the files of one snapshot; segments that are `checked` are passed over."""
        folders = self._folders
        return list(
            corrupt_files(folders.snapshots / name, folders.segments, checked if checked is not None else set())
        )

    def _apply(self, change: Change, base: IndexSnapshot | None, embedder: Embedder, work: "_Work") -> BuildReport:
        """Writes what the change brings and publishes the result, unless there is nothing to do."""
        started = time.perf_counter()
        members = base.members if base is not None else ()
        unfinished = UnfinishedWork(self._folders.unfinished, embedder.fingerprint)
        builder = SegmentBuilder(
            embedder,
            known=known_vectors([(one.segment.keys, one.segment.vectors.reconstruct) for one in members], unfinished),
            unfinished=unfinished,
            copies=[one.segment.copies for one in members],
            listener=work.listener,
        )
        with self._new_segment(builder, change.arriving(work.items)) as fresh:
            change.removed |= {name: place for name, place in (work.there or {}).items() if name not in change.seen}
            if base is None or fresh is not None or change.replaced or change.removed:
                kept = [Member(one.segment, one.dead | change.dead_rows(row)) for row, one in enumerate(members)]
                members = (*kept, *([Member(fresh, frozenset())] if fresh is not None else []))
                if not any(member.n_articles for member in members):
                    raise ArticlesMissing(_why_nothing(builder.skipped))
                publication = Publication(self._folders, embedder, keep=self._keep)
                gone = frozenset([*change.replaced, *change.removed])
                publication.publish(members, base, gone, choose=base is None or work.there is not None)
        if work.there is not None or unfinished.is_touched:
            unfinished.clear()
        return self._report(change, builder, time.perf_counter() - started)

    def _report(self, change: Change, builder: SegmentBuilder, seconds: float) -> BuildReport:
        name = self.current_name()
        manifest = read_manifest(self._folders.snapshots / name)
        before = change.replaced.keys() | change.removed.keys()
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
        name = self._folders.new_name()
        with self._folders.scratch(self._folders.segments, name) as scratch:
            if not builder.build(items, scratch):
                shutil.rmtree(scratch)
        if not builder.ids:
            yield None
            return
        with closing(Segment(self._folders.segments / name)) as segment:
            yield segment

    @contextmanager
    def _base(self, embedder: Embedder) -> Iterator[IndexSnapshot | None]:
        """The snapshot in service, to build upon; None if there is no index yet."""
        try:
            snapshot = self.open_current(embedder)
        except SnapshotMissing:
            yield None
            return
        with closing(snapshot):
            yield snapshot

    @contextmanager
    def _sound_base(self, embedder: Embedder) -> Iterator[IndexSnapshot | None]:
        """The same if it can be built upon and no file of it was changed; what is broken is built anew."""
        try:
            snapshot = self.open_current(embedder)
        except SnapshotMissing:
            yield None
            return
        except IndexingError as error:
            logger.warning("every article is indexed anew: %s", error)
            yield None
            return
        with closing(snapshot):
            if problems := self._problems(snapshot.name):
                logger.warning("every article is indexed anew, as files of the index were changed: %s", problems[0])
            yield None if problems else snapshot


@dataclass(frozen=True, slots=True)
class _Work:
    """What to index, and who hears of it. `there`: every article in service, if `items` are to be all there are."""

    items: Iterable[Article | Skipped]
    listener: ProgressListener
    there: Mapping[str, Place] | None = None


def _why_nothing(skipped: Sequence[Skipped]) -> str:
    reasons = "; ".join(f"{skip.name}: {skip.reason}" for skip in skipped[:5]) or "there are no articles"
    return f"Not one article could be indexed ({reasons}), and no index is left without any."
