"""Newsroom: what admins do while the bot runs. Reload the index, look at its state, read the figures."""

import logging
import threading
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol

from index.building import BuildReport, ProgressListener
from index.errors import IndexBusy
from index.intake import Intake
from index.live import LiveIndex

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
class Stats:
    """What was asked since `since`. Times are of whole replies."""

    since: datetime
    questions: int
    answered: int
    refused: int
    votes_up: int
    votes_down: int
    conversations: int
    p50_ms: float
    p95_ms: float


class Figures(Protocol):
    """Where figures come from: see `bot.store.Store`."""

    def stats(self, since: datetime) -> Stats:
        """Figures of everything asked since then."""


class Newsroom:
    """The admins' door, beside the readers' one (Dialogue). Safe to call from several threads."""

    def __init__(self, live: LiveIndex, articles: Path, figures: Figures, *, reader_name: str) -> None:
        """`articles` is the folder or file that a reload reads."""
        self._live = live
        self._articles = articles
        self._figures = figures
        self._reader_name = reader_name
        self._reloading = threading.Lock()
        self._started_at = datetime.now(UTC)

    def reload(self, listener: ProgressListener = lambda _: None) -> BuildReport:
        """Builds from the configured articles and switches to the result; the old index answers meanwhile.

        Raises:
            IndexingError: nothing changed in service; the text says why.
        """
        if not self._reloading.acquire(blocking=False):
            raise IndexBusy("A reload is already running. Its result will be shown where it was started.")
        try:
            report = Intake(self._live.library, self._live.embedder).rebuild(self._articles, listener)
            self._live.refresh()
        finally:
            self._reloading.release()
        logger.info("reloaded: %d articles, %d passages, %.1f s", report.articles, report.passages, report.seconds)
        return report

    def status(self) -> Status:
        """What is in service right now."""
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

    def stats(self, days: int) -> Stats:
        """Figures of the last `days` days."""
        return self._figures.stats(datetime.now(UTC) - timedelta(days=days))
