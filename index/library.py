"""The snapshots of one index folder: which is in service, publishing another, rolling back, cleaning up.

INDEX/CURRENT             the name of the snapshot in service, replaced atomically
INDEX/snapshots/NAME/     immutable once published
INDEX/write.lock          held by the one process that builds; the system frees it if that process dies
"""

import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from filelock import FileLock, Timeout

from index.article import Article, Skipped
from index.building import BuildReport, ProgressListener, SnapshotBuilder
from index.embedding import Embedder
from index.errors import IndexBusy, IndexingError, SnapshotMissing, UnknownArticle
from index.snapshot import IndexSnapshot, corrupt_files

_UNFINISHED = ".building-"


class Library:
    """One index folder. Reading needs no lock; whatever writes takes it."""

    def __init__(self, root: Path, *, keep: int = 3) -> None:
        """`keep` is how many snapshots stay on disk, the one in service included (at least 2 for a roll-back)."""
        self.root = root
        self._keep = max(keep, 2)
        self._snapshots = root / "snapshots"

    def current_name(self) -> str:
        """The name of the snapshot in service.

        Raises:
            SnapshotMissing: nothing was published yet.
        """
        try:
            return (self.root / "CURRENT").read_text(encoding="utf-8").strip()
        except FileNotFoundError as error:
            raise SnapshotMissing(
                f"There is no index in {self.root}. Run `python -m index build --articles seeds --index {self.root}`."
            ) from error

    def names(self) -> list[str]:
        """Every whole snapshot on disk, oldest first."""
        if not self._snapshots.is_dir():
            return []
        return sorted(path.name for path in self._snapshots.iterdir() if not path.name.startswith("."))

    def open_current(self, embedder: Embedder) -> IndexSnapshot:
        """The snapshot in service.

        Raises:
            SnapshotMissing, SnapshotCorrupt, SnapshotMismatch: it cannot be served; the text says what to run.
        """
        name = self.current_name()
        try:
            return IndexSnapshot.open(self._snapshots / name, embedder)
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
        """Builds a snapshot of these articles and puts it in service. Any failure leaves the last one there.

        Raises:
            ArticlesMissing: none of the items is an article with words.
            IndexBusy: another process is building.
        """
        with self._writing():
            return self._rebuild(items, embedder, listener)

    def add(
        self,
        items: Iterable[Article | Skipped],
        embedder: Embedder,
        listener: ProgressListener = lambda _: None,
    ) -> BuildReport:
        """Like `rebuild`, but on top of the articles in service; one with a known id takes its place."""
        with self._writing():
            return self._rebuild(self._with_current(list(items), embedder), embedder, listener)

    def remove(self, article_ids: Iterable[str], embedder: Embedder) -> BuildReport:
        """Publishes the articles in service without these.

        Raises:
            UnknownArticle: an id is not in the index; nothing is removed then.
        """
        leaving = frozenset(article_ids)
        with self._writing():
            snapshot = self.open_current(embedder)
            try:
                if unknown := leaving - snapshot.manifest.revisions.keys():
                    raise UnknownArticle(
                        f"Not in the index: {', '.join(sorted(unknown))}. `python -m index list` shows all ids."
                    )
                staying = (article for article in snapshot.archive.articles() if article.id not in leaving)
                return self._rebuild(staying, embedder, lambda _: None)
            finally:
                snapshot.close()

    def roll_back(self) -> str:
        """Puts the snapshot before the current one back in service and returns its name. Again undoes that of before.

        Raises:
            SnapshotMissing: there is no earlier one.
        """
        with self._writing():
            current = self.current_name()
            earlier = [name for name in self.names() if name < current]
            if not earlier:
                raise SnapshotMissing(f"{current} is the oldest snapshot in {self.root}: nothing to roll back to.")
            self._publish(earlier[-1])
            return earlier[-1]

    def verify(self) -> list[str]:
        """What is wrong with the files of the snapshot in service, a line each; empty if all is well."""
        return list(corrupt_files(self._snapshots / self.current_name()))

    def _with_current(self, items: list[Article | Skipped], embedder: Embedder) -> Iterator[Article | Skipped]:
        try:
            snapshot = self.open_current(embedder)
        except SnapshotMissing:
            yield from items
            return
        arriving = {item.id for item in items if isinstance(item, Article)}
        try:
            yield from (article for article in snapshot.archive.articles() if article.id not in arriving)
        finally:
            snapshot.close()
        yield from items

    def _rebuild(
        self, items: Iterable[Article | Skipped], embedder: Embedder, listener: ProgressListener
    ) -> BuildReport:
        name = self._next_name()
        scratch = self._snapshots / f"{_UNFINISHED}{name}"
        self._clear_unfinished()
        scratch.mkdir(parents=True)
        previous = self._previous(embedder)
        try:
            report = SnapshotBuilder(embedder, previous=previous, listener=listener).build(items, scratch, name)
            _sync_tree(scratch)
            scratch.rename(self._snapshots / name)
        except BaseException:
            shutil.rmtree(scratch, ignore_errors=True)
            raise
        finally:
            if previous is not None:
                previous.close()
        undone = self._rolled_back_from()
        self._publish(name)
        self._drop([*undone, *self.names()[: -self._keep]])
        return report

    def _previous(self, embedder: Embedder) -> IndexSnapshot | None:
        """The snapshot in service, if its vectors can be reused; a broken one is no reason not to build."""
        try:
            return self.open_current(embedder)
        except IndexingError:
            return None

    def _publish(self, name: str) -> None:
        pointer = self.root / ".CURRENT.new"
        with pointer.open("w", encoding="utf-8") as file:
            file.write(name + "\n")
            file.flush()
            os.fsync(file.fileno())
        _sync(self._snapshots)
        pointer.replace(self.root / "CURRENT")
        _sync(self.root)

    def _rolled_back_from(self) -> list[str]:
        """Snapshots newer than the one in service: a roll-back left them, and no later one shall return there."""
        try:
            current = self.current_name()
        except SnapshotMissing:
            return []
        return [name for name in self.names()[:-1] if name > current]

    def _drop(self, names: Iterable[str]) -> None:
        for name in names:
            shutil.rmtree(self._snapshots / name, ignore_errors=True)

    def _clear_unfinished(self) -> None:
        """Removes what killed builds left behind. Only with the lock held: nobody else is building."""
        if self._snapshots.is_dir():
            for path in self._snapshots.glob(f"{_UNFINISHED}*"):
                shutil.rmtree(path, ignore_errors=True)

    def _next_name(self) -> str:
        """A name that sorts after all others, even when the clock was set back."""
        stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S.%f")
        latest = max(self.names(), default="")
        return stamp if stamp > latest else f"{latest}+"

    @contextmanager
    def _writing(self) -> Iterator[None]:
        self._snapshots.mkdir(parents=True, exist_ok=True)
        lock = FileLock(self.root / "write.lock", timeout=0)
        try:
            lock.acquire()
        except Timeout as error:
            raise IndexBusy(f"Another process is building in {self.root}. Try again when it is done.") from error
        try:
            yield
        finally:
            lock.release()


def _sync_tree(folder: Path) -> None:
    """Has the system write everything below `folder` to the disk, so that a power cut cannot tear it."""
    for path in sorted(folder.rglob("*"), reverse=True):
        _sync(path)
    _sync(folder)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
