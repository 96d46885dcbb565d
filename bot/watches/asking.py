"""Asking a watched question of articles that have just arrived: by the reader that answers questions."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Final

from bot.answering import Answer, Answerer
from bot.query.operators import EVERYTHING, Scope, read_scope
from bot.query.said_requests import SaidRequest
from bot.replying.said import said_by
from bot.watches.about import shipped_about
from index import Query
from index.attribution.names import NO_CORRECTIONS, NameCorrections
from index.search.retrieval import Retriever

_AS_WELL: Final = 0.25
"""From this probability on a second quote is told with the first: nobody presses "More" for what
came unasked."""


@dataclass(frozen=True, slots=True)
class Found:
    """What a new article says to a watched question: the answer, and whether the reader alone would have given it."""

    answer: Answer
    is_worth_quoting: bool


def ask_of(words: str, article_id: str, about: float, answerer: Answerer, retriever: Retriever) -> Found | None:
    """Return what an article says to a question that stands alone; None if nothing at all.

    `about`: the odds, as a logarithm, that it is about it; they count in how sure a quote is.
    """
    found = read_of(words, article_id, answerer, retriever)
    if found is None:
        return None
    chance = shipped_about().chance(found.answer.confidence, about)
    return replace(found, answer=replace(found.answer, confidence=chance))


def read_of(words: str, article_id: str, answerer: Answerer, retriever: Retriever) -> Found | None:
    """Return what the reader makes of an article, whatever that is about; None if nothing at all."""
    text, scope = read_scope(words, _only([article_id]))
    query = _undated(scope.query(text))
    outcome = answerer.read(query, answerer.find(query, retriever), retriever)
    if isinstance(outcome, Answer):
        return Found(_with_second(outcome), is_worth_quoting=True)
    if not outcome.closest:
        return None
    closest = Answer(outcome.confidence, outcome.closest[:1], 1, None, outcome.hits)
    return Found(closest, is_worth_quoting=False)


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
    also = [one for one in answer.citations[1:2] if one.score >= _AS_WELL]
    return replace(answer, n_strong=max(answer.n_strong, 1 + len(also)))


def _only(articles: Collection[str]) -> Scope:
    return replace(EVERYTHING, articles=frozenset(articles))


def _undated(query: Query) -> Query:
    """Return a query without its days: "today" was that of whoever set the watch, and what arrives is new."""
    return replace(query, dates=None)
