"""How the bot is registered, and how strict the server is with it."""

from dataclasses import dataclass
from typing import Final

TOKEN: Final = "110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw"


@dataclass(frozen=True, slots=True)
class FloodLimits:
    """Most messages in a span, as https://core.telegram.org/bots/faq has them."""

    per_second: int = 30
    per_chat_per_second: int = 1
    per_group_per_minute: int = 20


@dataclass(frozen=True, slots=True)
class BotSetup:
    """What BotFather would be told; `flood` is None while limits are not enforced."""

    token: str = TOKEN
    name: str = "Newsquote"
    username: str = "newsquote_bot"
    privacy_mode: bool = True
    mentions_pass_privacy: bool = False
    inline_mode: bool = True
    guest_mode: bool = True
    flood: FloodLimits | None = None
