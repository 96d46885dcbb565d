"""Reports: what admins look at beside the figures of the week, whom they banned, and a record of what they did."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import delete, func, insert, select

from bot.admin.console import AdminAction, Complaint, Day
from bot.admin.unanswered import Asked
from bot.answering import RefusalReason
from bot.replies import Vote
from bot.store.tables import admin_actions, bans, replies, turns, votes
from bot.store.transactions import Transactions, keep_if_new, outlives_connections

_ASKED = select(turns.c.asked_at, replies.c.answered, replies.c.duration_ms).join_from(replies, turns)
_BAN = keep_if_new(bans)


class Reports(Transactions):
    """Safe to call from several threads; a method returns once its change is kept.

    People are named as `MESSENGER:NUMBER`. Every method raises `StoreUnavailable` when the database does not do its
    part.
    """

    @outlives_connections
    def days(self, since: datetime) -> tuple[Day, ...]:
        """Return one a calendar day (UTC) from then until today, quiet ones too."""
        with self._reading() as connection:
            asked = connection.execute(_ASKED.where(turns.c.asked_at >= since)).all()
            voted = connection.execute(select(votes.c.at, votes.c.value).where(votes.c.at >= since)).all()
        by_day: defaultdict[date, list[tuple[bool, float]]] = defaultdict(list)
        for asked_at, answered, duration_ms in asked:
            by_day[asked_at.date()].append((answered, duration_ms))
        ups, downs = ([at.date() for at, value in voted if value == vote.value] for vote in (Vote.UP, Vote.DOWN))
        today = datetime.now(UTC).date()
        all_days = [since.date() + timedelta(days=n) for n in range((today - since.date()).days + 1)]
        return tuple(
            Day(
                date=each,
                answered=sum(answered for answered, _ in by_day[each]),
                refused=sum(not answered for answered, _ in by_day[each]),
                durations_ms=tuple(sorted(duration for _, duration in by_day[each])),
                votes_up=ups.count(each),
                votes_down=downs.count(each),
            )
            for each in all_days
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

    @outlives_connections
    def ban(self, person: str, *, by: str) -> None:
        """Keep that somebody is banned; the first ban stays the one that counts."""
        with self._writing() as connection:
            connection.execute(_BAN.on(connection), {"person": person, "by": by, "at": datetime.now(UTC)})

    @outlives_connections
    def unban(self, person: str) -> bool:
        """Lift a ban; False if there was none."""
        with self._writing() as connection:
            return connection.execute(delete(bans).where(bans.c.person == person)).rowcount > 0

    @outlives_connections
    def banned(self) -> frozenset[str]:
        """Return everybody who is banned."""
        with self._reading() as connection:
            return frozenset(connection.scalars(select(bans.c.person)))

    @outlives_connections
    def log(self, deed: AdminAction) -> None:
        """Keep what an admin did."""
        with self._writing(once=True) as connection:
            connection.execute(
                insert(admin_actions).values(at=deed.at, admin=deed.admin, action=deed.action, subject=deed.subject)
            )

    @outlives_connections
    def deeds(self, *, most: int = 100) -> Sequence[AdminAction]:
        """Return what admins did, the newest first."""
        newest_first = select(admin_actions).order_by(admin_actions.c.id.desc()).limit(most)
        with self._reading() as connection:
            rows = connection.execute(newest_first).mappings().all()
        return [AdminAction(row["at"], row["admin"], row["action"], row["subject"]) for row in rows]
