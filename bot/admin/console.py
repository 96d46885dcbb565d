"""Newsroom: what admins do while the bot runs. Reload the index, look at its state, read the figures."""

import logging
import threading
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Protocol

from bot.admin.unanswered import Asked, Gap, find_gaps
from bot.replies import Reply
from index import Hit, Query
from index.errors import IndexBusy
from index.library.builder import BuildReport, ProgressListener
from index.library.live import LiveIndex

logger = logging.getLogger(__name__)


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
class SnapshotInfo:
    """A snapshot of the index that is kept on disk."""

    name: str
    built_at: datetime
    articles: int
    in_service: bool


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


@dataclass(frozen=True, slots=True)
class Day:
    """What was asked on one day (UTC), how long each whole reply took, in order, and the votes given on it."""

    date: date
    answered: int
    refused: int
    durations_ms: tuple[float, ...]
    votes_up: int
    votes_down: int


@dataclass(frozen=True, slots=True)
class Complaint:
    """A reply with votes against it."""

    reply_id: str
    votes_down: int
    voted_at: datetime


@dataclass(frozen=True, slots=True)
class AdminAction:
    """Something an admin did. People are `MESSENGER:NUMBER`; `subject` says what it was done to, or is empty."""

    at: datetime
    admin: str
    action: str
    subject: str


@dataclass(frozen=True, slots=True)
class Explanation:
    """How a reply came about: the reply as it was kept, and what the search finds for its question now.

    `titles` are those of the hits' articles, in the same order. `snapshot` is the index that was searched for them.
    """

    reply: Reply
    hits: tuple[Hit, ...]
    titles: tuple[str, ...]
    snapshot: str


class Figures(Protocol):
    """Where figures come from: see `bot.store.Store`."""

    def stats(self, since: datetime) -> Stats:
        """Return figures of everything asked since then."""

    def load_reply(self, reply_id: str) -> Reply | None:
        """Return the reply as it was given, without its hits."""


class Records(Protocol):
    """What else admins look at and leave behind: see `bot.store.reports`."""

    def days(self, since: datetime) -> tuple[Day, ...]:
        """Return one a day from then until today."""

    def unanswered(self, since: datetime, *, most: int) -> Sequence[Asked]:
        """Return questions that were refused, the newest first."""

    def complaints(self, since: datetime, *, most: int) -> Sequence[Complaint]:
        """Return replies with votes against them, the last voted first."""

    def ban(self, person: str, *, by: str) -> None:
        """Keep that somebody is banned."""

    def unban(self, person: str) -> bool:
        """Lift a ban; False if there was none."""

    def banned(self) -> frozenset[str]:
        """Return everybody who is banned."""

    def log(self, deed: AdminAction) -> None:
        """Keep what an admin did."""


Rebuild = Callable[[ProgressListener], BuildReport]
"""Builds the index from the configured articles and publishes it: see `index.ingest.rebuild_process`."""
Alone = Callable[[], AbstractContextManager[object]]
"""A context within which no other replica changes the index; entering it raises `IndexBusy` if it takes too long."""

_MOST_UNANSWERED = 1_000
"""More than an editor can act on; grouping takes time in proportion to their square."""
_EXPLAINED_HITS = 10


