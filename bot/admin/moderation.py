"""Moderation: who is banned, and the log of what admins did."""

import logging
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class AdminAction:
    """Something an admin did. People are `MESSENGER:NUMBER`; `subject` says what it was done to, or is empty."""

    at: datetime
    admin: str
    action: str
    subject: str


class ModerationStore(Protocol):
    """Where bans and actions are kept: see `bot.store.moderation`."""

    def ban(self, person: str, *, by: str) -> None:
        """Keep that somebody is banned."""

    def unban(self, person: str) -> bool:
        """Lift a ban, and return False if there was none."""

    def banned(self) -> frozenset[str]:
        """Return everybody who is banned."""

    def log(self, action: AdminAction) -> None:
        """Keep what an admin did."""


class Moderation:
    """Bans people and logs admins' actions. Safe to call from several threads. People are `MESSENGER:NUMBER`."""

    def __init__(self, store: ModerationStore) -> None:
        self._store = store
        self._banned = store.banned()

    def ban(self, person: str, *, by: str) -> None:
        """Leave that person unanswered from now on."""
        self._store.ban(person, by=by)
        self.refresh()
        self.log(by, "ban", person)

    def unban(self, person: str, *, by: str) -> bool:
        """Answer that person again from now on, and return False if there was no ban."""
        lifted = self._store.unban(person)
        self.refresh()
        self.log(by, "unban", person)
        return lifted

    def is_banned(self, person: str) -> bool:
        """Return whether that person is not answered. It costs nothing: ask at every message."""
        return person in self._banned

    def banned(self) -> frozenset[str]:
        """Return everybody who is not answered."""
        return self._banned

    def refresh(self) -> None:
        """Read again who is banned: admins may have banned somebody by way of another process."""
        self._banned = self._store.banned()

    def log(self, admin: str, action: str, subject: str = "") -> None:
        """Keep and log that an admin did something."""
        self._store.log(AdminAction(datetime.now(UTC), admin, action, subject))
        logger.info("admin %s: %s %s", admin, action, subject)
