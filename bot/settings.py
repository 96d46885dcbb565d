"""Settings: everything that can be set about the bot. Nothing else in the bot reads the environment."""

import re
from pathlib import Path
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr
from pydantic.fields import FieldInfo
from pydantic_settings import (
    BaseSettings,
    DotEnvSettingsSource,
    EnvSettingsSource,
    NoDecode,
    PydanticBaseSettingsSource,
)

from bot.adapters.api_keys import ApiKey, read_keys
from index.settings import IndexSettings


def _numbers(value: object) -> object:
    """Return the whole numbers between the commas of a text; anything else is left to pydantic."""
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


def _listen_address(value: object) -> object:
    """Return `host:port` as a pair; anything else is left to pydantic."""
    if not isinstance(value, str):
        return value
    host, colon, port = value.strip().rpartition(":")
    if not (host and colon and port.isdecimal() and 0 <= int(port) <= 65535):
        raise ValueError("should be a host and a port, such as 127.0.0.1:8443")
    return host.strip("[]"), int(port)


def _https_address(value: str) -> str:
    if not re.fullmatch(r"https://\S+", value):
        raise ValueError("should be an address that starts with https://, as Telegram wants it")
    return value


def _webhook_secret(value: SecretStr) -> SecretStr:
    if not re.fullmatch(r"[A-Za-z0-9_-]{1,256}", value.get_secret_value()):
        raise ValueError("should be 1 to 256 letters, digits, _ or -")
    return value


def _api_keys(value: object) -> object:
    return read_keys(value) if isinstance(value, str) else value


def _in_capitals(value: object) -> object:
    return value.upper() if isinstance(value, str) else value


_Ids = Annotated[frozenset[int], NoDecode, BeforeValidator(_numbers)]
_Token = Annotated[SecretStr, AfterValidator(_shaped_like_a_token)]
_WebAddress = Annotated[str, AfterValidator(_web_address)]
_ListenAddress = Annotated[tuple[str, int], NoDecode, BeforeValidator(_listen_address)]
_HttpsAddress = Annotated[str, AfterValidator(_https_address)]
_Secret = Annotated[SecretStr, AfterValidator(_webhook_secret)]
_LogLevel = Annotated[Literal["DEBUG", "INFO", "WARNING", "ERROR"], BeforeValidator(_in_capitals)]
_NONE_WHERE_EMPTY: Final = ("web_listen",)
"""Every other variable that is set to nothing counts as not set."""


