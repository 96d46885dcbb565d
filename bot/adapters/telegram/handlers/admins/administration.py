"""What admins may do: reload, look at the state, the figures and the complaints, and say whom not to answer."""

import asyncio
import logging
import re
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Final

from telegram import CallbackQuery, Message

from bot.adapters import wording
from bot.adapters.telegram.addressing import Place, asker_id, command_words, place_of
from bot.adapters.telegram.config import TelegramConfig
from bot.adapters.telegram.delivery.sending import Messenger
from bot.adapters.telegram.handlers.access import person
from bot.adapters.telegram.handlers.admins.articles import Adding, Removing, RollingBack
from bot.adapters.telegram.handlers.admins.confirmations import Confirmations
from bot.adapters.telegram.handlers.admins.jobs import Job, Jobs
from bot.adapters.telegram.handlers.answers import Answers
from bot.adapters.telegram.handlers.buttons import PressTaker
from bot.adapters.telegram.handlers.question_limits import QuestionLimits
from bot.adapters.telegram.routing import Handler, MessageCallback, Router
from bot.adapters.telegram.views import admin_texts, texts
from bot.adapters.telegram.views.admin_messages import (
    explanation_message,
    feedback_message,
    gaps_message,
)
from bot.adapters.telegram.views.html import Segment, styled, words_of_others
from bot.adapters.telegram.views.keyboards import Action, Press
from bot.adapters.telegram.views.messages import Outgoing
from bot.adapters.translation import translated
from bot.admin.moderation import Moderation
from bot.admin.names import keep_correction, listed, read_correction
from bot.admin.services import AdminServices
from bot.errors import InvalidCorrection
from index.errors import BuildCancelled, IndexingError
from index.library.builder import ProgressListener

logger = logging.getLogger(__name__)
_STATS_DAYS: Final = 7
_LOOK_BACK_DAYS: Final = 30
_LISTED_COMPLAINTS: Final = 8


