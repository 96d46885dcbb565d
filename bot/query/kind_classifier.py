"""What a message asks for: one linear layer over the message's vector and its words.

The search needs the vector anyway, so that telling costs next to nothing. A message is judged as it was typed and as
what it was understood as, and the two are averaged: "and the driver?" tells little by itself. `training.kinds` trains
the weights. They belong to the embedder that ships; with another one a message is judged by its words alone.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

from bot.query.kinds import MessageKind, ToldKind

Floats = NDArray[np.float32]
Embed = Callable[[Sequence[str]], Floats]
"""Texts to their vectors, (len(texts), dimension)."""
_VECTOR_SCALE = 3.0
"""Beside ones for words, the small numbers of a unit vector would learn slowly."""
_WORD = re.compile(r"\w+|[?!]")
_APOSTROPHES = re.compile("['’]")


@dataclass(frozen=True, slots=True)
class LinearLayer:
    """`weights` are (n_inputs, n_kinds), `bias` is (n_kinds,)."""

    weights: Floats
    bias: Floats

    def log_chances(self, inputs: Floats) -> Floats:
        """Return the logarithm of each kind's probability, (n_kinds,)."""
        odds = inputs @ self.weights + self.bias
        normalised: Floats = odds - np.logaddexp.reduce(odds)
        return normalised


@dataclass(frozen=True, slots=True)
class KindClassifier:
    """The trained layers: over vectors of the embedder `fingerprint` and words, and over words alone.

    `words` gives the place of each word, and of each pair of neighbours, that training saw often enough. `sure` is how
    likely each of `kinds` must be to change what is looked for.
    """

    fingerprint: str
    kinds: tuple[MessageKind, ...]
    sure: Floats
    words: Mapping[str, int]
    with_vectors: LinearLayer
    words_only: LinearLayer

    @classmethod
    def shipped(cls) -> "KindClassifier":
        """Return that in `bot/query/kinds.npz`."""
        with (files("bot.query") / "kinds.npz").open("rb") as file, np.load(file) as stored:
            return cls(
                str(stored["fingerprint"]),
                tuple(MessageKind(name) for name in stored["kinds"].tolist()),
                stored["sure"].astype(np.float32),
                {word: place for place, word in enumerate(bytes(stored["words"]).decode().split("\n"))},
                *(
                    LinearLayer(*(stored[f"{layer}/{part}"].astype(np.float32) for part in ("weights", "bias")))
                    for layer in ("with_vectors", "words_only")
                ),
            )

    def tell(self, typed: str, understood: str, embed: Embed, fingerprint: str) -> ToldKind:
        """Return what a message asks for, given what it was understood as; `embed` and `fingerprint` are the
        embedder's."""
        readings = list(dict.fromkeys((typed, understood)))
        if fingerprint == self.fingerprint:
            vectors = embed(readings)
            judged = [
                self.with_vectors.log_chances(inputs_of(vector, bag_of(reading, self.words)))
                for reading, vector in zip(readings, vectors, strict=True)
            ]
        else:
            judged = [self.words_only.log_chances(bag_of(reading, self.words)) for reading in readings]
        return self._told(np.mean(judged, axis=0))

    def _told(self, log_chances: Floats) -> ToldKind:
        chances = np.exp(log_chances - np.logaddexp.reduce(log_chances))
        best = int(chances.argmax())
        by_kind = {kind: float(chance) for kind, chance in zip(self.kinds, chances, strict=True)}
        return ToldKind(self.kinds[best], by_kind, is_sure=bool(chances[best] >= self.sure[best]))


def words_of(message: str) -> list[str]:
    """Return the words of a message and the pairs of neighbours among them, ends included, each once."""
    words = _WORD.findall(_APOSTROPHES.sub("", message.lower()))
    pairs = (f"{left} {right}" for left, right in zip(["<", *words], [*words, ">"], strict=True))
    return list(dict.fromkeys((*words, *pairs)))


def bag_of(message: str, words: Mapping[str, int]) -> Floats:
    """Return which of `words` a message holds, (len(words),), ones and zeros."""
    bag = np.zeros(len(words), np.float32)
    bag[[words[word] for word in words_of(message) if word in words]] = 1.0
    return bag


def inputs_of(vector: Floats, bag: Floats) -> Floats:
    """Return what the layer over vectors and words takes."""
    return np.concatenate([vector * np.float32(_VECTOR_SCALE), bag])


@lru_cache(1)
def shipped_classifier() -> KindClassifier:
    """Return the classifier that ships, read once."""
    return KindClassifier.shipped()
