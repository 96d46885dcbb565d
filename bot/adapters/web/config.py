"""What the web adapter needs to know; it reads no environment itself."""

from dataclasses import dataclass, field
from urllib.parse import urlsplit

from bot.adapters.api_keys import ApiKey
from bot.adapters.permalinks import link_key
from bot.adapters.web.serving import Address
from bot.settings import Settings


@dataclass(frozen=True, slots=True)
class WebConfig:
    """Where the pages are, and for whom.

    `listen`: host and port; None: nowhere. `is_default`: nobody asked for that address. `public_url`: what links to
    the pages begin with, where they can be reached from elsewhere. `link_key`: what links are signed with where
    `allowed_ids` limits who may ask. `bot_token`: what the data that Telegram opens a Mini App with is signed by.
    `api_keys`: who may ask as a program; empty: programs of this machine. `language_model`: which one is told what
    people ask, if one is.
    """

    listen: Address | None
    is_default: bool = False
    public_url: str | None = None
    allowed_ids: frozenset[int] = frozenset()
    admin_ids: frozenset[int] = frozenset()
    questions_per_minute: int = 20
    most_waiting: int = 500
    link_key: bytes | None = field(default=None, repr=False)
    bot_token: str | None = field(default=None, repr=False)
    api_keys: tuple[ApiKey, ...] = field(default=(), repr=False)
    api_requests_per_minute: int = 3_000
    language_model: str | None = None

    @property
    def public_host(self) -> str | None:
        """The host that browsers ask for by the public address, without a port."""
        return urlsplit(self.public_url).hostname if self.public_url else None

    @property
    def is_secure(self) -> bool:
        """Whether browsers reach the pages by https only."""
        return self.public_url is not None and self.public_url.startswith("https://")

    @property
    def is_limited(self) -> bool:
        """Whether only some people may read and ask."""
        return bool(self.allowed_ids)


def config_from(settings: Settings) -> WebConfig:
    """Return what the settings say."""
    token = settings.telegram_bot_token.get_secret_value() if settings.telegram_bot_token else None
    return WebConfig(
        settings.web_listen,
        settings.web_listen == Settings.model_fields["web_listen"].default,
        settings.public_url,
        settings.allowed_ids,
        settings.admin_ids,
        settings.questions_per_minute,
        settings.most_waiting,
        link_key(settings),
        token,
        settings.api_keys,
        settings.api_requests_per_minute,
        settings.llm_model if settings.llm_url else None,
    )
