"""Whether an article is about what is watched: of two things in one town much is said in the same words.

`training.watching` fits the weights.
"""

import json
import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from bot.query.topic_words import naming_terms
from bot.reading.features import Floats
from index.text.terms import terms_of

ABOUT_INPUTS: Final = ("similarity", "names_held", "heaviest_missing")
"""Names, in order: the cosine of the nearest passage, how much the article has of the words that name what is watched,
and how much the heaviest of these names that it lacks."""
_LEAST: Final = 1e-4


@dataclass(frozen=True, slots=True, eq=False)
class About:
    """Logistic models of whether an article is about what is watched, and of whether what is quoted of it is right.

    `threshold`: from which odds on to read an article. `telling`: how much the reader's odds and these count, and
    `telling_bias`.
    """

    weights: Floats
    bias: float
    threshold: float
    telling: Floats
    telling_bias: float

    def odds(self, inputs: Floats) -> Floats:
        """Return the logarithm of the odds, (n,); `inputs`: (n, len(ABOUT_INPUTS))."""
        odds: Floats = inputs @ self.weights + self.bias
        return odds

    def chance(self, confidence: float, about: float) -> float:
        """Return how likely a quote is right of which the reader is so sure, of an article with these odds."""
        odds = np.dot(self.telling, (log_odds(confidence), about)) + self.telling_bias
        return float(1 / (1 + math.exp(-odds)))


def log_odds(chance: float) -> float:
    """Return the logarithm of the odds of a chance."""
    bounded = min(max(chance, _LEAST), 1 - _LEAST)
    return math.log(bounded / (1 - bounded))


class NamesOfAll:
    """The terms that name each of many watched texts, by the text's row."""

    def __init__(self, texts: Sequence[str]) -> None:
        of_each = [naming_terms(terms_of(text)) for text in texts]
        self._place_of = {term: place for place, term in enumerate(dict.fromkeys(t for one in of_each for t in one))}
        most = max(map(len, of_each), default=0)
        # what is missing in a short row is held by every article, and weighs nothing
        self._places = np.full((len(texts), most), len(self._place_of), np.int32)
        self._weights = np.zeros((len(texts), most), np.float32)
        for row, named in enumerate(of_each):
            self._places[row, : len(named)] = [self._place_of[term] for term in named]
            self._weights[row, : len(named)] = list(named.values())

    def compared(self, rows: NDArray[np.int64], terms: Collection[str]) -> tuple[Floats, Floats]:
        """Return, each (len(rows),), how much of what names a text an article of these terms holds, and the weight of
        the heaviest that it lacks. What names nothing, every article holds."""
        is_held = np.zeros(len(self._place_of) + 1, bool)
        is_held[[self._place_of[term] for term in terms if term in self._place_of]] = True
        is_held[-1] = True
        weights, held = self._weights[rows], is_held[self._places[rows]]
        whole = weights.sum(axis=1)
        share = np.where(whole > 0, (weights * held).sum(axis=1) / np.maximum(whole, 1e-9), 1.0)
        return share.astype(float), (weights * ~held).max(axis=1, initial=0.0).astype(float)


def about_from(stored: Mapping[str, Any]) -> About:
    """Return the model that `training.watching` wrote.

    Raises:
        ValueError: it was fitted to other inputs.
    """
    if tuple(stored["inputs"]) != ABOUT_INPUTS:
        raise ValueError("bot/watches/weights.json was fitted to other inputs: run training.watching")
    return About(
        np.array(stored["weights"]),
        stored["bias"],
        stored["threshold"],
        np.array(stored["telling"]),
        stored["telling_bias"],
    )


@lru_cache(1)
def shipped_about() -> About:
    """Return the one in `bot/watches/weights.json`, read once."""
    return about_from(json.loads((files("bot.watches") / "weights.json").read_text(encoding="utf-8")))
