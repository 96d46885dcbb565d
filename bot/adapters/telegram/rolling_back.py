"""`/rollback`: shows the snapshots that are kept, asks, and puts the one before the last change back in service."""

import asyncio
from collections.abc import Sequence
from itertools import dropwhile

from telegram import Message

from bot.adapters.telegram import library_texts
from bot.adapters.telegram.addressing import asker_id, place_of
from bot.adapters.telegram.admission import person
from bot.adapters.telegram.decisions import Decisions
from bot.adapters.telegram.handling import TelegramBot
from bot.adapters.telegram.library_messages import of_others
from bot.adapters.telegram.markup import Segment, styled
from bot.adapters.telegram.rendering import Message as Outgoing
from bot.adapters.telegram.sending import send
from bot.adapters.telegram.undertakings import Undertaking
from bot.adapters.translation import translated
from bot.admin.console import Kept, Newsroom
from index.errors import IndexingError
from index.library.builder import ProgressListener


class RollingBack:
    """Goes back for admins."""

    def __init__(self, newsroom: Newsroom, decisions: Decisions) -> None:
        self._newsroom = newsroom
        self._decisions = decisions

    async def roll_back(self, message: Message, bot: TelegramBot) -> None:
        """Lists what is kept, and asks whether to go back one step."""
        kept = await asyncio.to_thread(self._newsroom.snapshots)
        words = [styled(translated(library_texts.SNAPSHOTS), bold=True)]
        words += [styled(f"\n• {library_texts.snapshot(each)}") for each in kept]
        current, earlier = _step_back(kept)
        if current is None or earlier is None:
            words.append(styled(f"\n\n{translated(library_texts.NO_EARLIER)}"))
            await send(bot, place_of(message), Outgoing(tuple(words)))
        else:
            words.append(styled(f"\n\n{library_texts.ask_to_roll_back(earlier)}"))
            await self._decisions.ask(message, bot, words, self._step(current, by=person(asker_id(message))))

    def _step(self, leaving: Kept, *, by: str) -> Undertaking:
        def work(_: ProgressListener) -> Sequence[Segment]:
            try:
                now = self._newsroom.roll_back(leaving.name)
            except IndexingError as error:
                return of_others(library_texts.not_rolled_back(str(error)))
            self._newsroom.note(by, "roll back", now.name)
            return [styled(library_texts.rolled_back(now))]

        return Undertaking(library_texts.ROLLING_BACK, work)


def _step_back(kept: Sequence[Kept]) -> tuple[Kept | None, Kept | None]:
    """The snapshot in service, and the one before it."""
    left = list(dropwhile(lambda each: not each.in_service, kept))
    return (left[0] if left else None), (left[1] if len(left) > 1 else None)
