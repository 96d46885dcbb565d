"""Tells chats, once, what became of words that were quoted to them; and `/corrections`."""

import asyncio
import hashlib
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Final

from telegram import Message

from bot.adapters.telegram.addressing import Place, command_words, place_of
from bot.adapters.telegram.delivery.own_accord import Announcement, OwnAccord, chat_of
from bot.adapters.telegram.delivery.sending import Messenger
from bot.adapters.telegram.handlers.access import Access
from bot.adapters.telegram.handlers.question_limits import QuestionLimits
from bot.adapters.telegram.routing import Handler, Router
from bot.adapters.telegram.views import texts
from bot.adapters.telegram.views.corrections import correction_message, corrections_message
from bot.chat_settings import ChatSettings
from bot.corrections.corrections import ToTell
from bot.corrections.desk import CorrectionDesk
from bot.store.chat_settings import ChatSettingsRecords
from bot.store.sent_answers import SentAnswers

_LOOK_AGAIN_SECONDS: Final = 600.0
"""After so long it is looked again though no article changed: an answer may have been under way when one did."""
_LISTED: Final = 5
_SWITCHES: Final = {"on": True, "an": True, "ein": True, "off": False, "aus": False}


@dataclass(frozen=True, slots=True)
class Addressee:
    """Who asked, and where: what the id of a conversation says."""

    chat_id: int
    topic_id: int | None
    asker_id: int


class CorrectionNews:
    """Looks for corrections whenever articles have changed, and has chats told."""

    def __init__(
        self,
        desk: CorrectionDesk,
        own_accord: OwnAccord,
        settings: ChatSettingsRecords,
        sent: SentAnswers,
        access: Access,
    ) -> None:
        self._desk = desk
        self._own_accord = own_accord
        self._settings = settings
        self._sent = sent
        self._access = access
        self._seen: tuple[str, float] | None = None

    async def tell(self) -> None:
        """Find what is no longer so, if articles have changed since it was looked last, and plan to tell it.

        Raises:
            StoreUnavailable: it is tried again with the next look, and nothing is told twice.
        """
        snapshot, now = await asyncio.to_thread(lambda: self._desk.snapshot), time.monotonic()
        if self._seen is not None and self._seen[0] == snapshot and now < self._seen[1] + _LOOK_AGAIN_SECONDS:
            return
        await asyncio.to_thread(self._desk.look)
        for one in _joined(await asyncio.to_thread(self._desk.untold, messenger="tg")):
            await self._plan(one)
        self._seen = (snapshot, now)

    async def _plan(self, one: "_ForChat") -> None:
        """Plan a message, then note that it was. After a kill in between it is planned again, and not said twice."""
        chat_id = one.addressee.chat_id
        settings = await asyncio.to_thread(self._settings.of, chat_of(chat_id))
        if settings.corrections and self._access.admits(one.addressee.asker_id, chat_id):
            place = await self._place(one)
            show = partial(correction_message, one.to_tell[-1].corrections)
            await self._own_accord.plan(Announcement(one.key, "correction", place, show), settings)
        for each in one.to_tell:
            await asyncio.to_thread(self._desk.note_told, each)

    async def _place(self, one: "_ForChat") -> Place:
        """Return the chat, as a reply to the first message of the answer that quoted the words, if that is known."""
        sent = await asyncio.to_thread(self._sent.of_reply, one.to_tell[-1].reply_id)
        first = sent[0] if sent else None
        chat_id = first.chat_id if first is not None else one.addressee.chat_id
        return Place(chat_id, one.addressee.topic_id, first.message_id if first is not None else None)


class Corrections:
    """`/corrections`: what was corrected last, and whether a chat is told."""

    def __init__(
        self, desk: CorrectionDesk, settings: ChatSettingsRecords, access: Access, limits: QuestionLimits
    ) -> None:
        self._desk = desk
        self._settings = settings
        self._access = access
        self._limits = limits

    def handlers(self, router: Router) -> Sequence[Handler]:
        """Return the handlers to register."""
        return (router.command("corrections", self._limits.limited(self._access.guard(self._corrections))),)

    async def _corrections(self, message: Message, messenger: Messenger) -> None:
        words, chat = command_words(message).casefold(), chat_of(message.chat.id)
        if not words:
            last = await asyncio.to_thread(self._desk.last, _LISTED)
            settings = await asyncio.to_thread(self._settings.of, chat)
            shown = corrections_message(last, are_told=settings.corrections)
            await messenger.send(place_of(message), shown)
        elif words not in _SWITCHES:
            await messenger.say(message, texts.HOW_TO_CORRECT)
        else:
            are_told = _SWITCHES[words]
            language = message.from_user.language_code if message.from_user is not None else None

            def alter(settings: ChatSettings) -> ChatSettings:
                return replace(settings, corrections=are_told, language=language or settings.language)

            await asyncio.to_thread(self._settings.change, chat, alter)
            await messenger.say(message, texts.CORRECTIONS_ON if are_told else texts.CORRECTIONS_OFF)


@dataclass(frozen=True, slots=True)
class _ForChat:
    """What a chat, or a topic of it, is told of an article, to be noted of each conversation in it."""

    addressee: Addressee
    to_tell: tuple[ToTell, ...]

    @property
    def key(self) -> str:
        """What names the message: the same for the same sentences."""
        last = self.to_tell[-1]
        told = hashlib.sha256("\n".join((last.article_id, *sorted(last.fingerprints))).encode("utf-8", "replace"))
        return f"correction:{self.addressee.chat_id}:{self.addressee.topic_id or 0}:{told.hexdigest()[:32]}"


def _joined(to_tell: Sequence[ToTell]) -> list[_ForChat]:
    """Return what there is to tell by place: people who were quoted the same sentences in a group are told together."""
    found: dict[tuple[int, int | None, str, frozenset[str]], _ForChat] = {}
    for each in to_tell:
        addressee = addressee_of(each.conversation_id)
        if addressee is not None:
            key = (addressee.chat_id, addressee.topic_id, each.article_id, frozenset(each.fingerprints))
            former = found[key].to_tell if key in found else ()
            found[key] = _ForChat(addressee, (*former, each))
    return list(found.values())


def addressee_of(conversation_id: str) -> Addressee | None:
    """Return whom a conversation's id names; None of one that is not this messenger's."""
    numbers = conversation_id.split(":")[1:]
    if not all(number.removeprefix("-").isdecimal() for number in numbers):
        return None
    match [int(number) for number in numbers]:
        case [chat_id]:
            return Addressee(chat_id, None, chat_id)
        case [chat_id, topic_id, asker_id]:
            return Addressee(chat_id, topic_id or None, asker_id)
        case _:
            return None
