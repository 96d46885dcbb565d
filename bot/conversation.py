"""Turn and Conversation: what was asked and answered so far. Keeping them is the store's business."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Turn:
    """One question and what came back.

    `resolved_question` is what was searched for; `quotes` and `article_ids` run in parallel, best first,
    and are empty when the bot refused.
    """

    question: str
    resolved_question: str
    asked_at: datetime
    answer: str | None = None
    quotes: tuple[str, ...] = ()
    article_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Conversation:
    """The recent turns of one person in one chat, oldest first."""

    id: str
    turns: tuple[Turn, ...] = ()
