"""Answers JSON lines with JSON lines, for scripts. The shapes are a contract; fields may be added."""

import json
import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, TypeVar

from bot.adapters.permalinks import Permalinks
from bot.answering import Answer, Clarification, Outcome, Refusal, Remark
from bot.conversation import SAID_ELSEWHERE, Turn
from bot.dialogue import Dialogue
from bot.errors import InvalidQuestion
from bot.query.operators import Scope
from bot.query.several import split_questions
from bot.quoting.quotes import Citation
from bot.replies import Reply
from index import Hit

_T = TypeVar("_T")
_NAMES: Mapping[type, str] = {str: "text", list: "list"}


@dataclass(frozen=True, slots=True)
class AskedQuestion:
    """One line of a question file; `fields` is the line as it came, with whatever else it holds."""

    id: str | int | None
    question: str
    history: tuple[Turn, ...]
    scope: Scope
    fields: Mapping[str, Any] = field(default_factory=dict, compare=False, repr=False)


def read_questions(lines: Iterable[str]) -> Iterator[AskedQuestion]:
    """Yield the questions of a file, one at a time; empty lines are passed over.

    Raises:
        InvalidQuestion: a line is not a question; the text names the line.
    """
    number = 0
    try:
        for line in lines:
            number += 1
            if line.strip():
                yield _question(json.loads(line))
    except UnicodeDecodeError as error:
        raise InvalidQuestion(f"after line {number} the file is not UTF-8 text ({error})") from error
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise InvalidQuestion(
            f'line {number} is not a question ({error}); expected a JSON object with at least "question": "..."'
        ) from error


def ask(dialogue: Dialogue, asked: AskedQuestion) -> Reply:
    """Return the reply to one question, in a conversation of its own that begins with its history; to the first of
    several."""
    conversation_id = f"ask:{secrets.token_hex(8)}"
    dialogue.remember(conversation_id, asked.history)
    return dialogue.reply(conversation_id, split_questions(asked.question)[0], scope=asked.scope)


def reply_as_json(reply: Reply, permalinks: Permalinks | None = None, *, asked: str = "") -> dict[str, Any]:
    """Return a reply in the shape that scripts rely on; citations of a refusal are what it would have quoted.

    `asked`: the whole message. One object holds one reply, with one confidence: it is that to the first question, and
    `further_questions` are those that a program has to ask by themselves.
    """
    further = split_questions(asked)[1:]
    outcome = reply.outcome
    answered = isinstance(outcome, Answer)
    return {
        "kind": reply.kind.value,
        "resolved_question": reply.resolved_question,
        "answered": answered,
        "confidence": round(outcome.confidence, 4),
        "answer": outcome.short_answer if isinstance(outcome, Answer) else None,
        "reason": _reason(outcome),
        "citations": [citation_as_json(citation, permalinks) for citation in reply.citations],
        "passages": [_passage(hit) for hit in outcome.hits],
        "timings_ms": dict(reply.timings_ms),
        **_blocks(outcome),
        **_options(outcome),
        **_corrections(reply),
        **({"language": reply.language} if reply.language else {}),
        **({"llm": reply.llm.as_json()} if reply.llm else {}),
        **({"newest_article": reply.newest.isoformat()} if reply.newest else {}),
        **({"further_questions": list(further)} if further else {}),
    }


def _reason(outcome: Outcome) -> str | None:
    match outcome:
        case Refusal(reason=reason):
            return reason.value
        case Clarification():
            return "it may mean several things"
        case Remark(topic=topic):
            return f"not about the news: {topic.value}"
        case Answer():
            return None


def _blocks(outcome: Outcome) -> dict[str, Any]:
    """Return the parts of a composed answer, and how many sentences it left out, where it has any; nothing
    otherwise."""
    if not isinstance(outcome, Answer):
        return {}
    blocks = [
        {"heading": block.heading, "citations": list(block.numbers)} | ({"later": True} if block.is_later else {})
        for block in outcome.blocks
    ]
    left_out = {"left_out": outcome.left_out} if outcome.left_out else {}
    return ({"blocks": blocks} if blocks else {}) | left_out


