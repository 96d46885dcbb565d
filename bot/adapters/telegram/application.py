"""Puts the Telegram adapter together."""

import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from typing import Final

from telegram import Update
from telegram.ext import ApplicationBuilder
from telegram.request import BaseRequest

from bot.adapters.metrics import Metrics
from bot.adapters.telegram.config import TelegramConfig
from bot.adapters.telegram.delivery.bot import NewsquoteBot, TelegramApplication
from bot.adapters.telegram.delivery.errors import ErrorReport
from bot.adapters.telegram.delivery.heartbeat import Heartbeat
from bot.adapters.telegram.delivery.http import Connection
from bot.adapters.telegram.delivery.inbox import Inbox
from bot.adapters.telegram.delivery.leases import LeaseKeeper
from bot.adapters.telegram.delivery.outbox import Outbox, SentMessages
from bot.adapters.telegram.delivery.own_accord import OwnAccord, chat_of
from bot.adapters.telegram.delivery.rate_limiter import PatientRateLimiter
from bot.adapters.telegram.delivery.rounds import Rounds
from bot.adapters.telegram.delivery.sending import Messenger
from bot.adapters.telegram.delivery.telegram_clock import TelegramClock
from bot.adapters.telegram.delivery.update_processor import OrderedUpdateProcessor
from bot.adapters.telegram.delivery.workers import BlockingExecutor
from bot.adapters.telegram.handlers.access import Access
from bot.adapters.telegram.handlers.admins.administration import Administration
from bot.adapters.telegram.handlers.admins.jobs import Jobs
from bot.adapters.telegram.handlers.admins.notices import AdminNotices
from bot.adapters.telegram.handlers.admins.silences import SilenceNews
from bot.adapters.telegram.handlers.answers import Answers, Suggestions
from bot.adapters.telegram.handlers.bringing import Bringing
from bot.adapters.telegram.handlers.buttons import Buttons
from bot.adapters.telegram.handlers.checks import Checks
from bot.adapters.telegram.handlers.corrections import CorrectionNews, Corrections
from bot.adapters.telegram.handlers.digest_rounds import DigestRounds
from bot.adapters.telegram.handlers.digests import Digests
from bot.adapters.telegram.handlers.guests import Guests
from bot.adapters.telegram.handlers.inline import Inline
from bot.adapters.telegram.handlers.menus import Menus
from bot.adapters.telegram.handlers.privacy import Privacy
from bot.adapters.telegram.handlers.question_limits import QuestionLimits
from bot.adapters.telegram.handlers.questions import Questions
from bot.adapters.telegram.handlers.quiet import Quiet
from bot.adapters.telegram.handlers.upgrades import Upgrades
from bot.adapters.telegram.handlers.watching import Alerts, Watching
from bot.adapters.telegram.routing import AFTER_ALL, BEFORE_ALL, WITH_OTHERS, Router, on_anything
from bot.admin.freshness import Freshness
from bot.app import App
from bot.store import Store
from bot.store.sent_answers import SentAnswers

logger = logging.getLogger(__name__)

ALLOWED_UPDATES: Final = [
    Update.MESSAGE,
    Update.EDITED_MESSAGE,
    Update.CHANNEL_POST,
    Update.CALLBACK_QUERY,
    Update.INLINE_QUERY,
    Update.GUEST_MESSAGE,
]
"""The kinds of update that there is a handler for."""
_TELEGRAM_URL: Final = "https://api.telegram.org/bot"
_TELEGRAM_FILE_URL: Final = "https://api.telegram.org/file/bot"
_QUESTION_THREADS: Final = 2
# Most of the time of a question is waiting then.
_THREADS_WITH_A_MODEL: Final = 8
# A server keeps several commits at once; a file takes one after the other.
_STORE_THREADS: Final = 4
_CONNECTIONS: Final = 16
_READ_SECONDS: Final = 10.0
# So long what nobody asked for waits for a moment in which nobody waits for an answer.
_GIVES_WAY_SECONDS: Final = 2.0
_GIVES_WAY_BETWEEN_QUESTIONS_SECONDS: Final = 0.5
_SECONDS_BETWEEN: Final = {"alerts": 2.0, "corrections": 5.0, "digests": 20.0, "silences": 60.0}


