"""A small deterministic SpanScorer for tests: words that were named answer, others do not."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from bot.reading.span_scoring import SpanScores

_WORD = re.compile(r"\w+")


@dataclass
class WordScorer:
    """Obeys the SpanScorer protocol. An answer is one word; every other word is as likely as the next.

    `answers`: word to its log-odds against "no answer here", which every other word has at -8. Keeps the passages that
    it was given in `read`, their headings in `above`, the questions in `asked`, and always says that it can read
    `spare` of them at once.
    """

    answers: dict[str, float] = field(default_factory=dict)
    name: str = "word scorer"
    spare: int = 1
    reads_headings: bool = False
    read: list[str] = field(default_factory=list)
    above: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    def score(self, question: str, passages: Sequence[str], headings: Sequence[str] = ()) -> list[SpanScores]:
        """One for each passage."""
        self.read += passages
        self.above += headings
        self.asked.append(question)
        return [score_words(one, self.answers) for one in passages]


def score_words(passage: str, answers: Mapping[str, float]) -> SpanScores:
    """Every word a token; `answers` are its log-odds, -8 for others."""
    words = list(_WORD.finditer(passage))
    offsets = np.array([match.span() for match in words], np.int64).reshape(-1, 2)
    odds = np.array([0.0, *(answers.get(match.group(), -8.0) for match in words)], np.float32)
    logs: NDArray[np.float32] = odds - np.log(np.exp(odds).sum())
    return SpanScores(offsets, logs[1:], logs[1:], float(logs[0]), float(logs[0]))
