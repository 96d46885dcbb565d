"""PointingNote: what a reply owes to a model, for `/why`, the JSON and the store; answers say nothing of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.pointing.model import Fault, Task
from bot.query.kinds import MessageKind


@dataclass(frozen=True, slots=True)
class Judged:
    """What the reader says of the first sentence that a model chose, and of the sentence that it would have quoted.

    `own`, `first`: the probabilities that they answer. `agrees`: they are the same. `none`: the model chose none, and
    `own` is `first`. `kept`: what the reader would have quoted stands first all the same.
    """

    own: float
    first: float
    agrees: bool
    none: bool
    kept: bool = False


@dataclass(frozen=True, slots=True)
class PointingNote:
    """What was used of a model's words, and what was dropped, with the reason.

    `question`: searched in place of what was typed. `heading`: words of the model's own, shown as the bot's.
    """

    model: str
    question: str | None = None
    kind: MessageKind | None = None
    language: str | None = None
    chosen: int = 0
    heading: str | None = None
    judged: Judged | None = None
    dropped: tuple[tuple[Task, Fault], ...] = ()
    tokens: int = 0
    took_ms: float = 0.0

    def as_json(self) -> dict[str, Any]:
        """Return the object of `"llm"`."""
        judged = self.judged
        return {
            "model": self.model,
            "question": self.question,
            "kind": self.kind.value if self.kind else None,
            "language": self.language,
            "chosen": self.chosen,
            "heading": self.heading,
            "judged": None
            if judged is None
            else {
                "own": round(judged.own, 4),
                "first": round(judged.first, 4),
                "agrees": judged.agrees,
                "none": judged.none,
                "kept": judged.kept,
            },
            "dropped": [{"task": task.value, "why": fault.value} for task, fault in self.dropped],
            "tokens": self.tokens,
            "took_ms": round(self.took_ms, 1),
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "PointingNote":
        """Return the note that `as_json` wrote."""
        return cls(
            model=stored["model"],
            question=stored["question"],
            kind=MessageKind(stored["kind"]) if stored["kind"] else None,
            language=stored["language"],
            chosen=stored["chosen"],
            heading=stored["heading"],
            judged=Judged(**stored["judged"]) if stored["judged"] else None,
            dropped=tuple((Task(one["task"]), Fault(one["why"])) for one in stored["dropped"]),
            tokens=stored["tokens"],
            took_ms=stored["took_ms"],
        )