class Administration:
    """Admins' commands and buttons. What changes the articles runs beside everything else: see `Jobs`."""

    def __init__(
        self,
        services: AdminServices,
        config: TelegramConfig,
        answers: Answers,
        jobs: Jobs,
        hold: Callable[[int], AbstractAsyncContextManager[None]],
        limits: QuestionLimits,
    ) -> None:
        """Keep what serves admins. `hold` keeps a chat with this replica; `limits` are for those who are none."""
        self._refuse = limits.limited(_say_admins_only)
        self._operations = services.operations
        self._reports = services.reports
        self._watcher = services.watcher
        self._moderation = services.moderation
        self._freshness = services.freshness
        self._name_store = services.names
        self._config = config
        self._answers = answers
        self._jobs = jobs
        self._confirmations = Confirmations(jobs, hold)
        self._banning = Banning(services.moderation, config, answers, self._confirmations)
        self._adding = Adding(services, config, self._confirmations, jobs)
        self._removing = Removing(services, self._confirmations)
        self._rolling_back = RollingBack(services, self._confirmations)
        self._reload: asyncio.Task[None] | None = None

    def handlers(self, router: Router) -> Sequence[Handler]:
        """Return the handlers to register."""
        commands: dict[str, MessageCallback] = {
            "add": self._adding.add,
            "remove": self._removing.remove,
            "rollback": self._rolling_back.roll_back,
            "reload": self._start_reload,
            "status": self._status,
            "stats": self._stats,
            "gaps": self._gaps,
            "feedback": self._feedback,
            "why": self._why,
            "names": self._names,
            "ban": self._banning.ban,
            "unban": self._banning.unban,
        }
        of_commands = [router.command(name, self._for_admins(name, callback)) for name, callback in commands.items()]
        return [*of_commands, *self._adding.handlers(router)]

    def press_takers(self) -> dict[Action, PressTaker]:
        """Return the callbacks for presses of admins' buttons."""
        return {**self._confirmations.takers(), Action.WHY: self._show_why, Action.CANCEL: self._cancel}

    def _for_admins(self, name: str, callback: MessageCallback) -> MessageCallback:
        async def handle(message: Message, messenger: Messenger) -> None:
            if not self._config.is_admin(asker_id(message)):
                await self._refuse(message, messenger)
            elif message.forward_origin is not None or message.via_bot is not None:  # another's words, not theirs
                await messenger.say(message, admin_texts.NOT_TYPED)
            else:
                await asyncio.to_thread(self._moderation.log, person(asker_id(message)), f"/{name}")
                await callback(message, messenger)

        return handle

    async def _names(self, message: Message, messenger: Messenger) -> None:
        words, by = command_words(message), person(asker_id(message))
        if not words:
            said = await asyncio.to_thread(lambda: listed(self._name_store.corrections()))
            if not said:
                await messenger.say(message, admin_texts.NO_NAMES)
                return
            lines = words_of_others("\n".join(said))
            heading = styled(f"{translated(admin_texts.NAMES_HEADING)}\n")
            await messenger.send(place_of(message), Outgoing((heading, *lines)))
            return
        try:
            correction = read_correction(words)
        except InvalidCorrection:
            await messenger.say(message, admin_texts.NAMES_HOW)
            return
        kept = await asyncio.to_thread(keep_correction, correction, self._name_store, by=by)
        await messenger.say(message, admin_texts.NAMES_KEPT if kept else admin_texts.NAMES_UNKNOWN)

    async def _status(self, message: Message, messenger: Messenger) -> None:
        now = await asyncio.to_thread(self._operations.status)
        fresh = await asyncio.to_thread(self._freshness.look)
        words = admin_texts.status(now, len(self._moderation.banned()), fresh)
        await messenger.send(place_of(message), Outgoing(tuple(words_of_others(words))))

    async def _stats(self, message: Message, messenger: Messenger) -> None:
        figures = await asyncio.to_thread(self._reports.stats, _STATS_DAYS)
        watched = await asyncio.to_thread(self._watcher.counts, _STATS_DAYS)
        words = "\n".join(
            (admin_texts.stats(figures), *([admin_texts.watch_stats(watched)] if watched.watches else []))
        )
        if not figures.questions:
            await messenger.say(message, words)
            return
        place = place_of(message)
        await messenger.show_upload(place)
        picture = await asyncio.to_thread(self._picture)
        await messenger.send_photo(place, picture, caption=words, filename="stats.png")

    def _picture(self) -> bytes:
        from bot.adapters.telegram.views.charts import draw_stats  # matplotlib takes a second to import

        return draw_stats(self._reports.days(_STATS_DAYS))

    async def _gaps(self, message: Message, messenger: Messenger) -> None:
        gaps = await asyncio.to_thread(self._reports.gaps, _LOOK_BACK_DAYS)
        await messenger.send(place_of(message), gaps_message(gaps))

    async def _feedback(self, message: Message, messenger: Messenger) -> None:
        found = await asyncio.to_thread(self._reports.complaints, _LOOK_BACK_DAYS, most=_LISTED_COMPLAINTS)
        await messenger.send(place_of(message), feedback_message(found))

    async def _why(self, message: Message, messenger: Messenger) -> None:
        original = message.reply_to_message
        reply_id = await self._answers.reply_in(original) if original is not None else None
        if reply_id is None:
            await messenger.say(message, admin_texts.WHY_HOW)
        elif not await self._explain(messenger, place_of(message), reply_id):
            await messenger.say(message, wording.FORGOTTEN)

    async def _show_why(self, query: CallbackQuery, messenger: Messenger, press: Press) -> str | None:
        if not self._config.is_admin(query.from_user.id) or query.message is None:
            return texts.ADMINS_ONLY
        await asyncio.to_thread(self._moderation.log, person(query.from_user.id), "/why", press.subject)
        place = place_of(query.message).replying_to(query.message.message_id)
        return None if await self._explain(messenger, place, press.subject) else wording.FORGOTTEN

    async def _explain(self, messenger: Messenger, place: Place, reply_id: str) -> bool:
        explanation = await asyncio.to_thread(self._reports.explain, reply_id)
        if explanation is not None:
            await messenger.send(place, explanation_message(explanation))
        return explanation is not None

    async def _start_reload(self, message: Message, messenger: Messenger) -> None:
        if self._reload is not None and not self._reload.done():
            await messenger.say(message, admin_texts.ALREADY_RELOADING)
            return
        job = Job(admin_texts.RELOADING, self._reload_all, can_be_cancelled=True)
        self._reload = self._jobs.start(messenger, place_of(message), job)

    async def _cancel(self, query: CallbackQuery, messenger: Messenger, press: Press) -> str | None:
        if not self._config.is_admin(query.from_user.id):
            return texts.ADMINS_ONLY
        if not self._jobs.cancel(press.subject):
            return admin_texts.OVER
        await asyncio.to_thread(self._moderation.log, person(query.from_user.id), "cancel")
        return admin_texts.CANCELLING

    def _reload_all(self, listener: ProgressListener) -> Sequence[Segment]:
        try:
            return [styled(admin_texts.reloaded(self._operations.reload(listener)))]
        except BuildCancelled:
            return [styled(translated(admin_texts.CANCELLED))]
        except IndexingError as error:
            logger.warning("the reload failed: %s", error)
            return [styled(admin_texts.not_reloaded(str(error)))]


