"""Articles in, an immutable snapshot folder out, and a report of what changed since the last one."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Skipped:
    """An input that could not become an article: its name (file, or file and line) and why."""

    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class BuildProgress:
    """How far a build is. `passages_total` is known once every article has been split."""

    articles: int
    passages_done: int
    passages_total: int


@dataclass(frozen=True, slots=True)
class BuildReport:
    """What a build made. `added`, `changed` and `removed` are article ids, against the previous snapshot."""

    snapshot: str
    articles: int
    passages: int
    added: tuple[str, ...]
    changed: tuple[str, ...]
    removed: tuple[str, ...]
    skipped: tuple[Skipped, ...]
    seconds: float


ProgressListener = Callable[[BuildProgress], None]
