"""The models that ship, which remember what they computed: tests play the same conversations on many back ends, and ask
the same of the same articles again and again. What is asked once is computed by the model itself."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from bot.app import Models
from bot.reading.shared_scores import SharingScorer
from index.embedding.embedder import Embedder, Vectors


@dataclass(frozen=True)
class RememberingEmbedder:
    """An embedder that is asked once for the same texts together."""

    model: Embedder
    _known: dict[tuple[bool, tuple[str, ...]], Vectors] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """That of the model."""
        return self.model.name

    @property
    def backend(self) -> str:
        """That of the model."""
        return self.model.backend

    @property
    def fingerprint(self) -> str:
        """That of the model."""
        return self.model.fingerprint

    @property
    def dimension(self) -> int:
        """That of the model."""
        return self.model.dimension

    def embed(self, questions: Sequence[str]) -> Vectors:
        """The vectors of the model."""
        return self._vectors(questions, is_question=True)

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        """The vectors of the model."""
        return self._vectors(texts, is_question=False)

    def _vectors(self, texts: Sequence[str], *, is_question: bool) -> Vectors:
        key = (is_question, tuple(texts))
        if key not in self._known:
            self._known[key] = (self.model.embed if is_question else self.model.embed_passages)(texts)
        return np.array(self._known[key])


def remembering(models: Models) -> Models:
    """The same models, which compute nothing twice."""
    return Models(RememberingEmbedder(models.embedder), SharingScorer(models.scorer, {}))
