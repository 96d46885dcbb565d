"""JSON lines in, JSON lines out: the bot for scripts. The shapes are a contract; additions are fine."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from bot.answering import Answer
from bot.conversation import Conversation, Turn
from bot.dialogue import Dialogue, Reply, Scope
from bot.errors import InvalidQuestion
from bot.followup import resolve
from bot.quotes import Citation
from index import Hit

_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class AskedQuestion:
    """One line of a question file."""

    id: str | int | None
    question: str
    history: tuple[Turn, ...]
    scope: Scope


def read_questions(lines: Iterable[str]) -> Iterator[AskedQuestion]:
    """The questions of a file, one at a time; empty lines are passed over.

    Raises:
        InvalidQuestion: a line is not a question; names the line.
    """
    for number, line in enumerate(lines, start=1):
        if line.strip():
            try:
                yield _question(json.loads(line))
            except (ValueError, TypeError, KeyError, AttributeError) as error:
                raise InvalidQuestion(
                    f'line {number} is not a question ({error}); expected a JSON object with at least "question": "..."'
                ) from error


def ask(dialogue: Dialogue, asked: AskedQuestion, conversation_id: str) -> dict[str, Any]:
    """The answer to one question, in a conversation of its own that begins with its history."""
    dialogue.remember(conversation_id, asked.history)
    reply = dialogue.reply(conversation_id, asked.question, scope=asked.scope)
    return {"id": asked.id, **reply_as_json(reply)}


def reply_as_json(reply: Reply) -> dict[str, Any]:
    """A reply in the shape that scripts rely on; citations of a refusal are what it would have quoted."""
    outcome = reply.outcome
    answered = isinstance(outcome, Answer)
    return {
        "resolved_question": reply.resolved_question,
        "answered": answered,
        "confidence": round(outcome.confidence, 4),
        "answer": outcome.short_answer if isinstance(outcome, Answer) else None,
        "reason": None if isinstance(outcome, Answer) else outcome.reason.value,
        "citations": [_citation(citation) for citation in reply.citations],
        "passages": [_passage(hit) for hit in outcome.hits],
        "timings_ms": dict(reply.timings_ms),
    }


def _citation(citation: Citation) -> dict[str, Any]:
    quote = citation.quote
    return {
        "article": quote.article_id,
        "revision": quote.revision,
        "start": quote.span.start,
        "end": quote.span.end,
        "quote": quote.text,
        "score": round(citation.score, 4),
    }


def _passage(hit: Hit) -> dict[str, Any]:
    span = hit.passage.span
    return {
        "article": hit.passage.article_id,
        "start": span.start,
        "end": span.end,
        "score": round(hit.score, 4),
    }


def _question(fields: Mapping[str, Any]) -> AskedQuestion:
    question = fields["question"]
    if not isinstance(question, str):
        raise TypeError('"question" is not a text')
    articles, before = fields.get("articles"), fields.get("before")
    return AskedQuestion(
        id=fields.get("id"),
        question=question,
        history=_history(fields.get("history") or ()),
        scope=Scope(
            None if articles is None else frozenset(map(str, articles)),
            None if before is None else date.fromisoformat(before),
        ),
    )


def _history(earlier: Iterable[str | Mapping[str, Any]]) -> tuple[Turn, ...]:
    """Earlier questions as turns, each understood from those before it; a bare text is a question, too."""
    turns: tuple[Turn, ...] = ()
    for one in earlier:
        question, answer = (one, None) if isinstance(one, str) else (one["question"], one.get("answer"))
        resolved = resolve(question, Conversation("", turns))
        turns = (*turns, Turn(question, resolved, _LONG_AGO, answer or None))
    return turns
