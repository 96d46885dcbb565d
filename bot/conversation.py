"""Turn and Conversation: what was asked and answered so far. Keeping them is the store's business."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

SAID_ELSEWHERE: Final = datetime(1970, 1, 1, tzinfo=UTC)
"""The time of a turn of which only the words are known."""


@dataclass(frozen=True, slots=True)
class Turn:
    """One question and what came back.

    `resolved_question` is what was searched for; `quotes` and `article_ids` run in parallel, best first,
    and are empty when the bot refused. `options` are the labels and questions that it offered when it asked back.
    """

    question: str
    resolved_question: str
    asked_at: datetime
    answer: str | None = None
    quotes: tuple[str, ...] = ()
    article_ids: tuple[str, ...] = ()
    options: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Conversation:
    """The recent turns of one person in one chat, oldest first."""

    id: str
    turns: tuple[Turn, ...] = ()
