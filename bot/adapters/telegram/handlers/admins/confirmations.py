"""Keeps what an admin's command would change until a yes. It is confirmed once, and by who gave the command."""

import asyncio
import secrets
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager, suppress
from dataclasses import dataclass, field
from typing import Final

from telegram import CallbackQuery, Message

from bot.adapters.telegram.addressing import Place, asker_id, place_of
from bot.adapters.telegram.delivery.sending import Messenger
from bot.adapters.telegram.handlers.admins.jobs import Job, Jobs
from bot.adapters.telegram.views import admin_texts
from bot.adapters.telegram.views.html import Segment
from bot.adapters.telegram.views.keyboards import Action, Press, choices_keyboard, confirmation_keyboard
from bot.adapters.telegram.views.messages import Outgoing, plain_message
from bot.errors import StoreUnavailable

Confirmed = Callable[[], str]
"""Carries out in a thread what was confirmed; gives the sentence that says what came of it."""

_WAITS_SECONDS: Final = 600.0
# Documents wait with what they hold.
_MOST_WAITING: Final = 20


@dataclass(frozen=True, slots=True)
class Choice:
    """One of several things that a command may mean: its button, what is asked once it is chosen, what a yes does."""

    label: str
    question: Sequence[Segment]
    action: Confirmed | Job


@dataclass(frozen=True, slots=True)
class _Pending:
    admin_id: int
    what: Confirmed | Job | tuple[Choice, ...]
    asked_at: float = field(default_factory=time.monotonic)
    settled: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def is_open(self) -> bool:
        return time.monotonic() - self.asked_at < _WAITS_SECONDS


class Confirmations:
    """Keeps what waits in memory: after a restart, the command has to be given again.

    Until then the chat stays with this replica, so that the answer comes here whichever replica gets it.
    """

    def __init__(self, jobs: Jobs, hold: Callable[[int], AbstractAsyncContextManager[None]]) -> None:
        """Keep what runs jobs. `hold` keeps a chat with this replica."""
        self._jobs = jobs
        self._hold = hold
        self._pending: dict[str, _Pending] = {}
        self._holding: set[asyncio.Task[None]] = set()

    def takers(self) -> dict[Action, Callable[[CallbackQuery, Messenger, Press], Awaitable[str | None]]]:
        """Return the callbacks for presses of its buttons."""
        return dict.fromkeys((Action.YES, Action.NO, Action.PICK), self._decide)

    async def ask(
        self, message: Message, messenger: Messenger, question: Sequence[Segment], action: Confirmed | Job
    ) -> None:
        """Ask the admin who wrote the message, and act at a yes."""
        key = self._keep(_Pending(asker_id(message), action), message.chat.id)
        await messenger.send(place_of(message), Outgoing(tuple(question), confirmation_keyboard(key)))

    async def offer(
        self, message: Message, messenger: Messenger, words: Sequence[Segment], choices: Sequence[Choice]
    ) -> None:
        """Let the admin who wrote the message choose one, and then ask, in the same message."""
        key = self._keep(_Pending(asker_id(message), tuple(choices)), message.chat.id)
        keyboard = choices_keyboard(key, [choice.label for choice in choices])
        await messenger.send(place_of(message), Outgoing(tuple(words), keyboard))

    def _keep(self, pending: _Pending, chat_id: int) -> str:
        waiting = dict([(key, one) for key, one in self._pending.items() if one.is_open][-(_MOST_WAITING - 1) :])
        for key in self._pending.keys() - waiting.keys():
            self._pending[key].settled.set()
        key = secrets.token_hex(8)
        self._pending = {**waiting, key: pending}
        holding = asyncio.create_task(self._wait(pending, chat_id))
        self._holding.add(holding)
        holding.add_done_callback(self._holding.discard)
        return key

    async def _wait(self, pending: _Pending, chat_id: int) -> None:
        with suppress(StoreUnavailable, TimeoutError):
            async with self._hold(chat_id), asyncio.timeout(_WAITS_SECONDS):
                await pending.settled.wait()

    async def _decide(self, query: CallbackQuery, messenger: Messenger, press: Press) -> str | None:
        waiting = self._pending.get(press.subject)
        if waiting is None or not waiting.is_open or query.message is None:
            return admin_texts.SETTLED
        if query.from_user.id != waiting.admin_id:
            return admin_texts.NOT_YOURS
        # Taken out before anything is waited for: a second press finds nothing.
        self._pending.pop(press.subject).settled.set()
        place, message_id, what = Place(query.message.chat.id), query.message.message_id, waiting.what
        if press.action is Action.NO:
            await messenger.edit(place, message_id, plain_message(admin_texts.LEFT_ALONE))
        elif isinstance(what, tuple):
            chosen = what[press.number] if press.number < len(what) else None
            if chosen is None or press.action is not Action.PICK:
                return admin_texts.SETTLED
            key = self._keep(_Pending(waiting.admin_id, chosen.action), place.chat_id)
            await messenger.edit(place, message_id, Outgoing(tuple(chosen.question), confirmation_keyboard(key)))
        elif press.action is not Action.YES:
            return admin_texts.SETTLED
        elif isinstance(what, Job):
            self._jobs.start(messenger, place, what, into=message_id)
        else:
            await messenger.edit(place, message_id, plain_message(await asyncio.to_thread(what)))
        return None
