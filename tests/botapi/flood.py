"""Telegram's limits on how fast a bot may send."""

import math
import time
from typing import Final

from .errors import ApiError
from .setup import FloodLimits
from .values import Chat

_MINUTE: Final = 60.0


class FloodGate:
    """Counts messages sent and refuses the one too many."""

    def __init__(self, limits: FloodLimits | None) -> None:
        self._limits = limits
        self._sent: list[tuple[float, int]] = []

    def pass_message(self, chat: Chat) -> None:
        """Counts a message to the chat.

        Raises:
            ApiError: 429, with the seconds until there is room.
        """
        if self._limits is None:
            return
        now = time.monotonic()
        self._sent = [(at, chat_id) for at, chat_id in self._sent if now - at < _MINUTE]
        here = [at for at, chat_id in self._sent if chat_id == chat.id]
        wait = max(
            _wait([at for at, _ in self._sent], self._limits.per_second, 1.0, now),
            _wait(here, self._limits.per_chat_per_second, 1.0, now),
            0.0 if chat.is_private else _wait(here, self._limits.per_group_per_minute, _MINUTE, now),
        )
        if wait > 0:
            seconds = math.ceil(wait)
            raise ApiError(f"Too Many Requests: retry after {seconds}", 429, seconds)
        self._sent.append((now, chat.id))


def _wait(sent: list[float], limit: int, span: float, now: float) -> float:
    """Seconds until fewer than `limit` of these times lie within the last `span`."""
    recent = [at for at in sent if now - at < span]
    return recent[-limit] + span - now if len(recent) >= limit else 0.0
