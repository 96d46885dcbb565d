"""QuestionLimits: how much one person and all of them may ask before the bot says so, politely.

Whatever makes the bot look something up is counted where it is about to happen: a question, a new wording of one, a
button that asks, and, at a quarter each, what is typed inline and a button that shows more. One allowance for all; and
one of the same size for commands, of which as many as four count as one, so that help can be had at any time.
"""

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction
from math import ceil
from typing import Final

from telegram import Message

from bot.adapters.telegram.addressing import payer_id
from bot.adapters.telegram.config import TelegramConfig
from bot.adapters.telegram.delivery.sending import Messenger
from bot.adapters.telegram.routing import MessageCallback
from bot.adapters.telegram.views import texts

A_QUESTION: Final = Fraction(1)
BROWSING: Final = Fraction(1, 4)
"""The cost of looking around, below a question's: it is asked while typing, or its answer is there already."""

_MINUTE_SECONDS: Final = 60.0
_MANY_ASKERS: Final = 1_000


_Key = tuple[int, bool]
"""Who asks, and whether it is by a command that looks around."""


@dataclass(frozen=True, slots=True)
class Throttled:
    """Why something is not looked up, in words for the asker; `wait_seconds` is None when it is not their fault."""

    words: str
    key: _Key
    wait_seconds: int | None = None


@dataclass(slots=True)
class _Asker:
    spent: deque[tuple[float, Fraction]] = field(default_factory=deque)
    is_informed: bool = False

    def spent_since(self, moment: float) -> Fraction:
        while self.spent and self.spent[0][0] <= moment:
            self.spent.popleft()
        return sum((cost for _, cost in self.spent), Fraction())

    def room_at(self, most: Fraction) -> float:
        """Return when no more than `most` of what is spent now still counts, in seconds of the monotonic clock."""
        left = sum((cost for _, cost in self.spent), Fraction())
        for moment, cost in self.spent:
            left -= cost
            if left <= most:
                return moment + _MINUTE_SECONDS
        return time.monotonic() + _MINUTE_SECONDS


class QuestionLimits:
    """Counts what people ask. Admins may ask without limit."""

    def __init__(
        self, config: TelegramConfig, waiting: Callable[[], int], on_turned_away: Callable[[str], None]
    ) -> None:
        """Start counting. `waiting` gives the number of updates in hand."""
        self._config = config
        self._waiting = waiting
        self._on_turned_away = on_turned_away
        self._askers: dict[_Key, _Asker] = {}

    def limited(self, callback: MessageCallback) -> MessageCallback:
        """Return a command's callback that calls this one as often as commands are allowed, and else says why not."""

        async def handle(message: Message, messenger: Messenger) -> None:
            throttled = self.check(payer_id(message), BROWSING, is_command=True)
            if throttled is None:
                await callback(message, messenger)
            else:
                await self.tell(messenger, message, throttled)

        return handle

    def check(self, asker: int, cost: Fraction = A_QUESTION, *, is_command: bool = False) -> Throttled | None:
        """Return None and count the cost, or return why the question must wait, and count nothing."""
        if self._config.is_admin(asker):
            return None
        key = (asker, is_command)
        limit, now, known = self._config.questions_per_minute, time.monotonic(), self._asker(key)
        if known.spent_since(now - _MINUTE_SECONDS) + cost > limit:
            self._on_turned_away("too_many")
            wait = ceil(known.room_at(limit - cost) - now)
            return Throttled(texts.too_many(limit, wait), key, wait)
        known.is_informed = False
        if self._waiting() > self._config.most_waiting:
            self._on_turned_away("busy")
            return Throttled(texts.BUSY, key)
        known.spent.append((now, cost))
        return None

    async def tell(self, messenger: Messenger, message: Message, throttled: Throttled) -> None:
        """Say why something is not looked up. Who asks too fast is informed once, until they do not."""
        if self.is_to_be_told(throttled):
            await messenger.say(message, throttled.words)

    def is_to_be_told(self, throttled: Throttled) -> bool:
        """Return whether somebody has to be told why something is not looked up; from now on they were."""
        if throttled.wait_seconds is None:
            return True
        known = self._asker(throttled.key)
        was_informed, known.is_informed = known.is_informed, True
        return not was_informed

    def _asker(self, key: _Key) -> _Asker:
        known = self._askers.get(key)
        if known is None:
            if len(self._askers) >= _MANY_ASKERS:
                since = time.monotonic() - _MINUTE_SECONDS
                self._askers = {each: other for each, other in self._askers.items() if other.spent_since(since)}
            known = self._askers[key] = _Asker()
        return known
