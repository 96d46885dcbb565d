"""Newsroom: what admins do while the bot runs. Reload the index, look at its state, read the figures."""

from dataclasses import dataclass
from datetime import datetime

from index.building import BuildReport, ProgressListener


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


class Newsroom:
    """The admins' door, beside the readers' one (Dialogue)."""

    def reload(self, listener: ProgressListener) -> BuildReport:
        """Builds from the configured articles and switches to the result; the old index answers meanwhile.

        Raises:
            IndexingError: nothing changed in service; the text says why.
        """
        raise NotImplementedError

    def status(self) -> Status:
        """What is in service right now."""
        raise NotImplementedError

    def stats(self, days: int) -> Stats:
        """Figures of the last `days` days."""
        raise NotImplementedError
