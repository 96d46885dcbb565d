"""What admins say of names: "Bill Clinton = William Clinton" are one person, "A != B" are two."""

import re
from dataclasses import dataclass
from enum import Enum
from typing import Protocol

from bot.errors import InvalidCorrection
from index.attribution.names import NameCorrections, name_words

_SIGN = re.compile(r"\s*(?P<sign>!=|≠|<>|=|~)\s*")


class Verdict(Enum):
    """What is said of two names; the value is the sign between them."""

    SAME = "="
    OTHERS = "≠"
    UNDECIDED = "~"


@dataclass(frozen=True, slots=True)
class NameCorrection:
    """Two names and what is said of them: one person's, two people's, or left to the rules again."""

    one: str
    other: str
    verdict: Verdict

    def __str__(self) -> str:
        return f"{self.one} {self.verdict.value} {self.other}"


class NameStore(Protocol):
    """Where corrections are kept: see `bot.store.names`."""

    def correct(self, pair: tuple[str, str], *, is_same: bool, by: str) -> None:
        """Keep that two names are one person's or two people's."""

    def withdraw(self, pair: tuple[str, str]) -> bool:
        """Leave two names to the rules again, and return False if nothing was said of them."""

    def corrections(self) -> NameCorrections:
        """Return all that was said."""


def read_correction(words: str) -> NameCorrection:
    """Return what somebody says of two names, as in "Bill Clinton = William Clinton".

    Raises:
        InvalidCorrection: it is no such thing; the text says what is expected.
    """
    signs = list(_SIGN.finditer(" ".join(words.split())))
    names = [name.strip() for name in _SIGN.sub("\n", " ".join(words.split())).split("\n")]
    if len(signs) != 1 or len(names) != 2 or not all(map(name_words, names)):
        raise InvalidCorrection(
            "Expected two names with a sign between them: Bill Clinton = William Clinton (one person), "
            "John Smith != Jon Smith (two people), A ~ B (forget what was said of them)."
        )
    sign = signs[0]["sign"]
    verdict = Verdict(sign) if sign in ("=", "~") else Verdict.OTHERS
    return NameCorrection(names[0], names[1], verdict)


def keep_correction(correction: NameCorrection, store: NameStore, *, by: str) -> bool:
    """Keep what is said of two names; False if it only takes back what nobody had said."""
    pair = (correction.one, correction.other)
    if correction.verdict is Verdict.UNDECIDED:
        return store.withdraw(pair)
    store.correct(pair, is_same=correction.verdict is Verdict.SAME, by=by)
    return True


def listed(corrections: NameCorrections) -> list[str]:
    """Return all that was said, a line each."""
    same = [NameCorrection(*pair, Verdict.SAME) for pair in corrections.joined]
    others = [NameCorrection(*pair, Verdict.OTHERS) for pair in corrections.parted]
    return [str(one) for one in (*same, *others)]
