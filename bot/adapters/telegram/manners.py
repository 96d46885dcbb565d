"""Manners: how many questions one person and all of them may ask before the bot says so, politely and once."""

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from math import ceil
from typing import Any, Final

from telegram import Message, Update
from telegram.ext import ApplicationHandlerStop, ContextTypes, TypeHandler

from bot.adapters.telegram import house_texts
from bot.adapters.telegram.addressing import asker_id, is_group, names_bot, place_of, question_for
from bot.adapters.telegram.config import TelegramConfig
from bot.adapters.telegram.rendering import plain_message
from bot.adapters.telegram.sending import send

_MINUTE_SECONDS: Final = 60.0
_MANY_ASKERS: Final = 1_000
FIRST_GROUP: Final = -1
"""The handlers' group to register in: before all others."""


@dataclass(slots=True)
class _Asker:
    asked_at: deque[float] = field(default_factory=deque)
    told: bool = False


class Manners:
    """Looks at every question before it is read, and ends the matter there if there are too many."""

    def __init__(
        self, config: TelegramConfig, waiting: Callable[[], int], on_turned_away: Callable[[str], None]
    ) -> None:
        """`waiting` tells how many updates are in hand."""
        self._config = config
        self._waiting = waiting
        self._on_turned_away = on_turned_away
        self._askers: dict[int, _Asker] = {}

    def handler(self) -> TypeHandler[Update, ContextTypes.DEFAULT_TYPE, None]:
        """What to register, in FIRST_GROUP."""
        return TypeHandler(Update, self._look)

    async def _look(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        message = update.message
        if message is None or not _is_question(message, context.bot) or self._config.is_admin(asker_id(message)):
            return
        words = self._brake(asker_id(message))
        if words is None:
            return
        if words:
            await send(context.bot, place_of(message), plain_message(words))
        raise ApplicationHandlerStop

    def _brake(self, asker: int) -> str | None:
        """None to go on, else what to say, which is nothing if it was said already."""
        limit = self._config.questions_per_minute
        known = self._asker(asker)
        now = time.monotonic()
        while known.asked_at and known.asked_at[0] + _MINUTE_SECONDS <= now:
            known.asked_at.popleft()
        if len(known.asked_at) >= limit:
            self._on_turned_away("too_many")
            wait = ceil(known.asked_at[0] + _MINUTE_SECONDS - now)
            was_told, known.told = known.told, True
            return "" if was_told else house_texts.too_many(limit, wait)
        known.told = False
        if self._waiting() > self._config.most_waiting:
            self._on_turned_away("busy")
            return house_texts.BUSY
        known.asked_at.append(now)
        return None

    def _asker(self, asker: int) -> _Asker:
        known = self._askers.get(asker)
        if known is None:
            if len(self._askers) >= _MANY_ASKERS:
                since = time.monotonic() - _MINUTE_SECONDS
                self._askers = {
                    number: other
                    for number, other in self._askers.items()
                    if other.asked_at and other.asked_at[-1] > since
                }
            known = self._askers[asker] = _Asker()
        return known


def _is_question(message: Message, bot: Any) -> bool:  # noqa: ANN401 - the library's bot, of any kind
    text = message.text or ""
    if text.startswith("/"):
        command = text.split(maxsplit=1)[0]
        is_ask = command.partition("@")[0].lower() == "/ask"
        return is_ask and ("@" not in command or names_bot(message, bot.bot))
    if not is_group(message.chat):
        return bool(text)
    return question_for(message, bot.bot) is not None
