"""How likely a message leans on what was said before it: a small network over facts of its words, whether the articles
that the chat is about hold them or others do, and which common words it holds. `training.resolver` trains it.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import IO

import numpy as np
from numpy.typing import NDArray

from bot.conversation import Turn
from bot.followup.signs import OPENING
from bot.followup.spoken_of import share_of_hits, spoken_of, words_of
from bot.query.word_bags import bag_of, packed, unpacked
from bot.reading.behind import ANSWER_CHARS, BEHIND
from index import Query
from index.search.retrieval import Retriever
from index.text.terms import terms_of

Floats = NDArray[np.float32]
_LAYERS = ("means", "scales", "hidden", "hidden_bias", "output", "output_bias")
_QUESTION_CHARS = 160
_TURNS = 4
"""Further back nothing is looked for."""
_HITS = 10
"""So many passages are looked at that a message finds by itself."""
_POINTING = re.compile(
    r"\b(?:he|him|his|she|her|they|them|their|it|its|this|that|these|those|there|ones?|both|the)\b", re.IGNORECASE
)
_ASKS = re.compile(
    r"^\s*(?:(?:and|so|but) )?(?:(?:who|what|when|where|why|how)(?:['’]?(?:s|re|d|ll))?|which|whose|is|are|was|were|"
    r"did|does|do|has|have|had|will|can|could)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Leaning:
    """A network with one hidden layer of rectified units.

    `means` and `scales`, (n_facts,), bring the facts to like sizes; `places` tells where each common word, and pair of
    neighbours, stands behind them. `hidden` is (n_facts + n_words, n_units), `output` (n_units, 1).
    """

    means: Floats
    scales: Floats
    places: Mapping[str, int]
    hidden: Floats
    hidden_bias: Floats
    output: Floats
    output_bias: Floats

    @classmethod
    def shipped(cls) -> "Leaning":
        """Return the one in `bot/followup/leaning.npz`."""
        with (files("bot.followup") / "leaning.npz").open("rb") as file:
            return cls.load(file)

    @classmethod
    def load(cls, file: IO[bytes]) -> "Leaning":
        """Return what `save` wrote."""
        with np.load(file) as stored:
            layers = {part: stored[part].astype(np.float32) for part in _LAYERS}
            return cls(places=unpacked(stored["words"]), **layers)

    def save(self, path: Path) -> None:
        """Write it, rounded to 16 bits."""
        layers = {part: getattr(self, part).astype(np.float16) for part in _LAYERS}
        np.savez_compressed(path, words=packed(self.places), **layers)

    def chance(self, message: str, turns: Sequence[Turn], retriever: Retriever) -> float:
        """Return how likely the message leans on these turns; 0 where there are none."""
        if not turns or not message.strip():
            return 0.0
        return self.chance_by(message, facts_of(message, turns, retriever))

    def chance_by(self, message: str, facts: Floats) -> float:
        """Return how likely a message of these facts leans."""
        inputs = np.concatenate([(facts - self.means) / self.scales, bag_of(message, self.places)])
        hidden = np.maximum(inputs @ self.hidden + self.hidden_bias, 0.0)
        odds = float((hidden @ self.output + self.output_bias)[0])
        return 1.0 / (1.0 + float(np.exp(-np.clip(odds, -30.0, 30.0))))


def said_of(turn: Turn) -> str:
    """Return the beginning of what was answered, as it is read to understand what follows."""
    return (turn.answer or (turn.quotes[0] if turn.quotes else ""))[:ANSWER_CHARS].strip()


def said_last(turns: Sequence[Turn]) -> str:
    """Return the last question and the beginning of its answer, ready to stand in front of a message."""
    return "".join(f"{part}{BEHIND}" for part in _last_words(turns))


def facts_of(message: str, turns: Sequence[Turn], retriever: Retriever) -> Floats:
    """Return what is known of a message behind these turns, (n_facts,)."""
    facts = (*_facts_of_words(message, turns, retriever.rarity), *_facts_of_articles(message, turns, retriever))
    return np.array(facts, np.float32)


def _last_words(turns: Sequence[Turn]) -> list[str]:
    return [part for part in (turns[-1].question[:_QUESTION_CHARS].strip(), said_of(turns[-1])) if part]


def _facts_of_words(message: str, turns: Sequence[Turn], rarity: Callable[[str], float]) -> tuple[float, ...]:
    """Return what the words of a message tell by themselves, and beside those of the turns."""
    terms = dict.fromkeys(terms_of(message))
    asked = {term for turn in turns[-_TURNS:] for term in terms_of(turn.question)}
    answered = {term for turn in turns[-_TURNS:] for term in terms_of(said_of(turn))}
    rare = [rarity(term) for term in terms]
    new = [rarity(term) for term in terms if term not in asked and term not in answered]
    return (
        not terms,
        len(terms) == 1,
        len(terms) == 2,
        min(len(terms), 8) / 8,
        min(len(message), 200) / 60,
        bool(_POINTING.search(message)),
        bool(OPENING.search(message)),
        bool(_ASKS.search(message)),
        message.islower(),
        any(word[:1].isupper() for word in message.split()[1:]),
        "?" in message,
        min(len(turns), 5) / 5,
        max(rare, default=0.0),
        sum(rare) / 4,
        max(new, default=0.0),
        sum(new) / 4,
        len(asked.intersection(terms)) / max(1, len(terms)),
        len(answered.intersection(terms)) / max(1, len(terms)),
    )


def _facts_of_articles(message: str, turns: Sequence[Turn], retriever: Retriever) -> tuple[float, ...]:
    """Return whether a message finds the articles that the turns are about, and whether those hold its words."""
    spoken = spoken_of(turns, " ".join(_last_words(turns)), retriever)
    alone = retriever.search(Query(message), _HITS)
    nearest_of_all = max((hit.similarity for hit in alone), default=0.0)
    nearest = retriever.nearness(message, spoken)
    rare = {term: retriever.rarity(term) for term in terms_of(message)}
    held = words_of(spoken, retriever.archive)
    return (
        share_of_hits(alone, spoken),
        bool(alone) and alone[0].passage.article_id in spoken,
        nearest_of_all - nearest,
        nearest,
        nearest_of_all,
        sum(rarity for term, rarity in rare.items() if term in held) / (sum(rare.values()) or 1.0),
        max((rarity for term, rarity in rare.items() if term not in held and rarity < 1.0), default=0.0),
        max((rarity for rarity in rare.values() if rarity >= 1.0), default=0.0),
    )
