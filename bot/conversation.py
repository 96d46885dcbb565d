"""Turn and Conversation: what was asked and answered so far. The store keeps them."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

SAID_ELSEWHERE: Final = datetime(1970, 1, 1, tzinfo=UTC)
"""The time of a turn of which only the words are known."""
_REMEMBERED_CHARS: Final = 20_000


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

    @property
    def before_last(self) -> "Conversation":
        """What the last turn was said in."""
        return Conversation(self.id, self.turns[:-1])


def still_going(conversation: Conversation, idle_after: timedelta) -> Conversation:
    """Return the turns since the last long pause, without the older ones where all together are too long."""
    kept: list[Turn] = []
    chars, later = 0, datetime.now(UTC)
    for turn in reversed(conversation.turns):
        chars += sum(map(len, (turn.question, turn.resolved_question, turn.answer or "", *turn.quotes)))
        is_recent = turn.asked_at == SAID_ELSEWHERE or later - turn.asked_at <= idle_after
        if not is_recent or (kept and chars > _REMEMBERED_CHARS):
            break
        kept.insert(0, turn)
        later = later if turn.asked_at == SAID_ELSEWHERE else turn.asked_at
    return Conversation(conversation.id, tuple(kept))
