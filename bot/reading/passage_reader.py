"""The Reader that ships: a cross-encoder reads question and passages, fitted weights choose among their sentences.

The weights come from `training/ranking.py`, which also records what it measured. `bot.reading.cascade` says how far is
read, `bot.reading.open_passages` reads.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from importlib.resources import files
from typing import Any

import numpy as np

from bot.quoting.extent import grown, quotable_span, tidy_answer
from bot.reading.answer_types import Kind, is_of_kind, kind_of
from bot.reading.cascade import FittedWeights, ReadBudget, ReadingWeights, SentenceModel, read_until_sure
from bot.reading.features import (
    FEATURES,
    Candidate,
)
from bot.reading.open_passages import WINDOW_CHARS, OpenPassages
from bot.reading.proximity import follow_on, nearness
from bot.reading.reader import Reading
from bot.reading.sentence_scores import SentenceScores
from bot.reading.span_scoring import SpanScorer
from index import Hit, Query
from index.search.retrieval import Retriever

OFFERED = 6
"""How many passages have their sentences weighed, read or not."""
_FOLLOW_UP_WINDOW_CHARS = 500
"""The longest part that is read for follow-ups: a question that lacks words says less of where to look."""
_FOLLOW_UP_WORTH = 0.02
_FOLLOW_UP_READ = 4
"""What `ReadBudget.worth` and, at least, `ReadBudget.read` are for follow-ups: words predict less of them, and reading
on is worth more (docs/experiments/0020-context-of-a-conversation.md)."""


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
    whole, part = (_reading_weights(stored[kind]) for kind in ("whole", "part"))
    return FittedWeights(whole, part, stored["threshold"])


def is_whole(hits: Sequence[Hit]) -> bool:
    """Return whether all that was found is offered.

    The search finds something in every passage that it may search, so these are then all there are.
    """
    return len(hits) <= OFFERED


def _reading_weights(stored: Mapping[str, Any]) -> ReadingWeights:
    budget = ReadBudget(**stored["effort"])  # the file keeps the name that former versions wrote
    return ReadingWeights(_sentence_model(stored["unread"]), _sentence_model(stored["read"]), budget)


def _sentence_model(stored: Mapping[str, Any]) -> SentenceModel:
    return SentenceModel(**{**stored, **{name: np.array(stored[name]) for name in ("ranking", "confidence")}})


class PassageReader:
    """Reads passages with a span-scoring model and weighs what it says with words, kinds of answer and ranks."""

    def __init__(self, scorer: SpanScorer, weights: FittedWeights) -> None:
        self._scorer = scorer
        self._weights = weights
        self._follow_up_weights = weights.with_each(_reading_on)

    @property
    def name(self) -> str:
        """The model that reads."""
        return self._scorer.name

    @property
    def threshold(self) -> float:
        """The probability at which right answers and right refusals balanced best when the weights were fitted."""
        return self._weights.threshold

    def read(self, query: Query, hits: Sequence[Hit], retriever: Retriever) -> Iterator[Reading]:
        """Return readings of the sentences in the passages looked at, each made only when it is asked for.

        The best comes first, the others by their probability and by how near they stand to the context.
        """
        if not hits:
            return iter(())
        window_chars = _FOLLOW_UP_WINDOW_CHARS if query.context else WINDOW_CHARS
        opened = OpenPassages(query, hits[:OFFERED], retriever, self._scorer, window_chars)
        kind = kind_of(query.text)
        fitted = self._follow_up_weights if query.context else self._weights
        state = read_until_sure(opened, fitted.of(is_whole=is_whole(hits)))
        order = state.order
        if query.context:
            order = follow_on(state, nearness(opened.candidates, query.context, retriever))
        return (
            _reading(
                opened.candidates[row],
                opened.scores[row],
                float(state.probabilities[row]),
                kind,
                opened.candidates[state.beside] if row == order[0] and state.beside is not None else None,
            )
            for row in order
        )


def _reading_on(weights: ReadingWeights) -> ReadingWeights:
    """Return these weights with the budget that follow-ups are worth."""
    budget = weights.budget
    further = replace(budget, worth=min(budget.worth, _FOLLOW_UP_WORTH), read=max(budget.read, _FOLLOW_UP_READ))
    return replace(weights, budget=further)


def _reading(
    candidate: Candidate,
    scores: SentenceScores | None,
    probability: float,
    kind: Kind,
    beside: Candidate | None,
) -> Reading:
    """Return the reading of a candidate. `beside`: its neighbour, to be quoted with it."""
    text = candidate.article.text
    answer = scores.answer if scores else None
    span = quotable_span(text, candidate.span, candidate.hit.passage, answer)
    if beside is not None:
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
    )
