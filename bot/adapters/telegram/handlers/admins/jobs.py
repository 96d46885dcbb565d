"""Jobs: what takes long and changes the articles. They run one after the other, each shown by one message."""

import asyncio
import logging
import secrets
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from contextvars import copy_context
from dataclasses import dataclass
from threading import Event
from typing import Final

from telegram.error import TelegramError

from bot.adapters.telegram.addressing import Place
from bot.adapters.telegram.delivery.sending import Messenger
from bot.adapters.telegram.views import admin_texts
from bot.adapters.telegram.views.html import Segment, styled
from bot.adapters.telegram.views.keyboards import cancel_keyboard
from bot.adapters.telegram.views.messages import Outgoing, plain_message
from bot.adapters.translation import translated
from index.errors import BuildCancelled
from index.library.builder import BuildProgress, ProgressListener

logger = logging.getLogger(__name__)

_EDIT_EVERY_SECONDS: Final = 2.0


@dataclass(frozen=True, slots=True)
class Job:
    """A job for an admin. `opening` is said at once; `work` runs in a thread, and gives the words for what came of it.

    If `can_be_cancelled`, there is a button for it, and the listener of `work` raises BuildCancelled once it is
    pressed.
    """

    opening: str
    work: Callable[[ProgressListener], Sequence[Segment]]
    can_be_cancelled: bool = False


@dataclass(frozen=True, slots=True)
class _UnderWay:
    """A job with the message that shows it and, if it can be cancelled, the key of its button."""

    job: Job
    place: Place
    key: str
    is_cancelled: Event

    def shows(self, words: str) -> Outgoing:
        """Return the message that shows the job while it runs."""
        if self.is_cancelled.is_set():
            return plain_message(admin_texts.CANCELLING)
        keyboard = cancel_keyboard(self.key) if self.job.can_be_cancelled else None
        return Outgoing(plain_message(words).segments, keyboard)


class Jobs:
    """Runs jobs in a thread of its own, so that neither a slow web site nor a long build keeps anybody else waiting."""

    def __init__(self, *, edit_every_seconds: float = _EDIT_EVERY_SECONDS) -> None:
        self._edit_every_seconds = edit_every_seconds
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="library")
        self._running: set[asyncio.Task[None]] = set()
        self._under_way: dict[str, _UnderWay] = {}

    def start(self, messenger: Messenger, place: Place, job: Job, *, into: int | None = None) -> asyncio.Task[None]:
        """Begin the job, and return at once. `into` is the message to show it in; without one it is a new message."""
        task = asyncio.create_task(self._run(messenger, _UnderWay(job, place, secrets.token_hex(8), Event()), into))
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        return task

    def cancel(self, key: str) -> bool:
        """Cancel the job of that button's key; return False if it is over, or was cancelled before."""
        under_way = self._under_way.pop(key, None)
        if under_way is not None:
            under_way.is_cancelled.set()
        return under_way is not None

    def close(self) -> None:
        """Start no further job, and cancel those that can be; the others end in their own time."""
        for key in list(self._under_way):
            self.cancel(key)
        self._thread.shutdown(wait=False, cancel_futures=True)

    async def _run(self, messenger: Messenger, under_way: _UnderWay, into: int | None) -> None:
        if under_way.job.can_be_cancelled:
            self._under_way[under_way.key] = under_way
        opening = under_way.shows(under_way.job.opening)
        place = under_way.place
        try:
            if into is None:
                message_id = await messenger.send(place, opening)
            else:
                message_id = into
                with suppress(TelegramError):  # it was decided all the same
                    await messenger.edit(place, into, opening)
            outcome = await self._done(messenger, under_way, message_id)
            await _finish(messenger, place, message_id, Outgoing(tuple(outcome)))
        except TelegramError as error:
            logger.warning("the admin could not be told what came of it: %s", type(error).__name__)
        finally:
            self._under_way.pop(under_way.key, None)

    async def _done(self, messenger: Messenger, under_way: _UnderWay, message_id: int) -> Sequence[Segment]:
        """Wait for the work, and show how far it is."""
        job = under_way.job
        latest = translated(job.opening)
        shown = under_way.shows(latest)

        def listen(progress: BuildProgress) -> None:  # in the other thread: it only leaves a note
            nonlocal latest
            latest = admin_texts.progress(progress)
            if under_way.is_cancelled.is_set():
                raise BuildCancelled("called off")

        # The thread speaks the admin's language.
        in_thread = asyncio.get_running_loop().run_in_executor(self._thread, copy_context().run, job.work, listen)
        while not (await asyncio.wait({in_thread}, timeout=self._edit_every_seconds))[0]:
            if (now := under_way.shows(latest)) != shown:
                shown = now
                with suppress(TelegramError):
                    await messenger.edit(under_way.place, message_id, shown, in_passing=True)
        error = in_thread.exception()
        if error is None:
            return in_thread.result()
        logger.error("what an admin wanted broke", exc_info=error)
        return [styled(translated(admin_texts.BROKE))]


async def _finish(messenger: Messenger, place: Place, message_id: int, outcome: Outgoing) -> None:
    try:
        await messenger.edit(place, message_id, outcome)
    except TelegramError:  # the admin deleted the message, say
        await messenger.send(place, outcome)
