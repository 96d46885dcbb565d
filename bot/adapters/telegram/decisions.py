"""What an admin's command would change waits here for a yes; a decision is taken once, and by who gave the command."""

import asyncio
import secrets
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Final

from telegram import CallbackQuery, Message

from bot.adapters.telegram import admin_texts
from bot.adapters.telegram.addressing import Place, asker_id, place_of
from bot.adapters.telegram.handling import TelegramBot
from bot.adapters.telegram.keyboards import Action, Press, decision_keyboard
from bot.adapters.telegram.markup import styled
from bot.adapters.telegram.rendering import Message as Outgoing
from bot.adapters.telegram.rendering import plain_message
from bot.adapters.telegram.sending import edit, send

Deed = Callable[[], str]
"""What a yes does, in a thread; the sentence that says what came of it."""

_WAITS_SECONDS: Final = 600.0


@dataclass(frozen=True, slots=True)
class _Pending:
    admin_id: int
    deed: Deed
    asked_at: float = field(default_factory=time.monotonic)


class Decisions:
    """Keeps what waits in memory: after a restart, the command has to be given again."""

    def __init__(self) -> None:
        self._pending: dict[str, _Pending] = {}

    def takers(self) -> dict[Action, Callable[[CallbackQuery, TelegramBot, Press], Awaitable[str | None]]]:
        """What takes the presses of its buttons."""
        return {Action.YES: self._decide, Action.NO: self._decide}

    async def ask(self, message: Message, bot: TelegramBot, question: str, deed: Deed) -> None:
        """Asks the admin who wrote the message, and does the deed at a yes."""
        now = time.monotonic()
        self._pending = {key: one for key, one in self._pending.items() if now - one.asked_at < _WAITS_SECONDS}
        decision = secrets.token_hex(8)
        self._pending[decision] = _Pending(asker_id(message), deed)
        await send(bot, place_of(message), Outgoing((styled(question),), decision_keyboard(decision)))

    async def _decide(self, query: CallbackQuery, bot: TelegramBot, press: Press) -> str | None:
        waiting = self._pending.get(press.subject)
        if waiting is None or time.monotonic() - waiting.asked_at >= _WAITS_SECONDS:
            return admin_texts.SETTLED
        if query.from_user.id != waiting.admin_id:
            return admin_texts.NOT_YOURS
        # Taken out before anything is waited for: a second press finds nothing.
        del self._pending[press.subject]
        outcome = await asyncio.to_thread(waiting.deed) if press.action is Action.YES else admin_texts.LEFT_ALONE
        if query.message is not None:
            place = Place(query.message.chat.id)
            await edit(bot, place, query.message.message_id, plain_message(outcome))
        return None
