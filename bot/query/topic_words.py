"""Which words tell what a message is about: "tram" does, "latest" does not. `training.topic_words` learns it."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from pathlib import Path

import numpy as np

from index.text.terms import terms_of

LEAD_CHARS = 400
"""An article says what it is about in its title and so many characters after it."""
_UNKNOWN = 0.5
"""The share of a term that no message held: mostly a name."""
_NAMES_FROM = 0.12
"""From this share on a term tells what a message is about."""
_SURELY_NAMES_FROM = 0.3

_MOSTLY = 0.5
"""Where no article holds so much of what a message names, none is on its subject."""


@dataclass(frozen=True, slots=True)
class TopicWords:
    """`shares`: how much oftener a term of a message stands in the titles and beginnings of articles on its subject
    than in those of others."""

    shares: Mapping[str, float]

    def share(self, term: str) -> float:
        """Return the share of a term, in [0, 1]."""
        return self.shares.get(term, _UNKNOWN)

    def names_subject(self, term: str) -> bool:
        """Return whether a term tells what a message is about."""
        return self.share(term) >= _NAMES_FROM

    def surely_names_subject(self, term: str) -> bool:
        """Return whether a term tells what a message is about, even one that may lean on others: "start" does not."""
        return self.share(term) >= _SURELY_NAMES_FROM

    def save(self, path: Path) -> None:
        """Write them, rounded to hundredths."""
        rounded = np.array([round(100 * share) for share in self.shares.values()], np.uint8)
        np.savez_compressed(path, terms=np.array("\n".join(self.shares)), hundredths=rounded)


def names_something(message: str) -> bool:
    """Return whether a message holds a word that may tell what it is about."""
    return any(map(shipped_topic_words().names_subject, terms_of(message)))


def surely_names_something(message: str) -> bool:
    """Return whether a message holds a word that tells what it is about, whatever was spoken of before."""
    return any(map(shipped_topic_words().surely_names_subject, terms_of(message)))


def naming_terms(terms: Iterable[str]) -> dict[str, float]:
    """Return those of these terms that tell what a message is about, each with how much it does."""
    words = shipped_topic_words()
    return {term: words.share(term) for term in terms if words.names_subject(term)}


def unheard_share(terms: Iterable[str], rarity: Callable[[str], float]) -> float:
    """Return how much of what a message names no article holds: the share of its topic words, by weight, in [0, 1].

    `rarity`: how rare a term is in the library; 1 where no article has it. Of "summary please", which names nothing, it
    is 0.
    """
    weights = naming_terms(terms)
    unheard = sum(weight for term, weight in weights.items() if rarity(term) >= 1.0)
    return unheard / (sum(weights.values()) or 1.0)


def is_mostly_unheard(terms: Iterable[str], rarity: Callable[[str], float]) -> bool:
    """Return whether no article is on the subject that these terms of a message name: see `unheard_share`."""
    return unheard_share(terms, rarity) >= _MOSTLY


@lru_cache(1)
def shipped_topic_words() -> TopicWords:
    """Return those in `bot/query/topic_words.npz`, read once."""
    with (files("bot.query") / "topic_words.npz").open("rb") as file, np.load(file) as stored:
        terms = str(stored["terms"]).split("\n")
        return TopicWords(dict(zip(terms, (stored["hundredths"] / 100).tolist(), strict=True)))
