"""The models that ship, which remember what they computed: tests play the same conversations on many back ends, and ask
the same of the same articles again and again. What is asked once is computed by the model itself, for all processes of
the tests."""

import hashlib
import pickle
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from threading import Lock
from typing import Any

import numpy as np

from bot.app import Models
from bot.reading.shared_scores import SharingScorer
from index.embedding.embedder import Embedder, Vectors
from tests.shared import made_once


class _Memory(dict[Any, Any]):
    """A dictionary that knows what others of its name have been told in other processes, too."""

    def __init__(self, name: str) -> None:
        super().__init__()
        path = made_once(f"memory-{name}", lambda folder: str(folder / "known.db"))
        self._known = sqlite3.connect(path, timeout=60, isolation_level=None, check_same_thread=False)
        self._known.execute("PRAGMA synchronous = OFF")
        self._known.execute("CREATE TABLE IF NOT EXISTS known (key BLOB PRIMARY KEY, value BLOB) WITHOUT ROWID")
        self._lock = Lock()

    def __contains__(self, key: object) -> bool:
        if super().__contains__(key):
            return True
        with self._lock:
            found = self._known.execute("SELECT value FROM known WHERE key = ?", (_digest(key),)).fetchone()
        if found is not None:
            super().__setitem__(key, pickle.loads(found[0]))
        return found is not None

    def update(self, pairs: Iterable[tuple[Any, Any]]) -> None:  # type: ignore[override]  # as it is called here
        told = dict(pairs)
        rows = [(_digest(key), pickle.dumps(value)) for key, value in told.items()]
        with self._lock:
            self._known.executemany("INSERT OR IGNORE INTO known VALUES (?, ?)", rows)
        super().update(told)


def _digest(key: object) -> bytes:
    return hashlib.sha256(repr(key).encode("utf-8", "surrogatepass")).digest()


@dataclass(frozen=True)
class RememberingEmbedder:
    """An embedder that is asked once for the same texts together."""

    model: Embedder
    _known: dict[tuple[bool, tuple[str, ...]], Vectors]

    @property
    def name(self) -> str:
        """That of the model."""
        return self.model.name

    @property
    def backend(self) -> str:
        """That of the model."""
        return self.model.backend

    @property
    def fingerprint(self) -> str:
        """That of the model."""
        return self.model.fingerprint

    @property
    def dimension(self) -> int:
        """That of the model."""
        return self.model.dimension

    def embed(self, questions: Sequence[str]) -> Vectors:
        """The vectors of the model."""
        return self._vectors(questions, is_question=True)

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        """The vectors of the model."""
        return self._vectors(texts, is_question=False)

    def _vectors(self, texts: Sequence[str], *, is_question: bool) -> Vectors:
        key = (is_question, tuple(texts))
        if key not in self._known:
            self._known.update([(key, (self.model.embed if is_question else self.model.embed_passages)(texts))])
        return np.array(self._known[key])


def remembering(models: Models) -> Models:
    """The same models, which compute nothing twice."""
    embedder = RememberingEmbedder(models.embedder, _Memory("vectors"))
    return Models(embedder, SharingScorer(models.scorer, _Memory("scores")))
