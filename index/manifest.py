"""What a snapshot says of itself, on whichever back end it lies, and whether a model may search it."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from index.embedding.embedder import Embedder
from index.errors import SnapshotMismatch

FORMAT_VERSION = 3
"""Raised when files, passages or search texts change: an index of another format is not searched."""
SEARCHABLE_FORMATS = frozenset({FORMAT_VERSION})
RENEWABLE_FORMATS = SEARCHABLE_FORMATS | {2}
"""The formats whose articles can still be read, to be indexed anew."""


@dataclass(frozen=True, slots=True)
class Canary:
    """A question that the index answered when it was built, and the article whose words answer it."""

    question: str
    article_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What a snapshot holds and what built it.

    `search` says how vectors are compared, `recall_at_10` how many of the ten nearest that finds, measured when it was
    built.
    """

    format_version: int
    created_at: str
    model: str
    model_fingerprint: str
    model_backend: str
    dimension: int
    n_articles: int
    n_passages: int
    search: str
    recall_at_10: float
    canaries: tuple[Canary, ...]

    @property
    def built_at(self) -> datetime:
        """When the build finished, aware UTC."""
        return datetime.fromisoformat(self.created_at)


class HasModel(Protocol):
    """What has vectors, and says of which model they are."""

    @property
    def model(self) -> str:
        """The model as a person would call it."""

    @property
    def model_fingerprint(self) -> str:
        """Equal for equal vectors."""

    @property
    def model_backend(self) -> str:
        """What computed it."""

    @property
    def dimension(self) -> int:
        """Length of a vector."""


def require_same_model(snapshot: str, made: HasModel, embedder: Embedder) -> None:
    """Raise SnapshotMismatch unless `embedder` made the vectors of what is called `snapshot`."""
    if (made.model_fingerprint, made.dimension) == (embedder.fingerprint, embedder.dimension):
        return
    raise SnapshotMismatch(
        f"{snapshot} was built with {made.model} ({made.model_backend}, {made.dimension} dimensions), "
        f"but the model in use is {embedder.name} ({embedder.backend}, {embedder.dimension} dimensions). "
        "Run `python -m index renew` to index its articles anew with this model, or set EMBEDDING_MODEL back."
    )


def require_same_format(snapshot: str, version: object, formats: Collection[int] = SEARCHABLE_FORMATS) -> None:
    """Raise SnapshotMismatch unless the version is among `formats`."""
    if version in formats:
        return
    remedy = "index its articles anew: run `python -m index renew`"
    if version not in RENEWABLE_FORMATS:
        remedy = "build it again: run `python -m index build --articles PATH`"
    raise SnapshotMismatch(
        f"{snapshot} has index format {version}, this program reads format {FORMAT_VERSION}. Please {remedy}."
    )
