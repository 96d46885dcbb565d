"""What admins change of the articles: `/add`, documents, forwarded messages, `/remove`, `/rollback`. Most ask first."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import dropwhile
from typing import Final

from telegram import Message
from telegram.ext import filters

from bot.adapters import wording
from bot.adapters.telegram.addressing import asker_id, command_words, place_of
from bot.adapters.telegram.config import TelegramConfig
from bot.adapters.telegram.delivery.sending import Messenger
from bot.adapters.telegram.handlers.access import person
from bot.adapters.telegram.handlers.admins.confirmations import Choice, Confirmations
from bot.adapters.telegram.handlers.admins.jobs import Job, Jobs
from bot.adapters.telegram.handlers.documents import MOST_MEGABYTES, download, origin_of
from bot.adapters.telegram.routing import Handler, Router
from bot.adapters.telegram.views import admin_texts
from bot.adapters.telegram.views.admin_messages import added, article_line, of_others, question_to_add, refusal_to_add
from bot.adapters.telegram.views.html import Segment, styled
from bot.adapters.telegram.views.messages import Outgoing, one_line, source_line
from bot.adapters.translation import translated
from bot.admin.operations import SnapshotInfo
from bot.admin.services import AdminServices
from bot.errors import DocumentTooLarge
from index import Article
from index.article import Skipped
from index.errors import IndexBusy, IndexingError
from index.ingest.sources.sent import read_document, read_message
from index.library.builder import BuildReport, ProgressListener

logger = logging.getLogger(__name__)
_MOST_ADDRESSES: Final = 20

_MOST_CHOICES: Final = 5
_WORDS_CHARS: Final = 100


@dataclass(frozen=True, slots=True)
class _ToAdd:
    """What was read: the articles that may be added, and what cannot be."""

    items: Sequence[Article | Skipped]
    articles: Sequence[Article]
    skipped: Sequence[Skipped]

    @classmethod
    def of(cls, items: Sequence[Article | Skipped]) -> "_ToAdd":
        """Return what there is to add of these."""
        articles = [item for item in items if isinstance(item, Article)]
        return cls(items, articles, [item for item in items if isinstance(item, Skipped)])


class Adding:
    """Adds articles for admins."""

    def __init__(
        self,
        services: AdminServices,
        config: TelegramConfig,
        confirmations: Confirmations,
        jobs: Jobs,
    ) -> None:
        self._moderation = services.moderation
        self._articles = services.articles
        self._watcher = services.watcher
        self._config = config
        self._confirmations = confirmations
        self._jobs = jobs
        self._asking: set[asyncio.Task[None]] = set()

    def handlers(self, router: Router) -> Sequence[Handler]:
        """Return the handlers of documents and forwarded messages, to register before those of questions."""
        own = filters.ChatType.PRIVATE & filters.User(user_id=self._config.admin_ids)
        document = own & filters.Document.ALL & ~filters.ANIMATION
        forwarded = own & filters.FORWARDED & (filters.TEXT | filters.CAPTION) & ~filters.COMMAND
        return [router.message(document, self._document), router.message(forwarded, self._forwarded)]

    async def add(self, message: Message, messenger: Messenger) -> None:
        """Read the pages that `/add` names, at once, and add them; first ask, where chats would be told of them."""
        words = command_words(message).split()
        if not words or not all("." in word for word in words):
            await messenger.say(message, admin_texts.ADD_HOW)
            return
        if len(words) > _MOST_ADDRESSES:
            await messenger.say(message, admin_texts.too_many_addresses(_MOST_ADDRESSES))
            return
        addresses = [word if "://" in word else f"https://{word}" for word in words]
        to_ask: list[tuple[Sequence[Segment], Job]] = []

        def read(listener: ProgressListener) -> Sequence[Segment]:
            found = _ToAdd.of(self._articles.read_pages(addresses))
            told = self._chats_told_of(found.articles) if found.articles else 0
            job = self._job(message, partial(self._articles.add_pages, found.items), admin_texts.ADDING)
            if not told:
                return job.work(listener)
            to_ask.append((question_to_add(found.articles, found.skipped, told), job))
            return [styled(translated(admin_texts.NOT_ADDED_YET))]

        reading = self._jobs.start(messenger, place_of(message), Job(admin_texts.FETCHING, read))
        asking = asyncio.create_task(self._ask_after(reading, to_ask, message, messenger))
        self._asking.add(asking)
        asking.add_done_callback(self._asking.discard)

    async def _ask_after(
        self,
        reading: asyncio.Task[None],
        to_ask: Sequence[tuple[Sequence[Segment], Job]],
        message: Message,
        messenger: Messenger,
    ) -> None:
        await asyncio.wait({reading})
        for question, job in to_ask:
            await self._confirmations.ask(message, messenger, question, job)

    async def _document(self, message: Message, messenger: Messenger) -> None:
        document = message.document
        if document is None:
            return
        try:
            async with messenger.typing(place_of(message)):
                content = await download(document)
        except DocumentTooLarge:
            await messenger.say(message, admin_texts.too_large(MOST_MEGABYTES))
            return
        name, origin = document.file_name or "document", origin_of(message)
        source, sent_at = (origin.name, origin.sent_at) if origin is not None else (None, None)
        items = await asyncio.to_thread(read_document, content, name, origin=source, published_at=sent_at)

        def take_in(_: ProgressListener) -> BuildReport:
            return self._articles.add_document(content, name, origin=source, published_at=sent_at)

        await self._ask(message, messenger, items, take_in)

    async def _forwarded(self, message: Message, messenger: Messenger) -> None:
        text, origin = message.text or message.caption or "", origin_of(message)
        if origin is None:
            return
        if origin.author_id == messenger.me.id:
            await messenger.say(message, admin_texts.NOT_MY_OWN)
            return
        item = read_message(text, origin=origin.name, published_at=origin.sent_at, url=origin.url)

        def take_in(_: ProgressListener) -> BuildReport:
            return self._articles.add_message(text, origin=origin.name, published_at=origin.sent_at, url=origin.url)

        await self._ask(message, messenger, [item], take_in)

    async def _ask(
        self,
        message: Message,
        messenger: Messenger,
        items: Sequence[Article | Skipped],
        take_in: Callable[[ProgressListener], BuildReport],
    ) -> None:
        """Say what would be added, and ask; or say why nothing can be."""
        found = _ToAdd.of(items)
        if not found.articles:
            await messenger.send(place_of(message), Outgoing(tuple(refusal_to_add(found.skipped))))
            return
        job = self._job(message, take_in, admin_texts.ADDING)
        told = await asyncio.to_thread(self._chats_told_of, found.articles)
        await self._confirmations.ask(message, messenger, question_to_add(found.articles, found.skipped, told), job)

    def _chats_told_of(self, articles: Sequence[Article]) -> int:
        try:
            return self._watcher.chats_told_of(articles)
        except IndexingError as error:  # it will be said when they are added
            logger.info("what articles would set off is not known: %s", type(error).__name__)
            return 0

    def _job(self, message: Message, take_in: Callable[[ProgressListener], BuildReport], opening: str) -> Job:
        by = person(asker_id(message))

        def work(listener: ProgressListener) -> Sequence[Segment]:
            try:
                report = take_in(listener)
            except IndexBusy as error:
                self._moderation.log(by, "add", "kept for the next build")
                return of_others(admin_texts.kept_for_later(str(error)))
            except IndexingError as error:
                logger.info("nothing was added: %s", type(error).__name__)
                return of_others(admin_texts.not_added(str(error)))
            self._moderation.log(by, "add", admin_texts.shortened((*report.added, *report.changed)))
            return added(report, self._articles.articles)

        return Job(opening, work)


class Removing:
    """Removes articles for admins."""

    def __init__(self, services: AdminServices, confirmations: Confirmations) -> None:
        self._moderation = services.moderation
        self._articles = services.articles
        self._confirmations = confirmations

    async def remove(self, message: Message, messenger: Messenger) -> None:
        """Ask about the one article that is meant, or which of several is."""
        words = command_words(message)
        if not words:
            await messenger.say(message, admin_texts.REMOVE_HOW)
            return
        found = await asyncio.to_thread(self._articles.find, words, most=_MOST_CHOICES)
        if not found:
            none = of_others(admin_texts.none_found(one_line(words, _WORDS_CHARS)))
            await messenger.send(place_of(message), Outgoing(tuple(none)))
        elif len(found) == 1:
            await self._confirmations.ask(message, messenger, _question(found[0]), self._removal(found[0], message))
        else:
            words_and_list = [styled(translated(admin_texts.WHICH_TO_REMOVE), bold=True)]
            choices = []
            for position, article in enumerate(found, start=1):
                words_and_list += [styled("\n"), *source_line(f"{position}. ", article)]
                title = one_line(article.title) or translated(wording.UNTITLED)
                choices.append(Choice(f"{position}. {title}", _question(article), self._removal(article, message)))
            await self._confirmations.offer(message, messenger, words_and_list, choices)

    def _removal(self, article: Article, message: Message) -> Job:
        by = person(asker_id(message))

        def work(_: ProgressListener) -> Sequence[Segment]:
            try:
                report = self._articles.remove([article.id])
            except IndexingError as error:
                return of_others(admin_texts.not_removed(str(error)))
            self._moderation.log(by, "remove", article.id)
            return [
                styled(f"{translated(admin_texts.REMOVED)}\n", bold=True),
                *article_line(article),
                styled(f"\n\n{translated(admin_texts.STAYS_AWAY)}\n\n"),
                styled(admin_texts.in_service_now(report.articles)),
            ]

        return Job(admin_texts.REMOVING, work)


class RollingBack:
    """Rolls the index back for admins."""

    def __init__(self, services: AdminServices, confirmations: Confirmations) -> None:
        self._moderation = services.moderation
        self._operations = services.operations
        self._confirmations = confirmations

    async def roll_back(self, message: Message, messenger: Messenger) -> None:
        """List the snapshots that are kept, and ask whether to go back one step."""
        kept = await asyncio.to_thread(self._operations.snapshots)
        words = [styled(translated(admin_texts.SNAPSHOTS), bold=True)]
        words += [styled(f"\n• {admin_texts.snapshot(each)}") for each in kept]
        current, earlier = _step_back(kept)
        if current is None or earlier is None:
            words.append(styled(f"\n\n{translated(admin_texts.NO_EARLIER)}"))
            await messenger.send(place_of(message), Outgoing(tuple(words)))
        else:
            words.append(styled(f"\n\n{admin_texts.ask_to_roll_back(earlier)}"))
            await self._confirmations.ask(message, messenger, words, self._step(current, by=person(asker_id(message))))

    def _step(self, leaving: SnapshotInfo, *, by: str) -> Job:
        def work(_: ProgressListener) -> Sequence[Segment]:
            try:
                now = self._operations.roll_back(leaving.name)
            except IndexingError as error:
                return of_others(admin_texts.not_rolled_back(str(error)))
            self._moderation.log(by, "roll back", now.name)
            return [styled(admin_texts.rolled_back(now))]

        return Job(admin_texts.ROLLING_BACK, work)


def _question(article: Article) -> list[Segment]:
    return [styled(f"{translated(admin_texts.ASK_TO_REMOVE)}\n\n", bold=True), *article_line(article)]


def _step_back(kept: Sequence[SnapshotInfo]) -> tuple[SnapshotInfo | None, SnapshotInfo | None]:
    """Return the snapshot in service, and the one before it."""
    left = list(dropwhile(lambda each: not each.in_service, kept))
    return (left[0] if left else None), (left[1] if len(left) > 1 else None)
