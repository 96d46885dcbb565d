"""Who is answered: people on the guest list, if there is one, and nobody who is banned."""

from typing import Final

from telegram import Message

from bot.adapters.telegram.addressing import asker_id
from bot.adapters.telegram.config import TelegramConfig
from bot.adapters.telegram.delivery.sending import Messenger
from bot.adapters.telegram.routing import MessageCallback
from bot.adapters.telegram.views import texts
from bot.admin.moderation import Moderation

_MOST_REMEMBERED: Final = 1_000


class Access:
    """Lets people through to the handlers behind it. A banned person is informed once, then gets no answer."""

    def __init__(self, moderation: Moderation, config: TelegramConfig) -> None:
        self._moderation = moderation
        self._config = config
        self._informed: set[int] = set()

    def admits(self, user_id: int, chat_id: int) -> bool:
        """Return whether this person is answered in this chat."""
        return self._config.may_ask(user_id, chat_id) and not self.is_banned(user_id)

    def is_banned(self, user_id: int) -> bool:
        """Return whether an admin banned this person; admins never are."""
        return self._moderation.is_banned(person(user_id)) and not self._config.is_admin(user_id)

    def guard(self, callback: MessageCallback) -> MessageCallback:
        """Return a callback that calls this one for those who are let in, and refuses others politely."""

        async def handle(message: Message, messenger: Messenger) -> None:
            asker = asker_id(message)
            if self.is_banned(asker):
                await self._turn_away(message, messenger, asker)
            elif self._config.may_ask(asker, message.chat.id):
                await callback(message, messenger)
            else:
                await messenger.say(message, texts.not_allowed(asker))

        return handle

    def is_to_be_informed(self, asker: int) -> bool:
        """Return whether a banned person was not told so yet; from now on they were."""
        if asker in self._informed or len(self._informed) >= _MOST_REMEMBERED:
            return False
        self._informed.add(asker)
        return True

    async def _turn_away(self, message: Message, messenger: Messenger, asker: int) -> None:
        if self.is_to_be_informed(asker):
            await messenger.say(message, texts.BANNED)


def person(user_id: int) -> str:
    """Return what the core calls a Telegram user."""
    return f"tg:{user_id}"
