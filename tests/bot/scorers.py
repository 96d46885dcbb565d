"""A small deterministic SpanScorer for tests: words that were named answer, others do not."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from bot.span_scoring import HalfRead, SpanScores

_WORD = re.compile(r"\w+")


@dataclass
class WordScorer:
    """Obeys the SpanScorer protocol. An answer is one word; every other word is as likely as the next.

    `answers`: word to its log-odds against "no answer here", which every other word has at -8. `at_first_sight`: the
    same as the first layers see it; None for a model that judges only at its end. Keeps the passages that it was given
    in `seen`, and those that it read to the end in `read`.
    """

    answers: dict[str, float] = field(default_factory=dict)
    at_first_sight: dict[str, float] | None = field(default_factory=dict)
    name: str = "word scorer"
    seen: list[str] = field(default_factory=list)
    read: list[str] = field(default_factory=list)

    def screen(self, question: str, passages: Sequence[str]) -> list[HalfRead]:
        """One for each passage."""
        self.seen += passages
        hints = self.at_first_sight
        return [HalfRead(one, None if hints is None else score_words(one, hints), None) for one in passages]

    def finish(self, begun: Sequence[HalfRead]) -> list[SpanScores]:
        """One for each passage."""
        self.read += [one.passage for one in begun]
        return [score_words(one.passage, self.answers) for one in begun]


def score_words(passage: str, answers: Mapping[str, float]) -> SpanScores:
    """Every word a token; `answers` are its log-odds, -8 for others."""
    words = list(_WORD.finditer(passage))
    offsets = np.array([match.span() for match in words], np.int64).reshape(-1, 2)
    odds = np.array([0.0, *(answers.get(match.group(), -8.0) for match in words)], np.float32)
    logs: NDArray[np.float32] = odds - np.log(np.exp(odds).sum())
    return SpanScores(offsets, logs[1:], logs[1:], float(logs[0]), float(logs[0]))
