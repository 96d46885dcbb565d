"""Settings: everything that can be set about the bot. The bot's only reader of the environment."""

import re
from typing import Annotated, ClassVar, Literal

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr
from pydantic_settings import NoDecode

from bot.errors import SettingsInvalid
from index.settings import IndexSettings


def _numbers(value: object) -> object:
    """The whole numbers between the commas of a text; anything else is left to pydantic."""
    if not isinstance(value, str):
        return value
    try:
        return frozenset(int(number) for number in value.split(",") if number.strip())
    except ValueError:
        raise ValueError("should be whole numbers with commas between them, such as 12,345") from None


def _shaped_like_a_token(token: SecretStr) -> SecretStr:
    if not re.fullmatch(r"[0-9]+:[A-Za-z0-9_-]+", token.get_secret_value()):
        raise ValueError("should be a bot token as @BotFather gives it, such as 123456:AbC-dEf")
    return token


def _web_address(value: str) -> str:
    if not re.fullmatch(r"https?://\S+", value):
        raise ValueError("should be an address that starts with http:// or https://")
    return value.rstrip("/")


def _in_capitals(value: object) -> object:
    return value.upper() if isinstance(value, str) else value


_Ids = Annotated[frozenset[int], NoDecode, BeforeValidator(_numbers)]
_Token = Annotated[SecretStr, AfterValidator(_shaped_like_a_token)]
_WebAddress = Annotated[str, AfterValidator(_web_address)]
_LogLevel = Annotated[Literal["DEBUG", "INFO", "WARNING", "ERROR"], BeforeValidator(_in_capitals)]


class Settings(IndexSettings):
    """The index's settings and the bot's own. A field that may hold a secret stays out of `repr`."""

    invalid: ClassVar[type[Exception]] = SettingsInvalid

    telegram_bot_token: _Token | None = Field(
        None, repr=False, description="Token from @BotFather; empty: the bot talks in the terminal only"
    )
    telegram_api_url: _WebAddress = Field(
        "https://api.telegram.org/bot", description="Base address of the Bot API server's methods"
    )
    telegram_file_url: _WebAddress = Field(
        "https://api.telegram.org/file/bot", description="Base address of the Bot API server's files"
    )
    admin_ids: _Ids = Field(
        frozenset(), description="Telegram users who may reload the articles; user ids, commas between"
    )
    allowed_ids: _Ids = Field(
        frozenset(),
        description="Telegram users or chats the bot answers; ids, commas between; empty: everyone",
    )
    database_url: str = Field(
        "sqlite:///var/newsquote.db", repr=False, description="SQLAlchemy URL of the kept conversations"
    )
    reader_model: str | None = Field(
        None,
        description="Extractive question-answering model of transformers, a folder or a hub id; "
        "empty: the one that is shipped",
    )
    answer_threshold: float | None = Field(
        None,
        ge=0,
        le=1,
        description="Answer only when at least this sure; a probability, 0 to 1; empty: as calibrated",
    )
    conversation_idle_hours: float = Field(
        12, gt=0, description="Hours without a question after which a conversation is over and the next stands alone"
    )
    log_level: _LogLevel = Field(
        "INFO", description="Least severe messages on standard error: DEBUG, INFO, WARNING or ERROR"
    )
