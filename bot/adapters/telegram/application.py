"""Puts the Telegram adapter together."""

import logging
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Final

from telegram import BotCommand, BotCommandScopeChat, BotCommandScopeDefault, Update
from telegram.error import TelegramError
from telegram.ext import ApplicationBuilder
from telegram.request import BaseRequest

from bot.adapters.telegram import texts
from bot.adapters.telegram.administration import Administration
from bot.adapters.telegram.buttons import Buttons
from bot.adapters.telegram.config import TelegramConfig
from bot.adapters.telegram.courier import Courier
from bot.adapters.telegram.desk import Desk
from bot.adapters.telegram.discretion import DiscreetBot, DiscreetRequest
from bot.adapters.telegram.handling import TelegramApplication
from bot.adapters.telegram.intake import Intake
from bot.adapters.telegram.manners import FIRST_GROUP, Manners
from bot.adapters.telegram.metrics import Metrics
from bot.adapters.telegram.ordering import OrderedUpdateProcessor
from bot.adapters.telegram.privacy import Privacy
from bot.adapters.telegram.problems import report_problem
from bot.adapters.telegram.questions import Questions
from bot.adapters.telegram.rate_limiter import PatientRateLimiter
from bot.dialogue import Dialogue
from bot.newsroom import Newsroom
from bot.store import Store

logger = logging.getLogger(__name__)

ALLOWED_UPDATES: Final = [Update.MESSAGE, Update.CALLBACK_QUERY]
_TELEGRAM_URL: Final = "https://api.telegram.org/bot"
_TELEGRAM_FILE_URL: Final = "https://api.telegram.org/file/bot"
_QUESTION_THREADS: Final = 2
_CONNECTIONS: Final = 16
_READ_SECONDS: Final = 10.0


@dataclass(frozen=True, slots=True)
class Service:
    """The adapter, ready to be served."""

    application: TelegramApplication
    bot: DiscreetBot
    intake: Intake
    config: TelegramConfig
    metrics: Metrics
    store: Store
    close: Callable[[], None] = field(repr=False)


def build_service(
    dialogue: Dialogue,
    newsroom: Newsroom,
    config: TelegramConfig,
    store: Store,
    metrics: Metrics,
    *,
    request: BaseRequest | None = None,
) -> Service:
    """The adapter with its ledger in `store`. `request` takes the place of the network in tests."""
    threads = ThreadPoolExecutor(_QUESTION_THREADS, thread_name_prefix="question")
    desk = Desk("ledger")
    courier = Courier(store.ledger, desk, give_up_after=config.answer_within, on_outcome=metrics.count_message)
    bot = _build_bot(config, request, courier, metrics)
    processor = OrderedUpdateProcessor()
    application = ApplicationBuilder().bot(bot).job_queue(None).concurrent_updates(processor).build()
    intake = Intake(application, store.ledger, desk, answer_within=config.answer_within)

    def forget(person_id: int) -> None:
        store.forget(f"tg:{person_id}")
        store.ledger.forget(person_id)

    def close() -> None:
        threads.shutdown(wait=False, cancel_futures=True)
        desk.close()

    questions = Questions(dialogue, config, threads)
    application.add_handler(Manners(config, processor.waiting, metrics.count_turned_away).handler(), FIRST_GROUP)
    application.add_handlers(
        [
            *questions.handlers(),
            *Privacy(forget, config.retention_days).handlers(),
            *Administration(newsroom, config).handlers(),
            Buttons(dialogue).handler(),
            *questions.last_handlers(),
        ]
    )
    application.add_error_handler(report_problem)
    metrics.watch(newsroom, processor.waiting)
    return Service(application, bot, intake, config, metrics, store, close)


def build_application(
    dialogue: Dialogue,
    newsroom: Newsroom,
    config: TelegramConfig,
    *,
    request: BaseRequest | None = None,
) -> TelegramApplication:
    """An application that remembers nothing beyond its own life, to be driven update by update."""
    store = Store.in_memory()
    service = build_service(dialogue, newsroom, config, store, Metrics(), request=request)

    async def on_end(_: TelegramApplication) -> None:
        service.close()
        store.close()

    service.application.post_shutdown = on_end
    return service.application


async def publish_commands(application: TelegramApplication, admin_ids: frozenset[int]) -> None:
    """Fills everybody's menu, and each admin's with the admins' commands too. Failing is only logged."""
    bot = application.bot
    await _set_commands(bot, texts.READER_COMMANDS, BotCommandScopeDefault())
    for admin_id in sorted(admin_ids):
        both = (*texts.READER_COMMANDS, *texts.ADMIN_COMMANDS)
        await _set_commands(bot, both, BotCommandScopeChat(admin_id))


async def _set_commands(
    bot: DiscreetBot,
    commands: Sequence[tuple[str, str]],
    scope: BotCommandScopeDefault | BotCommandScopeChat,
) -> None:
    try:
        await bot.set_my_commands([BotCommand(*command) for command in commands], scope=scope)
    except TelegramError as error:
        whose = scope.chat_id if isinstance(scope, BotCommandScopeChat) else "everybody"
        logger.warning("the command menu of %s could not be set: %s", whose, error)


def _build_bot(config: TelegramConfig, request: BaseRequest | None, courier: Courier, metrics: Metrics) -> DiscreetBot:
    return DiscreetBot(
        config.token,
        base_url=config.api_url or _TELEGRAM_URL,
        base_file_url=config.file_url or _TELEGRAM_FILE_URL,
        request=request or DiscreetRequest(_CONNECTIONS, read_timeout=_READ_SECONDS, pool_timeout=20),
        get_updates_request=request or DiscreetRequest(1),
        rate_limiter=PatientRateLimiter(_CONNECTIONS, config.messages_per_second, metrics.count_error),
        courier=courier,
    )
