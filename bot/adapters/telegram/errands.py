"""Errands: what a courier is given to do in a chat, and how it is kept until it is done."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any, Final

Body = dict[str, Any]
"""The parameters of sendMessage but the chat."""

# No parameters of Telegram's begin with an underscore.
_INTO: Final = "_into"
_ANSWERS: Final = "_answers"


@dataclass(frozen=True, slots=True)
class Answering:
    """Which message asked, and the id of the reply that answers it."""

    question_id: int
    reply_id: str


@dataclass(frozen=True, slots=True)
class Errand:
    """Sends a message with this body, or makes the message `into` say it; without a body, deletes `into`."""

    body: Body | None
    into: int | None = None
    answers: Answering | None = None

    def packed(self) -> Body:
        """The errand as one JSON object."""
        packed = dict(self.body or {})
        if self.into is not None:
            packed[_INTO] = self.into
        if self.answers is not None:
            packed[_ANSWERS] = [self.answers.question_id, self.answers.reply_id]
        return packed

    @classmethod
    def unpacked(cls, packed: Body) -> "Errand":
        """The errand that was packed so."""
        body = {name: value for name, value in packed.items() if name not in (_INTO, _ANSWERS)}
        answers = Answering(*packed[_ANSWERS]) if _ANSWERS in packed else None
        return cls(body or None, packed.get(_INTO), answers)


def errands_for(bodies: Sequence[Body], into: Sequence[int], answers: Answering | None) -> list[Errand]:
    """Puts messages in the place of an earlier answer's: what is too many goes, what is missing comes."""
    return [Errand(body, place, answers) for body, place in zip_longest(bodies, into)]
