"""What the vector server is asked, and what comes back: columns, rows, searches. Plain values."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

Row = dict[str, Any]
MOST_CANDIDATES = 32_768
"""The most that Milvus accepts."""


@dataclass(frozen=True, slots=True)
class Field:
    """A column: `kind` is `key`, `integer`, `truth`, `text`, `integers`, `vector` or `weights` (a sparse vector).

    `dimension` is a vector's. `is_indexed` asks for an index to filter by; vectors always have one.
    """

    name: str
    kind: str
    dimension: int = 0
    is_indexed: bool = False


@dataclass(frozen=True, slots=True)
class FoundRow:
    """A row that a search found; `score` is the inner product."""

    id: int
    score: float
    row: Row


@dataclass(frozen=True, slots=True)
class TimeLimits:
    """Seconds: to connect, for one try of a question's call, until the last try of it begins, and the same two for
    calls that read much or write."""

    connecting: float = 3.0
    asking: float = 10.0
    asking_in_all: float = 4.0
    building: float = 60.0
    building_in_all: float = 180.0


@dataclass(frozen=True, slots=True)
class SearchRequest:
    """What a search asks for: at most `limit` rows that `filter` is true of, with these columns.

    `candidates`: how many of the nearest rows a walk through a graph of vectors keeps in view, allowed or not. More are
    slower and miss less. It is None where a search is exact, as with sparse vectors.
    """

    filter: str
    limit: int
    fields: Sequence[str] = ()
    is_strict: bool = False
    candidates: int | None = None


def one_of(column: str, numbers: Iterable[int]) -> str:
    """Return the expression that is true of rows with one of these numbers."""
    return f"{column} in [{', '.join(map(str, numbers))}]"
