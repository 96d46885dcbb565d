"""`/remove`: finds articles by id or words of the title, lets the admin choose, asks, and takes them out for good."""

import asyncio
from collections.abc import Sequence
from typing import Final

from telegram import Message

from bot.adapters import wording
from bot.adapters.telegram import library_texts
from bot.adapters.telegram.addressing import asker_id, command_words, place_of
from bot.adapters.telegram.admission import person
from bot.adapters.telegram.decisions import Choice, Decisions
from bot.adapters.telegram.handling import TelegramBot
from bot.adapters.telegram.library_messages import article_line, of_others
from bot.adapters.telegram.markup import Segment, styled
from bot.adapters.telegram.rendering import Message as Outgoing
from bot.adapters.telegram.rendering import one_line, plain_message, source_line
from bot.adapters.telegram.sending import send
from bot.adapters.telegram.undertakings import Undertaking
from bot.adapters.translation import translated
from bot.admin.console import Newsroom
from bot.admin.ingest import NewsDesk
from index import Article
from index.errors import IndexingError
from index.library.builder import ProgressListener

_MOST_CHOICES: Final = 5
_WORDS_CHARS: Final = 100


class Removing:
    """Takes articles out for admins."""

    def __init__(self, newsroom: Newsroom, newsdesk: NewsDesk, decisions: Decisions) -> None:
        self._newsroom = newsroom
        self._newsdesk = newsdesk
        self._decisions = decisions

    async def remove(self, message: Message, bot: TelegramBot) -> None:
        """Asks about the one article that is meant, or which of several is."""
        words = command_words(message)
        if not words:
            await send(bot, place_of(message), plain_message(library_texts.REMOVE_HOW))
            return
        found = await asyncio.to_thread(self._newsdesk.find, words, most=_MOST_CHOICES)
        if not found:
            none = of_others(library_texts.none_found(one_line(words, _WORDS_CHARS)))
            await send(bot, place_of(message), Outgoing(tuple(none)))
        elif len(found) == 1:
            await self._decisions.ask(message, bot, _question(found[0]), self._removal(found[0], message))
        else:
            words_and_list = [styled(translated(library_texts.WHICH_TO_REMOVE), bold=True)]
            choices = []
            for position, article in enumerate(found, start=1):
                words_and_list += [styled("\n"), *source_line(f"{position}. ", article)]
                title = one_line(article.title) or translated(wording.UNTITLED)
                choices.append(Choice(f"{position}. {title}", _question(article), self._removal(article, message)))
            await self._decisions.offer(message, bot, words_and_list, choices)

    def _removal(self, article: Article, message: Message) -> Undertaking:
        by = person(asker_id(message))

        def work(_: ProgressListener) -> Sequence[Segment]:
            try:
                report = self._newsdesk.remove([article.id])
            except IndexingError as error:
                return of_others(library_texts.not_removed(str(error)))
            self._newsroom.note(by, "remove", article.id)
            return [
                styled(f"{translated(library_texts.REMOVED)}\n", bold=True),
                *article_line(article),
                styled(f"\n\n{translated(library_texts.STAYS_AWAY)}\n\n"),
                styled(library_texts.in_service_now(report.articles)),
            ]

        return Undertaking(library_texts.REMOVING, work)


def _question(article: Article) -> list[Segment]:
    return [styled(f"{translated(library_texts.ASK_TO_REMOVE)}\n\n", bold=True), *article_line(article)]
