"""The one writer: a collection that is there while somebody writes, with a heartbeat, so that a dead one is noticed."""

import logging
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from index.errors import IndexBusy, IndexingError, VectorServerRefused
from index.library.milvus.calls import Field
from index.library.milvus.layout import WRITER
from index.library.milvus.server import Server

logger = logging.getLogger(__name__)

_HOLDER = "holder_"
_BEAT_SECONDS = 5.0
_DEAD_AFTER_SECONDS = 60.0
"""A writer that gave no sign for so long is taken for dead. Clocks of machines may differ by some seconds."""


class WriterLock:
    """Held by one process on any machine. Milvus knows no locks, but it makes a collection of one name only once."""

    def __init__(self, server: Server, *, dead_after_seconds: float = _DEAD_AFTER_SECONDS) -> None:
        self._server = server
        self._dead_after = dead_after_seconds
        self._holder = ""

    @contextmanager
    def held(self) -> Iterator[None]:
        """Hold the lock.

        Raises:
            IndexBusy: another process does.
        """
        self._holder = f"{_HOLDER}{uuid.uuid4().hex}"
        self._take()
        stop = threading.Event()
        beating = threading.Thread(target=self._beat, args=(stop,), name="index-writer", daemon=True)
        beating.start()
        try:
            yield
        finally:
            stop.set()
            beating.join()
            if self._is_ours():
                self._server.drop(WRITER)

    def require(self) -> None:
        """Raise IndexBusy unless the lock is still ours: another process takes it if our heartbeat does not arrive.

        Called before what was written is published.
        """
        if not self._is_ours():
            raise IndexBusy(
                "Another process took over writing, as this one was not heard of for a minute. Nothing was published; "
                "try again when the other is done."
            )

    def _take(self) -> None:
        for _ in range(2):
            with suppress(VectorServerRefused):  # there is one already: whose, is asked next
                self._server.create(WRITER, (Field("id", "key"), Field(self._holder, "integer"), _VECTOR))
            if self._is_ours():
                self._sign()
                return
            if not self._is_dead():
                break
            logger.warning("a writer died; taking over")
            self._server.drop(WRITER)
        raise IndexBusy(
            f"Another process is building on {self._server.address}. Try again when it is done; if it died, in a "
            "minute."
        )

    def _is_ours(self) -> bool:
        return self._holder in self._server.field_names(WRITER)

    def _is_dead(self) -> bool:
        holders = [name for name in self._server.field_names(WRITER) if name.startswith(_HOLDER)]
        if not holders:
            return True  # gone meanwhile
        try:
            signs = self._server.rows(WRITER, "id == 0", holders, is_strict=True)
            if not signs:  # made a moment ago, or dead since that moment
                time.sleep(min(2.0, self._dead_after))
                signs = self._server.rows(WRITER, "id == 0", holders, is_strict=True)
        except VectorServerRefused:
            return True  # gone meanwhile
        return not signs or time.time() - int(signs[0][holders[0]]) / 1000 > self._dead_after

    def _beat(self, stop: threading.Event) -> None:
        while not stop.wait(_BEAT_SECONDS):
            try:
                if self._is_ours():
                    self._sign()
            except IndexingError as error:
                logger.warning("the writer's heartbeat did not arrive: %s", error)

    def _sign(self) -> None:
        self._server.write(WRITER, [{"id": 0, self._holder: int(time.time() * 1000), _VECTOR.name: [1.0, 0.0]}])


_VECTOR = Field("unused", "vector", 2)  # Milvus wants one in every collection
