"""Whether a message leans on what was said before it."""

from collections.abc import Sequence

import numpy as np
import pytest

from bot.conversation import SAID_ELSEWHERE, Turn
from bot.followup.leaning import N_FACTS, Floats, Leaning, facts_of, said_last
from index.embedding.embedder import OnnxEmbedder

_BEFORE = [
    Turn("who is the president of azerbaijan", "who is the president of azerbaijan", SAID_ELSEWHERE, "Ilham Aliyev"),
    Turn("how many soldiers were killed", "how many soldiers were killed", SAID_ELSEWHERE, "49"),
]


@pytest.fixture(scope="module")
def leaning() -> Leaning:
    """The networks that ship."""
    return Leaning.shipped()


def _rarity(term: str) -> float:
    return 0.6


def _no_vectors(texts: Sequence[str]) -> Floats:
    raise AssertionError(texts)


@pytest.mark.parametrize("message", ["who said that", "since when", "and azerbaijan", "why did he say it"])
@pytest.mark.parametrize("model", ["the shipped one", "another"])
def test_what_names_nothing_leans(message: str, model: str, leaning: Leaning, shipped_embedder: OnnxEmbedder) -> None:
    fingerprint = shipped_embedder.fingerprint if model == "the shipped one" else model

    assert leaning.chance(message, _BEFORE, _rarity, shipped_embedder.embed, fingerprint) > 0.5


@pytest.mark.parametrize("message", ["latest on the ferry sinking off zanzibar", "champions league final score madrid"])
def test_what_names_something_else_leans_less(message: str, leaning: Leaning, shipped_embedder: OnnxEmbedder) -> None:
    assert leaning.chance(message, _BEFORE, _rarity, shipped_embedder.embed, shipped_embedder.fingerprint) < 0.3


def test_nothing_leans_on_nothing(leaning: Leaning) -> None:
    assert leaning.chance("and then", [], _rarity, _no_vectors, leaning.fingerprint) == 0.0


def test_another_embedder_is_not_asked(leaning: Leaning) -> None:
    assert 0 < leaning.chance("and then", _BEFORE, _rarity, _no_vectors, "another") < 1


def test_the_facts_are_finite_for_any_message() -> None:
    for message in ("", "?", "why", "x " * 3000, "Ünïcödé 💥"):
        facts = facts_of(message, _BEFORE, _rarity)
        assert facts.shape == (N_FACTS,)
        assert np.isfinite(facts).all()


def test_what_was_said_last_is_the_question_and_the_beginning_of_its_answer() -> None:
    quoted = Turn("what now", "what now", SAID_ELSEWHERE, None, ("The river rose. " * 20,), ("flood",))

    assert said_last(_BEFORE) == "how many soldiers were killed – 49 – "
    assert said_last([quoted]).startswith("what now – The river rose.")
    assert len(said_last([quoted])) < 130
