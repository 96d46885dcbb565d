"""Puts the Telegram adapter together and runs it."""

import logging
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from telegram import Update
from telegram.error import InvalidToken
from telegram.ext import ApplicationBuilder
from telegram.request import BaseRequest

from bot.adapters.telegram.administration import Administration
from bot.adapters.telegram.admission import Admission
from bot.adapters.telegram.answers import Answers
from bot.adapters.telegram.buttons import Buttons
from bot.adapters.telegram.config import TelegramConfig
from bot.adapters.telegram.discretion import DiscreetBot, DiscreetRequest
from bot.adapters.telegram.handling import BEFORE_ALL, TelegramApplication, on_anything
from bot.adapters.telegram.inline import Inline
from bot.adapters.telegram.menus import publish_menus
from bot.adapters.telegram.ordering import OrderedUpdateProcessor
from bot.adapters.telegram.problems import report_problem
from bot.adapters.telegram.questions import Questions
from bot.adapters.telegram.rate_limiter import PatientRateLimiter
from bot.dialogue import Dialogue
from bot.errors import BotError
from bot.newsroom import Newsroom
from bot.store.sent_answers import SentAnswers

logger = logging.getLogger(__name__)

_TELEGRAM_URL: Final = "https://api.telegram.org/bot"
_TELEGRAM_FILE_URL: Final = "https://api.telegram.org/file/bot"
HEARD_UPDATES: Final = (Update.MESSAGE, Update.EDITED_MESSAGE, Update.CALLBACK_QUERY, Update.INLINE_QUERY)
"""The kinds of update that there is a handler for."""
_QUESTION_THREADS: Final = 2
_CONNECTIONS: Final = 16


class TokenRejected(BotError):
    """Telegram does not know the token: check TELEGRAM_BOT_TOKEN. The text never holds the token."""


def build_application(
    dialogue: Dialogue,
    newsroom: Newsroom,
    sent_answers: SentAnswers,
    config: TelegramConfig,
    *,
    request: BaseRequest | None = None,
) -> TelegramApplication:
    """An application ready to run. `request` takes the place of the network in tests."""
    threads = ThreadPoolExecutor(_QUESTION_THREADS, thread_name_prefix="question")

    async def on_start(application: TelegramApplication) -> None:
        await publish_menus(application.bot, config.admin_ids)

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
    answers, admission = Answers(dialogue, sent_answers, threads), Admission(newsroom, config)
    questions = Questions(dialogue, config, answers, admission)
    administration = Administration(newsroom, config, answers)
    application.add_handler(on_anything(), BEFORE_ALL)
    application.add_handlers(
        [
            *questions.handlers(),
            *administration.handlers(),
            Buttons(dialogue, answers, admission, administration.press_takers()).handler(),
            Inline(answers, admission).handler(),
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
        application.run_polling(allowed_updates=HEARD_UPDATES, bootstrap_retries=-1)
    except InvalidToken:
        raise TokenRejected("Telegram rejected the token: check TELEGRAM_BOT_TOKEN") from None


def _build_bot(config: TelegramConfig, request: BaseRequest | None) -> DiscreetBot:
    return DiscreetBot(
        config.token,
        base_url=config.api_url or _TELEGRAM_URL,
        base_file_url=config.file_url or _TELEGRAM_FILE_URL,
        request=request or DiscreetRequest(_CONNECTIONS, read_timeout=20, pool_timeout=20),
        get_updates_request=request or DiscreetRequest(1),
        rate_limiter=PatientRateLimiter(_CONNECTIONS),
    )
