"""IndexOperations: what admins do to the index while the bot runs. Build it anew, go back a step, look at its state."""

import logging
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime

from index.errors import IndexBusy
from index.library.builder import BuildReport, ProgressListener
from index.library.live import LiveIndex

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Status:
    """What is in service right now."""

    snapshot: str
    built_at: datetime
    articles: int
    passages: int
    embedding_model: str
    reader: str
    reloading: bool
    started_at: datetime


@dataclass(frozen=True, slots=True)
class SnapshotInfo:
    """A snapshot of the index that is kept on disk."""

    name: str
    built_at: datetime
    articles: int
    in_service: bool


Rebuild = Callable[[ProgressListener], BuildReport]
"""Builds the index from the configured articles and publishes it: see `index.ingest.rebuild_process`."""
Exclusive = Callable[[], AbstractContextManager[object]]
"""A context within which no other replica changes the index; entering it raises `IndexBusy` if it takes too long."""


class IndexOperations:
    """Changes the index and looks at it. Safe to call from several threads; too slow for an event loop."""

    def __init__(
        self, live: LiveIndex, rebuild: Rebuild, *, reader_name: str, exclusive: Exclusive = nullcontext
    ) -> None:
        """`exclusive` keeps other replicas from changing the index. `reader_name` is shown in the status."""
        self._live = live
        self._rebuild = rebuild
        self._reader_name = reader_name
        self._exclusive = exclusive
        self._reloading = threading.Lock()
        self._started_at = datetime.now(UTC)

    def reload(self, listener: ProgressListener = lambda _: None) -> BuildReport:
        """Build from the configured articles and switch to the result; the old index answers meanwhile.

        What the listener raises calls it off.

        Raises:
            IndexingError: nothing changed in service; the text says why.
        """
        if not self._reloading.acquire(blocking=False):
            raise IndexBusy("A reload is already running. Its result will be shown where it was started.")
        try:
            with self._exclusive():
                report = self._rebuild(listener)
                self._live.refresh()
        finally:
            self._reloading.release()
        logger.info("reloaded: %d articles, %d passages, %.1f s", report.articles, report.passages, report.seconds)
        return report

    def snapshots(self) -> tuple[SnapshotInfo, ...]:
        """Return the snapshots that are kept, the newest first."""
        serving = self._live.refresh().name
        kept = self._live.library.manifests().items()
        return tuple(
            SnapshotInfo(name, manifest.built_at, manifest.n_articles, name == serving)
            for name, manifest in reversed(kept)
        )

    def roll_back(self, leaving: str) -> SnapshotInfo:
        """Put the snapshot before `leaving`, which is in service, back there, and return what is in service now.

        Raises:
            IndexingError: nothing changed in service; the text says why.
        """
        with self._exclusive():
            name = self._live.library.roll_back(leaving=leaving)
            snapshot = self._live.refresh()
        logger.info("rolled back to %s, serving %s", name, snapshot.name)
        return SnapshotInfo(snapshot.name, snapshot.manifest.built_at, snapshot.manifest.n_articles, in_service=True)

    @property
    def problem(self) -> str | None:
        """What is wrong with the index although it is answered from; None if nothing is known to be."""
        return self._live.problem

    def status(self) -> Status:
        """Return what is in service right now."""
        snapshot = self._live.refresh()
        manifest = snapshot.manifest
        return Status(
            snapshot=snapshot.name,
            built_at=manifest.built_at,
            articles=manifest.n_articles,
            passages=manifest.n_passages,
            embedding_model=f"{manifest.model} ({manifest.model_backend})",
            reader=self._reader_name,
            reloading=self._reloading.locked(),
            started_at=self._started_at,
        )
