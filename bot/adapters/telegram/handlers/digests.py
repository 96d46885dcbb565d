"""`/digest`: what came in, now or by a schedule that the chat keeps to."""

import asyncio
import secrets
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from dataclasses import replace
from datetime import datetime
from typing import Final, Protocol

from telegram import Message

from bot.adapters import digest_wording
from bot.adapters.telegram.addressing import command_words, conversation_id, payer_id, place_of
from bot.adapters.telegram.delivery.own_accord import chat_of
from bot.adapters.telegram.delivery.sending import Messenger
from bot.adapters.telegram.handlers.access import Access
from bot.adapters.telegram.handlers.question_limits import QuestionLimits
from bot.adapters.telegram.routing import Handler, Router
from bot.adapters.telegram.views import texts
from bot.adapters.telegram.views.digests import digest_message, scheduled_message
from bot.chat_settings import ChatSettings, find_zone
from bot.corrections.corrections import QuoteCorrection
from bot.dialogue import Dialogue
from bot.digests import CorrectedWords, Digest, DigestReader, Period
from bot.digests.replies import reply_of
from bot.digests.schedule import Schedule, read_schedule
from bot.store import Answering, Store
from bot.store.own_accord.digest_records import KeptDigest

_MOST_CORRECTED: Final = 3
_OFF: Final = frozenset({"off", "aus", "no", "nein", "none", "stop"})


class LastCorrections(Protocol):
    """What knows of corrections: see `bot.corrections.desk.CorrectionDesk`."""

    def last(self, most: int) -> Sequence[QuoteCorrection]:
        """Return the corrections found last, the newest first."""


class Digests:
    """Shows a digest, and changes when the chat gets one unasked."""

    def __init__(
        self,
        dialogue: Dialogue,
        store: Store,
        access: Access,
        limits: QuestionLimits,
        threads: Executor,
        now: Callable[[], datetime],
        corrections: LastCorrections | None = None,
    ) -> None:
        """`corrections`: None where nothing is known of any."""
        self._dialogue = dialogue
        self._settings = store.chat_settings
        self._records = store.digests
        self._access = access
        self._limits = limits
        self._threads = threads
        self._now = now
        self._watches = store.watches
        self._corrections = corrections

    def handlers(self, router: Router) -> Sequence[Handler]:
        """Return the handlers to register."""
        return (router.command("digest", self._access.guard(self._digest)),)

    async def _digest(self, message: Message, messenger: Messenger) -> None:
        throttled = self._limits.check(payer_id(message))
        if throttled is not None:
            await self._limits.tell(messenger, message, throttled)
            return
        words = command_words(message)
        if not words:
            await self._give(message, messenger)
        elif words.casefold() in _OFF:
            await self._end(message, messenger)
        else:
            await self._set(message, messenger, words)

    async def _give(self, message: Message, messenger: Messenger) -> None:
        """Show what came in since the last digest would have been due: in a week where that comes once a week."""
        settings = await asyncio.to_thread(self._settings.of, chat_of(message.chat.id))
        schedule = scheduled_for(settings)
        period = Period.up_to_now(self._now(), schedule.days if schedule is not None else 1)
        place, conversation = place_of(message), conversation_id(message)
        async with messenger.typing(place):
            digest = await asyncio.get_running_loop().run_in_executor(
                self._threads, self._made, period, chat_of(message.chat.id), settings
            )
            reply_id = await asyncio.to_thread(keep_as_reply, self._dialogue, digest, conversation, None)
        answers = Answering(message.message_id, reply_id) if digest.told else None
        await messenger.send(place, digest_message(digest, reply_id, message.chat.id), answers=answers)

    def _made(self, period: Period, chat: str, settings: ChatSettings) -> Digest:
        corrected = corrected_in(period, self._corrections) if settings.corrections else ()
        return self._dialogue.digests.make(
            period, DigestReader(subjects=tuple(self._watches.words_of(chat)), corrected=corrected)
        )

    async def _end(self, message: Message, messenger: Messenger) -> None:
        def end(settings: ChatSettings) -> ChatSettings:
            return replace(settings, digest=None)

        await asyncio.to_thread(self._settings.change, chat_of(message.chat.id), end)
        await messenger.say(message, texts.NO_DIGESTS)

    async def _set(self, message: Message, messenger: Messenger, words: str) -> None:
        read = read_schedule(words)
        zone = find_zone(read[1]) if read is not None and read[1] else None
        if read is None or (read[1] and zone is None):
            await messenger.say(message, texts.HOW_TO_GET_DIGESTS)
            return
        schedule, language = read[0], message.from_user.language_code if message.from_user is not None else None

        def alter(settings: ChatSettings) -> ChatSettings:
            return replace(
                settings, digest=str(schedule), zone=zone or settings.zone, language=language or settings.language
            )

        settings = await asyncio.to_thread(self._settings.change, chat_of(message.chat.id), alter)
        await asyncio.to_thread(self._begin, chat_of(message.chat.id), schedule, settings)
        await messenger.send(place_of(message), scheduled_message(schedule, settings.zone))

    def _begin(self, chat: str, schedule: Schedule, settings: ChatSettings) -> None:
        """Have the next digest be the first that is due from now on."""
        due = schedule.last_due(self._now(), settings.clock)
        self._records.keep(chat, KeptDigest(due.day, due.at, None))


def scheduled_for(settings: ChatSettings) -> Schedule | None:
    """Return the schedule that a chat has set; None where it has none."""
    read = read_schedule(settings.digest) if settings.digest is not None else None
    return read[0] if read is not None else None


def corrected_in(period: Period, corrections: LastCorrections | None) -> tuple[CorrectedWords, ...]:
    """Return what was found to be corrected in a period, the newest first."""
    last = corrections.last(_MOST_CORRECTED) if corrections is not None else ()
    return tuple(
        CorrectedWords(one.sentence.words, one.now, one.title, one.source, one.published_at, one.url)
        for one in last
        if period.first < one.seen_at <= period.end
    )


def keep_as_reply(dialogue: Dialogue, digest: Digest, conversation: str, reply_id: str | None) -> str:
    """Keep a digest as a reply, if it tells anything, and return the reply's id; None: a new one."""
    reply_id = reply_id or secrets.token_hex(8)
    if digest.told:
        dialogue.keep(reply_of(digest, reply_id, conversation, digest_wording.heading_of_story))
    return reply_id
