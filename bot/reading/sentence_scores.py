"""Turns a passage's log-probabilities, token by token, into what they say of each of its sentences."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bot.reading.span_scoring import MOST_TOKENS, SpanScores
from index import Passage, Span

_LONGEST_ANSWER = 30  # tokens
_UNREAD = -25.0
"""Stands for the log-probability of words that were not read, or that are as good as impossible."""
_NO_EVIDENCE = -8.0
"""The odds, as a logarithm, of a sentence that was not read or cannot answer; models hardly say less."""


def _only_spans(n: int) -> NDArray[np.float32]:
    """Return a mask, (n, n): 0 where an answer may start at the row's token and end at the column's, else -inf."""
    every = np.ones((n, n), bool)
    return np.where(np.triu(every) & np.tril(every, _LONGEST_ANSWER - 1), 0, -np.inf).astype(np.float32)


_ONLY_SPANS = _only_spans(MOST_TOKENS)


_NUMBERS = ("answer_odds", "mass_odds", "share", "passage_odds", "evidence")


@dataclass(frozen=True, slots=True)
class SentenceScores:
    """What the model makes of one sentence. Odds are the logarithm of the odds against "no answer here".

    `answer`: the best span that could answer, in offsets of the article, None if nothing of the sentence was read.
    `answer_odds`: of that span. `mass_odds`: of an answer that starts, and of one that ends, anywhere in the
    sentence. `share`: how much of the passage's own probability falls on it, as a logarithm. `passage_odds`: of
    an answer anywhere in the passage, the same for all its sentences. `evidence`: the odds that the sentence answers by
    itself, whatever the others do; from a model that does not say, half of `mass_odds`, which counts both ends.
    """

    answer: Span | None
    answer_odds: float
    mass_odds: float
    share: float
    passage_odds: float
    evidence: float

    def denied(self) -> "SentenceScores":
        """Return the scores of a sentence that the model took for an answer, and that cannot be one."""
        evidence = min(self.evidence, _NO_EVIDENCE)
        return SentenceScores(None, _UNREAD, _UNREAD, _UNREAD, self.passage_odds, evidence)


def mean_of(several: Sequence[SentenceScores]) -> SentenceScores:
    """Return the mean of what the model makes of one sentence for several forms of a question; the answer is that of
    the first."""
    first, *others = several
    if not others:
        return first
    means = (sum(getattr(one, name) for one in several) / len(several) for name in _NUMBERS)
    return SentenceScores(first.answer, *means)


def score_passage(scores: SpanScores, passage: Passage) -> list[SentenceScores]:
    """Return the scores of each sentence of the passage, in order; spans are in offsets of the article."""
    moved_by = passage.span.start
    edges = [edge for sentence in passage.sentences for edge in (sentence.start, sentence.end)]
    bounds = np.searchsorted(scores.offsets[:, 0] + moved_by, edges).reshape(-1, 2)
    return [_score(scores, int(first), int(last), moved_by) for first, last in bounds]


def best_span(start: NDArray[np.float32], end: NDArray[np.float32]) -> tuple[int, int]:
    """Return the first and last token of the most probable answer of at most 30 tokens.

    `start`, `end`: (n,), 1 to MOST_TOKENS.
    """
    spans = start[:, None] + end[None, :] + _ONLY_SPANS[: len(start), : len(end)]
    first, last = np.unravel_index(int(np.argmax(spans)), spans.shape)
    return int(first), int(last)


def _score(scores: SpanScores, first: int, last: int, moved_by: int) -> SentenceScores:
    """Return the scores of the tokens from `first` up to, not including, `last`."""
    none = max(scores.no_start, _UNREAD) + max(scores.no_end, _UNREAD)
    whole = _log_sum(scores.start) + _log_sum(scores.end)
    mass = _log_sum(scores.start[first:last]) + _log_sum(scores.end[first:last])
    answer, best = _best_answer(scores, first, last)
    return SentenceScores(
        answer=Span(answer.start + moved_by, answer.end + moved_by) if answer else None,
        answer_odds=best - none,
        mass_odds=mass - none,
        share=mass - whole,
        passage_odds=whole - none,
        evidence=(mass - none) / 2 if scores.evidence is None else _evidence(scores.evidence, first, last),
    )


def _evidence(values: NDArray[np.float32], first: int, last: int) -> float:
    return float(values[first:last].mean()) if first < last else _NO_EVIDENCE


def _best_answer(scores: SpanScores, first: int, last: int) -> tuple[Span | None, float]:
    """Return the most probable span of these tokens, in offsets of the passage, and its log-probability."""
    if first == last:
        return None, 2 * _UNREAD
    start, end = scores.start[first:last], scores.end[first:last]
    begin, stop = best_span(start, end)
    left, right = scores.offsets[first + begin, 0], scores.offsets[first + stop, 1]
    return Span(int(left), int(right)), max(float(start[begin] + end[stop]), 2 * _UNREAD)


def _log_sum(values: NDArray[np.float32]) -> float:
    """Return the logarithm of the sum of these log-probabilities' probabilities; _UNREAD for none."""
    if not len(values):
        return _UNREAD
    highest = float(values.max())
    return max(highest + float(np.log(np.exp(values - highest).sum())), _UNREAD)
