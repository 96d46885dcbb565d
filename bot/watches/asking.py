"""Asking a watched question of articles that have just arrived: by the reader that answers questions."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Final

from bot.answering import Answer, Answerer, Refusal
from bot.query.operators import EVERYTHING, Scope, read_scope
from bot.query.said_requests import SaidRequest
from bot.replying.said import said_by
from index import Query
from index.attribution.names import NO_CORRECTIONS, NameCorrections
from index.search.retrieval import Retriever

_AS_WELL: Final = 0.25
"""From this probability on a second quote of the same article is told with the first: nobody presses "More" for what
came unasked."""


@dataclass(frozen=True, slots=True)
class Found:
    """What new articles say to a watched question: the answer, and whether the reader alone would have given it."""

    answer: Answer
    is_worth_quoting: bool


def ask_of(words: str, articles: Collection[str], answerer: Answerer, retriever: Retriever) -> Found | None:
    """Return what these articles say to a question that stands alone; None if nothing at all."""
    text, scope = read_scope(words, _only(articles))
    query = _undated(scope.query(text))
    outcome = answerer.read(query, answerer.find(query, retriever), retriever)
    if isinstance(outcome, Answer):
        return Found(_with_second(outcome), is_worth_quoting=True)
    return _nearly(outcome) if outcome.closest else None


def said_in(
    request: SaidRequest,
    articles: Collection[str],
    retriever: Retriever,
    corrections: NameCorrections = NO_CORRECTIONS,
) -> Found | None:
    """Return what the one person of a name says in these articles; None if they say nothing, or several are meant."""
    outcome = said_by(request, _only(articles), retriever, corrections)
    return Found(outcome, is_worth_quoting=True) if isinstance(outcome, Answer) else None


def _with_second(answer: Answer) -> Answer:
    first, *others = answer.citations[:2]
    also = [one for one in others if one.score >= _AS_WELL and one.quote.article_id == first.quote.article_id]
    return replace(answer, n_strong=max(answer.n_strong, 1 + len(also)))


def _nearly(refusal: Refusal) -> Found:
    closest = refusal.closest[:1]
    return Found(Answer(refusal.confidence, closest, 1, None, refusal.hits), is_worth_quoting=False)


def _only(articles: Collection[str]) -> Scope:
    return replace(EVERYTHING, articles=frozenset(articles))


def _undated(query: Query) -> Query:
    """Return a query without its days: "today" was that of whoever set the watch, and what arrives is new."""
    return replace(query, dates=None)
