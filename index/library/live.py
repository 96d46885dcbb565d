"""LiveIndex: the snapshot in service as this process sees it, swapped while questions are in flight."""

import logging
import threading
import time

from index.embedding.embedder import Embedder
from index.errors import IndexingError, VectorServerUnavailable
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
            except VectorServerUnavailable as error:
                if not self._is_away:
                    logger.warning("no newer snapshot can be looked for: %s", error)
                self._is_away = True
                self._seen = self._retriever.snapshot.name
                self._looked_at = time.monotonic()
            except IndexingError:
                logger.exception("the newly published snapshot cannot be served; the last one stays")
            return self._retriever.snapshot

    def _note_that_server_answers(self) -> None:
        if self._is_away:
            logger.info("the vector server is back")
        self._is_away = False
