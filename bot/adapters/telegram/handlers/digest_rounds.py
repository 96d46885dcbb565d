"""DigestRounds: plans the digests that chats are due, each once, and after an outage one for all that was missed."""

import asyncio
import hashlib
import logging
from collections.abc import Callable, Sequence
from contextvars import copy_context
from datetime import date, datetime, timedelta
from functools import partial
from typing import Final

from bot.adapters.telegram.addressing import Place
from bot.adapters.telegram.delivery.own_accord import Announcement, OwnAccord
from bot.adapters.telegram.handlers.access import Access
from bot.adapters.telegram.handlers.digests import LastCorrections, corrected_in, keep_as_reply, scheduled_for
from bot.adapters.telegram.views.digests import digest_message
from bot.adapters.translation import speak
from bot.chat_settings import ChatSettings
from bot.dialogue import Dialogue
from bot.digests import Digest, DigestReader, Period
from bot.digests.period import MOST_DAYS
from bot.digests.schedule import Due
from bot.errors import StoreUnavailable
from bot.store import Answering, Store
from bot.store.own_accord.digest_records import KeptDigest
from bot.watches.watch import Alert, AlertState
from index.errors import IndexingError

logger = logging.getLogger(__name__)

_SET_BACK: Final = timedelta(days=2)
"""A clock that is behind the last digest by more was wrong when that was sent."""


class DigestRounds:
    """Looks which chats are due a digest."""

    def __init__(
        self,
        dialogue: Dialogue,
        store: Store,
        own_accord: OwnAccord,
        access: Access,
        now: Callable[[], datetime],
        *,
        corrections: LastCorrections | None = None,
    ) -> None:
        """`corrections`: None where nothing is known of any."""
        self._dialogue = dialogue
        self._store = store
        self._settings = store.chat_settings
        self._records = store.digests
        self._own_accord = own_accord
        self._access = access
        self._now = now
        self._corrections = corrections
        self._done: dict[str, date] = {}
        """The day of each chat's last digest, so that the store need not be asked every time."""

    async def plan_due(self) -> None:
        """Plan the digests that are due now.

        Raises:
            StoreUnavailable: which these are cannot be known.
        """
        for chat, settings in (await asyncio.to_thread(self._settings.with_digest)).items():
            try:
                due = await asyncio.to_thread(self._due, chat, settings)
                if due is not None:
                    await self._plan(chat, settings, *due)
            except (StoreUnavailable, IndexingError):
                raise
            except Exception:  # the other chats must not go without
                logger.exception("the digest of %s broke; it is tried again", chat)

    def _due(self, chat: str, settings: ChatSettings) -> tuple[Due, KeptDigest | None] | None:
        """Return the digest that a chat is due, and the one before it; None if it is due none."""
        schedule = scheduled_for(settings)
        if schedule is None:
            return None
        due = schedule.last_due(self._now(), settings.clock)
        if self._done.get(chat) == due.day:
            return None
        last = self._records.last(chat)
        is_before_last = last is not None and timedelta() < last.due_at - due.at < _SET_BACK
        if is_before_last or self._records.is_kept(chat, due.day):
            self._done[chat] = due.day
            return None
        return due, last

    async def _plan(self, chat: str, settings: ChatSettings, due: Due, last: KeptDigest | None) -> None:
        chat_id, schedule = int(chat.partition(":")[2]), scheduled_for(settings)
        if schedule is None or not self._access.admits(chat_id, chat_id):
            return
        held = await asyncio.to_thread(self._held, chat, due)
        digest = await asyncio.to_thread(self._made, chat, settings, schedule.days, due, last, held)
        if digest.told or digest.corrected:
            key = f"digest:{chat}:{due.day.isoformat()}"
            reply_id = hashlib.sha256(key.encode()).hexdigest()[:16]
            await asyncio.to_thread(self._kept_as_reply, digest, chat, reply_id, settings.language)
            announcement = Announcement(
                key,
                "digest",
                Place(chat_id),
                partial(digest_message, digest, reply_id, chat_id),
                answers=Answering(0, reply_id) if digest.told else None,
                lasts=timedelta(days=schedule.days),
            )
            await self._own_accord.plan(announcement, settings)
        await asyncio.to_thread(self._store.watches.settle, [one.id for one in held], AlertState.DIGESTED)
        # only now: a kill before it plans again, which the key makes nothing
        await asyncio.to_thread(self._records.keep, chat, KeptDigest(due.day, due.at, digest.covered))
        self._done[chat] = due.day

    def _held(self, chat: str, due: Due) -> list[Alert]:
        """Return the alerts over the day's limit that wait for this digest."""
        return [one for one in self._store.watches.alerts(AlertState.HELD, chat) if one.found_at <= due.at]

    def _made(
        self,
        chat: str,
        settings: ChatSettings,
        days: int,
        due: Due,
        last: KeptDigest | None,
        held: Sequence[Alert],
    ) -> Digest:
        before = last.due_at if last is not None and last.due_at < due.at else due.at - timedelta(days=days)
        period = Period(max(before, due.at - timedelta(days=MOST_DAYS)), due.at)
        replies = [self._store.load_reply(one.reply_id) for one in held]
        reader = DigestReader(
            tuple(self._store.watches.words_of(chat)),
            tuple(reply.citations[0] for reply in replies if reply is not None and reply.citations),
            corrected_in(period, self._corrections) if settings.corrections else (),
            last.covered if last is not None else None,
        )
        return self._dialogue.digests.make(period, reader)

    def _kept_as_reply(self, digest: Digest, chat: str, reply_id: str, language: str | None) -> None:
        def keep() -> None:
            speak(language)
            keep_as_reply(self._dialogue, digest, chat, reply_id)

        copy_context().run(keep)
