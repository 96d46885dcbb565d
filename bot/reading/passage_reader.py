"""The Reader that ships: a cross-encoder reads question and passages, fitted weights choose among their sentences.

The weights come from `training/ranking.py`, which also records what it measured. `bot.reading.cascade` says how far is
read, `bot.reading.open_passages` reads.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from copy import copy
from importlib.resources import files
from typing import Any, Self

import numpy as np

from bot.quoting.extent import grown, quotable_span, tidy_answer
from bot.reading.answer_types import Kind, is_of_kind, kind_of
from bot.reading.behind import BEHIND, message_of
from bot.reading.cascade import (
    Case,
    FittedWeights,
    ReadBudget,
    ReadingWeights,
    SentenceModel,
    balance_of,
    read_until_sure,
)
from bot.reading.features import (
    FEATURES,
    Candidate,
)
from bot.reading.open_passages import WINDOW_CHARS, OpenPassages
from bot.reading.proximity import follow_on, nearness
from bot.reading.reader import Reading
from bot.reading.sentence_scores import SentenceScores
from bot.reading.shared_scores import ScoredPairs, SharingScorer
from bot.reading.span_scoring import SpanScorer
from index import Hit, Query
from index.search.retrieval import Retriever
from index.text.forms import is_in_full

OFFERED: Mapping[Case, int] = {"whole": 6, "part": 10, "typed": 15}
"""How many passages have their sentences weighed, read or not. The search says less of messages as people type them."""
_FOLLOW_UP_WINDOW_CHARS = 500
"""The longest part that is read for follow-ups: a question that lacks words says less of where to look."""


def shipped_weights() -> FittedWeights:
    """Return the weights in `bot/reading/weights.json`."""
    return weights_from(json.loads((files("bot.reading") / "weights.json").read_text(encoding="utf-8")))


def weights_from(stored: Mapping[str, Any]) -> FittedWeights:
    """Return the weights that `training.ranking` wrote.

    Raises:
        ValueError: they were fitted to other features.
    """
    if tuple(stored["features"]) != FEATURES:
        raise ValueError("bot/reading/weights.json was fitted to other features: run training.ranking")
    whole, part, typed = (_reading_weights(stored[case]) for case in ("whole", "part", "typed"))
    return FittedWeights(whole, part, typed)


def case_of(question: str, hits: Sequence[Hit]) -> Case:
    """Return what a question is read with.

    The search finds something in every passage that it may search, so few hits are all there are.
    """
    if len(hits) <= OFFERED["whole"]:
        return "whole"
    return "part" if is_in_full(question) else "typed"


def open_for(query: Query, hits: Sequence[Hit], retriever: Retriever, scorer: SpanScorer) -> tuple[Case, OpenPassages]:
    """Return what a question is read with, and the passages that are offered for it.

    A message that is put behind others is read alone as well: where the two differ, less is sure.
    """
    case = case_of(query.text, hits)
    window_chars = _FOLLOW_UP_WINDOW_CHARS if query.context else WINDOW_CHARS
    forms = (query.text, message_of(query.text)) if BEHIND in query.text else ()
    return case, OpenPassages(query, hits[: OFFERED[case]], retriever, scorer, window_chars, forms)


def _reading_weights(stored: Mapping[str, Any]) -> ReadingWeights:
    budget = ReadBudget(**stored["effort"])  # the file keeps the name that former versions wrote
    unread, read = (_sentence_model(stored[state]) for state in ("unread", "read"))
    return ReadingWeights(unread, read, budget, stored["threshold"])


def _sentence_model(stored: Mapping[str, Any]) -> SentenceModel:
    return SentenceModel(
        **{**stored, **{name: np.array(stored[name]) for name in ("ranking", "confidence", "unanswered", "answering")}}
    )


class PassageReader:
    """Reads passages with a span-scoring model and weighs what it says with words, kinds of answer and ranks."""

    def __init__(self, scorer: SpanScorer, weights: FittedWeights) -> None:
        self._scorer = scorer
        self._weights = weights

    @property
    def name(self) -> str:
        """The model that reads."""
        return self._scorer.name

    def sharing(self, scores: ScoredPairs) -> Self:
        """Return the same reader for one message: what stands in `scores` is not read again, and what it reads is put
        there."""
        reader = copy(self)
        reader._scorer = SharingScorer(self._scorer, scores)
        return reader

    def read(self, query: Query, hits: Sequence[Hit], retriever: Retriever) -> Iterator[Reading]:
        """Return readings of the sentences in the passages looked at, each made only when it is asked for.

        The best comes first, the others by their probability and by how near they stand to the context.
        """
        if not hits:
            return iter(())
        case, opened = open_for(query, hits, retriever, self._scorer)
        kind = kind_of(query.text)
        weights = self._weights.of(case)
        state = read_until_sure(opened, weights)
        is_worth_quoting = balance_of(state.confidence, state.unanswered) >= weights.threshold
        order = state.order
        if query.context:
            order = follow_on(state, nearness(opened.candidates, query.context, retriever))
        return (
            _reading(
                opened.candidates[row],
                opened.scores[row],
                float(state.probabilities[row]),
                is_worth_quoting,
                kind,
                opened.candidates[state.beside] if row == order[0] and state.beside is not None else None,
            )
            for row in order
        )


def _reading(
    candidate: Candidate,
    scores: SentenceScores | None,
    probability: float,
    is_worth_quoting: bool,
    kind: Kind,
    beside: Candidate | None,
) -> Reading:
    """Return the reading of a candidate. `beside`: its neighbour, to be quoted with it."""
    text = candidate.article.text
    answer = scores.answer if scores else None
    span = quotable_span(text, candidate.span, candidate.hit.passage, answer)
    if beside is not None and not beside.span.slice(text).endswith("?"):  # a heading that asks what the text answers
        span = grown(span, quotable_span(text, beside.span, beside.hit.passage))
    short = answer and tidy_answer(text, answer)
    if short and not is_of_kind(kind, short.slice(text)):
        short = None
    return Reading(
        article=candidate.article,
        hit=candidate.hit,
        span=span,
        highlights=(short,) if short else (),
        answer=short,
        probability=probability,
        is_worth_quoting=is_worth_quoting,
    )
