"""Turns replies and turns into rows, and rows back into them. Pure functions, which touch no database."""

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import RowMapping

from bot.answering import Answer, Block, Clarification, Option, Outcome, Refusal, RefusalReason, Remark
from bot.conversation import Turn
from bot.pointing.note import PointingNote
from bot.query.kinds import MessageKind, Topic
from bot.query.spelling import Correction
from bot.quoting.quotes import Citation, CitedSpeaker, Quote
from bot.replies import Reply
from index import Span

Row = dict[str, Any]
REMARKED: Final = "REMARK:"
"""Opens the reason of a reply in the bot's own words."""
GREETED_BEFORE: Final = "SMALL_TALK"
"""The reason of such replies before there were topics."""


def turn_row(conversation_id: str, turn: Turn, *, closed: bool = False) -> Row:
    """Return the row of `turns` for a turn, one that is left out of its conversation if it is `closed`."""
    return {
        "conversation_id": conversation_id,
        "closed": closed,
        "question": turn.question,
        "resolved_question": turn.resolved_question,
        "asked_at": turn.asked_at,
        "answer": turn.answer,
        "quotes": list(turn.quotes),
        "article_ids": list(turn.article_ids),
        "options": [list(option) for option in turn.options] or None,
    }


def turn_from(row: RowMapping) -> Turn:
    """Return the turn that `turn_row` wrote."""
    return Turn(
        row["question"],
        row["resolved_question"],
        row["asked_at"],
        answer=row["answer"],
        quotes=tuple(row["quotes"]),
        article_ids=tuple(row["article_ids"]),
        options=tuple((label, question) for label, question in row["options"] or ()),
    )


def reply_row(reply: Reply, turn_id: int) -> Row:
    """Return the row of `replies`. Its duration is the stage named "total", or the sum of all stages."""
    timings = {stage: float(milliseconds) for stage, milliseconds in reply.timings_ms.items()}
    outcome = reply.outcome
    return {
        "id": reply.id,
        "turn_id": turn_id,
        "answered": outcome.kind == "answered",
        "confidence": float(outcome.confidence),
        "n_strong": _strong(outcome),
        "reason": _reason(outcome),
        "duration_ms": timings.get("total", sum(timings.values())),
        "timings_ms": timings,
        "corrections": [[each.typed, each.meant] for each in reply.corrected] or None,
        "kind": reply.kind.value,
        "blocks": [[_above(block), *block.numbers] for block in _blocks(outcome)] or None,
        "left_out": outcome.left_out if isinstance(outcome, Answer) else None,
        "language": reply.language,
        "llm": reply.llm.as_json() if reply.llm else None,
        "newest": reply.newest,
    }


def _reason(outcome: Outcome) -> str | None:
    """Return what is kept of why there is no quote: a refusal's reason, or a remark's topic, and its language."""
    match outcome:
        case Refusal(reason=reason):
            return reason.name
        case Remark(topic=topic, language=language):
            return f"{REMARKED}{topic.name}:{language or ''}"
        case _:
            return None


def _strong(outcome: Outcome) -> int | None:
    match outcome:
        case Answer(n_strong=n_strong) | Clarification(likeliest=Answer(n_strong=n_strong)):
            return n_strong
        case _:
            return None


def _blocks(outcome: Outcome) -> tuple[Block, ...]:
    return outcome.blocks if isinstance(outcome, Answer) else ()


def _above(block: Block) -> str | list[str]:
    """Return what is kept of what stands above a part: its heading, in a list if it tells what came later."""
    return [block.heading] if block.is_later else block.heading


def _block_from(above: str | list[str], numbers: Sequence[int]) -> Block:
    return Block(above[0], tuple(numbers), is_later=True) if isinstance(above, list) else Block(above, tuple(numbers))


def citation_rows(reply: Reply) -> list[Row]:
    """Return the rows of `citations`: what was quoted, or what was closest when nothing was."""
    return [
        {
            "reply_id": reply.id,
            "number": citation.number,
            "article_id": citation.quote.article_id,
            "revision": citation.quote.revision,
            "start": citation.quote.span.start,
            "end": citation.quote.span.end,
            "text": citation.quote.text,
            "title": citation.title,
            "source": citation.source,
            "published_at": citation.published_at,
            "url": citation.url,
            "highlights": [[span.start, span.end] for span in citation.highlights],
            "score": float(citation.score),
            **_speaker_columns(citation.speaker),
        }
        for citation in reply.citations
    ]


def _speaker_columns(speaker: CitedSpeaker | None) -> Row:
    if speaker is None:
        return {"speaker": None, "speaker_role": None, "mention": None}
    mention = [speaker.mention.start, speaker.mention.end]
    return {"speaker": speaker.name, "speaker_role": speaker.role, "mention": mention}


def _speaker_from(row: RowMapping) -> CitedSpeaker | None:
    if row["speaker"] is None:
        return None
    return CitedSpeaker(row["speaker"], row["speaker_role"], Span(*row["mention"]))


def reply_from(row: RowMapping, citation_rows: Sequence[RowMapping]) -> Reply:
    """Return the reply of one row of `replies` joined with its turn, and its citations by number; no hits."""
    citations = tuple(map(_citation_from, citation_rows))
    return Reply(
        id=row["id"],
        conversation_id=row["conversation_id"],
        question=row["question"],
        resolved_question=row["resolved_question"],
        outcome=_outcome_from(row, citations),
        timings_ms=row["timings_ms"],
        corrected=tuple(Correction(typed, meant) for typed, meant in row["corrections"] or ()),
        kind=MessageKind(row["kind"]) if row["kind"] else MessageKind.FACT,
        language=row["language"],
        llm=PointingNote.from_json(row["llm"]) if row["llm"] else None,
        newest=row["newest"],
    )


def _outcome_from(row: RowMapping, citations: tuple[Citation, ...]) -> Outcome:
    if row["answered"]:
        blocks = tuple(_block_from(above, numbers) for above, *numbers in row["blocks"] or ())
        return Answer(
            row["confidence"],
            citations,
            row["n_strong"],
            row["answer"],
            hits=(),
            blocks=blocks,
            left_out=row["left_out"] or 0,
        )
    if row["options"]:
        options = tuple(Option(label, question) for label, question in row["options"])
        return Clarification(
            options, Answer(row["confidence"] * len(options), citations, row["n_strong"], None, hits=())
        )
    if row["reason"].startswith(REMARKED):
        topic, _, language = row["reason"].removeprefix(REMARKED).partition(":")
        return Remark(Topic[topic], language or None)
    if row["reason"] == GREETED_BEFORE:
        return Remark(Topic.THANKS)
    return Refusal(RefusalReason[row["reason"]], row["confidence"], citations, hits=())


def _citation_from(row: RowMapping) -> Citation:
    span = Span(row["start"], row["end"])
    return Citation(
        number=row["number"],
        quote=Quote(row["article_id"], row["revision"], span, row["text"]),
        title=row["title"],
        source=row["source"],
        published_at=row["published_at"],
        url=row["url"],
        highlights=tuple(Span(start, end) for start, end in row["highlights"]),
        score=row["score"],
        speaker=_speaker_from(row),
    )
