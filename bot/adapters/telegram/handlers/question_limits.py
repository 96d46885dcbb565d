"""QuestionLimits: how much one person and all of them may ask before the bot says so, politely.

Whatever makes the bot look something up is counted where it is about to happen: a question, a new wording of one, a
button that asks, and, at a quarter each, what is typed inline and a button that shows more. One allowance for all.
"""

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction
from math import ceil
from typing import Final

from telegram import Message

from bot.adapters.telegram.config import TelegramConfig
from bot.adapters.telegram.delivery.sending import Messenger
from bot.adapters.telegram.views import texts

A_QUESTION: Final = Fraction(1)
BROWSING: Final = Fraction(1, 4)
"""Costs less than a question: it is asked while typing, or its answer is there already."""

_MINUTE_SECONDS: Final = 60.0
_MANY_ASKERS: Final = 1_000


@dataclass(frozen=True, slots=True)
class Throttled:
    """Why something is not looked up, in words for the asker; `wait_seconds` is None when it is not their fault."""

    words: str
    asker: int
    wait_seconds: int | None = None


@dataclass(slots=True)
class _Asker:
    spent: deque[tuple[float, Fraction]] = field(default_factory=deque)
    told: bool = False

    def spent_since(self, moment: float) -> Fraction:
        while self.spent and self.spent[0][0] <= moment:
            self.spent.popleft()
        return sum((cost for _, cost in self.spent), Fraction())

    def room_at(self, most: Fraction) -> float:
        """Return when no more than `most` of what is spent now still counts."""
        left = sum((cost for _, cost in self.spent), Fraction())
        for moment, cost in self.spent:
            left -= cost
            if left <= most:
                return moment + _MINUTE_SECONDS
        return time.monotonic() + _MINUTE_SECONDS


class QuestionLimits:
    """Counts what people ask. Admins may ask without end."""

    def __init__(
        self, config: TelegramConfig, waiting: Callable[[], int], on_turned_away: Callable[[str], None]
    ) -> None:
        """`waiting` tells how many updates are in hand."""
        self._config = config
        self._waiting = waiting
        self._on_turned_away = on_turned_away
        self._askers: dict[int, _Asker] = {}

    def check(self, asker: int, cost: Fraction = A_QUESTION) -> Throttled | None:
        """None to go on, and the cost is counted; else why not, and nothing is."""
        if self._config.is_admin(asker):
            return None
        limit, now, known = self._config.questions_per_minute, time.monotonic(), self._asker(asker)
        if known.spent_since(now - _MINUTE_SECONDS) + cost > limit:
            self._on_turned_away("too_many")
            wait = ceil(known.room_at(limit - cost) - now)
            return Throttled(texts.too_many(limit, wait), asker, wait)
        known.told = False
        if self._waiting() > self._config.most_waiting:
            self._on_turned_away("busy")
            return Throttled(texts.BUSY, asker)
        known.spent.append((now, cost))
        return None

    async def tell(self, messenger: Messenger, message: Message, throttled: Throttled) -> None:
        """Say why something is not looked up. That somebody asks too fast is said once, until they do not."""
        known = self._asker(throttled.asker)
        if throttled.wait_seconds is not None:
            was_told, known.told = known.told, True
            if was_told:
                return
        await messenger.say(message, throttled.words)

    def _asker(self, asker: int) -> _Asker:
        known = self._askers.get(asker)
        if known is None:
            if len(self._askers) >= _MANY_ASKERS:
                since = time.monotonic() - _MINUTE_SECONDS
                self._askers = {number: other for number, other in self._askers.items() if other.spent_since(since)}
            known = self._askers[asker] = _Asker()
        return known
