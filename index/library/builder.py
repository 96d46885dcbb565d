"""Articles in, the files of one segment out: in one pass, embedding on every core while the next articles are read."""

import logging
import sqlite3
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from index.article import Article, Skipped
from index.embedding.embedder import Embedder, Vectors
from index.embedding.vector_cache import KnownVectors, UnfinishedWork
from index.hashing import hash64
from index.library.disk.segment import SegmentWriter
from index.library.near_duplicates import CopyFinder, KnownCopies
from index.text.chunking import chunk_article

logger = logging.getLogger(__name__)

_WINDOW = 1024
"""Passages whose texts are held and sorted by length together: bounds memory, and the work that a kill can cost."""
_STEP = 256
"""Passages given to the embedder at once."""
_WINDOWS_IN_FLIGHT = 2
_WORTH_KEEPING = 256
"""Computed vectors of a window from which on they are kept for the case that the build does not end."""
_REPORT_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class BuildProgress:
    """How far a build is. `passages_total` is 0 until every article has been split."""

    articles: int
    passages_done: int
    passages_total: int


ProgressListener = Callable[[BuildProgress], None]
"""Called from the thread that builds. What it raises cancels the build: see `index.errors.BuildCancelled`."""


@dataclass(frozen=True, slots=True)
class BuildReport:
    """What a build made. `added`, `changed` and `removed` are article ids, against the previous snapshot.

    `embedded` counts the passages whose vectors had to be computed; the others kept theirs.
    """

    snapshot: str
    articles: int
    passages: int
    embedded: int
    added: tuple[str, ...]
    changed: tuple[str, ...]
    removed: tuple[str, ...]
    skipped: tuple[Skipped, ...]
    seconds: float


@dataclass(slots=True)
class _Window:
    """Passages in a row whose vectors are being found."""

    texts: list[str] = field(default_factory=list)
    keys: list[int] = field(default_factory=list)
    """What each text, and so its vector, is known by."""
    n_computed: int = 0


class SegmentBuilder:
    """Builds one segment in an empty folder. For one build."""

    def __init__(
        self,
        embedder: Embedder,
        *,
        known: KnownVectors,
        unfinished: UnfinishedWork,
        copies: Iterable[KnownCopies] = (),
        listener: ProgressListener = lambda _: None,
    ) -> None:
        """Take `copies` as the articles that others may be copies of, beside each other."""
        self._embedder = embedder
        self._known = known
        self._unfinished = unfinished
        self._copies = CopyFinder(tuple(copies))
        self._listener = listener
        self._done = 0
        self._total = 0
        self._cancelled = False
        self.embedded = 0
        self.ids: set[str] = set()
        self.skipped: list[Skipped] = []

    def build(self, items: Iterable[Article | Skipped], folder: Path) -> bool:
        """Write the segment of the articles among `items` into `folder`; False if there was none to write."""
        with SegmentWriter(folder, self._embedder.dimension) as writer:
            for vectors in self._batches(items, writer):
                writer.add_vectors(vectors)
            if self.ids:
                writer.finish(self._copies.finish())
        return bool(self.ids)

    def _batches(self, items: Iterable[Article | Skipped], writer: SegmentWriter) -> Iterator[Vectors]:
        """Yield the vectors of all passages, in their order, while articles are read ahead of them."""
        flying: deque[Future[Vectors]] = deque()
        with ThreadPoolExecutor(1) as pool, closing(self._windows(items, writer)) as windows:
            try:
                for window in windows:
                    flying.append(pool.submit(self._vectors, window))
                    while len(flying) > _WINDOWS_IN_FLIGHT:
                        yield self._landed(flying.popleft())
                self._total = writer.n_passages
                self._report()
                while flying:
                    yield self._landed(flying.popleft())
                self._report()
            except BaseException:
                self._cancelled = True
                raise

    def _windows(self, items: Iterable[Article | Skipped], writer: SegmentWriter) -> Generator[_Window, None, None]:
        window = _Window()
        for item in items:
            for words, key in self._read(item, writer):
                window.texts.append(words)
                window.keys.append(key)
                if len(window.texts) == _WINDOW:
                    yield window
                    window = _Window()
        if window.texts:
            yield window

    def _read(self, item: Article | Skipped, writer: SegmentWriter) -> list[tuple[str, int]]:
        """Store an article, and return the words of its passages, which are to be embedded, with their keys."""
        if isinstance(item, Skipped):
            self.skipped.append(item)
            return []
        if item.id in self.ids:
            self.skipped.append(Skipped(item.id, "an article with this id came before it"))
            return []
        try:
            passages = chunk_article(item)
            texts = [passage.span.slice(item.text) for passage in passages]
            keys = [hash64(text) for text in texts]
            if passages:
                writer.add_article(item, passages, keys)
        except (OSError, sqlite3.Error):
            raise
        except Exception as error:  # an article that breaks the code must cost that article only
            logger.exception("an article cannot be indexed: %s", item.id)
            self.skipped.append(Skipped(item.id, f"broke the code that indexes it ({type(error).__name__})"))
            return []
        if not passages:
            self.skipped.append(Skipped(item.id, "no sentence is left once markup and boilerplate are set aside"))
            return []
        self.ids.add(item.id)
        self._copies.add(item)
        self._report()
        return list(zip(texts, keys, strict=True))

    def _vectors(self, window: _Window) -> Vectors:
        """Return (n, dimension), the vectors of a window. Runs beside the reading of articles."""
        vectors = np.zeros((len(window.texts), self._embedder.dimension), np.float32)
        keys = np.array(window.keys, np.uint64)
        known = self._known.fill(keys, vectors)
        missing = sorted(np.flatnonzero(~known).tolist(), key=lambda row: len(window.texts[row]))
        self._done += int(known.sum())
        for first in range(0, len(missing), _STEP):
            if self._cancelled:
                break
            rows = missing[first : first + _STEP]
            vectors[rows] = self._embedder.embed_passages([window.texts[row] for row in rows])
            self._done += len(rows)
            self.embedded += len(rows)
            window.n_computed += len(rows)
        done = missing[: window.n_computed]
        if len(done) >= _WORTH_KEEPING:
            self._unfinished.keep(keys[done], vectors[done])
        return vectors

    def _landed(self, flying: Future[Vectors]) -> Vectors:
        while not flying.done():
            wait([flying], timeout=_REPORT_SECONDS)
            self._report()
        return flying.result()

    def _report(self) -> None:
        self._listener(BuildProgress(len(self.ids), self._done, self._total))