@dataclass(frozen=True, slots=True)
class Service:
    """The adapter, ready to be served."""

    application: TelegramApplication
    bot: NewsquoteBot
    inbox: Inbox
    heartbeat: Heartbeat
    config: TelegramConfig
    menus: Menus
    metrics: Metrics
    store: Store
    clock: TelegramClock
    index_problem: Callable[[], str | None]
    freshness: Callable[[], Freshness]
    notices: AdminNotices
    own_accord: OwnAccord
    rounds: tuple[Rounds, ...]
    close: Callable[[], None] = field(repr=False)


@dataclass(frozen=True, slots=True)
class _Delivery:
    """The way in for updates and the way out for messages, without what is done about them."""

    application: TelegramApplication
    processor: OrderedUpdateProcessor
    bot: NewsquoteBot
    leases: LeaseKeeper
    inbox: Inbox
    heartbeat: Heartbeat
    messenger: Messenger
    own_accord: OwnAccord
    clock: TelegramClock
    close: Callable[[], None]


def build_service(
    app: App,
    config: TelegramConfig,
    metrics: Metrics,
    *,
    request: BaseRequest | None = None,
    sent_answers: SentAnswers | None = None,
) -> Service:
    """Return the adapter with its inbox and outbox in the app's store. `request` takes the place of the network in
    tests, and `sent_answers` of what the store keeps of them."""
    sent = sent_answers or app.store.sent_answers
    delivery = _build_delivery(app, config, metrics, sent, request)
    threads, jobs = ThreadPoolExecutor(_threads(config), thread_name_prefix="question"), Jobs()
    suggestions = Suggestions(config.further_questions, delivery.processor.waiting)
    answers, access = Answers(app.dialogue, sent, threads, suggestions), Access(app.admin.moderation, config)
    limits = QuestionLimits(config, delivery.processor.waiting, metrics.count_turned_away)
    questions = Questions(app.dialogue, config, answers, access, limits)
    administration = Administration(app.admin, config, answers, jobs, delivery.leases.hold, limits)
    watching = Watching(app.store, app.admin.watcher, app.dialogue, config, access, limits)
    bringing = Bringing(app.brought, app.admin.articles, access, limits)
    checks = Checks(app.checker, access, limits, threads, readers_may_bring=app.brought is not None)
    takers = administration.press_takers() | checks.press_takers() | watching.press_takers() | bringing.press_takers()
    buttons = Buttons(app.dialogue, answers, access, limits, takers)
    privacy = Privacy(partial(_forget, app), config, limits)
    application, bot, inbox = delivery.application, delivery.bot, delivery.inbox
    menus, router = Menus(bot, config.admin_ids), Router(delivery.messenger)
    digests = Digests(app.dialogue, app.store, access, limits, threads, delivery.clock.now, app.corrections)
    handlers = [
        *Upgrades(app.store.chat_moves.move).handlers(router),
        *administration.handlers(router),  # first: what an admin forwards is no question
        *checks.handlers(router),
        *bringing.handlers(router),
        *questions.handlers(router),
        *privacy.handlers(router),
        *watching.handlers(router),
        *Quiet(app.store.chat_settings, delivery.own_accord, limits).handlers(router),
        *Corrections(app.corrections, app.store.chat_settings, access, limits).handlers(router),
        *digests.handlers(router),
        buttons.handler(router),
        Inline(answers, access, limits).handler(),
        *Guests(answers, checks, access, limits).handlers(router),
        *questions.last_handlers(router),
    ]
    application.add_handlers(
        {
            BEFORE_ALL: [on_anything(config.permalinks, delivery.own_accord.heard_from)],
            WITH_OTHERS: handlers,
            AFTER_ALL: [menus.handler()],
        }
    )
    application.add_error_handler(ErrorReport(delivery.messenger, inbox.put_off).handle)
    metrics.watch(app.admin.operations, delivery.processor.waiting, app.admin.freshness.look)

    def close() -> None:
        threads.shutdown(wait=False, cancel_futures=True)
        bringing.close()
        jobs.close()
        delivery.close()

    return Service(
        application,
        bot,
        inbox,
        delivery.heartbeat,
        config,
        menus,
        metrics,
        app.store,
        delivery.clock,
        lambda: app.admin.operations.problem,
        app.admin.freshness.look,
        AdminNotices(app.admin.articles.notices, delivery.messenger, config.admin_ids),
        delivery.own_accord,
        _rounds(app, delivery, config, access, sent),
        close,
    )


