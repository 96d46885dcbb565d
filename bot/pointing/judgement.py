"""Judgement: how likely a sentence answers that a model chose, and whether the reader's own is the better one.

The model's own certainty is never asked for: what is weighed is how likely the reader finds both sentences. The
weights are fitted by `python -m bot evaluate --llm`, to the model at hand; those in `bot/pointing/judgement.json` ship,
fitted to models that are right, half right, at random, and always say the same (experiment 66).
"""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

from bot.pointing.note import Judged
from index.errors import SettingsInvalid

FEATURES: Final = ("own odds", "first odds", "agrees", "none")
OURS: Final = ("own odds", "first odds")
_LEAST: Final = 1e-4


@dataclass(frozen=True, slots=True)
class Judgement:
    """A logistic model over `features_of`, and from which probability on to quote.

    `ours`: weights of `OURS`, and a bias, of another one, for where the model chose another sentence than the reader:
    how likely the reader's own answers then. The likelier of the two goes first. None: the model's always does.
    """

    weights: tuple[float, ...]
    bias: float
    threshold: float
    ours: tuple[float, ...] | None = None

    def chance(self, judged: Judged) -> float:
        """Return the probability that the sentence answers that goes first."""
        theirs = _chance(features_of(judged), self.weights, self.bias)
        return max(theirs, self._chance_of_ours(judged))

    def keeps_ours(self, judged: Judged) -> bool:
        """Return whether the reader's own sentence goes first, though the model chose another one."""
        return self._chance_of_ours(judged) > _chance(features_of(judged), self.weights, self.bias)

    def _chance_of_ours(self, judged: Judged) -> float:
        if self.ours is None or judged.agrees or judged.none:
            return 0.0
        *weights, bias = self.ours
        return _chance(features_of(judged)[: len(OURS)], weights, bias)

    def as_json(self) -> dict[str, Any]:
        """Return what `from_json` reads."""
        named = dict(zip(FEATURES, self.weights, strict=True))
        stored: dict[str, Any] = {"weights": named, "bias": self.bias, "threshold": self.threshold}
        if self.ours is not None:
            *weights, bias = self.ours
            stored["ours"] = {"weights": dict(zip(OURS, weights, strict=True)), "bias": bias}
        return stored

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "Judgement":
        """Return what `as_json` wrote, or an earlier version, which has nothing of `ours`.

        Raises:
            ValueError: it is something else.
        """
        try:
            weights = tuple(float(stored["weights"][name]) for name in FEATURES)
            ours = stored.get("ours")
            if ours is not None:
                ours = (*(float(ours["weights"][name]) for name in OURS), float(ours["bias"]))
            return cls(weights, float(stored["bias"]), float(stored["threshold"]), ours)
        except (KeyError, TypeError, AttributeError) as error:
            raise ValueError(f"expected weights for {', '.join(FEATURES)}, a bias and a threshold") from error


_AS_USUAL: Final = 0.4
THEIRS_FIRST: Final = Judgement((1.0, 0.0, 0.0, 0.0), 0.0, _AS_USUAL)
"""Puts what a model chose in front, whatever is thought of it: to learn how good it is."""
OURS_FIRST: Final = Judgement((1.0, 0.0, 50.0, 50.0), -50.0, _AS_USUAL, (0.0, 1.0, 0.0))
"""Leaves what the reader would have quoted in front: to learn the same."""


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


def _chance(features: Sequence[float], weights: Sequence[float], bias: float) -> float:
    odds = bias + sum(weight * feature for weight, feature in zip(weights, features, strict=True))
    return 1 / (1 + math.exp(-max(-50.0, min(50.0, odds))))


def _odds(chance: float) -> float:
    chance = min(max(chance, _LEAST), 1 - _LEAST)
    return math.log(chance / (1 - chance))
