"""The folders of one index: names, the pointer to what is in service, atomic publication, cleaning up.

INDEX/CURRENT             the name of the snapshot in service, replaced atomically
INDEX/snapshots/NAME/     immutable once published: which segments count
INDEX/segments/NAME/      immutable once written: articles, and what finds them; shared by snapshots
INDEX/unfinished/         vectors of a build under way
INDEX/write.lock          held by the one process that builds; the system frees it if that process dies
"""

import os
import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from filelock import FileLock, Timeout

from index.errors import IndexBusy, SnapshotCorrupt, SnapshotMissing
from index.syncing import sync

_UNFINISHED = ".building-"


class IndexFolders:
    """Where things lie below one index folder. Reading needs no lock; whatever writes holds `writing`."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.snapshots = root / "snapshots"
        self.segments = root / "segments"
        self.unfinished = root / "unfinished"

    def pointer(self) -> str:
        """Return what `CURRENT` says, whether or not there is such a snapshot.

        Raises:
            SnapshotMissing: nothing was published yet.
        """
        try:
            return (self.root / "CURRENT").read_text(encoding="utf-8", errors="replace").strip()
        except FileNotFoundError as error:
            raise SnapshotMissing(
                f"There is no index in {self.root}. Run `python -m index build --articles seeds --index {self.root}`."
            ) from error

    def current_name(self) -> str:
        """Return the name of the snapshot in service.

        Raises:
            SnapshotMissing: nothing was published yet.
            SnapshotCorrupt: what was published is not there.
        """
        name = self.pointer()
        if not name or Path(name).name != name or not (self.snapshots / name).is_dir():
            raise SnapshotCorrupt(
                f"{self.root / 'CURRENT'} names the snapshot {name!r}, which is not there. "
                f"Run `python -m index rollback --index {self.root}`, or build again."
            )
        return name

    def snapshot_names(self) -> list[str]:
        """Return every whole snapshot on disk, oldest first."""
        return _names_in(self.snapshots)

    def new_name(self) -> str:
        """Return a name that sorts after all others, even when the clock was set back: then names are counted."""
        stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S.%f")
        latest = max([*_names_in(self.snapshots), *_names_in(self.segments)], default="")
        if stamp > latest:
            return stamp
        stem, _, counted = latest.partition("+")
        return f"{stem}+{int(counted) + 1 if counted.isdecimal() else 1:09d}"

    @contextmanager
    def scratch(self, parent: Path, name: str) -> Iterator[Path]:
        """Open an empty folder that becomes `parent/name`, synced to the disk, if all goes well and it is still
        there."""
        folder = parent / f"{_UNFINISHED}{name}"
        folder.mkdir(parents=True)
        try:
            yield folder
            if folder.is_dir():
                _sync_tree(folder)
                folder.rename(parent / name)
                sync(parent)
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise

    def publish(self, name: str) -> None:
        """Put a snapshot in service, in one step that no crash can tear."""
        pointer = self.root / ".CURRENT.new"
        with pointer.open("w", encoding="utf-8") as file:
            file.write(name + "\n")
            file.flush()
            os.fsync(file.fileno())
        pointer.replace(self.root / "CURRENT")
        sync(self.root)

    def clear_unfinished(self) -> None:
        """Remove what killed builds left behind, except vectors. Call it only with the lock held, when nobody
        builds."""
        for parent in (self.snapshots, self.segments):
            for path in parent.glob(f"{_UNFINISHED}*"):
                shutil.rmtree(path, ignore_errors=True)

    def drop_snapshots(self, names: Iterable[str]) -> None:
        """Remove these snapshots; their segments stay until `drop_segments_except`."""
        for name in names:
            shutil.rmtree(self.snapshots / name, ignore_errors=True)

    def drop_segments_except(self, needed: Callable[[str], Iterable[str]]) -> None:
        """Remove the segments that no snapshot needs; `needed` names those of one snapshot."""
        kept = {segment for name in self.snapshot_names() for segment in needed(name)}
        for name in _names_in(self.segments):
            if name not in kept:
                shutil.rmtree(self.segments / name, ignore_errors=True)

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Hold the index for writing.

        Raises:
            IndexBusy: another process does.
        """
        self.snapshots.mkdir(parents=True, exist_ok=True)
        self.segments.mkdir(exist_ok=True)
        lock = FileLock(self.root / "write.lock", timeout=0)
        try:
            lock.acquire()
        except Timeout as error:
            raise IndexBusy(f"Another process is building in {self.root}. Try again when it is done.") from error
        try:
            self.clear_unfinished()
            yield
        finally:
            lock.release()


def _names_in(folder: Path) -> list[str]:
    if not folder.is_dir():
        return []
    return sorted(path.name for path in folder.iterdir() if not path.name.startswith("."))


def _sync_tree(folder: Path) -> None:
    """Have the system write everything below `folder` to the disk, so that a power cut cannot tear it."""
    for path in sorted(folder.rglob("*"), reverse=True):
        sync(path)
    sync(folder)
