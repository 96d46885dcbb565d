"""Judges one reply by what is known about its question.

A quote is right when its first 400 characters hold half of a piece of evidence, or touch one and hold a short answer. A
question that nothing answers is served well by a refusal.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from bot.answering import Answer
from bot.evaluation.gold import Gold
from bot.evaluation.matching import holds_evidence, is_read_within, precision_of, touches_evidence
from bot.evaluation.short_answers import holds_answer
from bot.quoting.quotes import Quote
from bot.replies import Reply
from index import Span

BUDGETS = (200, 400)
"""How many quoted characters a hurried and a patient reader read."""
_QUOTES = 3
_QUOTED_CHARS = 400
_JSON_DECIMALS = 4


class Stage(Enum):
    """Where a question went wrong; the value is its name in the report."""

    ANSWERED_NOTHING = "answered where nothing answers"
    NOT_RETRIEVED = "not retrieved"
    OTHER_SENTENCE = "retrieved, but another sentence quoted"
    REFUSED = "right quote, but refused"


@dataclass(frozen=True, slots=True)
class Judged:
    """One reply and what it was worth.

    `rank` is that of the first passage with evidence, 0 for none. `verbatim` says of each citation whether it equals
    the article, `right` of the first three whether they answer. `precision` is None where nothing was quoted, or
    nothing can be right. `read_within` holds each of `BUDGETS` within which evidence was read.
    """

    question: str
    gold: Gold
    reply: Reply
    rank: int
    verbatim: tuple[bool, ...]
    right: tuple[bool, ...]
    precision: float | None
    read_within: frozenset[int]

    @property
    def is_answered(self) -> bool:
        """Whether the bot was sure enough to answer."""
        return isinstance(self.reply.outcome, Answer)

    @property
    def confidence(self) -> float:
        """The probability that the first quote answers, as the JSON gives it."""
        return round(self.reply.outcome.confidence, _JSON_DECIMALS)

    @property
    def short_answer(self) -> str | None:
        """The short answer given, if one was."""
        return (self.reply.outcome.short_answer or None) if isinstance(self.reply.outcome, Answer) else None

    @property
    def is_first_quote_right(self) -> bool:
        """Whether the first quote answers, whether or not it was given as an answer."""
        return self.right[:1] == (True,)

    @property
    def is_right(self) -> bool:
        """Whether a reader was served well: a right first quote, or a refusal where nothing answers."""
        return (self.is_answered and self.is_first_quote_right) if self.gold.is_answerable else not self.is_answered

    @property
    def stage(self) -> Stage | None:
        """Where it went wrong; None where it did not, or where nobody can say."""
        if self.is_right or not self.gold.has_verdict:
            return None
        if not self.gold.is_answerable:
            return Stage.ANSWERED_NOTHING
        if self.is_first_quote_right:
            return Stage.REFUSED
        return Stage.OTHER_SENTENCE if self.rank else Stage.NOT_RETRIEVED


def judge(question: str, gold: Gold, reply: Reply, texts: Mapping[str, str]) -> Judged:
    """Return what a reply is worth; `texts` are the articles' texts by id."""
    quotes = [citation.quote for citation in reply.citations]
    verbatim = tuple(quote.text == quote.span.slice(texts.get(quote.article_id, "")) for quote in quotes)
    sound = [(quote.article_id, quote.span) for quote, is_sound in zip(quotes, verbatim, strict=True) if is_sound]
    found = (hit.rank for hit in reply.outcome.hits if holds_evidence(hit.passage.article_id, hit.passage.span, gold))
    return Judged(
        question=question,
        gold=gold,
        reply=reply,
        rank=min(found, default=0),
        verbatim=verbatim,
        right=tuple(
            is_sound and answers(quote, gold) for quote, is_sound in zip(quotes[:_QUOTES], verbatim, strict=False)
        ),
        precision=_precision(quotes[0], verbatim[0], gold, texts) if quotes and gold.evidence else None,
        read_within=frozenset(budget for budget in BUDGETS if is_read_within(sound, budget, gold)),
    )


def answers(quote: Quote, gold: Gold) -> bool:
    """Return whether the quote's first 400 characters answer; the quote must be verbatim."""
    seen = _beginning(quote.span)
    if holds_evidence(quote.article_id, seen, gold):
        return True
    return touches_evidence(quote.article_id, seen, gold) and holds_answer(quote.text[: len(seen)], gold.answers)


def _precision(quote: Quote, is_verbatim: bool, gold: Gold, texts: Mapping[str, str]) -> float:
    if not is_verbatim:
        return 0.0
    evidence = (one.span for one in gold.evidence if one.article_id == quote.article_id)
    return precision_of(_beginning(quote.span), texts[quote.article_id], evidence)


def _beginning(span: Span) -> Span:
    return Span(span.start, min(span.end, span.start + _QUOTED_CHARS))
