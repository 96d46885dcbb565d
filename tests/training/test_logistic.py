import numpy as np

from training.logistic import Example, fit_logistic, fit_openings, fit_together

_CHANCE = np.random.default_rng(3)


def _examples(kind: str, sign: float) -> list[Example]:
    """Examples in which the first column tells, one way or the other, and the second does not."""
    inputs = [_CHANCE.normal(size=(12, 2)) for _ in range(40)]
    return [Example(one, sign * one[:, 0] > 0.8, kind) for one in inputs]


def test_what_tells_gets_the_weight() -> None:
    examples = _examples("a", 1.0)

    model = fit_logistic(examples)

    assert model.weights[0] > 10 * abs(model.weights[1])
    every = np.vstack([one.inputs for one in examples])
    right = np.concatenate([one.right for one in examples])
    assert ((model.chances(every) > 0.5) == right).mean() > 0.95


def test_a_kind_may_stray_from_the_others() -> None:
    models = fit_together([*_examples("a", 1.0), *_examples("b", -1.0)], penalty=0.1)

    assert models["a"].weights[0] > 1 > -1 > models["b"].weights[0]


def test_kinds_share_what_little_is_known_of_one() -> None:
    models = fit_together([*_examples("a", 1.0), Example(np.zeros((1, 2)), np.array([False]), "b")])

    assert models["b"].weights[0] > 0.5 * models["a"].weights[0]


def test_openings_put_a_right_row_first_and_learn_nothing_where_none_is() -> None:
    nothing = Example(np.ones((3, 2)), np.zeros(3, bool), "a")

    models = fit_openings([*_examples("a", 1.0), nothing], penalty=1.0)

    shown = [
        one.right[int(np.argmax(one.inputs @ models["a"].weights))] for one in _examples("a", 1.0) if any(one.right)
    ]
    assert np.mean(shown) > 0.95
