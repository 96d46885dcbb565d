"""ModerationRecords: keeps who is banned, and what admins did."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

from sqlalchemy import delete, insert, select

from bot.admin.moderation import AdminAction
from bot.store.tables import admin_actions, bans
from bot.store.transactions import Transactions, keep_if_new, outlives_connections

_BAN: Final = keep_if_new(bans)


class ModerationRecords(Transactions):
    """Safe to call from several threads; a method returns once its change is kept. People are `MESSENGER:NUMBER`.

    Every method raises `StoreUnavailable` when the database does not do its part.
    """

    @outlives_connections
    def ban(self, person: str, *, by: str) -> None:
        """Keep that somebody is banned; the first ban stays the one that counts."""
        with self._writing() as connection:
            connection.execute(_BAN.on(connection), {"person": person, "by": by, "at": datetime.now(UTC)})

    @outlives_connections
    def unban(self, person: str) -> bool:
        """Lift a ban, and return False if there was none."""
        with self._writing() as connection:
            return connection.execute(delete(bans).where(bans.c.person == person)).rowcount > 0

    @outlives_connections
    def banned(self) -> frozenset[str]:
        """Return everybody who is banned."""
        with self._reading() as connection:
            return frozenset(connection.scalars(select(bans.c.person)))

    @outlives_connections
    def log(self, action: AdminAction) -> None:
        """Keep what an admin did."""
        with self._writing(once=True) as connection:
            connection.execute(
                insert(admin_actions).values(
                    at=action.at, admin=action.admin, action=action.action, subject=action.subject
                )
            )

    @outlives_connections
    def actions(self, *, most: int = 100) -> Sequence[AdminAction]:
        """Return what admins did, the newest first."""
        newest_first = select(admin_actions).order_by(admin_actions.c.id.desc()).limit(most)
        with self._reading() as connection:
            rows = connection.execute(newest_first).mappings().all()
        return [AdminAction(row["at"], row["admin"], row["action"], row["subject"]) for row in rows]
