"""Reply: what an adapter shows, and what can be said about it: a vote, or a message that replies to it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import Enum

from bot.answering import Answer, Clarification, Outcome, Refusal, Remark
from bot.conversation import SAID_ELSEWHERE, Turn
from bot.pointing.note import PointingNote
from bot.query.kinds import MessageKind
from bot.query.operators import read_scope
from bot.query.said_requests import said_request
from bot.query.spelling import Correction, apply_corrections
from bot.quoting.quotes import Citation
from bot.reading.behind import BEHIND


@dataclass(frozen=True, slots=True)
class ReplyTo:
    """An earlier reply that a message is an answer to; with a citation, it is about that quote alone."""

    reply_id: str
    citation: int | None = None


@dataclass(frozen=True, slots=True)
class Reply:
    """What an adapter shows. `id` names this answer in buttons, votes and logs.

    `resolved_question` differs from `question` when a follow-up was understood from what came before, or words were
    `corrected`: they are misspelt, and the words of articles that are meant were searched.
    `timings_ms` maps a stage's name to its milliseconds. `kind`: what the message most likely asks for. `language`: the
    one that it is in, if it was put into English. `llm`: what it owes to a language model, if one was asked. `newest`:
    the day of the newest article that it might have quoted, where that matters.
    """

    id: str
    conversation_id: str
    question: str
    resolved_question: str
    outcome: Outcome
    timings_ms: Mapping[str, float]
    corrected: tuple[Correction, ...] = ()
    kind: MessageKind = MessageKind.FACT
    language: str | None = None
    llm: PointingNote | None = None
    newest: date | None = None

    @property
    def is_reworded(self) -> bool:
        """Whether something other than the words as typed was searched."""
        return said_request(self.question) is None and _one_line(read_scope(self.question)[0]) != _one_line(
            self.resolved_question
        )

    @property
    def subject(self) -> str:
        """The words of the conversation that the question was taken to be about, where it leans on that; else empty."""
        spelt = _one_line(apply_corrections(read_scope(self.question)[0], self.corrected))
        behind = f"{BEHIND}{spelt}"
        return self.resolved_question.removesuffix(behind) if self.resolved_question.endswith(behind) else ""

    @property
    def understood_as(self) -> str:
        """The whole question that a message was understood as, where it was put into other words; else empty."""
        question = self.llm.question if self.llm else None
        return question if question and question.casefold() != _one_line(self.question).casefold() else ""

    @property
    def heading(self) -> str:
        """A few words of the bot's own to stand above what is quoted; else empty."""
        return (self.llm.heading if self.llm and isinstance(self.outcome, Answer) else None) or ""

    @property
    def citations(self) -> tuple[Citation, ...]:
        """What the answer quotes, or the closest passages of a refusal, or what the likeliest reading would quote."""
        match self.outcome:
            case Answer(citations=citations) | Refusal(closest=citations):
                return citations
            case Clarification(likeliest=likeliest):
                return likeliest.citations
            case Remark():
                return ()


class Vote(Enum):
    """A reader's opinion of one answer; the value is what is stored."""

    UP = 1
    DOWN = -1


def turn_of(reply: Reply, asked_at: datetime) -> Turn:
    """Return what a conversation remembers of a reply: nothing but the question when the bot refused or asked back."""
    match reply.outcome:
        case Answer(citations=citations, short_answer=answer):
            quotes = tuple(citation.quote for citation in citations)
            return Turn(
                reply.question,
                reply.resolved_question,
                asked_at,
                answer,
                quotes=tuple(quote.text for quote in quotes),
                article_ids=tuple(quote.article_id for quote in quotes),
            )
        case Clarification(options=options):
            offered = tuple((option.label, option.question) for option in options)
            return Turn(reply.question, reply.resolved_question, asked_at, options=offered)
        case Refusal() | Remark():
            return Turn(reply.question, reply.resolved_question, asked_at)


def followed_up(reply: Reply, citation: int | None) -> Turn:
    """Return an earlier reply as the turn that a message follows up; with a citation, only that quote of it."""
    turn = replace(turn_of(reply, SAID_ELSEWHERE), options=())
    if citation is None:
        return turn
    place = slice(citation - 1, citation)
    answer = turn.answer if citation == 1 else None
    return replace(turn, answer=answer, quotes=turn.quotes[place], article_ids=turn.article_ids[place])


def _one_line(text: str) -> str:
    return " ".join(text.split())
