"""The weights that ship for composed replies: read from `weights.json`, which `training.composing` writes."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any

import numpy as np

from bot.composing.choosing import Choice
from bot.composing.confidence import CONFIDENCE_INPUTS
from bot.composing.gathering import NOWHERE, Gathered
from bot.composing.salience import FEATURES, features_of, likeness
from bot.composing.subject import ABOUT_IT, ARTICLE_FEATURES
from bot.composing.weighed import Weighed
from bot.query.kinds import MessageKind
from bot.reading.features import Floats

COMPOSED = (
    MessageKind.OVERVIEW,
    MessageKind.LATEST,
    MessageKind.LIST,
    MessageKind.SIDES,
    MessageKind.TIMELINE,
)
"""The kinds of message that are answered by several quotes."""

_NEVER_BEFORE = 1e3
"""Fragments, such as a heading, a link or a caption, open a reply only where there is no sentence, and belong in none.
Weights cannot tell: the articles that they are fitted on have no fragments."""


@dataclass(frozen=True, slots=True)
class KindWeights:
    """Logistic models for one kind of reply.

    `salience`: (len(FEATURES),) and `bias`, whether a sentence belongs in the reply; `opening`: (len(FEATURES),) which
    of them opens it best. `confidence`: of
    `CONFIDENCE_INPUTS`, and `confidence_bias`, whether the first one that is quoted answers. `threshold`: from which
    confidence on to quote at all. `choice`: how sentences are chosen.
    """

    salience: Floats
    bias: float
    opening: Floats
    confidence: Floats
    confidence_bias: float
    threshold: float
    choice: Choice

    def weighed(self, found: Gathered, on_subject: Mapping[str, float]) -> Weighed:
        """Return the sentences with what these weights make of them; `on_subject`: the chance of each article."""
        alike = likeness(found)
        features = features_of(found, on_subject, alike)
        least = ABOUT_IT * max(on_subject.values())
        is_about_it = np.array([on_subject[one.article.id] >= least for one in found.sentences])
        is_fragment = found.places == NOWHERE
        chances = np.where(is_about_it & ~is_fragment, _expit(features @ self.salience + self.bias), 0.0)
        openings = np.where(is_about_it, features @ self.opening - _NEVER_BEFORE * is_fragment, -np.inf)
        return Weighed(found, chances, alike, openings, on_subject)

    def sureness(self, inputs: Floats) -> float:
        """Return the probability that what is quoted first answers; `inputs`: (len(CONFIDENCE_INPUTS),)."""
        return float(_expit(inputs @ self.confidence + self.confidence_bias))


@dataclass(frozen=True, slots=True)
class ComposingWeights:
    """`subject`, (len(ARTICLE_FEATURES),), and `subject_bias`: a logistic model of whether an article is on the
    subject. `kinds`: the weights of each kind of reply."""

    subject: Floats
    subject_bias: float
    kinds: Mapping[MessageKind, KindWeights]

    def on_subject(self, articles: Mapping[str, Floats]) -> dict[str, float]:
        """Return the chance that each article is on the subject, by id; `articles`: their features."""
        return {one: float(_expit(known @ self.subject + self.subject_bias)) for one, known in articles.items()}


@lru_cache(1)
def shipped_weights() -> ComposingWeights:
    """Return the weights in `bot/composing/weights.json`."""
    return weights_from(json.loads((files("bot.composing") / "weights.json").read_text(encoding="utf-8")))


def weights_from(stored: Mapping[str, Any]) -> ComposingWeights:
    """Return the weights that `training.composing` wrote.

    Raises:
        ValueError: they were fitted to other inputs.
    """
    for name, expected in (
        ("features", FEATURES),
        ("article_features", ARTICLE_FEATURES),
        ("confidence_inputs", CONFIDENCE_INPUTS),
    ):
        if tuple(stored[name]) != expected:
            raise ValueError(f"bot/composing/weights.json was fitted to other {name}: run training.composing")
    subject = stored["subject"]
    kinds = {kind: _kind_weights(stored["kinds"][kind.value]) for kind in COMPOSED}
    return ComposingWeights(np.array(subject["weights"], float), subject["bias"], kinds)


def _kind_weights(stored: Mapping[str, Any]) -> KindWeights:
    return KindWeights(
        salience=np.array(stored["salience"], float),
        bias=stored["bias"],
        opening=np.array(stored["opening"], float),
        confidence=np.array(stored["confidence"], float),
        confidence_bias=stored["confidence_bias"],
        threshold=stored["threshold"],
        choice=Choice(**stored["choice"]),
    )


def _expit(odds: Floats | float) -> Floats:
    chance: Floats = 1 / (1 + np.exp(-np.clip(odds, -50, 50)))
    return chance
