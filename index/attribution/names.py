"""Names of people across articles: under which key they are looked up, and when two are the same person's."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

_SUFFIXES = frozenset(["jr", "sr", "ii", "iii", "iv"])
_LETTERS = re.compile(r"[^\W\d_]+")
# How names of other alphabets are spelt differs mostly in these: Pashinian and Pashinyan, Zelensky and Zelenskyy.
_SPELLINGS = (
    (re.compile(r"iya|ija|ia|ya|ja"), "a"),
    (re.compile(r"yi|iy|ii|yy|ij|y"), "i"),
    (re.compile(r"kh|ch(?=[^e])"), "h"),
    (re.compile(r"ts|tz|z"), "s"),
    (re.compile(r"w"), "v"),
    (re.compile(r"ou|oo"), "u"),
    (re.compile(r"ph"), "f"),
    (re.compile(r"(.)\1"), r"\1"),
)
_KEPT = 1 << 13
"""Names taken apart that are kept at hand: whoever compares names compares each with many."""


@lru_cache(_KEPT)
def name_words(name: str) -> tuple[str, ...]:
    """Return the words of a name, folded: without accents, capitals, marks, "Jr." and middle initials."""
    plain = "".join(
        character
        for character in unicodedata.normalize("NFKD", name.replace("’", "'"))
        if not unicodedata.combining(character)
    )
    words = [word.strip("'") for word in re.findall(r"[^\W\d_][\w']*", plain.casefold().replace("-", " "))]
    words = [word.removesuffix("'s") for word in words]
    kept = [word for at, word in enumerate(words) if word and word not in _SUFFIXES and not (at == 0 and word == "the")]
    return tuple(word for at, word in enumerate(kept) if len(word) > 1 or at in (0, len(kept) - 1))


def name_key(name: str) -> str:
    """Return the key under which a name is looked up: its last word, in a spelling that those of it share."""
    words = name_words(name)
    return spelling_key(words[-1]) if words else ""


@lru_cache(_KEPT)
def spelling_key(word: str) -> str:
    """Return what usual spellings of one foreign name have in common."""
    for pattern, replacement in _SPELLINGS:
        word = pattern.sub(replacement, word)
    return word


def same_person(one: str, other: str) -> bool:
    """Return whether two full names are surely of one person: the same words, or spellings of them.

    A surname alone is surely nobody's: see `people_of`.
    """
    first, second = name_words(one), name_words(other)
    if first == second:
        return True
    if len(first) < 2 or len(first) != len(second):
        return False
    return [*map(spelling_key, first)] == [*map(spelling_key, second)]


@dataclass(frozen=True, slots=True)
class NameCorrections:
    """What admins said of names: pairs that are one person's, and pairs that are two people's."""

    joined: tuple[tuple[str, str], ...] = ()
    parted: tuple[tuple[str, str], ...] = ()

    def joined_with(self, name: str) -> set[str]:
        """Return the names that are said to be the same person's as this one, in whatever letters."""
        words = name_words(name)
        pairs = [pair for pair in self.joined if words in map(name_words, pair)]
        return {other for pair in pairs for other in pair}

    def are_parted(self, one: str, other: str) -> bool:
        """Return whether two names are said to be two people's."""
        words = {name_words(one), name_words(other)}
        return any(words == set(map(name_words, pair)) for pair in self.parted)


NO_CORRECTIONS = NameCorrections()


def people_of(names: Iterable[tuple[str, int]], corrections: NameCorrections = NO_CORRECTIONS) -> list[list[str]]:
    """Return names, each with how often it speaks, as people: each a list of names, the fullest and commonest first.

    A surname alone joins a full name where there is only one person of that full name.
    """
    people: list[list[str]] = []
    counts = dict(names)
    ordered = sorted(counts, key=lambda name: (-len(name_words(name)), -counts[name], name))
    for name in ordered:
        fitting = [person for person in people if any(same_person(name, other) for other in person)]
        fitting = [person for person in fitting if not any(corrections.are_parted(name, other) for other in person)]
        if not fitting and len(name_words(name)) == 1:
            of_that_name = [person for person in people if _surname(person[0]) == name_words(name)[0]]
            is_sure = len(of_that_name) == 1 and not corrections.are_parted(name, of_that_name[0][0])
            fitting = of_that_name if is_sure else []
        if fitting:
            fitting[0].append(name)
        else:
            people.append([name])
    return [
        sorted(person, key=lambda name: (len(name_words(name)) == 1, -counts[name], name))
        for person in _joined(people, corrections.joined)
    ]


def _surname(name: str) -> str:
    """Return the last word of a full name, "" of a name that has one word."""
    words = name_words(name)
    return words[-1] if len(words) > 1 else ""


def _joined(people: list[list[str]], pairs: Sequence[tuple[str, str]]) -> list[list[str]]:
    for one, other in pairs:
        first, second = _person_of(one, people), _person_of(other, people)
        if first is not None and second is not None and first is not second:
            first.extend(second)
            people.remove(second)
    return people


def _person_of(name: str, people: Iterable[list[str]]) -> list[str] | None:
    words = name_words(name)
    return next((person for person in people if any(name_words(known) == words for known in person)), None)
