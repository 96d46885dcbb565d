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

from bot.adapters.telegram.config import TelegramConfig
from bot.adapters.telegram.delivery.bot import NewsquoteBot
from bot.adapters.telegram.delivery.errors import report_problem
from bot.adapters.telegram.delivery.heartbeat import Heartbeat
from bot.adapters.telegram.delivery.http import Connection
from bot.adapters.telegram.delivery.inbox import Inbox
from bot.adapters.telegram.delivery.leases import LeaseKeeper
from bot.adapters.telegram.delivery.metrics import Metrics
from bot.adapters.telegram.delivery.outbox import Outbox
from bot.adapters.telegram.delivery.rate_limiter import PatientRateLimiter
from bot.adapters.telegram.delivery.update_processor import OrderedUpdateProcessor
from bot.adapters.telegram.delivery.workers import BlockingExecutor
from bot.adapters.telegram.handlers.access import Access
from bot.adapters.telegram.handlers.admin import Administration
from bot.adapters.telegram.handlers.answers import Answers
from bot.adapters.telegram.handlers.buttons import Buttons
from bot.adapters.telegram.handlers.inline import Inline
from bot.adapters.telegram.handlers.jobs import Jobs
from bot.adapters.telegram.handlers.menus import Menus
from bot.adapters.telegram.handlers.privacy import Privacy
from bot.adapters.telegram.handlers.question_limits import QuestionLimits
from bot.adapters.telegram.handlers.questions import Questions
from bot.adapters.telegram.routing import AFTER_ALL, BEFORE_ALL, TelegramApplication, on_anything
from bot.app import App
from bot.store import Store
from bot.store.sent_answers import SentAnswers

logger = logging.getLogger(__name__)

ALLOWED_UPDATES: Final = [Update.MESSAGE, Update.EDITED_MESSAGE, Update.CALLBACK_QUERY, Update.INLINE_QUERY]
"""The kinds of update that there is a handler for."""
_TELEGRAM_URL: Final = "https://api.telegram.org/bot"
_TELEGRAM_FILE_URL: Final = "https://api.telegram.org/file/bot"
_QUESTION_THREADS: Final = 2
# A server keeps several commits at once; a file takes one after the other.
_STORE_THREADS: Final = 4
_CONNECTIONS: Final = 16
_READ_SECONDS: Final = 10.0


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
    close: Callable[[], None] = field(repr=False)


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
    dialogue, admin, store = app.dialogue, app.admin, app.store
    threads = ThreadPoolExecutor(_QUESTION_THREADS, thread_name_prefix="question")
    executor = BlockingExecutor("outbox", workers=1 if store.outbox.replicas.is_alone else _STORE_THREADS)
    leases = LeaseKeeper(store.outbox.leases, executor)
    sent = sent_answers or store.sent_answers
    outbox = Outbox(
        store.outbox, executor, leases, sent, give_up_after=config.answer_within, on_outcome=metrics.count_message
    )
    limiter = PatientRateLimiter(_CONNECTIONS, config.messages_per_second, metrics.count_error)
    bot = _build_bot(config, request, outbox, limiter)
    processor = OrderedUpdateProcessor()
    application = ApplicationBuilder().bot(bot).job_queue(None).concurrent_updates(processor).build()
    send_left_over = partial(outbox.resume, bot)
    inbox = Inbox(application, store.outbox, executor, send_left_over, answer_within=config.answer_within)
    leases.on_work = inbox.dispatch
    heartbeat = Heartbeat(store.outbox.replicas, inbox, limiter.share_among, admin.moderation.refresh)

    def forget(person_id: int) -> None:
        store.forget_person(f"tg:{person_id}")
        store.outbox.forget(person_id)

    def close() -> None:
        threads.shutdown(wait=False, cancel_futures=True)
        jobs.close()
        executor.close()

    answers, access = Answers(dialogue, sent, threads), Access(admin.moderation, config)
    limits = QuestionLimits(config, processor.waiting, metrics.count_turned_away)
    questions = Questions(dialogue, config, answers, access, limits)
    jobs = Jobs()
    administration = Administration(admin, config, answers, jobs, leases.hold)
    application.add_handler(on_anything(), BEFORE_ALL)
    application.add_handlers(
        [
            *administration.handlers(),  # first: what an admin forwards is no question
            *questions.handlers(),
            *Privacy(forget, config.retention_days).handlers(),
            Buttons(dialogue, answers, access, limits, administration.press_takers()).handler(),
            Inline(answers, access, limits).handler(),
            *questions.last_handlers(),
        ]
    )
    menus = Menus(config.admin_ids)
    application.add_handler(menus.handler(), AFTER_ALL)
    application.add_error_handler(report_problem)
    metrics.watch(admin.operations, processor.waiting)
    return Service(application, bot, inbox, heartbeat, config, menus, metrics, store, close)


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


def _build_bot(
    config: TelegramConfig, request: BaseRequest | None, outbox: Outbox, limiter: PatientRateLimiter
) -> NewsquoteBot:
    return NewsquoteBot(
        config.token,
        base_url=config.api_url or _TELEGRAM_URL,
        base_file_url=config.file_url or _TELEGRAM_FILE_URL,
        request=request or Connection(_CONNECTIONS, read_timeout=_READ_SECONDS),
        get_updates_request=request or Connection(1),
        rate_limiter=limiter,
        outbox=outbox,
    )
