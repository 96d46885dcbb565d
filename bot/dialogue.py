"""Dialogue: a conversation id and a text in, a Reply out. The core's one door; it knows no messenger."""

from collections.abc import Mapping
from dataclasses import dataclass

from bot.answering import Answer, Refusal


@dataclass(frozen=True, slots=True)
class Reply:
    """What an adapter shows. `id` names this answer in buttons, votes and logs.

    `resolved_question` differs from `question` when a follow-up was understood from what came before.
    `timings_ms` maps a stage's name to its milliseconds.
    """

    id: str
    conversation_id: str
    question: str
    resolved_question: str
    outcome: Answer | Refusal
    timings_ms: Mapping[str, float]
