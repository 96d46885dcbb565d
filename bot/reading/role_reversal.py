"""Who did it to whom: recognises a sentence that says of two names the reverse of what a question asks.

"What did Armenia accuse Azerbaijan of?" is not answered by "Azerbaijan accused Armenia of ...": each word is there, and
a model that weighs words takes it for an answer. Only plain cases are recognised: both names beside the same verb.
"""

import re
from dataclasses import dataclass

from index.text.terms import STOP_WORDS, terms_of

_NAME = r"[A-Z][\w’'-]*\w(?:\s+[A-Z][\w’'-]*\w){0,3}"
_ASIDE = r"(?:,[^,.;:?!]{1,60},)?"
_HELPERS = r"(?:(?:also|then|later|again|first|had|has|have|was|were|is|are|be|been)\s+){0,4}"
_BEFORE_VERB = rf"\b({_NAME}){_ASIDE}\s+{_HELPERS}"
_ACTS = re.compile(rf"(?={_BEFORE_VERB}(\w+)\s+(?:(?:the|its)\s+)?({_NAME}))")
_SUFFERS = re.compile(rf"(?={_BEFORE_VERB}(\w+)\s+by\s+(?:the\s+)?({_NAME}))")
_BOTH_DO = frozenset(
    terms_of(
        "meet met marry married wed face faced play played fight fought date dated divorce divorced join joined match"
    )
)
"""Verbs of what two do to each other."""
_NAME_START = 6
"""Letters by which a name is known: "Armenia" is in "Armenian"."""


@dataclass(frozen=True, slots=True)
class Relation:
    """`actor` did `verb` to `other`, by the beginnings of names and the stem of the verb."""

    actor: str
    verb: str
    other: str

    @property
    def reversed(self) -> "Relation":
        """The same relation with the roles exchanged."""
        return Relation(self.other, self.verb, self.actor)


def relations_in(text: str) -> frozenset[Relation]:
    """Return what names do to names in plain sentences, active or passive."""
    acts = ((one[1], one[2], one[3]) for one in _ACTS.finditer(text))
    suffers = ((one[3], one[2], one[1]) for one in _SUFFERS.finditer(text))
    return frozenset(
        Relation(_known_by(actor), stem, _known_by(other))
        for actor, verb, other in (*acts, *suffers)
        if verb.islower() and verb not in STOP_WORDS
        for stem in terms_of(verb)
        if stem not in _BOTH_DO
    )


def says_the_reverse(asked: frozenset[Relation], sentence: str) -> bool:
    """Return whether a sentence states a relation that was asked about with its roles exchanged, and none as it was
    asked."""
    if not asked:
        return False
    stated = relations_in(sentence)
    return any(one.reversed in stated for one in asked) and asked.isdisjoint(stated)


def _known_by(name: str) -> str:
    return name.split()[-1][:_NAME_START]
