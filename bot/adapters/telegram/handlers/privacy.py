"""Says what is kept about a person, and deletes it when they want."""

import asyncio
import re
from collections.abc import Callable, Sequence
from typing import Final

from telegram import CallbackQuery, InlineKeyboardButton, InlineKeyboardMarkup, Message

from bot.adapters.telegram.addressing import asker_id, place_of
from bot.adapters.telegram.config import TelegramConfig
from bot.adapters.telegram.delivery.sending import Messenger
from bot.adapters.telegram.handlers.question_limits import QuestionLimits
from bot.adapters.telegram.routing import Handler, Router, is_of_a_button
from bot.adapters.telegram.views import texts
from bot.adapters.telegram.views.html import styled
from bot.adapters.telegram.views.messages import Outgoing, plain_message
from bot.adapters.translation import translated

_PRESS: Final = re.compile(r"forget:(yes|no):(-?\d{1,20})")


class Privacy:
    """`/privacy` and `/forget`, which asks first; only who sent it can say yes."""

    def __init__(self, forget: Callable[[int], None], config: TelegramConfig, limits: QuestionLimits) -> None:
        """Keep what deletes. `forget` deletes everything about the person of a Telegram number. Whoever is not answered
        any more may still have it."""
        self._forget = forget
        self._limits = limits
        self._config = config

    def handlers(self, router: Router) -> Sequence[Handler]:
        """Return the handlers to register, before the handler of all other buttons."""
        return (
            router.command("privacy", self._limits.limited(self._tell)),
            router.command("forget", self._limits.limited(self._ask)),
            router.press(self._pressed, _PRESS),
        )

    async def _tell(self, message: Message, messenger: Messenger) -> None:
        await messenger.say(message, texts.privacy(self._config.retention_days, self._config.language_model))

    async def _ask(self, message: Message, messenger: Messenger) -> None:
        asker = asker_id(message)
        row = [
            InlineKeyboardButton(translated(label), callback_data=f"forget:{answer}:{asker}")
            for label, answer in ((texts.YES_FORGET, "yes"), (texts.NO_KEEP, "no"))
        ]
        question = Outgoing((styled(translated(texts.ASK_FORGET)),), InlineKeyboardMarkup([row]))
        await messenger.send(place_of(message), question)

    async def _pressed(self, query: CallbackQuery, messenger: Messenger) -> None:
        press = _PRESS.fullmatch(query.data or "")
        # the library takes no data at all for a match
        if press is None or query.message is None or not is_of_a_button(query):
            await messenger.acknowledge(query, texts.DEAD_BUTTON, alert=True)
            return
        if not await _is_theirs(query, messenger, int(press[2])):
            return
        if press[1] == "yes":
            await asyncio.to_thread(self._forget, int(press[2]))
        words = texts.FORGOTTEN if press[1] == "yes" else texts.KEPT
        await messenger.edit(place_of(query.message), query.message.message_id, plain_message(words))
        await messenger.acknowledge(query)


async def _is_theirs(query: CallbackQuery, messenger: Messenger, asker: int) -> bool:
    # An anonymous admin's press carries their own number, so what they asked as a group stays undone.
    if query.from_user.id == asker:
        return True
    await messenger.acknowledge(query, texts.NOT_YOURS, alert=True)
    return False
