"""Dialogue: a conversation id and a text in, a Reply out. The core's one door; it knows no messenger."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import Enum

from bot.answering import Answer, Refusal
from bot.quotes import Citation
from index import Article


@dataclass(frozen=True, slots=True)
class Scope:
    """What a question may be answered from: None means no restriction. `before` leaves that day out."""

    articles: frozenset[str] | None = None
    before: date | None = None


EVERYTHING = Scope()


@dataclass(frozen=True, slots=True)
class Reply:
    """What an adapter shows. `id` names this answer in buttons, votes and logs.

    `resolved_question` differs from `question` when a follow-up was understood from what came before.
    `timings_ms` maps a stage's name to its milliseconds.
    """

    id: str
    conversation_id: str
    question: str
    resolved_question: str
    outcome: Answer | Refusal
    timings_ms: Mapping[str, float]


class Vote(Enum):
    """A reader's opinion of one answer; the value is what is stored."""

    UP = 1
    DOWN = -1


@dataclass(frozen=True, slots=True)
class QuoteContext:
    """A quote with the sentences around it. `current` is false when the article has changed or gone since,
    and then `before` and `after` are empty."""

    citation: Citation
    before: str
    after: str
    current: bool


class Dialogue:
    """Answers questions and remembers what was said. Safe to call from several threads."""

    def reply(self, conversation_id: str, text: str, *, scope: Scope = EVERYTHING) -> Reply:
        """The reply to one message of one conversation, kept in the store before it is returned."""
        raise NotImplementedError

    def recall(self, reply_id: str) -> Reply | None:
        """A reply given earlier, or None if it is not (or no longer) known. Its hits are not kept: empty."""
        raise NotImplementedError

    def context(self, reply_id: str, number: int) -> QuoteContext | None:
        """The sentences around citation `number` of a reply, or None if there is no such citation."""
        raise NotImplementedError

    def vote(self, reply_id: str, voter: str, vote: Vote) -> bool:
        """Keeps one vote a voter and reply, the last one counts; False if the reply is not known."""
        raise NotImplementedError

    def start_over(self, conversation_id: str) -> None:
        """Forgets the turns of a conversation; the next question stands alone."""
        raise NotImplementedError

    def sources(self) -> Sequence[Article]:
        """Every article that can be quoted, by title."""
        raise NotImplementedError
