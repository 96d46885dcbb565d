"""The JSON that a model may answer with: the schemas that it is told, and the models that its words are checked by."""

from collections.abc import Sequence
from typing import Annotated, Any, Final

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from bot.pointing import Chosen, Understood
from bot.query.kinds import MessageKind

Schema = dict[str, Any]

_Words = Annotated[str, StringConstraints(min_length=1, max_length=400)]
_Code = Annotated[str, StringConstraints(pattern="^[a-z]{2}$")]
_Number = Annotated[int, Field(strict=True, ge=1, le=99)]
_MOST_NUMBERS: Final = 8
_LANGUAGES: Final = ("en", "de", "fr", "es", "it", "pt", "nl", "pl", "ru", "uk", "tr", "ar", "zh", "ja", "hi")
"""Those that a model may name. Servers that hold a model to a schema hold it to these."""


class _Said(BaseModel):
    """Nothing but what is named, of the very types that are named."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class SaidUnderstood(_Said):
    """What a message means."""

    question: _Words
    kind: MessageKind | None = None
    language: _Code | None = None

    def value(self) -> Understood:
        """Return it as the core knows it."""
        return Understood(self.question, self.kind, self.language)


class SaidChosen(_Said):
    """Which sentences answer."""

    sentences: Annotated[list[_Number], Field(max_length=_MOST_NUMBERS)]
    heading: _Words | None = None

    def value(self) -> Chosen:
        """Return it as the core knows it."""
        return Chosen(tuple(self.sentences), self.heading)


def _one_of(values: Sequence[str]) -> Schema:
    """Return the schema of one of these values or null. Some servers overlook values beside a list of types."""
    return {"anyOf": [{"type": "string", "enum": list(values)}, {"type": "null"}]}


UNDERSTOOD: Final[Schema] = {
    "type": "object",
    "properties": {
        "question": {"type": "string"},
        "kind": _one_of([kind.value for kind in MessageKind]),
        "language": _one_of(_LANGUAGES),
    },
    "required": ["question", "kind", "language"],
    "additionalProperties": False,
}


def chosen_of(numbers: Sequence[int]) -> Schema:
    """Return the schema of a choice among these numbers."""
    return {
        "type": "object",
        "properties": {
            "sentences": {"type": "array", "items": {"type": "integer", "enum": list(numbers)}},
            "heading": {"type": ["string", "null"]},
        },
        "required": ["sentences", "heading"],
        "additionalProperties": False,
    }
