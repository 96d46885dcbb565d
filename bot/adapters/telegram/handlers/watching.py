"""`/watch`, `/watches` and the buttons of both; and the alerts that come of it."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Final

from telegram import CallbackQuery, MaybeInaccessibleMessage, Message

from bot.adapters import wording
from bot.adapters.telegram.addressing import Place, asker_id, command_words, is_channel, place_of
from bot.adapters.telegram.config import TelegramConfig
from bot.adapters.telegram.delivery.own_accord import Announcement, OwnAccord, chat_of
from bot.adapters.telegram.delivery.sending import Messenger
from bot.adapters.telegram.handlers.access import Access, person
from bot.adapters.telegram.handlers.buttons import PressTaker
from bot.adapters.telegram.handlers.question_limits import A_QUESTION, BROWSING, QuestionLimits
from bot.adapters.telegram.routing import Handler, Router
from bot.adapters.telegram.views import texts
from bot.adapters.telegram.views.keyboards import Action, Press
from bot.adapters.telegram.views.watches import alert_message, watches_message, watching_message
from bot.dialogue import Dialogue
from bot.query.said_requests import said_request
from bot.replies import Vote
from bot.store import Answering, Store
from bot.watches.watch import Alert, AlertState, Watch, lowered, new_watch, raised, shown_words, watched_words
from bot.watches.watcher import Watcher

_CHATS: Final = "tg:"
_SETTLED_AT_ONCE: Final = 50


class Watching:
    """Keeps and shows what is watched. What is set in a group, a topic or a channel is told there, to all in it."""

    def __init__(
        self,
        store: Store,
        watcher: Watcher,
        dialogue: Dialogue,
        config: TelegramConfig,
        access: Access,
        limits: QuestionLimits,
    ) -> None:
        self._store = store
        self._watcher = watcher
        self._dialogue = dialogue
        self._config = config
        self._access = access
        self._limits = limits

    def handlers(self, router: Router) -> Sequence[Handler]:
        """Return the handlers to register."""
        return (
            router.command("watch", self._limits.limited(self._access.guard(self._watch)), in_channels=True),
            router.command("watches", self._limits.limited(self._list), in_channels=True),
        )

    def press_takers(self) -> dict[Action, PressTaker]:
        """Return the callbacks for presses of its buttons."""
        return {
            Action.WATCH: self._watch_reply,
            Action.REST: self._change,
            Action.DROP: self._change,
            Action.UP: self._like,
            Action.LESS: self._dislike,
        }

    async def _watch(self, message: Message, messenger: Messenger) -> None:
        typed = watched_words(command_words(message))
        if typed is None:
            await messenger.say(message, texts.HOW_TO_WATCH)
            return
        words, is_said = typed
        if not is_said:
            words = (await asyncio.to_thread(self._dialogue.look_up, words)).resolved_question or words
        language = message.from_user.language_code if message.from_user is not None else None
        watch = await asyncio.to_thread(self._keep, message, asker_id(message), words, language)
        if watch is None:
            await messenger.say(message, texts.too_much_watched(self._config.watches_a_chat))
        else:
            await messenger.send(place_of(message), watching_message(watch))

    async def _list(self, message: Message, messenger: Messenger) -> None:
        changed = command_words(message).split()
        watches = await asyncio.to_thread(self._store.watches.of, *_whose(message))
        if is_channel(message.chat) and changed:
            watches = await asyncio.to_thread(self._change_in_channel, watches, changed)
        await messenger.send(place_of(message), watches_message(watches, in_channel=is_channel(message.chat)))

    def _change_in_channel(self, watches: list[Watch], words: Sequence[str]) -> list[Watch]:
        """Pause, go on with or delete what an admin names by its number, and return what is watched then: readers of a
        channel would press buttons, too."""
        change, number = words[0].casefold(), words[1] if len(words) == 2 and words[1].isdecimal() else "0"
        if not 1 <= int(number) <= len(watches):
            return watches
        watch = watches[int(number) - 1]
        if change == "delete":
            self._store.watches.delete(watch.id)
        elif change in ("pause", "resume"):
            self._store.watches.change(watch.id, paused=change == "pause")
        return self._store.watches.of(watch.chat, watch.topic)

    async def _watch_reply(self, query: CallbackQuery, messenger: Messenger, press: Press) -> str | None:
        throttled = self._limits.check(query.from_user.id, A_QUESTION)
        if throttled is not None:
            return throttled.words
        reply = await asyncio.to_thread(self._dialogue.recall, press.subject)
        if reply is None or query.message is None:
            return wording.FORGOTTEN
        if not self._access.admits(query.from_user.id, query.message.chat.id):
            return texts.not_allowed(query.from_user.id)
        words = reply.question if said_request(reply.question) else reply.resolved_question
        language = query.from_user.language_code
        watch = await asyncio.to_thread(self._keep, query.message, query.from_user.id, words, language)
        return texts.WATCHED_TOAST if watch is not None else texts.too_much_watched(self._config.watches_a_chat)

    def _keep(self, message: MaybeInaccessibleMessage, owner_id: int, words: str, language: str | None) -> Watch | None:
        chat, topic = _whose(message)
        watch = new_watch(chat, topic, words, datetime.now(UTC))
        vector = self._watcher.vector_of(watch.words) if watch.request is None else None
        kept = self._store.watches.add(watch, person(owner_id), vector, most=self._config.watches_a_chat)
        if kept is not None:
            self._store.chat_settings.note_language(chat, language)
            if is_channel(message.chat):
                self._store.chat_settings.change(chat, lambda settings: replace(settings, is_channel=True))
        return kept

    async def _change(self, query: CallbackQuery, messenger: Messenger, press: Press) -> str | None:
        throttled = self._limits.check(query.from_user.id, BROWSING, is_command=True)
        if throttled is not None:
            return throttled.words
        message = query.message
        if message is None or not press.subject.isdecimal():
            return texts.DEAD_BUTTON
        notice = await asyncio.to_thread(self._changed, message, press)
        watches = await asyncio.to_thread(self._store.watches.of, *_whose(message))
        await messenger.edit(place_of(message), message.message_id, watches_message(watches))
        return notice

    def _changed(self, message: MaybeInaccessibleMessage, press: Press) -> str:
        watch = self._store.watches.get(int(press.subject))
        if watch is None or (watch.chat, watch.topic) != _whose(message):
            return texts.NO_SUCH_WATCH
        if press.action is Action.DROP:
            self._store.watches.delete(watch.id)
            return texts.WATCH_DELETED
        self._store.watches.change(watch.id, paused=bool(press.number))
        return texts.WATCH_RESTS if press.number else texts.WATCH_GOES_ON

    async def _like(self, query: CallbackQuery, messenger: Messenger, press: Press) -> str | None:
        return await self._vote(query, press, Vote.UP)

    async def _dislike(self, query: CallbackQuery, messenger: Messenger, press: Press) -> str | None:
        return await self._vote(query, press, Vote.DOWN)

    async def _vote(self, query: CallbackQuery, press: Press, vote: Vote) -> str | None:
        throttled = self._limits.check(query.from_user.id, BROWSING, is_command=True)
        if throttled is not None:
            return throttled.words
        return await asyncio.to_thread(self._voted, press.subject, query.from_user.id, vote)

    def _voted(self, reply_id: str, voter_id: int, vote: Vote) -> str:
        """Keep a vote. That on an alert moves the bar of what is watched, once a person and alert."""
        before = self._store.vote_of(reply_id, person(voter_id))
        if not self._dialogue.vote(reply_id, person(voter_id), vote):
            return wording.FORGOTTEN
        watch = self._store.watches.watch_of(reply_id)
        if watch is None:
            return wording.THANKS
        if before is not vote:
            self._store.watches.change(watch.id, bar=lowered(watch.bar) if vote is Vote.UP else raised(watch.bar))
        return wording.THANKS if vote is Vote.UP else texts.FEWER


class Alerts:
    """Looks through what has arrived, and has alerts sent of it."""

    def __init__(
        self,
        watcher: Watcher,
        store: Store,
        own_accord: OwnAccord,
        access: Access | None = None,
        give_way: Callable[[], object] = lambda: None,
    ) -> None:
        """`access`: who may be told; None: everybody. `give_way` is called in a thread, again and again while one looks
        through what arrived, and returns when nobody waits for an answer."""
        self._watcher = watcher
        self._give_way = give_way
        self._store = store
        self._own_accord = own_accord
        self._access = access
        self._is_stopped = False

    def start_over(self) -> None:
        """Take nothing for looked through that another replica may have looked through meanwhile."""
        self._watcher.start_over()

    async def look(self) -> None:
        """Look through what has arrived, and have what is to be told of it planned.

        Raises:
            StoreUnavailable: the next look goes on from there.
        """
        try:
            await asyncio.to_thread(self._watcher.look, lambda: self._is_stopped, self._give_way)
        except asyncio.CancelledError:  # the thread is not
            self._is_stopped = True
            raise
        await self._plan()

    async def _plan(self) -> None:
        """Hand what was found to whoever sends it. A kill in between is made good by the key."""
        due = await asyncio.to_thread(self._store.watches.alerts, AlertState.DUE)
        ours = [alert for alert in due if alert.chat.startswith(_CHATS)]  # other messengers tell theirs
        for first in range(0, len(ours), _SETTLED_AT_ONCE):
            some = ours[first : first + _SETTLED_AT_ONCE]
            for alert in some:
                await self._announce(alert)
            await asyncio.to_thread(self._store.watches.settle, [alert.id for alert in some], AlertState.PLANNED)

    async def _announce(self, alert: Alert) -> None:
        reply = await asyncio.to_thread(self._store.load_reply, alert.reply_id)
        chat_id = int(alert.chat.removeprefix(_CHATS))
        if reply is None:  # all was forgotten meanwhile
            return
        if chat_id > 0 and self._access is not None and not self._access.admits(chat_id, chat_id):
            return
        await self._own_accord.spare_moment(chat_id)
        settings = await asyncio.to_thread(self._store.chat_settings.of, alert.chat)
        shown, topic = shown_words(reply.question), alert.topic or None
        announcement = Announcement(
            f"alert:{alert.id}",
            "alert",
            Place(chat_id, topic),
            lambda: alert_message(reply, shown, in_channel=settings.is_channel),
            Answering(0, reply.id),
        )
        await self._own_accord.plan(announcement, settings)


def _whose(message: MaybeInaccessibleMessage) -> tuple[str, int]:
    """Return the chat that a watch belongs to, and its topic, 0 for none."""
    place = place_of(message)
    return chat_of(place.chat_id), place.topic_id or 0
