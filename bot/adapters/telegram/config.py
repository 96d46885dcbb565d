"""What the Telegram adapter needs to know; it reads no environment itself."""

from dataclasses import dataclass, field
from datetime import timedelta

from bot.adapters.permalinks import Permalinks, permalinks_from
from bot.settings import Settings


@dataclass(frozen=True, slots=True)
class TelegramConfig:
    """Where the bot lives, who may do what, and how much.

    `api_url` and `file_url` are the bases that a token is appended to, as `http://host:port/bot` and
    `http://host:port/file/bot`; None means Telegram's own. `allowed_ids` are of people or of whole groups; when there
    are none, everybody may ask. With a `webhook_url` updates come to `webhook_listen`, else they are fetched.
    `answer_within` is the age beyond which a question is not answered any more. `messages_per_second` is what Telegram
    grants a bot, with 1 a second in each chat and 20 a minute in a group; 0 means that there are no limits.
    `watches_a_chat`: how much may be watched in one.
    `further_questions`: so many are suggested under an answer. `permalinks` lead from quotes to the reading page, if
    that is public. `language_model` is told what people ask, if one is.
    """

    token: str = field(repr=False)
    api_url: str | None = None
    file_url: str | None = None
    admin_ids: frozenset[int] = frozenset()
    allowed_ids: frozenset[int] = frozenset()
    webhook_url: str | None = None
    webhook_listen: tuple[str, int] = ("127.0.0.1", 8443)
    webhook_secret: str | None = field(default=None, repr=False)
    health_listen: tuple[str, int] | None = None
    answer_within: timedelta = timedelta(minutes=30)
    retention_days: int = 90
    questions_per_minute: int = 20
    most_waiting: int = 500
    messages_per_second: int = 30
    watches_a_chat: int = 50
    permalinks: Permalinks | None = None
    language_model: str | None = None
    further_questions: int = 0

    def is_admin(self, user_id: int) -> bool:
        """Return whether this person may change the articles and see figures."""
        return user_id in self.admin_ids

    def may_ask(self, user_id: int, chat_id: int) -> bool:
        """Return whether this person is answered in this chat."""
        listed = user_id in self.allowed_ids or chat_id in self.allowed_ids
        return not self.allowed_ids or listed or self.is_admin(user_id)


def config_from(settings: Settings) -> TelegramConfig:
    """Return what the settings say. There must be a token.

    Raises:
        ValueError: there is none.
    """
    if settings.telegram_bot_token is None:
        raise ValueError("TELEGRAM_BOT_TOKEN is not set")
    secret = settings.webhook_secret
    return TelegramConfig(
        settings.telegram_bot_token.get_secret_value(),
        settings.telegram_api_url,
        settings.telegram_file_url,
        settings.admin_ids,
        settings.allowed_ids,
        settings.webhook_url,
        settings.webhook_listen,
        secret.get_secret_value() if secret is not None else None,
        settings.health_listen,
        timedelta(minutes=settings.answer_within_minutes),
        settings.retention_days,
        settings.questions_per_minute,
        settings.most_waiting,
        settings.messages_per_second,
        settings.watches_a_chat,
        permalinks_from(settings),
        settings.llm_model if settings.llm_url else None,
        settings.further_questions,
    )
