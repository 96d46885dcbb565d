"""`/check`, and the offer to check what was forwarded: whether quotations are in the articles, word for word."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import Executor
from typing import Final

from telegram import CallbackQuery, Message
from telegram.ext import filters

from bot.adapters.telegram.addressing import Place, command_words, payer_id, place_of
from bot.adapters.telegram.delivery.sending import Messenger
from bot.adapters.telegram.handlers.access import Access
from bot.adapters.telegram.handlers.question_limits import A_QUESTION, QuestionLimits
from bot.adapters.telegram.routing import Handler, Router
from bot.adapters.telegram.views import texts
from bot.adapters.telegram.views.checks import checked_message, offer_message
from bot.adapters.telegram.views.keyboards import Action, Press
from bot.checking import CheckedQuote, Checker, holds_quotation

_A_QUESTION_CHARS: Final = 200
"""What is forwarded and longer is no question."""


class Checks:
    """Checks what readers send. It is done on `threads`, so that their number bounds the load."""

    def __init__(
        self,
        checker: Checker,
        access: Access,
        limits: QuestionLimits,
        threads: Executor,
        *,
        readers_may_bring: bool = False,
    ) -> None:
        """`readers_may_bring`: what they forward is also offered to be asked about."""
        self._readers_may_bring = readers_may_bring
        self._checker = checker
        self._access = access
        self._limits = limits
        self._threads = threads

    def handlers(self, router: Router) -> Sequence[Handler]:
        """Return the handlers to register, before those of questions."""
        forwarded = filters.ChatType.PRIVATE & filters.FORWARDED & (filters.TEXT | filters.CAPTION) & _IsNoQuestion()
        return (
            router.command("check", self._access.guard(self._check)),
            router.message(forwarded & ~filters.COMMAND, self._access.guard(self._limits.limited(self._offer))),
        )

    def press_takers(self) -> dict[Action, Callable[[CallbackQuery, Messenger, Press], Awaitable[str | None]]]:
        """Return the callbacks for presses of its buttons."""
        return {Action.CHECK: self._check_forwarded}

    async def _offer(self, message: Message, messenger: Messenger) -> None:
        bring = self._readers_may_bring and len(words_of(message)) > _A_QUESTION_CHARS
        await messenger.send(place_of(message).replying_to(message.message_id), offer_message(bring=bring))

    async def check(self, words: str) -> Sequence[CheckedQuote]:
        """Return what each quotation of a text is."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, self._checker.check, words)

    async def _check(self, message: Message, messenger: Messenger) -> None:
        """Check the words behind the command; those of the message that it replies to, or of it what was selected."""
        words = command_words(message)
        original = message.reply_to_message
        if not words and original is not None:
            words = message.quote.text if message.quote is not None else words_of(original)
        if not words:
            await messenger.say(message, texts.HOW_TO_CHECK)
            return
        throttled = self._limits.check(payer_id(message))
        if throttled is not None:
            await self._limits.tell(messenger, message, throttled)
        else:
            await self._give(messenger, place_of(message), words)

    async def _check_forwarded(self, query: CallbackQuery, messenger: Messenger, _: Press) -> str | None:
        offer = query.message
        original = offer.reply_to_message if isinstance(offer, Message) else None
        if offer is None or original is None or not words_of(original):
            return texts.DEAD_BUTTON
        throttled = self._limits.check(query.from_user.id, A_QUESTION)
        if throttled is not None:
            return throttled.words
        await self._give(messenger, place_of(offer).replying_to(original.message_id), words_of(original))
        return None

    async def _give(self, messenger: Messenger, place: Place, words: str) -> None:
        async with messenger.typing(place):
            quotes = await self.check(words)
        await messenger.send(place, checked_message(words, quotes))


class _IsNoQuestion(filters.MessageFilter):
    """Lets messages through that are longer than a question, or quote something."""

    def filter(self, message: Message) -> bool:
        words = words_of(message)
        return len(words) > _A_QUESTION_CHARS or holds_quotation(words)


def words_of(message: Message) -> str:
    """Return what a message says."""
    return message.text or message.caption or ""
