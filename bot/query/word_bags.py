"""A message as which words it holds, and which pairs of neighbours: what small models learn from."""

import re
from collections.abc import Iterable, Mapping

import numpy as np
from numpy.typing import NDArray

_WORD = re.compile(r"\w+|[?!](?![?!])")
_APOSTROPHES = re.compile("['’]")


def words_and_pairs(message: str) -> list[str]:
    """Return the words of a message and the pairs of neighbours among them, ends included, each once."""
    words = _WORD.findall(_APOSTROPHES.sub("", message.lower()))
    pairs = (f"{left} {right}" for left, right in zip(["<", *words], [*words, ">"], strict=True))
    return list(dict.fromkeys((*words, *pairs)))


def bag_of(message: str, places: Mapping[str, int]) -> NDArray[np.float32]:
    """Return which of the known words and pairs a message holds, (len(places),), ones and zeros.

    `places`: where each of them is told.
    """
    bag = np.zeros(len(places), np.float32)
    bag[[places[word] for word in words_and_pairs(message) if word in places]] = 1.0
    return bag


def packed(words: Iterable[str]) -> NDArray[np.uint8]:
    """Return words as bytes, one a line, to be kept in a file of arrays."""
    return np.frombuffer("\n".join(words).encode(), np.uint8)


def unpacked(kept: NDArray[np.uint8]) -> dict[str, int]:
    """Return the place of each of the words that `packed` made bytes of."""
    return {word: place for place, word in enumerate(bytes(kept).decode().split("\n"))}
