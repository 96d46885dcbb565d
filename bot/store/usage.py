"""UsageRecords: counts and lists replies and votes for admins."""

import math
from collections import Counter, defaultdict
from datetime import UTC, date, datetime, timedelta
from typing import Final

from sqlalchemy import Connection, Select, and_, case, func, or_, select

from bot.admin.reports import Complaint, Day, Stats
from bot.admin.unanswered import Asked
from bot.answering import OutcomeKind, RefusalReason
from bot.replies import Vote
from bot.store.rows import GREETED_BEFORE, REMARKED
from bot.store.tables import replies, turns, votes
from bot.store.transactions import Transactions, outlives_connections

_KIND: Final = case((replies.c.answered, "answered"), (replies.c.reason.is_not(None), "refused"), else_="asked back")
"""What an outcome's `kind` was: a refusal gives a reason, a question back has none."""
_WAS_A_QUESTION: Final = and_(
    ~turns.c.conversation_id.contains(":watch:", autoescape=True),
    or_(replies.c.reason.is_(None), ~or_(replies.c.reason.startswith(REMARKED), replies.c.reason == GREETED_BEFORE)),
)
"""Small talk is no question, nor is an alert, and neither counts anywhere."""


class UsageRecords(Transactions):
    """Safe to call from several threads.

    Every method raises `StoreUnavailable` when the database does not do its part.
    """

    @outlives_connections
    def stats(self, since: datetime) -> Stats:
        """Return figures of the replies asked for since then, and of the votes on them."""
        asked = (
            select(replies.c.id, replies.c.duration_ms, turns.c.conversation_id, _KIND.label("kind"))
            .join_from(replies, turns)
            .where(turns.c.asked_at >= since, _WAS_A_QUESTION)
            .subquery()
        )
        kinds = select(asked.c.kind, func.count()).group_by(asked.c.kind)
        voted = (
            select(votes.c.value, func.count())
            .join_from(votes, asked, votes.c.reply_id == asked.c.id)
            .group_by(votes.c.value)
        )
        durations = select(asked.c.duration_ms).order_by(asked.c.duration_ms)
        with self._reading() as connection:
            by_kind: dict[OutcomeKind, int] = {kind: count for kind, count in connection.execute(kinds)}
            by_vote: dict[int, int] = {value: count for value, count in connection.execute(voted)}
            questions = sum(by_kind.values())
            return Stats(
                since=since,
                questions=questions,
                answered=by_kind.get("answered", 0),
                refused=by_kind.get("refused", 0),
                asked_back=by_kind.get("asked back", 0),
                votes_up=by_vote.get(Vote.UP.value, 0),
                votes_down=by_vote.get(Vote.DOWN.value, 0),
                conversations=connection.scalar(select(func.count(asked.c.conversation_id.distinct()))) or 0,
                p50_ms=_percentile(connection, durations, questions, 0.50),
                p95_ms=_percentile(connection, durations, questions, 0.95),
            )

    @outlives_connections
    def days(self, since: datetime) -> tuple[Day, ...]:
        """Return the figures of each calendar day (UTC) from then until today, quiet ones too."""
        asked = select(turns.c.asked_at, _KIND, replies.c.duration_ms).join_from(replies, turns)
        with self._reading() as connection:
            replied = connection.execute(asked.where(turns.c.asked_at >= since, _WAS_A_QUESTION)).all()
            voted = connection.execute(select(votes.c.at, votes.c.value).where(votes.c.at >= since)).all()
        kinds: defaultdict[date, Counter[OutcomeKind]] = defaultdict(Counter)
        durations: defaultdict[date, list[float]] = defaultdict(list)
        for asked_at, kind, duration_ms in replied:
            kinds[asked_at.date()][kind] += 1
            durations[asked_at.date()].append(duration_ms)
        ups, downs = ([at.date() for at, value in voted if value == vote.value] for vote in (Vote.UP, Vote.DOWN))
        today = datetime.now(UTC).date()
        all_days = [since.date() + timedelta(days=n) for n in range((today - since.date()).days + 1)]
        return tuple(
            Day(
                date=day,
                answered=kinds[day]["answered"],
                refused=kinds[day]["refused"],
                asked_back=kinds[day]["asked back"],
                durations_ms=tuple(sorted(durations[day])),
                votes_up=ups.count(day),
                votes_down=downs.count(day),
            )
            for day in all_days
        )

    @outlives_connections
    def unanswered(self, since: datetime, *, most: int) -> list[Asked]:
        """Return questions that were refused since then, the newest first; messages without a question are left out."""
        asked = (
            select(turns.c.resolved_question, turns.c.conversation_id)
            .join_from(replies, turns)
            .where(
                turns.c.asked_at >= since,
                replies.c.reason.is_not(None),
                replies.c.reason != RefusalReason.EMPTY_QUESTION.name,
                _WAS_A_QUESTION,
            )
            .order_by(turns.c.id.desc())
            .limit(most)
        )
        with self._reading() as connection:
            return [
                Asked(question, conversation_id.rpartition(":")[2])
                for question, conversation_id in connection.execute(asked)
            ]

    @outlives_connections
    def complaints(self, since: datetime, *, most: int) -> list[Complaint]:
        """Return replies with a vote against them since then, the last voted first."""
        last = func.max(votes.c.at)
        against = (
            select(votes.c.reply_id, func.count(), last)
            .where(votes.c.value == Vote.DOWN.value, votes.c.at >= since)
            .group_by(votes.c.reply_id)
            .order_by(last.desc())
            .limit(most)
        )
        with self._reading() as connection:
            return [Complaint(reply_id, count, at) for reply_id, count, at in connection.execute(against)]


def _percentile(connection: Connection, ascending: Select[float], count: int, share: float) -> float:
    """Return the nearest-rank percentile: the smallest value that `share` of all values do not exceed; 0 of none."""
    if count == 0:
        return 0.0
    value: float = connection.execute(ascending.offset(math.ceil(share * count) - 1).limit(1)).scalar_one()
    return value
