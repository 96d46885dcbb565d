"""What a reply of several quotes is withheld for."""

import numpy as np
import pytest

from bot.composing.confidence import CONFIDENCE_INPUTS, tells_of_something_else


@pytest.mark.parametrize(
    ("message", "known", "is_withheld"),
    [
        ("japan earthquake", {"first_words_held": 0.5, "words_held": 0.5, "evidence": -2.5}, True),
        ("japan earthquake", {"first_words_held": 0.5, "words_held": 1.0, "evidence": -2.5}, False),
        ("japan earthquake", {"first_words_held": 0.5, "words_held": 0.5, "evidence": 1.0}, False),
        ("what happened", {"first_words_held": 0.0, "words_held": 0.0, "evidence": -2.5}, False),
        ("japan earthquake", {"first_words_held": 0.0, "similarity": 0.2, "evidence": 1.0}, True),
    ],
    ids=["each holds a part", "one holds all", "a sentence answers", "names nothing", "nothing is like it"],
)
def test_what_tells_of_something_else_is_withheld(message: str, known: dict[str, float], is_withheld: bool) -> None:
    inputs = np.array([known.get(name, 0.6 if name == "similarity" else 0.0) for name in CONFIDENCE_INPUTS])

    assert tells_of_something_else(inputs, message) is is_withheld