def build_application(
    app: App,
    sent_answers: SentAnswers,
    config: TelegramConfig,
    *,
    request: BaseRequest | None = None,
) -> TelegramApplication:
    """Return an application that remembers nothing beyond its own life, to be driven update by update."""
    service = build_service(app, config, Metrics(), request=request, sent_answers=sent_answers)

    async def on_end(_: TelegramApplication) -> None:
        service.close()
        app.close()

    service.application.post_shutdown = on_end
    return service.application


def _threads(config: TelegramConfig) -> int:
    return _THREADS_WITH_A_MODEL if config.language_model else _QUESTION_THREADS


def _build_delivery(
    app: App, config: TelegramConfig, metrics: Metrics, sent_answers: SentAnswers, request: BaseRequest | None
) -> _Delivery:
    store, clock = app.store.outbox, TelegramClock()
    limiter, sent = PatientRateLimiter(_CONNECTIONS, config.messages_per_second, metrics.count_error), SentMessages()
    bot = NewsquoteBot(
        config.token,
        base_url=config.api_url or _TELEGRAM_URL,
        base_file_url=config.file_url or _TELEGRAM_FILE_URL,
        request=request or Connection(_CONNECTIONS, read_timeout=_READ_SECONDS, hear_date=clock.hear),
        get_updates_request=request or Connection(1, hear_date=clock.hear),
        rate_limiter=limiter,
        on_sent=sent.note,
    )
    executor = BlockingExecutor("outbox", workers=1 if store.replicas.is_alone else _STORE_THREADS)
    leases, processor = LeaseKeeper(store.leases, executor), OrderedUpdateProcessor()
    outbox = Outbox(
        bot,
        store,
        executor,
        leases,
        sent_answers,
        sent=sent,
        now=clock.now,
        give_up_after=config.answer_within,
        on_outcome=metrics.count_message,
    )
    application = ApplicationBuilder().bot(bot).job_queue(None).concurrent_updates(processor).build()
    inbox = Inbox(application, outbox, leases, store, executor, answer_within=config.answer_within, now=clock.now)
    heartbeat = Heartbeat(store.replicas, inbox, limiter.share_among, app.admin.moderation.refresh)
    messenger = Messenger(bot, outbox)

    async def spare_room(chat: object) -> None:
        await processor.idle(_GIVES_WAY_SECONDS)
        await limiter.spare_room(chat)

    own_accord = OwnAccord(
        app.store, outbox, spare_room, heartbeat.leading, permalinks=config.permalinks, now=clock.now
    )
    return _Delivery(
        application, processor, bot, leases, inbox, heartbeat, messenger, own_accord, clock, executor.close
    )


def _rounds(
    app: App, delivery: _Delivery, config: TelegramConfig, access: Access, sent: SentAnswers
) -> tuple[Rounds, ...]:
    """Return what one replica does for all of them while it serves."""
    store, own_accord = app.store, delivery.own_accord
    give_way = partial(delivery.processor.wait_until_idle, _GIVES_WAY_BETWEEN_QUESTIONS_SECONDS)
    alerts = Alerts(app.admin.watcher, store, own_accord, access, give_way)
    corrections = CorrectionNews(app.corrections, own_accord, store.chat_settings, sent, access)
    digests = DigestRounds(app.dialogue, store, own_accord, access, delivery.clock.now, corrections=app.corrections)
    silences = SilenceNews(app.admin.freshness, own_accord, config.admin_ids)
    return (
        Rounds("looking through what arrived", alerts.look, _SECONDS_BETWEEN["alerts"], alerts.start_over),
        Rounds("looking for corrections", corrections.tell, _SECONDS_BETWEEN["corrections"]),
        Rounds("planning digests", digests.plan_due, _SECONDS_BETWEEN["digests"]),
        Rounds("looking for silent feeds", silences.tell, _SECONDS_BETWEEN["silences"]),
    )


def _forget(app: App, person_id: int) -> None:
    store, person = app.store, f"tg:{person_id}"
    if app.brought is not None:
        app.brought.forget(person)
    store.brought.forget(person)
    store.forget_person(person)
    store.outbox.forget(person_id)
    store.watches.forget(chat_of(person_id))
    store.chat_settings.forget(chat_of(person_id))
    store.own_messages.forget(person_id)
    store.digests.forget(chat_of(person_id))
