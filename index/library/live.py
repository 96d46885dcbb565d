"""LiveIndex: the snapshot in service as this process sees it, swapped while questions are in flight."""

import logging
import threading
import time

from index.embedding.embedder import Embedder
from index.errors import IndexingError, VectorServerUnavailable
from index.library.kept_texts import KeptTexts
from index.library.protocol import Library
from index.search.retrieval import Retriever, Snapshot

logger = logging.getLogger(__name__)

_LOOK_EVERY_SECONDS = 1.0


class LiveIndex:
    """Hands out the retriever of the current snapshot. Whoever holds an older one finishes on it undisturbed.

    A snapshot that another process publishes is noticed within about a second of the next question; one that
    cannot be opened is logged once, and the last good one stays in service. So it does while a server is away.
    """

    def __init__(self, library: Library, embedder: Embedder) -> None:
        """Open the snapshot in service.

        Raises:
            SnapshotMissing, SnapshotCorrupt, SnapshotMismatch: there is nothing to serve.
        """
        self.library = library
        self.embedder = embedder
        self._lock = threading.Lock()
        self._retriever = Retriever(library.open_current(embedder), embedder)
        self._seen = self._retriever.snapshot.name
        self._looked_at = time.monotonic()
        self._is_away = False
        self._problem: str | None = None
        self._texts_lock = threading.Lock()
        self._texts: KeptTexts | None = None
        self._kept: tuple[str, ...] = ()

    def retriever(self) -> Retriever:
        """Return the retriever to answer the next question with."""
        if time.monotonic() - self._looked_at > _LOOK_EVERY_SECONDS and not self._lock.locked():
            self.refresh()
        return self._retriever

    def refresh(self) -> Snapshot:
        """Look for a newly published snapshot now and return the one in service."""
        with self._lock:
            self._looked_at = time.monotonic()
            try:
                name = self.library.current_name()
                if name != self._seen:
                    self._seen = name
                    self._retriever = Retriever(self.library.open_current(self.embedder), self.embedder)
                    self._seen = self._retriever.snapshot.name
                    logger.info("now serving snapshot %s", self._seen)
                self._note_that_server_answers()
                if self._seen == self._retriever.snapshot.name:
                    self._problem = None
            except VectorServerUnavailable as error:
                if not self._is_away:
                    logger.warning("no newer snapshot can be looked for: %s", error)
                self._is_away = True
                self._seen = self._retriever.snapshot.name
                self._looked_at = time.monotonic()
            except (IndexingError, OSError) as error:
                self._note_problem(str(error))
            return self._retriever.snapshot

    def kept_texts(self) -> KeptTexts:
        """Return every text that is kept of the articles now; those of before if they cannot be looked for."""
        with self._texts_lock:
            try:
                kept = (self.library.current_name(), *self.library.names())
                if self._texts is None or kept != self._kept:
                    self._texts = self.library.kept_texts(self.embedder)
                    self._kept = kept
            except (IndexingError, OSError) as error:
                if self._texts is None:
                    raise
                logger.warning("revisions cannot be looked for: %s", error)
            return self._texts

    @property
    def problem(self) -> str | None:
        """What is wrong with the index, although it is answered from: a newer one that cannot be opened, articles that
        were changed on the disk. None if nothing is."""
        damaged = len(self._retriever.snapshot.archive.damaged)
        return self._problem or (f"{damaged} articles are not as they were added" if damaged else None)

    def _note_problem(self, problem: str) -> None:
        if problem != self._problem:
            logger.error("the newly published snapshot cannot be served; the last one stays: %s", problem)
        self._problem = problem

    def _note_that_server_answers(self) -> None:
        if self._is_away:
            logger.info("the vector server is back")
        self._is_away = False
