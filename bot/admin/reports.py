"""UsageReports: what was asked, how it was answered and voted on, what nobody answered, how a reply came about."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Protocol

from bot.admin.unanswered import Asked, Gap, find_gaps
from bot.replies import Reply
from index import Hit, Query
from index.library.live import LiveIndex

_MOST_UNANSWERED = 1_000
"""More than an editor can act on; grouping takes time in proportion to their square."""
_EXPLAINED_HITS = 10


@dataclass(frozen=True, slots=True)
class Stats:
    """What was asked since `since`, and how many were answered, refused or asked back. Times are of whole replies."""

    since: datetime
    questions: int
    answered: int
    refused: int
    asked_back: int
    votes_up: int
    votes_down: int
    conversations: int
    p50_ms: float
    p95_ms: float


@dataclass(frozen=True, slots=True)
class Day:
    """What was asked on one day (UTC), how long each whole reply took, in order, and the votes given on it."""

    date: date
    answered: int
    refused: int
    asked_back: int
    durations_ms: tuple[float, ...]
    votes_up: int
    votes_down: int

    @property
    def questions(self) -> int:
        """How many were asked."""
        return len(self.durations_ms)


@dataclass(frozen=True, slots=True)
class Complaint:
    """A reply with votes against it."""

    reply_id: str
    votes_down: int
    voted_at: datetime


@dataclass(frozen=True, slots=True)
class Explanation:
    """How a reply came about: the reply as it was kept, and what the search finds for its question now.

    `titles` are those of the hits' articles, in the same order. `snapshot` is the index that was searched for them.
    """

    reply: Reply
    hits: tuple[Hit, ...]
    titles: tuple[str, ...]
    snapshot: str


class UsageStore(Protocol):
    """Where replies and votes are counted: see `bot.store.usage`."""

    def stats(self, since: datetime) -> Stats:
        """Return figures of everything asked since then."""

    def days(self, since: datetime) -> tuple[Day, ...]:
        """Return the figures of each day from then until today."""

    def unanswered(self, since: datetime, *, most: int) -> Sequence[Asked]:
        """Return questions that were refused, the newest first."""

    def complaints(self, since: datetime, *, most: int) -> Sequence[Complaint]:
        """Return replies with votes against them, the last voted first."""


Recall = Callable[[str], Reply | None]
"""Returns the reply of an id as it was given, without its hits: see `Dialogue.recall`."""


class UsageReports:
    """Reads figures and explains replies. Safe to call from several threads."""

    def __init__(self, usage: UsageStore, recall: Recall, live: LiveIndex) -> None:
        """`live` is searched again to explain a reply."""
        self._usage = usage
        self._recall = recall
        self._live = live

    def stats(self, days: int) -> Stats:
        """Return figures of the last `days` days, today the last."""
        return self._usage.stats(_first_midnight(days))

    def days(self, count: int) -> tuple[Day, ...]:
        """Return the figures of each of the last `count` days, today the last."""
        return self._usage.days(_first_midnight(count))

    def gaps(self, days: int) -> list[Gap]:
        """Return what was asked in the last `days` days and not answered, grouped, what most people asked first."""
        return find_gaps(self._usage.unanswered(datetime.now(UTC) - timedelta(days=days), most=_MOST_UNANSWERED))

    def complaints(self, days: int, *, most: int) -> list[tuple[Complaint, Reply]]:
        """Return the replies voted down in the last `days` days, the last voted first."""
        found = self._usage.complaints(datetime.now(UTC) - timedelta(days=days), most=most)
        replies = ((complaint, self._recall(complaint.reply_id)) for complaint in found)
        return [(complaint, reply) for complaint, reply in replies if reply is not None]

    def explain(self, reply_id: str) -> Explanation | None:
        """Return how a reply came about; None if it is not (or no longer) known."""
        reply = self._recall(reply_id)
        if reply is None:
            return None
        retriever = self._live.retriever()
        question = reply.resolved_question
        hits = tuple(retriever.search(Query(question), _EXPLAINED_HITS)) if question.strip() else ()
        titles = tuple(retriever.archive.article(hit.passage.article_id).title for hit in hits)
        return Explanation(reply, hits, titles, retriever.snapshot.name)


def _first_midnight(days: int) -> datetime:
    """Return when the first of the last `days` days (UTC) began, today being the last of them."""
    return datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=days - 1)