class Settings(IndexSettings):
    """The index's settings and the bot's own. A field that may hold a secret stays out of `repr`."""

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
        frozenset(), description="Telegram users who may change the articles and see figures; user ids, commas between"
    )
    allowed_ids: _Ids = Field(
        frozenset(),
        description="Telegram users or chats the bot answers; ids, commas between; empty: everyone",
    )
    webhook_url: _HttpsAddress | None = Field(
        None, description="Public https address that Telegram posts updates to; empty: updates are fetched"
    )
    webhook_listen: _ListenAddress = Field(
        ("127.0.0.1", 8443), description="Where posts to WEBHOOK_URL arrive, behind what ends TLS; host:port"
    )
    webhook_secret: _Secret | None = Field(
        None, repr=False, description="Word that every post of Telegram's must carry; empty: made from the token"
    )
    health_listen: _ListenAddress | None = Field(
        None, description="Where /healthz, /readyz and /metrics are served; host:port; empty: nowhere"
    )
    web_listen: _ListenAddress | None = Field(
        ("127.0.0.1", 8080), description="Where the pages and what programs ask are served; host:port; empty: nowhere"
    )
    public_url: _WebAddress | None = Field(
        None,
        description="What links to the pages begin with, as https://news.example; empty: nothing links to them",
    )
    api_keys: Annotated[tuple[ApiKey, ...], NoDecode, BeforeValidator(_api_keys)] = Field(
        (),
        repr=False,
        description="Keys of programs, as `python -m bot key NAME` prints them, commas between; empty: programs of this"
        " machine ask without one, and no others",
    )
    api_requests_per_minute: int = Field(
        3_000, ge=1, description="Requests that one of these keys may make in a minute; a count, 1 or more"
    )
    answer_within_minutes: int = Field(
        30, ge=1, description="A question older than this, as after an outage, is not answered any more; minutes"
    )
    questions_per_minute: int = Field(
        20, ge=1, description="Questions that one person may ask in a minute; a count, 1 or more"
    )
    most_waiting: int = Field(
        500, ge=1, description="Questions that may wait before further ones are turned away; a count, 1 or more"
    )
    messages_per_second: int = Field(
        30,
        ge=0,
        description="Messages a second that Telegram grants the bot; 0: no limits, as on a Bot API server of your own",
    )
    readers_may_bring: bool = Field(
        False,
        description="Whether readers may have articles of theirs read, to ask about in their chat; true or false",
    )
    further_questions: int = Field(
        3,
        ge=0,
        le=3,
        description="Questions suggested under an answer in a private chat, each of them asked before; a count, 0 to 3",
    )
    alerts_a_day: int = Field(
        5,
        ge=0,
        description="Alerts of what is watched a chat gets in a day at most, the rest waits for its digest; a count",
    )
    watches_a_chat: int = Field(
        50, ge=1, description="Questions that may be watched in one chat at once; a count, 1 or more"
    )
    retention_days: int = Field(90, ge=1, description="Questions, answers and votes are deleted after this; days")
    correction_days: int = Field(
        7,
        ge=0,
        description="For so long after words were quoted, whoever they were quoted to is told when the article changes"
        " them; days; 0: never",
    )
    database_url: str = Field(
        "sqlite:///var/newsquote.db",
        repr=False,
        description="SQLAlchemy URL of the kept conversations, sqlite:///FILE or postgresql+psycopg://USER:PASSWORD@HOST/NAME",
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
    llm_url: _WebAddress | None = Field(
        None,
        repr=False,
        description="OpenAI-compatible endpoint of a language model that understands messages and points at sentences,"
        " as http://127.0.0.1:11434/v1; empty: nothing is sent to any",
    )
    llm_model: str | None = Field(None, description="Name that the endpoint knows the model by; needed with LLM_URL")
    llm_key: SecretStr | None = Field(
        None, repr=False, description="Key that is sent to LLM_URL with every request; empty: none"
    )
    llm_seconds: float = Field(
        3,
        gt=0,
        le=600,
        description="Longest that the model may take for one message; then it is answered without; seconds",
    )
    llm_tokens_a_day: int = Field(
        1_000_000,
        ge=0,
        description="Tokens that the model may read and write in a day (UTC), for all replicas together; a count;"
        " 0: any number",
    )
    llm_judgement: Path | None = Field(
        None,
        description="File that `python -m bot evaluate --llm --out DIR` wrote about the model's choices, DIR/llm.json;"
        " empty: the one that is shipped",
    )
    log_level: _LogLevel = Field(
        "INFO", description="Least severe messages on standard error: DEBUG, INFO, WARNING or ERROR"
    )
    log_format: Literal["text", "json"] = Field(
        "text", description="How messages on standard error look: text, or json for one object a line"
    )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """See pydantic; what is given goes first, then the environment, then the file."""
        environment = EnvSettingsSource(settings_cls, env_ignore_empty=False)
        file = DotEnvSettingsSource(settings_cls, env_ignore_empty=False)
        return init_settings, env_settings, _Emptied(environment), dotenv_settings, _Emptied(file)


class _Emptied(PydanticBaseSettingsSource):
    """The variables that are set to nothing where nothing means none."""

    def __init__(self, source: EnvSettingsSource) -> None:
        super().__init__(source.settings_cls)
        self._source = source

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        """See pydantic; `__call__` gives all of them at once."""
        return None, field_name, False

    def __call__(self) -> dict[str, Any]:
        """Return them."""
        return {name: None for name in _NONE_WHERE_EMPTY if self._source.env_vars.get(name) == ""}
