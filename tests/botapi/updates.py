"""The queue of updates: numbered, filtered, and kept until the bot confirms them."""

import itertools
from collections.abc import Sequence
from typing import Final

from .values import Json

# Telegram sends these only to bots that ask for them by name.
_OPT_IN: Final = frozenset({"chat_member", "message_reaction", "message_reaction_count"})


class UpdateQueue:
    """Updates that wait for the bot, in order of `update_id`."""

    def __init__(self) -> None:
        self._numbers = itertools.count(100_001)
        self._pending: list[Json] = []
        self._allowed: frozenset[str] = frozenset()
        self._unheard = 0

    def __len__(self) -> int:
        return len(self._pending)

    def push_raw(self, body: Json) -> int:
        """Queues an update of any content, and returns its number."""
        number = next(self._numbers)
        self._pending.append({"update_id": number, **body})
        return number

    def push(self, kind: str, body: Json) -> None:
        """Queues an update, unless the bot asked not to be sent its kind."""
        wanted = kind in self._allowed if self._allowed else kind not in _OPT_IN
        if wanted:
            self._pending.append({"update_id": next(self._numbers), kind: body})

    def allow(self, kinds: Sequence[str]) -> None:
        """Which kinds are queued from now on; an empty list is Telegram's default."""
        self._allowed = frozenset(kinds)

    def confirm(self, offset: int) -> None:
        """Forgets updates before `offset`; a negative one keeps that many from the end."""
        if self._unheard and any(update["update_id"] < offset for update in self._pending):
            self._unheard -= 1
        elif offset < 0:
            self._pending = self._pending[offset:]
        elif offset > 0:
            self._pending = [update for update in self._pending if update["update_id"] >= offset]

    def repeat(self, times: int) -> None:
        """Does not hear the next confirmations, so that what they confirm is sent again."""
        self._unheard += times

    def peek(self, limit: int) -> list[Json]:
        """The oldest updates, left in the queue."""
        return self._pending[:limit]

    def clear(self) -> None:
        """Drops all that is pending."""
        self._pending.clear()
