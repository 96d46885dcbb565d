"""Judgement: how likely a sentence answers that a model chose, from what the reader says of it.

The model's own certainty is never asked for. The weights are fitted by `python -m bot evaluate --llm`, to the model at
hand; those in `bot/pointing/judgement.json` ship, fitted to one that is right four times in five (experiment 61).
"""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

from bot.pointing.note import Judged
from index.errors import SettingsInvalid

FEATURES: Final = ("own odds", "first odds", "agrees", "none")
_LEAST: Final = 1e-4


@dataclass(frozen=True, slots=True)
class Judgement:
    """A logistic model over `features_of`, and from which probability on to quote."""

    weights: tuple[float, ...]
    bias: float
    threshold: float

    def chance(self, judged: Judged) -> float:
        """Return the probability that the first sentence chosen answers."""
        terms = zip(self.weights, features_of(judged), strict=True)
        odds = self.bias + sum(weight * feature for weight, feature in terms)
        return 1 / (1 + math.exp(-max(-50.0, min(50.0, odds))))

    def as_json(self) -> dict[str, Any]:
        """Return what `from_json` reads."""
        named = dict(zip(FEATURES, self.weights, strict=True))
        return {"weights": named, "bias": self.bias, "threshold": self.threshold}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "Judgement":
        """Return what `as_json` wrote.

        Raises:
            ValueError: it is something else.
        """
        try:
            weights = tuple(float(stored["weights"][name]) for name in FEATURES)
            return cls(weights, float(stored["bias"]), float(stored["threshold"]))
        except (KeyError, TypeError) as error:
            raise ValueError(f"expected weights for {', '.join(FEATURES)}, a bias and a threshold") from error


def features_of(judged: Judged) -> tuple[float, ...]:
    """Return what is weighed, in the order of `FEATURES`."""
    return _odds(judged.own), _odds(judged.first), float(judged.agrees), float(judged.none)


def read_judgement(path: Path) -> Judgement:
    """Return the judgement in a file that `python -m bot evaluate --llm --out` wrote.

    Raises:
        SettingsInvalid: the file cannot be read, or holds something else.
    """
    try:
        return Judgement.from_json(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError) as error:
        raise SettingsInvalid(f"LLM_JUDGEMENT: {path} cannot be used: {error}") from error


@lru_cache(1)
def shipped_judgement() -> Judgement:
    """Return that in `bot/pointing/judgement.json`, read once."""
    return Judgement.from_json(json.loads((files("bot.pointing") / "judgement.json").read_text(encoding="utf-8")))


def _odds(chance: float) -> float:
    chance = min(max(chance, _LEAST), 1 - _LEAST)
    return math.log(chance / (1 - chance))
