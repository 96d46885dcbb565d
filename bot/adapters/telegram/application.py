"""Puts the Telegram adapter together and runs it."""

import logging
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from telegram import BotCommand, BotCommandScopeChat, BotCommandScopeDefault, Update
from telegram.error import InvalidToken, TelegramError
from telegram.ext import ApplicationBuilder, ExtBot
from telegram.request import BaseRequest

from bot.adapters.telegram import texts
from bot.adapters.telegram.administration import Administration
from bot.adapters.telegram.buttons import Buttons
from bot.adapters.telegram.config import TelegramConfig
from bot.adapters.telegram.discretion import DiscreetBot, DiscreetRequest
from bot.adapters.telegram.handling import TelegramApplication
from bot.adapters.telegram.ordering import OrderedUpdateProcessor
from bot.adapters.telegram.problems import report_problem
from bot.adapters.telegram.questions import Questions
from bot.adapters.telegram.rate_limiter import PatientRateLimiter
from bot.dialogue import Dialogue
from bot.errors import BotError
from bot.newsroom import Newsroom

logger = logging.getLogger(__name__)

_TELEGRAM_URL: Final = "https://api.telegram.org/bot"
_TELEGRAM_FILE_URL: Final = "https://api.telegram.org/file/bot"
_QUESTION_THREADS: Final = 2
_CONNECTIONS: Final = 16


class TokenRejected(BotError):
    """Telegram does not know the token: check TELEGRAM_BOT_TOKEN. The text never holds the token."""


def build_application(
    dialogue: Dialogue,
    newsroom: Newsroom,
    config: TelegramConfig,
    *,
    request: BaseRequest | None = None,
) -> TelegramApplication:
    """An application ready to run. `request` takes the place of the network in tests."""
    threads = ThreadPoolExecutor(_QUESTION_THREADS, thread_name_prefix="question")

    async def on_start(application: TelegramApplication) -> None:
        await publish_commands(application, config.admin_ids)

    async def on_end(application: TelegramApplication) -> None:
        threads.shutdown(wait=False, cancel_futures=True)

    application = (
        ApplicationBuilder()
        .bot(_build_bot(config, request))
        .job_queue(None)
        .concurrent_updates(OrderedUpdateProcessor())
        .post_init(on_start)
        .post_shutdown(on_end)
        .build()
    )
    questions = Questions(dialogue, config, threads)
    application.add_handlers(
        [
            *questions.handlers(),
            *Administration(newsroom, config).handlers(),
            Buttons(dialogue).handler(),
            *questions.last_handlers(),
        ]
    )
    application.add_error_handler(report_problem)
    return application


def run_polling(application: TelegramApplication) -> None:
    """Serves until a stop signal, however often Telegram is out of reach in between.

    Raises:
        TokenRejected: no amount of trying would help.
    """
    try:
        application.run_polling(allowed_updates=[Update.MESSAGE, Update.CALLBACK_QUERY], bootstrap_retries=-1)
    except InvalidToken:
        raise TokenRejected("Telegram rejected the token: check TELEGRAM_BOT_TOKEN") from None


async def publish_commands(application: TelegramApplication, admin_ids: frozenset[int]) -> None:
    """Fills everybody's menu, and each admin's with the admins' commands too. Failing is only logged."""
    bot = application.bot
    await _set_commands(bot, texts.READER_COMMANDS, BotCommandScopeDefault())
    for admin_id in sorted(admin_ids):
        both = (*texts.READER_COMMANDS, *texts.ADMIN_COMMANDS)
        await _set_commands(bot, both, BotCommandScopeChat(admin_id))


async def _set_commands(
    bot: ExtBot[None],
    commands: Sequence[tuple[str, str]],
    scope: BotCommandScopeDefault | BotCommandScopeChat,
) -> None:
    try:
        await bot.set_my_commands([BotCommand(*command) for command in commands], scope=scope)
    except TelegramError as error:
        whose = scope.chat_id if isinstance(scope, BotCommandScopeChat) else "everybody"
        logger.warning("the command menu of %s could not be set: %s", whose, error)


def _build_bot(config: TelegramConfig, request: BaseRequest | None) -> DiscreetBot:
    return DiscreetBot(
        config.token,
        base_url=config.api_url or _TELEGRAM_URL,
        base_file_url=config.file_url or _TELEGRAM_FILE_URL,
        request=request or DiscreetRequest(_CONNECTIONS, read_timeout=20, pool_timeout=20),
        get_updates_request=request or DiscreetRequest(1),
        rate_limiter=PatientRateLimiter(_CONNECTIONS),
    )
