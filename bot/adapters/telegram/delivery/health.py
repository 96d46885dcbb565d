"""Whether Telegram is in reach, for those who ask whether the bot serves."""

import time
from dataclasses import dataclass, field
from typing import Final

_LONGEST_SILENCE_SECONDS: Final = 90.0


@dataclass(slots=True)
class HealthState:
    """When Telegram was last heard of, and whether the process is stopping.

    With a webhook there may be silence: `must_poll` says whether silence means that Telegram is out of reach.
    """

    must_poll: bool = True
    heard_at: float | None = None
    stopping: bool = False
    started_at: float = field(default_factory=time.monotonic)

    def hear(self) -> None:
        """Note that Telegram answered just now."""
        self.heard_at = time.monotonic()

    @property
    def problem(self) -> str | None:
        """Why the bot does not serve, or None if it does."""
        if self.stopping:
            return "stopping"
        if self.heard_at is None:
            return "not connected to Telegram yet"
        if self.must_poll and time.monotonic() - self.heard_at > _LONGEST_SILENCE_SECONDS:
            return "Telegram is out of reach"
        return None
