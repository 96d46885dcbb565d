"""OwnAccord: what the bot says without having been asked, once, when the chat wants it and after all answers.

A message is planned under a key that says what it tells whom, and rests in the store until it is due; the replica that
leads hands it to the outbox, one after the other as there is room. See docs/decisions/0052-of-its-own-accord.md.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextvars import copy_context
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Final

from telegram.error import BadRequest, Forbidden, TelegramError

from bot.adapters.permalinks import Permalinks
from bot.adapters.telegram.addressing import Place
from bot.adapters.telegram.delivery.outbox import Body, Outbox
from bot.adapters.telegram.delivery.sending import message_bodies
from bot.adapters.telegram.views.messages import Outgoing
from bot.adapters.telegram.views.places import link_places
from bot.adapters.translation import ENGLISH, known_language, speak
from bot.chat_settings import ChatSettings
from bot.errors import StoreUnavailable
from bot.store import Answering, Delivery, OwnKind, OwnMessage, Store
from bot.store.own_accord.own_messages import WaitingMessage

logger = logging.getLogger(__name__)

_LOOK_EVERY_SECONDS: Final = 5.0
_AT_ONCE: Final = 4
_MOST_LOOKED_AT: Final = 200
_WORTH_SAYING_FOR: Final = timedelta(days=3)
# What Telegram says of a chat that is no more; that the bot may not write there it says by Forbidden.
_NO_CHAT: Final = "chat not found"


@dataclass(frozen=True, slots=True)
class Announcement:
    """Something to say. `show` makes the message, in whatever language is spoken when it is called.

    `key`: what it tells whom; nothing is said twice under one key. `answers`: the reply that it shows, if it shows one,
    so that it can be replied to and its buttons find it. Waiting out quiet hours, it is given up after `lasts`.
    """

    key: str
    kind: OwnKind
    place: Place
    show: Callable[[], Outgoing]
    answers: Answering | None = None
    not_before: datetime | None = None
    lasts: timedelta = _WORTH_SAYING_FOR


class OwnAccord:
    """Plans and sends such messages. Whoever plans one must be sure that the chat wants it; quiet hours are kept
    here."""

    def __init__(
        self,
        store: Store,
        outbox: Outbox,
        spare_room: Callable[[object], Awaitable[None]],
        leading: asyncio.Event,
        *,
        permalinks: Permalinks | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        every_seconds: float = _LOOK_EVERY_SECONDS,
    ) -> None:
        """`spare_room` waits until a message to a chat takes nothing from the answers; `leading` is set while this
        replica leads."""
        self._messages = store.own_messages
        self._settings = store.chat_settings
        self._outbox = outbox
        self._spare_room = spare_room
        self._leading = leading
        self._permalinks = permalinks
        self._now = now
        self._every_seconds = every_seconds
        self._unreachable: frozenset[str] = frozenset()
        self._languages: dict[int, str] = {}
        self._wake = asyncio.Event()

    async def plan(self, announcement: Announcement, settings: ChatSettings | None = None) -> bool:
        """Keep what is to be said, in the chat's language, and return False if it was planned before or the chat
        cannot be written to. `settings` are the chat's, where they are known already.

        Raises:
            StoreUnavailable: it is not kept.
        """
        place = announcement.place
        if settings is None:
            settings = await asyncio.to_thread(self._settings.of, chat_of(place.chat_id))
        if settings.unreachable_since is not None:
            return False
        now = self._now()
        not_before = announcement.not_before or now
        message = OwnMessage(
            announcement.key,
            announcement.kind,
            place.chat_id,
            self._shown(announcement, settings.language),
            not_before,
            not_before + announcement.lasts,
            announcement.answers,
        )
        is_new = await asyncio.to_thread(self._messages.plan, [message], now) == 1
        self._wake.set()
        return is_new

    async def spare_moment(self, chat_id: int) -> None:
        """Return once there is room for a message to a chat, and nobody waits for an answer or all wait for long."""
        await self._spare_room(chat_id)

    async def run(self) -> None:
        """Send what is due while this replica leads, until it is cancelled."""
        while True:
            try:
                self._unreachable = await asyncio.to_thread(self._settings.unreachable)
                if self._leading.is_set():
                    await self.send_due()
            except StoreUnavailable as error:
                logger.warning("what is to be said of the bot's own accord must wait: %s", error)
            except Exception:  # the next round may fare better, and answers must not suffer
                logger.exception("saying something of the bot's own accord broke; it is tried again")
            news = self._wake if self._leading.is_set() else self._leading
            try:
                await asyncio.wait_for(news.wait(), self._every_seconds)
            except TimeoutError:
                continue
            self._wake.clear()

    async def send_due(self) -> None:
        """Send what is due now.

        Raises:
            StoreUnavailable: what that is cannot be known.
        """
        while due := await asyncio.to_thread(self._messages.due, self._now(), most=_MOST_LOOKED_AT):
            chats = {chat_of(message.chat_id) for message in due}
            settings = await asyncio.to_thread(self._settings.of_all, chats)
            waiting = iter(due)
            await asyncio.gather(*(self._send_one_by_one(waiting, settings) for _ in range(_AT_ONCE)))

    async def heard_from(self, chat_id: int, language_code: str | None = None) -> None:
        """Take note that somebody wrote in a chat: it can be written to, in the language that they have set. Who has
        set English, or none that is spoken, is spoken to in English without a note."""
        language = known_language(language_code)
        if language_code is not None and self._languages.get(chat_id, ENGLISH) != language:
            await self._note_language(chat_id, language)
        if (chat := chat_of(chat_id)) in self._unreachable:
            self._unreachable -= {chat}
            await asyncio.to_thread(self._settings.reachable_again, chat)

    async def _note_language(self, chat_id: int, language: str) -> None:
        try:
            await asyncio.to_thread(self._settings.note_language, chat_of(chat_id), language)
        except StoreUnavailable as error:  # what was asked is answered all the same
            logger.info("which language %s speaks is not noted: %s", chat_id, error)
        else:
            self._languages[chat_id] = language

    async def look_again(self, chat_id: int) -> None:
        """Keep to the chat's quiet hours as they are now, also with what waits already."""
        await asyncio.to_thread(self._messages.look_again, chat_id, self._now())
        self._wake.set()

    def _shown(self, announcement: Announcement, language: str | None) -> list[Body]:
        def show() -> list[Body]:
            speak(language)
            link_places(self._permalinks, in_private=announcement.place.chat_id > 0)
            return list(message_bodies(announcement.place, announcement.show()))

        return copy_context().run(show)

    async def _send_one_by_one(self, waiting: Iterator[WaitingMessage], settings: Mapping[str, ChatSettings]) -> None:
        for message in waiting:
            await self._consider(message, settings[chat_of(message.chat_id)])

    async def _consider(self, message: WaitingMessage, settings: ChatSettings) -> None:
        now = self._now()
        if settings.unreachable_since is not None:
            await asyncio.to_thread(self._messages.end, message.id, Delivery.REFUSED)
        elif message.expires_at <= now:
            await asyncio.to_thread(self._messages.end, message.id, Delivery.EXPIRED)
        elif (until := settings.quiet_until(now)) is not None:
            await asyncio.to_thread(self._messages.postpone, message.id, until)
        else:
            await self.spare_moment(message.chat_id)
            await self._send(message)

    async def _send(self, message: WaitingMessage) -> None:
        ended = Delivery.DONE
        try:
            if not await self._outbox.deliver_own(self._messages, message.id, message.chat_id):
                return
        except TelegramError as error:
            logger.info("of its own accord the bot could say nothing to %s: %s", message.chat_id, type(error).__name__)
            ended = Delivery.REFUSED if isinstance(error, BadRequest | Forbidden) else Delivery.EXPIRED
            if isinstance(error, Forbidden) or _NO_CHAT in str(error).lower():
                await self._give_up(message.chat_id)
        await asyncio.to_thread(self._messages.end, message.id, ended)

    async def _give_up(self, chat_id: int) -> None:
        chat, now = chat_of(chat_id), self._now()
        await asyncio.to_thread(self._settings.change, chat, lambda settings: replace(settings, unreachable_since=now))
        self._unreachable |= {chat}
        await asyncio.to_thread(self._messages.end_all, chat_id)


def chat_of(chat_id: int) -> str:
    """Return what a chat of Telegram's is called among those of every messenger."""
    return f"tg:{chat_id}"
