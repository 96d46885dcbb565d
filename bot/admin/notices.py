"""Notices: what admins should hear of without having asked. Whoever shows them takes them."""

import threading
from collections import deque

_MOST_WAITING = 50


class Notices:
    """Lines that wait to be shown; of too many the oldest go. Safe to use from several threads."""

    def __init__(self) -> None:
        self._lines: deque[str] = deque(maxlen=_MOST_WAITING)
        self._lock = threading.Lock()

    def post(self, line: str) -> None:
        """Have a line shown."""
        with self._lock:
            self._lines.append(line)

    def take(self) -> list[str]:
        """Return what waits, which then waits no more."""
        with self._lock:
            taken = list(self._lines)
            self._lines.clear()
        return taken
