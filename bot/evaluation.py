"""The quality report: how often the right passage is found, quoted and trusted, and where it goes wrong.

A question counts as right when at least half of one of its evidence spans lies in the first 400 characters of the
first quote; one that nothing answers, when it is refused.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.answering import Answer
from bot.dialogue import Reply
from bot.errors import InvalidQuestion
from index import Span

_QUOTED_CHARS = 400
_BINS = 10
_FAILURES = 20


@dataclass(frozen=True, slots=True)
class Gold:
    """What a question's right answer is: evidence as (article id, span); none where nothing answers."""

    evidence: tuple[tuple[str, Span], ...]

    @property
    def is_answerable(self) -> bool:
        """Whether some article answers."""
        return bool(self.evidence)


@dataclass(frozen=True, slots=True)
class Judged:
    """One reply and what it was worth. `rank` is that of the first passage with evidence, 0 for none."""

    question: str
    gold: Gold
    reply: Reply
    rank: int
    is_first_quote_right: bool

    @property
    def is_right(self) -> bool:
        """Whether a reader was served well: a right first quote, or a refusal where nothing answers."""
        answered = isinstance(self.reply.outcome, Answer)
        return (answered and self.is_first_quote_right) if self.gold.is_answerable else not answered


def gold_of(fields: Mapping[str, Any], texts: Mapping[str, str]) -> Gold:
    """The gold of a question line: `gold` [{article, start, end}], or `evidence`, words to be found in `texts`.

    Raises:
        InvalidQuestion: the evidence of an answerable question is in no article.
    """
    spans = [(str(one["article"]), Span(one["start"], one["end"])) for one in fields.get("gold") or ()]
    for words in fields.get("evidence") or ():
        spans += [
            (article_id, Span(text.index(words), text.index(words) + len(words)))
            for article_id, text in texts.items()
            if words in text and article_id in (fields.get("articles") or texts)
        ]
    if fields.get("answerable", bool(spans)) and not spans:
        raise InvalidQuestion(f"no article holds the evidence of {fields.get('id') or fields['question']!r}")
    return Gold(tuple(spans))


def judge(question: str, gold: Gold, reply: Reply) -> Judged:
    """What a reply is worth."""
    ranks = (hit.rank for hit in reply.outcome.hits if _holds(hit.passage.article_id, hit.passage.span, gold))
    right = False
    if reply.citations:
        quote = reply.citations[0].quote
        seen = Span(quote.span.start, min(quote.span.end, quote.span.start + _QUOTED_CHARS))
        right = _holds(quote.article_id, seen, gold)
    return Judged(question, gold, reply, min(ranks, default=0), right)


def report(judged: Sequence[Judged]) -> str:
    """The report as Markdown: a table of figures, then the worst failures, most confident first."""
    answerable = [one for one in judged if one.gold.is_answerable]
    others = [one for one in judged if not one.gold.is_answerable]
    rows = [
        ("questions", str(len(judged))),
        ("passage with evidence first (hit@1)", _share(one.rank == 1 for one in answerable)),
        ("... among the first five (hit@5)", _share(0 < one.rank <= 5 for one in answerable)),
        ("... among the first ten (hit@10)", _share(one.rank > 0 for one in answerable)),
        ("first quote right, answered or not", _share(one.is_first_quote_right for one in answerable)),
        ("answerable ones answered", _share(isinstance(one.reply.outcome, Answer) for one in answerable)),
        ("unanswerable ones refused", _share(one.is_right for one in others)),
        ("right in the end", _share(one.is_right for one in judged)),
        ("expected calibration error", f"{_calibration_error(judged):.3f}"),
    ]
    table = "\n".join(["| measure | value |", "| --- | --- |", *(f"| {name} | {value} |" for name, value in rows)])
    failures = sorted((one for one in judged if not one.is_right), key=lambda one: -one.reply.outcome.confidence)
    listed = "\n".join(map(_failure, failures[:_FAILURES]))
    return f"{table}\n\n{len(failures)} failures, the most confident first:\n\n{listed}\n"


def _holds(article_id: str, span: Span, gold: Gold) -> bool:
    """Whether the span holds at least half of one piece of evidence."""
    return any(
        article_id == article and min(span.end, evidence.end) - max(span.start, evidence.start) >= len(evidence) / 2
        for article, evidence in gold.evidence
    )


def _share(values: Iterable[bool]) -> str:
    counted = list(values)
    return f"{sum(counted) / len(counted):.3f} ({sum(counted)} of {len(counted)})" if counted else "–"


def _calibration_error(judged: Sequence[Judged]) -> float:
    """Mean distance between confidence and the share that is right, over ten bins, weighted by their size."""
    bins: dict[int, list[Judged]] = {}
    for one in judged:
        bins.setdefault(min(int(one.reply.outcome.confidence * _BINS), _BINS - 1), []).append(one)
    gaps = (
        abs(sum(one.reply.outcome.confidence for one in some) - sum(one.is_first_quote_right for one in some))
        for some in bins.values()
    )
    return sum(gaps) / len(judged) if judged else 0.0


def _failure(one: Judged) -> str:
    outcome = one.reply.outcome
    what = "answered" if isinstance(outcome, Answer) else f"refused ({outcome.reason.value})"
    wanted = "an answer" if one.gold.is_answerable else "a refusal"
    quoted = f": “{one.reply.citations[0].quote.text}”" if one.reply.citations else ""
    return f"- {one.question!r}: wanted {wanted}, {what} at {outcome.confidence:.2f}, evidence at {one.rank}{quoted}"
