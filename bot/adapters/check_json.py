"""Checked quotations in the shape that scripts rely on. It is a contract; fields may be added."""

from collections.abc import Sequence
from typing import Any

from bot.adapters.permalinks import Permalinks
from bot.checking import CheckedQuote, Cut, Difference, Match
from index import Span


def checked_as_json(text: str, quotes: Sequence[CheckedQuote], permalinks: Permalinks | None = None) -> dict[str, Any]:
    """Return what `check --json` prints of a text."""
    return {"quotes": [_quote(text, quote, permalinks) for quote in quotes]}


def _quote(text: str, quote: CheckedQuote, permalinks: Permalinks | None) -> dict[str, Any]:
    return {
        "text": quote.text,
        "start": quote.span.start,
        "end": quote.span.end,
        "verdict": quote.verdict.value,
        **({"claimed_speaker": quote.claimed} if quote.claimed is not None else {}),
        "matches": [_match(text, match, permalinks) for match in quote.matches],
    }


def _match(text: str, match: Match, permalinks: Permalinks | None) -> dict[str, Any]:
    citation, quote = match.citation, match.citation.quote
    speaker = citation.speaker
    return {
        "article": quote.article_id,
        "revision": quote.revision,
        "start": quote.span.start,
        "end": quote.span.end,
        "text": quote.text,
        "permalink": permalinks.to_quote(quote) if permalinks else None,
        "current": match.is_current,
        "part": [match.part.start, match.part.end],
        "title": citation.title,
        "source": citation.source,
        "published": citation.published_at.isoformat() if citation.published_at else None,
        "url": citation.url,
        **({"speaker": {"name": speaker.name, "mention": _bounds(speaker.mention)}} if speaker is not None else {}),
        **({"differences": [_difference(text, one, match) for one in match.differences]} if match.differences else {}),
        **({"cut": _cut(match.cut, match)} if match.cut is not None else {}),
    }


def _difference(text: str, one: Difference, match: Match) -> dict[str, Any]:
    return {"checked": _words(one.checked, text), "article": _words(one.article, match.article_text)}


def _cut(cut: Cut, match: Match) -> dict[str, Any]:
    return {
        "kinds": [kind.value for kind in cut.kinds],
        "before": _words(cut.before, match.article_text),
        "after": _words(cut.after, match.article_text),
    }


def _words(span: Span | None, text: str) -> dict[str, Any] | None:
    return {"start": span.start, "end": span.end, "text": span.slice(text)} if span is not None else None


def _bounds(span: Span) -> list[int]:
    return [span.start, span.end]
