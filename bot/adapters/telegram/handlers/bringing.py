"""What readers bring, where they may: a link or a forwarded article, read on request, to be asked about in their chat.

It does not enter the library: see `bot.brought`.
"""

import asyncio
import re
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from typing import Final

from telegram import CallbackQuery, Message, MessageOriginChannel, MessageOriginChat
from telegram.ext import filters

from bot.adapters.telegram.addressing import place_of, presser_conversation
from bot.adapters.telegram.delivery.sending import Messenger
from bot.adapters.telegram.handlers.access import Access
from bot.adapters.telegram.handlers.checks import words_of
from bot.adapters.telegram.handlers.documents import origin_of
from bot.adapters.telegram.handlers.question_limits import A_QUESTION, QuestionLimits
from bot.adapters.telegram.routing import Handler, Router
from bot.adapters.telegram.views import texts
from bot.adapters.telegram.views.bringing import brought_message, link_offer
from bot.adapters.telegram.views.keyboards import Action, Press
from bot.adapters.telegram.views.messages import plain_message
from bot.admin.ingest import ArticleIngest
from bot.brought import BroughtArticles
from index import Article
from index.article import Skipped
from index.ingest.sources.sent import read_message

_LINK: Final = re.compile(r"https?://\S+", re.IGNORECASE)
_READ_AT_ONCE: Final = 2
"""A site may let each page take half a minute."""


class Bringing:
    """Offers to read what was sent, and reads it. Without `brought` nobody may bring anything."""

    def __init__(
        self, brought: BroughtArticles | None, ingest: ArticleIngest, access: Access, limits: QuestionLimits
    ) -> None:
        self._brought = brought
        self._ingest = ingest
        self._access = access
        self._limits = limits
        self._threads = ThreadPoolExecutor(_READ_AT_ONCE, thread_name_prefix="bringing")

    def close(self) -> None:
        """Let go of the threads."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    def handlers(self, router: Router) -> Sequence[Handler]:
        """Return the handlers to register, before those of questions."""
        if self._brought is None:
            return ()
        link = filters.ChatType.PRIVATE & filters.TEXT & ~filters.COMMAND & _IsALink()
        return (router.message(link, self._access.guard(self._limits.limited(_offer))),)

    def press_takers(self) -> dict[Action, Callable[[CallbackQuery, Messenger, Press], Awaitable[str | None]]]:
        """Return the callbacks for presses of its button."""
        return {Action.BRING: self._bring}

    async def _bring(self, query: CallbackQuery, messenger: Messenger, _: Press) -> str | None:
        offer = query.message
        original = offer.reply_to_message if isinstance(offer, Message) else None
        if self._brought is None or offer is None or original is None or not words_of(original):
            return texts.DEAD_BUTTON
        throttled = self._limits.check(query.from_user.id, A_QUESTION)
        if throttled is not None:
            return throttled.words
        place = place_of(offer).replying_to(original.message_id)
        async with messenger.typing(place):
            conversation = presser_conversation(offer, query.from_user)
            kept = await asyncio.get_running_loop().run_in_executor(
                self._threads, copy_context().run, self._read, self._brought, conversation, original
            )
        words = plain_message(texts.NOTHING_TO_READ) if isinstance(kept, Skipped) else brought_message(kept)
        await messenger.send(place, words)
        return None

    def _read(self, brought: BroughtArticles, conversation_id: str, message: Message) -> Article | Skipped:
        kept = brought.bring(conversation_id, self._article_of(message))
        if isinstance(kept, Article):
            brought.retriever(conversation_id)  # so that the first question need not wait for the index
        return kept

    def _article_of(self, message: Message) -> Article | Skipped:
        words = words_of(message).strip()
        if _LINK.fullmatch(words):
            return self._ingest.read_page(words)
        origin = origin_of(message)
        if origin is None:
            return read_message(words)
        # What people write in their own name is shown without it.
        is_public = isinstance(message.forward_origin, MessageOriginChannel | MessageOriginChat)
        return read_message(
            words, origin=origin.name if is_public else None, published_at=origin.sent_at, url=origin.url
        )


class _IsALink(filters.MessageFilter):
    """Lets messages through that are a web address and nothing else."""

    def filter(self, message: Message) -> bool:
        return _LINK.fullmatch((message.text or "").strip()) is not None


async def _offer(message: Message, messenger: Messenger) -> None:
    await messenger.send(place_of(message).replying_to(message.message_id), link_offer())
