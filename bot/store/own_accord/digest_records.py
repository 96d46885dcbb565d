"""DigestRecords: which digests were planned for a chat, and which articles the last of them covered."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from sqlalchemy import delete, select, update

from bot.store.tables import digests
from bot.store.transactions import Transactions, keep_if_new, outlives_connections

_KEEP: Final = keep_if_new(digests)


@dataclass(frozen=True, slots=True)
class KeptDigest:
    """A digest that was planned: the chat's day, the moment it was due, and the ids of the articles that came until
    then; None where none was sent, for the chat has only just asked for digests.

    Nothing is planned twice for a day of a chat.
    """

    day: date
    due_at: datetime
    covered: frozenset[str] | None


class DigestRecords(Transactions):
    """Safe to call from several threads; a method returns once its change is kept. Chats are `MESSENGER:NUMBER`.

    Every method raises `StoreUnavailable` when the database does not do its part.
    """

    @outlives_connections
    def last(self, chat: str) -> KeptDigest | None:
        """Return the digest of a chat that was due last."""
        newest = select(digests).where(digests.c.chat == chat).order_by(digests.c.due_at.desc()).limit(1)
        with self._reading() as connection:
            row = connection.execute(newest).mappings().one_or_none()
        if row is None:
            return None
        covered = frozenset(row["covered"]) if row["covered"] is not None else None
        return KeptDigest(date.fromisoformat(row["day"]), row["due_at"], covered)

    @outlives_connections
    def is_kept(self, chat: str, day: date) -> bool:
        """Return whether a digest of that day was planned."""
        with self._reading() as connection:
            found = select(digests.c.day).where(digests.c.chat == chat, digests.c.day == day.isoformat())
            return connection.scalar(found) is not None

    @outlives_connections
    def keep(self, chat: str, kept: KeptDigest) -> None:
        """Keep that a digest was planned, and what it covers in place of what the ones before did."""
        covered = sorted(kept.covered) if kept.covered is not None else None
        row = {"chat": chat, "day": kept.day.isoformat(), "due_at": kept.due_at, "covered": covered}
        earlier = (digests.c.chat == chat, digests.c.due_at < kept.due_at)
        with self._writing() as connection:
            connection.execute(_KEEP.on(connection), row)
            connection.execute(update(digests).where(*earlier).values(covered=None))

    @outlives_connections
    def forget(self, chat: str) -> None:
        """Delete what is kept of a chat's digests."""
        with self._writing() as connection:
            connection.execute(delete(digests).where(digests.c.chat == chat))

    @outlives_connections
    def delete_before(self, moment: datetime) -> None:
        """Delete what was due before then."""
        with self._writing() as connection:
            connection.execute(delete(digests).where(digests.c.due_at < moment))
