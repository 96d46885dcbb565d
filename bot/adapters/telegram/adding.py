"""What admins bring in from the chat: web pages by `/add`, documents, forwarded messages. The last two ask first."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from typing import Final

from telegram import Message
from telegram.ext import filters

from bot.adapters.telegram import library_texts
from bot.adapters.telegram.addressing import asker_id, command_words, place_of
from bot.adapters.telegram.admission import person
from bot.adapters.telegram.config import TelegramConfig
from bot.adapters.telegram.decisions import Decisions
from bot.adapters.telegram.documents import MOST_MEGABYTES, TooLarge, download, origin_of
from bot.adapters.telegram.handling import Handler, TelegramBot, on_message
from bot.adapters.telegram.library_messages import added, of_others, question_to_add, refusal_to_add
from bot.adapters.telegram.markup import Segment
from bot.adapters.telegram.rendering import Message as Outgoing
from bot.adapters.telegram.rendering import plain_message
from bot.adapters.telegram.sending import send, typing
from bot.adapters.telegram.undertakings import Undertaking, Undertakings
from bot.admin.console import Newsroom
from bot.admin.ingest import NewsDesk
from index import Article
from index.article import Skipped
from index.errors import IndexBusy, IndexingError
from index.ingest.sources.sent import read_document, read_message
from index.library.builder import BuildReport, ProgressListener

logger = logging.getLogger(__name__)

_MOST_ADDRESSES: Final = 20


class Adding:
    """Takes articles in for admins."""

    def __init__(
        self,
        newsroom: Newsroom,
        newsdesk: NewsDesk,
        config: TelegramConfig,
        decisions: Decisions,
        undertakings: Undertakings,
    ) -> None:
        self._newsroom = newsroom
        self._newsdesk = newsdesk
        self._config = config
        self._decisions = decisions
        self._undertakings = undertakings

    def handlers(self) -> Sequence[Handler]:
        """What hears documents and forwarded messages; before whatever takes a forwarded message for a question."""
        own = filters.ChatType.PRIVATE & filters.User(user_id=self._config.admin_ids)
        document = own & filters.Document.ALL & ~filters.ANIMATION
        forwarded = own & filters.FORWARDED & (filters.TEXT | filters.CAPTION) & ~filters.COMMAND
        return [on_message(document, self._document), on_message(forwarded, self._forwarded)]

    async def add(self, message: Message, bot: TelegramBot) -> None:
        """`/add`: reads the pages that the message names, at once."""
        words = command_words(message).split()
        if not words or not all("." in word for word in words):
            await send(bot, place_of(message), plain_message(library_texts.ADD_HOW))
            return
        if len(words) > _MOST_ADDRESSES:
            await send(bot, place_of(message), plain_message(library_texts.too_many_addresses(_MOST_ADDRESSES)))
            return
        addresses = [word if "://" in word else f"https://{word}" for word in words]

        def read(listener: ProgressListener) -> BuildReport:
            return self._newsdesk.add_addresses(addresses, listener)

        undertaking = self._undertaking(message, read, library_texts.FETCHING)
        self._undertakings.start(bot, place_of(message), undertaking)

    async def _document(self, message: Message, bot: TelegramBot) -> None:
        document = message.document
        if document is None:
            return
        try:
            async with typing(bot, place_of(message)):
                content = await download(document, bot)
        except TooLarge:
            await send(bot, place_of(message), plain_message(library_texts.too_large(MOST_MEGABYTES)))
            return
        name, origin = document.file_name or "document", origin_of(message)
        source, sent_at = (origin.name, origin.sent_at) if origin is not None else (None, None)
        items = await asyncio.to_thread(read_document, content, name, origin=source, published_at=sent_at)

        def take_in(_: ProgressListener) -> BuildReport:
            return self._newsdesk.add_document(content, name, origin=source, published_at=sent_at)

        await self._ask(message, bot, items, take_in)

    async def _forwarded(self, message: Message, bot: TelegramBot) -> None:
        text, origin = message.text or message.caption or "", origin_of(message)
        if origin is None:
            return
        if origin.author_id == bot.id:
            await send(bot, place_of(message), plain_message(library_texts.NOT_MY_OWN))
            return
        item = read_message(text, origin=origin.name, published_at=origin.sent_at, url=origin.url)

        def take_in(_: ProgressListener) -> BuildReport:
            return self._newsdesk.add_message(text, origin=origin.name, published_at=origin.sent_at, url=origin.url)

        await self._ask(message, bot, [item], take_in)

    async def _ask(
        self,
        message: Message,
        bot: TelegramBot,
        items: Sequence[Article | Skipped],
        take_in: Callable[[ProgressListener], BuildReport],
    ) -> None:
        """Says what would come in, and asks; or says why nothing can."""
        articles = [item for item in items if isinstance(item, Article)]
        skipped = [item for item in items if isinstance(item, Skipped)]
        if not articles:
            await send(bot, place_of(message), Outgoing(tuple(refusal_to_add(skipped))))
            return
        undertaking = self._undertaking(message, take_in, library_texts.ADDING)
        await self._decisions.ask(message, bot, question_to_add(articles, skipped), undertaking)

    def _undertaking(
        self, message: Message, take_in: Callable[[ProgressListener], BuildReport], opening: str
    ) -> Undertaking:
        by = person(asker_id(message))

        def work(listener: ProgressListener) -> Sequence[Segment]:
            try:
                report = take_in(listener)
            except IndexBusy as error:
                self._newsroom.note(by, "add", "kept for the next build")
                return of_others(library_texts.kept_for_later(str(error)))
            except IndexingError as error:
                logger.info("nothing was added: %s", type(error).__name__)
                return of_others(library_texts.not_added(str(error)))
            self._newsroom.note(by, "add", library_texts.shortened((*report.added, *report.changed)))
            return added(report, self._newsdesk.articles)

        return Undertaking(opening, work)
