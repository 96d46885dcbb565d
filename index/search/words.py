"""The words of one segment as its articles write them: arrays that are mapped from disk and merge by addition.

Which word somebody meant is for `index.search.spelling` to say.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import process
from rapidfuzz.distance import OSA

from index.arrays import open_array

SHORTEST_WORD = 4
LONGEST_WORD = 40
"""Letters: shorter words have too many neighbours, and longer ones are no words."""
_WRITTEN = re.compile(rf"[^\W\d_]{{{SHORTEST_WORD},}}")
_FIELDS = ("text", "ends", "counts", "letters")


@dataclass(frozen=True, slots=True)
class SimilarWord:
    """A word that stands `count` times in the articles, and how many slips of the pen away it is: 0 or 1."""

    written: str
    count: int
    distance: int


@dataclass(frozen=True, slots=True)
class WordList:
    """Word i is the UTF-8 of `text[ends[i-1]:ends[i]]` and stands `counts[i]` times in the segment's articles.

    `letters`: (n_words,), a bit for each letter that occurs in the word once it is folded, of 32 bits.
    """

    text: NDArray[np.uint8]
    ends: NDArray[np.int64]
    counts: NDArray[np.uint32]
    letters: NDArray[np.uint32]

    @classmethod
    def from_counts(cls, counts: Mapping[str, int]) -> "WordList":
        """Return a list of these words, in the order of the alphabet."""
        words = sorted(counts)
        coded = [word.encode() for word in words]
        return cls(
            np.frombuffer(b"".join(coded), np.uint8),
            np.cumsum([len(each) for each in coded], dtype=np.int64),
            np.array([counts[word] for word in words], np.uint32),
            np.array([_letters_of(fold(word)) for word in words], np.uint32),
        )

    @classmethod
    def load(cls, folder: Path) -> "WordList | None":
        """Return the list in `folder`, mapped rather than read; None if there is none, as in older indexes."""
        if not folder.is_dir():
            return None
        return cls(*(open_array(folder / f"{name}.npy") for name in _FIELDS))

    def save(self, folder: Path) -> None:
        """Write the arrays into `folder`, which need not exist yet."""
        folder.mkdir(exist_ok=True)
        for name in _FIELDS:
            np.save(folder / f"{name}.npy", getattr(self, name))

    def as_counts(self) -> dict[str, int]:
        """Return how often each word stands in the articles."""
        return {self._word(place): int(count) for place, count in enumerate(self.counts)}

    def similar(self, folded: str) -> Iterator[SimilarWord]:
        """Yield the words that are at most one letter left out, added, exchanged or swapped with the next away.

        Upper case and accents count as none. What the letters of a word already rule out, nearly all, is not compared.
        """
        wanted = np.uint32(_letters_of(folded))
        missing, further = np.bitwise_count(wanted & ~self.letters), np.bitwise_count(self.letters & ~wanted)
        places = np.flatnonzero((missing <= 1) & (further <= 1)).tolist()
        choices = {place: fold(self._word(place)) for place in places}
        found = process.extract(folded, choices, scorer=OSA.distance, score_cutoff=1, limit=None)
        for _, distance, place in found:
            yield SimilarWord(self._word(place), int(self.counts[place]), int(distance))

    def _word(self, place: int) -> str:
        start = int(self.ends[place - 1]) if place else 0
        return self.text[start : int(self.ends[place])].tobytes().decode()


def count_words(text: str) -> Counter[str]:
    """Return how often each word of four letters and more is written in a text, as it is written there."""
    return Counter(_WRITTEN.findall(text))


def is_similar_to_any(folded: str, words: Collection[str]) -> bool:
    """Return whether a word is at most one slip away from one of these, which are folded."""
    return process.extractOne(folded, words, scorer=OSA.distance, score_cutoff=1) is not None


def fold(word: str) -> str:
    """Return the word in lower case and without accents."""
    word = word.lower()
    if word.isascii():
        return word
    return "".join(letter for letter in unicodedata.normalize("NFKD", word) if not unicodedata.combining(letter))


def _letters_of(folded: str) -> int:
    bits = 0
    for letter in folded:
        bits |= 1 << (ord(letter) & 31)
    return bits
