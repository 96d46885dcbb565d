"""Intake: updates as they come, kept before Telegram is told so, each handled once, and after a restart the rest."""

import asyncio
import logging
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from telegram import Update

from bot.adapters.telegram import texts
from bot.adapters.telegram.addressing import box_of
from bot.adapters.telegram.desk import Desk
from bot.adapters.telegram.handling import TelegramApplication
from bot.store import Ledger, Outcome, Received

logger = logging.getLogger(__name__)

# Beyond this many updates in hand Telegram keeps them: it does so for a day.
_MOST_IN_HAND: Final = 1_000
_OF_MESSAGES: Final = ("message", "edited_message", "channel_post", "edited_channel_post")
_FLEETING: Final = ("inline_query", "chosen_inline_result")
_READERS_COMMANDS: Final = frozenset({"start", *(name for name, _ in texts.READER_COMMANDS)})
_READERS_PRESSES: Final = ("ctx:", "more:", "near:", "up:", "down:", "src:")

RawUpdate = dict[str, Any]


class Intake:
    """Hands updates to the application side by side; the application's processor keeps each person's in order."""

    def __init__(
        self, application: TelegramApplication, ledger: Ledger, desk: Desk, *, answer_within: timedelta
    ) -> None:
        self._application = application
        self._ledger = ledger
        self._desk = desk
        self._answer_within = answer_within
        self._tasks: set[asyncio.Task[None]] = set()
        self._room = asyncio.Event()
        self._room.set()
        self._is_open = False

    @property
    def in_hand(self) -> int:
        """Updates that are being handled or wait for it."""
        return len(self._tasks)

    @property
    def is_full(self) -> bool:
        """Whether Telegram should keep further updates for now."""
        return len(self._tasks) >= _MOST_IN_HAND

    async def room(self) -> None:
        """Returns once an update can be taken."""
        await self._room.wait()

    async def take(self, updates: Sequence[RawUpdate]) -> None:
        """Keeps the updates; Telegram may forget them once this returns. One that was here before changes nothing.

        Until `resume` they are only kept.

        Raises:
            StoreUnavailable: they are not kept.
        """
        received = [received_from(update) for update in updates if isinstance(update.get("update_id"), int)]
        if not received:
            return
        fresh = await self._desk.run(self._ledger.receive, received)
        if len(fresh) < len(received):
            logger.info("%d updates came a second time", len(received) - len(fresh))
        if self._is_open:
            now = datetime.now(UTC)
            self._dispatch((now, update.body) for update in fresh)

    async def resume(self) -> None:
        """Starts handling, first what the last run received and did not finish."""
        left_over = await self._desk.run(self._ledger.unfinished)
        self._is_open = True
        self._dispatch(left_over)

    async def stop(self, grace_seconds: float) -> None:
        """Finishes what it can in time. The rest is kept, and handled after the next start."""
        self._is_open = False
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=grace_seconds)
        left_over = list(self._tasks)
        for task in left_over:
            task.cancel()
        if left_over:
            logger.info("%d updates are left for the next start", len(left_over))
            await asyncio.wait(left_over, timeout=1)

    def _dispatch(self, updates: Iterable[tuple[datetime, RawUpdate]]) -> None:
        for received_at, raw in updates:
            task = asyncio.create_task(self._handle(raw, received_at))
            self._tasks.add(task)
            task.add_done_callback(self._done)
        self._mind_room()

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        self._mind_room()
        if not task.cancelled() and (error := task.exception()) is not None:
            logger.error("an update could not be handled: %s", type(error).__name__)

    def _mind_room(self) -> None:
        if self.is_full:
            self._room.clear()
        else:
            self._room.set()

    async def _handle(self, raw: RawUpdate, received_at: datetime) -> None:
        update_id = raw["update_id"]
        if _asked_at(raw, received_at) + self._answer_within < datetime.now(UTC):
            await self._desk.run(self._ledger.finish, update_id, Outcome.EXPIRED)
            return
        update = self._parsed(raw)
        is_repeatable = may_be_handled_twice(raw)
        if update is None or not is_repeatable:
            await self._desk.run(self._ledger.finish, update_id, Outcome.DONE)
        if update is not None:
            application = self._application
            await application.update_processor.process_update(update, application.process_update(update))
            if is_repeatable:
                await self._desk.run(self._ledger.finish, update_id, Outcome.DONE)

    def _parsed(self, raw: RawUpdate) -> Update | None:
        try:
            return Update.de_json(raw, self._application.bot)
        except Exception as error:
            # The library's own words would hold the update's.
            logger.warning("update %d is not understood (%s)", raw["update_id"], type(error).__name__)
            return None


def received_from(raw: RawUpdate) -> Received:
    """An update with where it came from, as far as it says so."""
    press = _object(raw.get("callback_query"))
    message = _message(raw) or _object(press.get("message"))
    person = _object((press or message).get("from"))
    chat_id = _number(_object(message.get("chat")).get("id"))
    return Received(
        raw["update_id"],
        raw,
        None if chat_id is None else box_of(chat_id),
        _number(message.get("message_id")),
        chat_id,
        _number(person.get("id")),
    )


def may_be_handled_twice(raw: RawUpdate) -> bool:
    """Whether nothing changes for the worse when the process dies over an update and handles it again.

    Questions may: what was planned for them is sent and not made again. An admin's command may not.
    """
    if any(kind in raw for kind in _FLEETING):
        return False
    press = _object(raw.get("callback_query"))
    if press:
        return str(press.get("data")).startswith(_READERS_PRESSES)
    text = str(_message(raw).get("text") or "")
    command = text.split(maxsplit=1)[0].removeprefix("/").partition("@")[0].lower() if text.startswith("/") else ""
    return not text.startswith("/") or command in _READERS_COMMANDS


def _asked_at(raw: RawUpdate, received_at: datetime) -> datetime:
    message = _message(raw)
    seconds = _number(message.get("edit_date")) or _number(message.get("date"))
    try:
        return received_at if seconds is None else datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, OSError, ValueError):
        return received_at


def _message(raw: RawUpdate) -> RawUpdate:
    return next((_object(raw[kind]) for kind in _OF_MESSAGES if kind in raw), {})


def _object(value: object) -> RawUpdate:
    return value if isinstance(value, dict) else {}


def _number(value: object) -> int | None:
    return value if isinstance(value, int) else None