def _options(outcome: Outcome) -> dict[str, Any]:
    """Return what the question may mean, where the bot asks back; nothing otherwise."""
    if not isinstance(outcome, Clarification):
        return {}
    return {"options": [{"label": option.label, "question": option.question} for option in outcome.options]}


def _corrections(reply: Reply) -> dict[str, Any]:
    """Return which misspelt words were searched as which others, where any were; nothing otherwise."""
    if not reply.corrected:
        return {}
    return {"corrections": [{"typed": each.typed, "meant": each.meant} for each in reply.corrected]}


def citation_as_json(citation: Citation, permalinks: Permalinks | None) -> dict[str, Any]:
    """Return a citation as it stands in the answer of `ask --json`."""
    quote = citation.quote
    return {
        "article": quote.article_id,
        "revision": quote.revision,
        "start": quote.span.start,
        "end": quote.span.end,
        "quote": quote.text,
        "score": round(citation.score, 4),
        **_speaker(citation),
        **({"permalink": permalinks.to_quote(quote)} if permalinks else {}),
    }


def _speaker(citation: Citation) -> dict[str, Any]:
    """Return who says what is quoted, where that is sure; nothing otherwise."""
    speaker = citation.speaker
    if speaker is None:
        return {}
    return {"speaker": {"name": speaker.name, "mention": [speaker.mention.start, speaker.mention.end]}}


def _passage(hit: Hit) -> dict[str, Any]:
    span = hit.passage.span
    return {
        "article": hit.passage.article_id,
        "start": span.start,
        "end": span.end,
        "score": round(hit.score, 4),
    }


def _question(fields: Mapping[str, Any]) -> AskedQuestion:
    before, asked_on = fields.get("before"), fields.get("asked_on")
    return AskedQuestion(
        id=fields.get("id"),
        question=_whole(_expect(fields["question"], str, "question")),
        history=_history(_expect(fields.get("history") or [], list, "history")),
        scope=Scope(
            _names(fields, "articles"),
            None if before is None else date.fromisoformat(before),
            None if asked_on is None else date.fromisoformat(asked_on),
            _names(fields, "sources"),
        ),
        fields=fields,
    )


def _names(fields: Mapping[str, Any], name: str) -> frozenset[str] | None:
    named = fields.get(name)
    return None if named is None else frozenset(map(str, _expect(named, list, name)))


def _history(earlier: Sequence[str | Mapping[str, Any]]) -> tuple[Turn, ...]:
    """Return earlier questions as turns; a bare text is a question, too."""
    turns = []
    for entry in earlier:
        question, answer, cited = (entry, None, ()) if isinstance(entry, str) else _replied(entry)
        said = None if answer in (None, "") else _whole(str(answer))
        question = _whole(_expect(question, str, "question"))
        quotes = tuple(_whole(_expect(one["quote"], str, "quote")) for one in cited)
        article_ids = tuple(_expect(one["article"], str, "article") for one in cited)
        turns.append(Turn(question, question, SAID_ELSEWHERE, said, quotes, article_ids))
    return tuple(turns)


def _replied(entry: Mapping[str, Any]) -> tuple[Any, Any, Sequence[Mapping[str, Any]]]:
    """Return an earlier question, what was answered, and what was quoted, as replies tell it."""
    return entry["question"], entry.get("answer"), _expect(entry.get("citations") or [], list, "citations")


def _whole(text: str) -> str:
    """Return the text with a question mark for each half of a character, which JSON may hold and no tokenizer takes."""
    return text.encode("utf-8", "replace").decode()


def _expect(value: Any, kind: type[_T], name: str) -> _T:  # noqa: ANN401  # it comes from JSON
    if not isinstance(value, kind):
        raise TypeError(f'"{name}" should be a {_NAMES[kind]}, found {value!r:.80}')
    return value
