"""Hits and readings in, Answer or Refusal out."""

from dataclasses import dataclass
from enum import Enum

from bot.quotes import Citation
from index import Hit


class RefusalReason(Enum):
    """Why there is no answer; the value is what the JSON says."""

    NOTHING_ON_TOPIC = "nothing on the topic"
    NOT_ANSWERED = "on the topic, but not answered"
    OUTSIDE_SCOPE = "outside the dates or articles asked for"
    EMPTY_QUESTION = "no question"


@dataclass(frozen=True, slots=True)
class Answer:
    """Citations, best first, at least one. `confidence` is the probability that the first one answers.

    `short_answer` is a slice of the first quote, or None where no short span stands out.
    """

    confidence: float
    citations: tuple[Citation, ...]
    short_answer: str | None
    hits: tuple[Hit, ...]


@dataclass(frozen=True, slots=True)
class Refusal:
    """The reason there is no answer, and the closest passages, to be shown only when asked for."""

    reason: RefusalReason
    confidence: float
    closest: tuple[Citation, ...]
    hits: tuple[Hit, ...]
