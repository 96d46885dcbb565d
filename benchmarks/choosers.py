"""Stand-ins for language models that choose sentences, of which it is known how often they choose rightly."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from tests.language_model import Asked, Written, chosen, completion

_MOST_CHOSEN: Final = 3


@dataclass(frozen=True, slots=True)
class Chooser:
    """A model that puts nothing in other words, and chooses the sentences with evidence, none where none was shown: so
    often as `right` says, and else any one.

    `evidence`: of each question, on one line. `always`: the numbers that it names whatever is asked.
    """

    evidence: Mapping[str, Sequence[str]]
    right: float = 0.0
    always: tuple[int, ...] | None = None

    def __call__(self, asked: Asked) -> str | Written:
        """Return its choice."""
        if asked.task == "understood":
            return Written(completion("not asked"))
        if self.always is not None:
            return chosen(*self.always)
        numbers = range(1, len(asked.sentences) + 1)
        chance = random.Random(asked.last)
        if chance.random() < self.right:
            return chosen(*self._holding(asked)[:_MOST_CHOSEN])
        return chosen(chance.choice(numbers))

    def _holding(self, asked: Asked) -> list[int]:
        """Return the numbers of the sentences that hold evidence, or are held by it."""
        shown = [on_one_line(line.partition(") ")[2]) for line in asked.sentences]
        evidence = self.evidence.get(asked.last, ())
        return [number for number, said in enumerate(shown, start=1) if any(_shares(said, one) for one in evidence)]


def on_one_line(text: str) -> str:
    """Return a text as models are shown it."""
    return " ".join(text.split())


def _shares(sentence: str, evidence: str) -> bool:
    return bool(sentence and evidence) and (sentence in evidence or evidence in sentence)
