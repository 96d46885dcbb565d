"""Logistic models that several kinds of messages share: what holds for all, and how each kind strays from it."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from bot.reading.features import Floats

_STRAY = 3.0
"""How much dearer it is to stray from what holds for all than to hold for all."""


@dataclass(frozen=True, slots=True, eq=False)
class Example:
    """n rows that belong together: (n, m) inputs, (n,) which are right, and the kind they are of."""

    inputs: Floats
    right: NDArray[np.bool_]
    kind: str


@dataclass(frozen=True, slots=True, eq=False)
class Logistic:
    """The odds of a row, as a logarithm, are `inputs @ weights + bias`."""

    weights: Floats
    bias: float

    def chances(self, inputs: Floats) -> Floats:
        """Return the probability that each row is right."""
        chances: Floats = 1 / (1 + np.exp(-np.clip(inputs @ self.weights + self.bias, -50, 50)))
        return chances


def fit_logistic(examples: Sequence[Example], *, penalty: float = 1.0) -> Logistic:
    """Return one model of whether rows are right, whatever their kind; each example counts the same."""
    alike = [Example(one.inputs, one.right, "") for one in examples]
    return fit_together(alike, penalty=penalty)[""]


def fit_together(examples: Sequence[Example], *, penalty: float = 3.0) -> dict[str, Logistic]:
    """Return a model for each kind of whether rows are right; each example counts the same."""
    scale = _Scale.of(examples)
    kinds = list(dict.fromkeys(one.kind for one in examples))
    inputs = np.vstack([scale.apply(one.inputs) for one in examples])
    right = np.concatenate([one.right for one in examples]).astype(float)
    of_kind = np.concatenate([np.full(len(one.right), kinds.index(one.kind)) for one in examples])
    rows = float(np.mean([len(one.right) for one in examples]))
    counts = np.concatenate([np.full(len(one.right), rows / len(one.right)) for one in examples])
    shape = (len(kinds) + 1, inputs.shape[1])

    def loss(values: Floats) -> tuple[float, Floats]:
        weights, biases = values[: -len(kinds)].reshape(shape), values[-len(kinds) :]
        odds = (inputs * (weights[0] + weights[1:])[of_kind]).sum(axis=1) + biases[of_kind]
        slopes = counts * (1 / (1 + np.exp(-odds)) - right)
        cost = (counts * (np.logaddexp(0, odds) - right * odds)).sum() + _penalty(weights, penalty)
        of_each = np.array([inputs[of_kind == kind].T @ slopes[of_kind == kind] for kind in range(len(kinds))])
        of_biases = np.array([slopes[of_kind == kind].sum() for kind in range(len(kinds))])
        return cost, np.concatenate([_slopes(weights, of_each, penalty), of_biases])

    found = minimize(loss, np.zeros(shape[0] * shape[1] + len(kinds)), jac=True, method="L-BFGS-B").x
    weights, biases = found[: -len(kinds)].reshape(shape), found[-len(kinds) :]
    return {kind: scale.undone(weights[0] + weights[row + 1], float(biases[row])) for row, kind in enumerate(kinds)}


def fit_openings(examples: Sequence[Example], *, penalty: float = 20.0) -> dict[str, Logistic]:
    """Return a model for each kind whose highest row is right: it makes the share of right ones in a softmax high.

    Examples without a right row say nothing of it.
    """
    told = [one for one in examples if one.right.any()]
    scale = _Scale.of(told)
    kinds = list(dict.fromkeys(one.kind for one in told))
    scaled = [(scale.apply(one.inputs), one.right, kinds.index(one.kind)) for one in told]
    shape = (len(kinds) + 1, told[0].inputs.shape[1])

    def loss(values: Floats) -> tuple[float, Floats]:
        weights = values.reshape(shape)
        of_each, cost = np.zeros((len(kinds), shape[1])), _penalty(weights, penalty)
        for inputs, right, kind in scaled:
            odds = inputs @ (weights[0] + weights[kind + 1])
            shares = np.exp(odds - odds.max())
            among_right = np.where(right, shares, 0.0)
            cost -= np.log(among_right.sum() / shares.sum())
            of_each[kind] += inputs.T @ (shares / shares.sum() - among_right / among_right.sum())
        return cost, _slopes(weights, of_each, penalty)

    found = minimize(loss, np.zeros(shape[0] * shape[1]), jac=True, method="L-BFGS-B").x.reshape(shape)
    return {kind: scale.undone(found[0] + found[row + 1], 0.0) for row, kind in enumerate(kinds)}


def _penalty(weights: Floats, penalty: float) -> float:
    """`weights`: first what holds for all, then how each kind strays."""
    return float(penalty * (weights[0] ** 2).sum() / 2 + _STRAY * penalty * (weights[1:] ** 2).sum() / 2)


def _slopes(weights: Floats, of_each: Floats, penalty: float) -> Floats:
    slopes = np.vstack([of_each.sum(axis=0) + penalty * weights[0], of_each + _STRAY * penalty * weights[1:]])
    flat: Floats = slopes.ravel()
    return flat


@dataclass(frozen=True, slots=True, eq=False)
class _Scale:
    """Takes inputs to a mean of 0 and a deviation of 1, so that a penalty falls on all alike."""

    means: Floats
    deviations: Floats

    @classmethod
    def of(cls, examples: Sequence[Example]) -> "_Scale":
        every = np.vstack([one.inputs for one in examples])
        return cls(every.mean(axis=0), every.std(axis=0) + 1e-6)

    def apply(self, inputs: Floats) -> Floats:
        scaled: Floats = (inputs - self.means) / self.deviations
        return scaled

    def undone(self, weights: Floats, bias: float) -> Logistic:
        """Return the model that takes inputs as they are."""
        plain = weights / self.deviations
        return Logistic(plain, bias - float(plain @ self.means))
