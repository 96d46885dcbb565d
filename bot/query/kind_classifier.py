"""What a message asks for: one linear layer over the message's vector and its words.

The search needs the vector anyway, so that telling costs next to nothing. A message is judged as it was typed and as
what it was understood as, and the two are averaged: "and the driver?" tells little by itself. `training.kinds` trains
the weights. They belong to the embedder that ships; with another one a message is judged by its words alone.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

from bot.query.kinds import MessageKind, ToldKind, Topic
from bot.query.word_bags import bag_of, unpacked

Floats = NDArray[np.float32]
Embed = Callable[[Sequence[str]], Floats]
"""Texts to their vectors, (len(texts), dimension)."""
_ASIDE = frozenset((MessageKind.SMALL_TALK, MessageKind.ABOUT_ARTICLE))
"""Kinds that nothing is searched for: they are told for sure or not at all."""
_VECTOR_SCALE = 3.0
"""Beside ones for words, the small numbers of a unit vector would learn slowly."""


@dataclass(frozen=True, slots=True)
class LinearLayer:
    """`weights` are (n_inputs, n_classes), `bias` is (n_classes,).

    `sure` is how likely each kind must be to change what is looked for.
    """

    weights: Floats
    bias: Floats
    sure: Mapping[MessageKind, float] = field(default_factory=dict)

    def log_chances(self, inputs: Floats) -> Floats:
        """Return the logarithm of each class's probability, (n_classes,)."""
        odds = inputs @ self.weights + self.bias
        normalised: Floats = odds - np.logaddexp.reduce(odds)
        return normalised


@dataclass(frozen=True, slots=True)
class KindClassifier:
    """The trained layers: over vectors of the embedder `fingerprint` and words, and over words alone.

    `words` gives the place of each word, and of each pair of neighbours, that training saw often enough. A class is a
    kind, or a topic, which tells its kind.
    """

    fingerprint: str
    classes: tuple[MessageKind | Topic, ...]
    words: Mapping[str, int]
    with_vectors: LinearLayer
    words_only: LinearLayer

    @classmethod
    def shipped(cls) -> "KindClassifier":
        """Return that in `bot/query/kinds.npz`."""
        with (files("bot.query") / "kinds.npz").open("rb") as file, np.load(file) as stored:
            return cls(
                str(stored["fingerprint"]),
                tuple(class_named(name) for name in stored["classes"].tolist()),
                unpacked(stored["words"]),
                *(
                    LinearLayer(
                        stored[f"{layer}/weights"].astype(np.float32),
                        stored[f"{layer}/bias"].astype(np.float32),
                        dict(zip(map(MessageKind, stored["kinds"]), stored[f"{layer}/sure"].tolist(), strict=True)),
                    )
                    for layer in ("with_vectors", "words_only")
                ),
            )

    def tell(self, typed: str, understood: str, embed: Embed, fingerprint: str, *, is_talk: bool = False) -> ToldKind:
        """Return what a message asks for, given what it was understood as; `embed` and `fingerprint` are the
        embedder's.

        `is_talk`: it is known for small talk, and only has to be told what kind of it.
        """
        readings = list(dict.fromkeys((typed, understood)))
        bags = [bag_of(reading, self.words) for reading in readings]
        if fingerprint == self.fingerprint:
            layer = self.with_vectors
            inputs = [inputs_of(*both) for both in zip(embed(readings), bags, strict=True)]
        else:
            layer, inputs = self.words_only, bags
        judged: Floats = np.mean([layer.log_chances(one) for one in inputs], axis=0)
        return self._told(judged, layer.sure, is_talk=is_talk)

    def _told(self, log_chances: Floats, sure: Mapping[MessageKind, float], *, is_talk: bool) -> ToldKind:
        chances = dict(zip(self.classes, np.exp(log_chances - np.logaddexp.reduce(log_chances)).tolist(), strict=True))
        by_kind: dict[MessageKind, float] = {}
        for one, chance in chances.items():
            by_kind[kind_of_class(one)] = by_kind.get(kind_of_class(one), 0.0) + chance
        if is_talk:
            topics = [one for one in chances if isinstance(one, Topic) and one.kind is MessageKind.SMALL_TALK]
            return ToldKind.surely(max(topics, key=lambda one: chances[one]))
        may_be_told = (one for one in by_kind if one not in _ASIDE or by_kind[one] >= sure.get(one, 0.0))
        kind = max(may_be_told, key=lambda kind: by_kind[kind])
        likeliest = max((one for one in chances if kind_of_class(one) is kind), key=lambda one: chances[one])
        topic = likeliest if isinstance(likeliest, Topic) else None
        return ToldKind(kind, by_kind, by_kind[kind] >= sure.get(kind, 0.0), topic)


def class_named(name: str) -> MessageKind | Topic:
    """Return the kind or the topic of that value."""
    return Topic(name) if name in {topic.value for topic in Topic} else MessageKind(name)


def kind_of_class(one: MessageKind | Topic) -> MessageKind:
    """Return the kind that a class tells."""
    return one.kind if isinstance(one, Topic) else one


def inputs_of(vector: Floats, bag: Floats) -> Floats:
    """Return what the layer over vectors and words takes."""
    return np.concatenate([vector * np.float32(_VECTOR_SCALE), bag])


@lru_cache(1)
def shipped_classifier() -> KindClassifier:
    """Return the classifier that ships, read once."""
    return KindClassifier.shipped()
