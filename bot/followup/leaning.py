"""How likely a message leans on what was said before it: a small network over two vectors and a few facts of its words.

The vectors are the embedder's, of the message alone and behind what was said last: the search needs both anyway. The
weights belong to the embedder that ships; another one is judged by the words alone. `training.resolver` trains them.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

from bot.conversation import Turn
from bot.reading.behind import ANSWER_CHARS, BEHIND
from index.text.terms import terms_of

Floats = NDArray[np.float32]
Embed = Callable[[Sequence[str]], Floats]
"""Texts to their vectors, (len(texts), dimension)."""
_QUESTION_CHARS = 160
_TURNS = 4
"""Further back nothing is looked for."""
_POINTING = re.compile(
    r"\b(?:he|him|his|she|her|they|them|their|it|its|this|that|these|those|there|ones?|both|the)\b", re.IGNORECASE
)
_OPENING = re.compile(r"^\s*(?:and|but|so|or|also|then|what about|how about|ok|no)\b", re.IGNORECASE)
_ASKS = re.compile(
    r"^\s*(?:(?:and|so|but) )?(?:who|what|when|where|why|how|which|whose|is|are|was|were|did|does|do|has|have|had|will|"
    r"can|could)\b",
    re.IGNORECASE,
)
N_FACTS = 17


@dataclass(frozen=True, slots=True)
class Layers:
    """A network with one hidden layer of rectified units; `means` and `scales` bring the facts to like sizes."""

    means: Floats
    scales: Floats
    hidden: Floats
    hidden_bias: Floats
    output: Floats
    output_bias: Floats

    def chance(self, facts: Floats, vectors: Floats | None = None) -> float:
        """Return the probability that it says yes. `vectors`: (2, dimension), for a network that takes them."""
        scaled = (facts - self.means) / self.scales
        inputs = scaled if vectors is None else np.concatenate([compared(vectors), scaled])
        hidden = np.maximum(inputs @ self.hidden + self.hidden_bias, 0.0)
        odds = float((hidden @ self.output + self.output_bias)[0])
        return 1.0 / (1.0 + float(np.exp(-np.clip(odds, -30.0, 30.0))))


@dataclass(frozen=True, slots=True)
class Leaning:
    """The trained networks: over vectors of the embedder `fingerprint` and facts, and over facts alone."""

    fingerprint: str
    with_vectors: Layers
    words_only: Layers

    @classmethod
    def shipped(cls) -> "Leaning":
        """Return those in `bot/followup/leaning.npz`."""
        with (files("bot.followup") / "leaning.npz").open("rb") as file, np.load(file) as stored:
            return cls(
                str(stored["fingerprint"]),
                *(
                    Layers(*(stored[f"{name}/{part}"].astype(np.float32) for part in Layers.__dataclass_fields__))
                    for name in ("with_vectors", "words_only")
                ),
            )

    def chance(
        self, message: str, turns: Sequence[Turn], rarity: Callable[[str], float], embed: Embed, fingerprint: str
    ) -> float:
        """Return how likely the message leans on these turns; 0 where there are none.

        `embed` and `fingerprint` are the embedder's, `rarity` tells how telling a term is among the articles.
        """
        if not turns or not message.strip():
            return 0.0
        facts = facts_of(message, turns, rarity)
        if fingerprint != self.fingerprint:
            return self.words_only.chance(facts)
        return self.with_vectors.chance(facts, embed([message, f"{said_last(turns)}{message}"]))


def said_of(turn: Turn) -> str:
    """Return the beginning of what was answered, as it is read to understand what follows."""
    return (turn.answer or (turn.quotes[0] if turn.quotes else ""))[:ANSWER_CHARS].strip()


def said_last(turns: Sequence[Turn]) -> str:
    """Return the last question and the beginning of its answer, ready to stand in front of a message."""
    last = turns[-1]
    return "".join(f"{part}{BEHIND}" for part in (last.question[:_QUESTION_CHARS].strip(), said_of(last)) if part)


def facts_of(message: str, turns: Sequence[Turn], rarity: Callable[[str], float]) -> Floats:
    """Return what the words of a message tell, (N_FACTS,)."""
    terms = dict.fromkeys(terms_of(message))
    asked = {term for turn in turns[-_TURNS:] for term in terms_of(turn.question)}
    answered = {term for turn in turns[-_TURNS:] for term in terms_of(said_of(turn))}
    rare = [rarity(term) for term in terms]
    new = [rarity(term) for term in terms if term not in asked and term not in answered]
    facts = (
        not terms,
        len(terms) == 1,
        len(terms) == 2,
        min(len(terms), 8) / 8,
        min(len(message), 200) / 60,
        bool(_POINTING.search(message)),
        bool(_OPENING.search(message)),
        bool(_ASKS.search(message)),
        message.islower(),
        "?" in message,
        min(len(turns), 5) / 5,
        max(rare, default=0.0),
        sum(rare) / 4,
        max(new, default=0.0),
        sum(new) / 4,
        len(asked.intersection(terms)) / max(1, len(terms)),
        len(answered.intersection(terms)) / max(1, len(terms)),
    )
    return np.array(facts, np.float32)


def compared(vectors: Floats) -> Floats:
    """Return two vectors, (2, dimension), as the network takes them: both, and where they agree and differ."""
    alone, behind = vectors
    return np.concatenate([alone, behind, 20 * alone * behind, np.abs(alone - behind)]).astype(np.float32)
