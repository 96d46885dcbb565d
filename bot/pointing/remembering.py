"""RememberingModel: asks a language model each thing once, so that what it said can be weighed in several ways."""

from collections.abc import Callable, Hashable, Sequence
from typing import Any

from bot.conversation import Turn
from bot.pointing.model import Answered, Chosen, PointingModel, ShownSentence, T, Understood


class RememberingModel:
    """Says again what a model said before to the same, faults included."""

    def __init__(self, model: PointingModel) -> None:
        self._model = model
        self._said: dict[Hashable, Answered[Any]] = {}

    @property
    def name(self) -> str:
        """That of the model."""
        return self._model.name

    def understand(self, message: str, said: Sequence[Turn], seconds: float) -> Answered[Understood]:
        """See PointingModel."""
        before = tuple((turn.question, turn.resolved_question, turn.answer, *turn.quotes) for turn in said)
        return self._once((message, before), lambda: self._model.understand(message, said, seconds))

    def choose(self, question: str, sentences: Sequence[ShownSentence], seconds: float) -> Answered[Chosen]:
        """See PointingModel."""
        return self._once((question, *sentences), lambda: self._model.choose(question, sentences, seconds))

    def _once(self, key: Hashable, ask: Callable[[], Answered[T]]) -> Answered[T]:
        if key not in self._said:
            self._said[key] = ask()
        return self._said[key]
