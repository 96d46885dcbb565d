"""python-telegram-bot's connection, minus what it would write into the log: the token, people's words."""

import json

from telegram.error import InvalidToken, TelegramError
from telegram.ext import ExtBot
from telegram.request import HTTPXRequest


class DiscreetBot(ExtBot[None]):
    """A rejected token is left out of the error that says so."""

    async def initialize(self) -> None:
        """See the base class."""
        try:
            await super().initialize()
        except InvalidToken:
            raise InvalidToken("Telegram rejected the bot's token") from None


class DiscreetRequest(HTTPXRequest):
    """An answer that is not JSON is not logged: half of one may hold somebody's message."""

    @staticmethod
    def parse_json_payload(payload: bytes) -> dict[str, object]:
        """See the base class."""
        try:
            parsed: dict[str, object] = json.loads(payload.decode(errors="replace"))
        except ValueError:
            raise TelegramError("Invalid server response") from None
        return parsed