async def _say_admins_only(message: Message, messenger: Messenger) -> None:
    await messenger.say(message, texts.ADMINS_ONLY)


class Banning:
    """`/ban` and `/unban`; both ask first."""

    def __init__(
        self, moderation: Moderation, config: TelegramConfig, answers: Answers, confirmations: Confirmations
    ) -> None:
        self._moderation = moderation
        self._config = config
        self._answers = answers
        self._confirmations = confirmations

    async def ban(self, message: Message, messenger: Messenger) -> None:
        """Ask whether to ban the person whom the message names, or replies to, or whose question it answers."""
        user_id = _named(message) or await self._replied_to(message, messenger)
        if user_id is None:
            await messenger.say(message, admin_texts.BAN_HOW)
        elif self._config.is_admin(user_id):
            await messenger.say(message, admin_texts.ADMINS_STAY)
        else:
            question = styled(admin_texts.ask_to_ban(user_id))
            await self._confirmations.ask(message, messenger, [question], self._banning(user_id, by=asker_id(message)))

    async def unban(self, message: Message, messenger: Messenger) -> None:
        """Ask whether to lift the ban of the person whom the message names; without a name, list who is banned."""
        user_id = _named(message)
        if user_id is None:
            banned = sorted(int(each.partition(":")[2]) for each in self._moderation.banned())
            await messenger.say(message, admin_texts.bans(banned))
        elif not self._moderation.is_banned(person(user_id)):
            await messenger.say(message, admin_texts.not_banned(user_id))
        else:
            question = styled(admin_texts.ask_to_unban(user_id))
            await self._confirmations.ask(
                message, messenger, [question], self._unbanning(user_id, by=asker_id(message))
            )

    def _banning(self, user_id: int, *, by: int) -> Callable[[], str]:
        def confirmed() -> str:
            self._moderation.ban(person(user_id), by=person(by))
            return admin_texts.banned(user_id)

        return confirmed

    def _unbanning(self, user_id: int, *, by: int) -> Callable[[], str]:
        def confirmed() -> str:
            self._moderation.unban(person(user_id), by=person(by))
            return admin_texts.unbanned(user_id)

        return confirmed

    async def _replied_to(self, message: Message, messenger: Messenger) -> int | None:
        original = message.reply_to_message
        if original is None or original.forum_topic_created is not None:
            return None
        if original.from_user is None or original.from_user.id != messenger.me.id:
            return asker_id(original)  # not Telegram's stand-in for all who speak as a channel
        return await self._answers.asker_of(original)


def _named(message: Message) -> int | None:
    match = re.fullmatch(r"-?\d{1,15}", command_words(message))
    return int(match[0]) if match else None
