"""What the buttons under an answer do. Anyone who sees one may press it; a vote is each person's own."""

import asyncio
import logging

from telegram import CallbackQuery
from telegram.error import BadRequest

from bot.adapters import wording
from bot.adapters.telegram import texts
from bot.adapters.telegram.addressing import Place, place_of
from bot.adapters.telegram.handling import Handler, TelegramBot, on_press
from bot.adapters.telegram.keyboards import Action, Press, read_press
from bot.adapters.telegram.rendering import (
    Message,
    closest_message,
    context_message,
    more_message,
    sources_message,
)
from bot.adapters.telegram.sending import edit, send
from bot.answering import Answer, Refusal
from bot.dialogue import Dialogue, Vote

logger = logging.getLogger(__name__)


class Buttons:
    """Answers presses: with a message under the one that holds the button, and always with a word."""

    def __init__(self, dialogue: Dialogue) -> None:
        self._dialogue = dialogue

    def handler(self) -> Handler:
        """What to register."""
        return on_press(self._press)

    async def _press(self, query: CallbackQuery, bot: TelegramBot) -> None:
        press = read_press(query.data)
        if press is None or query.message is None:
            await _acknowledge(query, texts.DEAD_BUTTON)
        elif press.action in (Action.UP, Action.DOWN):
            await _acknowledge(query, await asyncio.to_thread(self._vote, press, query.from_user.id))
        elif press.action is Action.SOURCES:
            await self._leaf(query, bot, press.number)
        else:
            await self._show(query, bot, press)

    async def _show(self, query: CallbackQuery, bot: TelegramBot, press: Press) -> None:
        found = await asyncio.to_thread(self._found, press)
        if isinstance(found, Message) and query.message is not None:
            place = place_of(query.message).replying_to(query.message.message_id)
            await send(bot, place, found)
        # The button keeps turning until now, which stops a second press in between.
        await _acknowledge(query, found if isinstance(found, str) else None)

    async def _leaf(self, query: CallbackQuery, bot: TelegramBot, page: int) -> None:
        articles = await asyncio.to_thread(self._dialogue.sources)
        if query.message is not None:
            place = Place(query.message.chat.id)
            await edit(bot, place, query.message.message_id, sources_message(articles, page))
        await _acknowledge(query)

    def _vote(self, press: Press, voter: int) -> str:
        vote = Vote.UP if press.action is Action.UP else Vote.DOWN
        known = self._dialogue.vote(press.reply_id, f"tg:{voter}", vote)
        return wording.THANKS if known else wording.FORGOTTEN

    def _found(self, press: Press) -> Message | str:
        """The message to show, or the sentence that says why there is none."""
        if press.action is Action.CONTEXT:
            context = self._dialogue.context(press.reply_id, press.number)
            return context_message(context) if context is not None else wording.FORGOTTEN
        reply = self._dialogue.recall(press.reply_id)
        if press.action is Action.MORE and reply is not None and isinstance(reply.outcome, Answer):
            if press.number >= len(reply.outcome.citations):
                return wording.ALL_SHOWN
            return more_message(reply.id, reply.outcome, press.number)
        if press.action is Action.CLOSEST and reply is not None and isinstance(reply.outcome, Refusal):
            return closest_message(reply.id, reply.outcome.closest)
        return wording.FORGOTTEN


async def _acknowledge(query: CallbackQuery, text: str | None = None) -> None:
    try:
        await query.answer(text)
    except BadRequest as error:  # pressed too long ago for a word; what it asked for is done
        logger.info("a press went unacknowledged: %s", error)