class Newsroom:
    """The admins' door, beside the readers' one (Dialogue). Safe to call from several threads."""

    def __init__(
        self,
        live: LiveIndex,
        rebuild: Rebuild,
        figures: Figures,
        records: Records,
        *,
        reader_name: str,
        alone: Alone = nullcontext,
    ) -> None:
        """`alone` keeps other replicas off the index."""
        self._live = live
        self._rebuild = rebuild
        self._figures = figures
        self._records = records
        self._banned = records.banned()
        self._reader_name = reader_name
        self._alone = alone
        self._reloading = threading.Lock()
        self._started_at = datetime.now(UTC)

    def reload(self, listener: ProgressListener = lambda _: None) -> BuildReport:
        """Build from the configured articles and switches to the result; the old index answers meanwhile.

        What the listener raises calls it off.

        Raises:
            IndexingError: nothing changed in service; the text says why.
        """
        if not self._reloading.acquire(blocking=False):
            raise IndexBusy("A reload is already running. Its result will be shown where it was started.")
        try:
            with self._alone():
                report = self._rebuild(listener)
                self._live.refresh()
        finally:
            self._reloading.release()
        logger.info("reloaded: %d articles, %d passages, %.1f s", report.articles, report.passages, report.seconds)
        return report

    def snapshots(self) -> tuple[SnapshotInfo, ...]:
        """Return the snapshots that are kept, the newest first."""
        serving = self._live.refresh().name
        kept = self._live.library.manifests().items()
        return tuple(SnapshotInfo(name, one.built_at, one.n_articles, name == serving) for name, one in reversed(kept))

    def roll_back(self, leaving: str) -> SnapshotInfo:
        """Put the snapshot before `leaving`, which is in service, back there; what is in service now.

        Raises:
            IndexingError: nothing changed in service; the text says why.
        """
        with self._alone():
            name = self._live.library.roll_back(leaving=leaving)
            snapshot = self._live.refresh()
        logger.info("rolled back to %s, serving %s", name, snapshot.name)
        return SnapshotInfo(snapshot.name, snapshot.manifest.built_at, snapshot.manifest.n_articles, in_service=True)

    def status(self) -> Status:
        """Return what is in service right now."""
        snapshot = self._live.refresh()
        manifest = snapshot.manifest
        return Status(
            snapshot=snapshot.name,
            built_at=manifest.built_at,
            articles=manifest.n_articles,
            passages=manifest.n_passages,
            embedding_model=f"{manifest.model} ({manifest.model_backend})",
            reader=self._reader_name,
            reloading=self._reloading.locked(),
            started_at=self._started_at,
        )

    def stats(self, days: int) -> Stats:
        """Return figures of the last `days` days, today the last."""
        return self._figures.stats(_first_midnight(days))

    def days(self, count: int) -> tuple[Day, ...]:
        """Return the last `count` days, today the last."""
        return self._records.days(_first_midnight(count))

    def gaps(self, days: int) -> list[Gap]:
        """Return what was asked in the last `days` days and not answered, grouped, what most people asked first."""
        return find_gaps(self._records.unanswered(datetime.now(UTC) - timedelta(days=days), most=_MOST_UNANSWERED))

    def complaints(self, days: int, *, most: int) -> list[tuple[Complaint, Reply]]:
        """Return the replies voted down in the last `days` days, the last voted first."""
        found = self._records.complaints(datetime.now(UTC) - timedelta(days=days), most=most)
        replies = ((complaint, self._figures.load_reply(complaint.reply_id)) for complaint in found)
        return [(complaint, reply) for complaint, reply in replies if reply is not None]

    def explain(self, reply_id: str) -> Explanation | None:
        """Return how a reply came about; None if it is not (or no longer) known."""
        reply = self._figures.load_reply(reply_id)
        if reply is None:
            return None
        retriever = self._live.retriever()
        question = reply.resolved_question
        hits = tuple(retriever.search(Query(question), _EXPLAINED_HITS)) if question.strip() else ()
        titles = tuple(retriever.archive.article(hit.passage.article_id).title for hit in hits)
        return Explanation(reply, hits, titles, retriever.snapshot.name)

    def ban(self, person: str, *, by: str) -> None:
        """From now on, that person is not answered. `person` and `by` are `MESSENGER:NUMBER`."""
        self._records.ban(person, by=by)
        self._banned = self._records.banned()
        self.note(by, "ban", person)

    def unban(self, person: str, *, by: str) -> bool:
        """Return from now on, that person is answered again; False if there was no ban."""
        lifted = self._records.unban(person)
        self._banned = self._records.banned()
        self.note(by, "unban", person)
        return lifted

    def is_banned(self, person: str) -> bool:
        """Return whether that person is not answered. It costs nothing: ask at every message."""
        return person in self._banned

    def refresh_bans(self) -> None:
        """Look whom admins have banned by way of another process."""
        self._banned = self._records.banned()

    def banned(self) -> frozenset[str]:
        """Return everybody who is not answered."""
        return self._banned

    def note(self, admin: str, action: str, subject: str = "") -> None:
        """Keep and log that an admin did something."""
        self._records.log(AdminAction(datetime.now(UTC), admin, action, subject))
        logger.info("admin %s: %s %s", admin, action, subject)


def _first_midnight(days: int) -> datetime:
    """Return when the first of the last `days` days (UTC) began, today being the last of them."""
    return datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=days - 1)
