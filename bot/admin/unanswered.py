"""Groups questions that nothing answered by the words they share, for an editor. Pure functions."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import chain

from index.text.terms import STOP_WORDS, terms_of, words_of

_SHARED = 0.5
"""Two questions are about the same when they share this much of the shorter one's terms."""
_SHOWN_WORDS = 4


@dataclass(frozen=True, slots=True)
class Asked:
    """A question that was refused, and who asked it."""

    question: str
    person: str


@dataclass(frozen=True, slots=True)
class Gap:
    """Questions about one thing. `shared` are the words most of them have in common, the commonest first."""

    shared: tuple[str, ...]
    questions: tuple[str, ...]
    times: int
    people: int


@dataclass(slots=True)
class _Group:
    members: list[Asked] = field(default_factory=list)
    terms: Counter[str] = field(default_factory=Counter)

    def common(self) -> set[str]:
        """Return the terms of most members."""
        return {term for term, count in self.terms.items() if 2 * count > len(self.members)}

    def likeness(self, terms: frozenset[str]) -> float:
        """Return how much of the shorter of the two is in both, from 0 to 1."""
        own = self.common()
        shorter = min(len(own), len(terms))
        return len(own & terms) / shorter if shorter else 0.0


def find_gaps(asked: Sequence[Asked]) -> list[Gap]:
    """Return the groups, the one that most people asked about first; ties by how often, then by the order given."""
    groups: list[_Group] = []
    for question in asked:
        terms = frozenset(terms_of(question.question))
        best = max(groups, key=lambda group: group.likeness(terms), default=None)
        if best is None or best.likeness(terms) < _SHARED:
            best = _Group()
            groups.append(best)
        best.members.append(question)
        best.terms.update(terms)
    gaps = [_gap(group) for group in groups]
    return sorted(gaps, key=lambda gap: (-gap.people, -gap.times))


def _gap(group: _Group) -> Gap:
    questions = list(dict.fromkeys(" ".join(member.question.split()) for member in group.members))
    return Gap(
        shared=_shared_words(group),
        questions=tuple(questions),
        times=len(group.members),
        people=len({member.person for member in group.members}),
    )


def _shared_words(group: _Group) -> tuple[str, ...]:
    """Return the words as people wrote them, of the terms that most of the questions hold."""
    common = group.common()
    words = chain.from_iterable(words_of(member.question) for member in group.members)
    spelled = Counter(word for word in words if word not in STOP_WORDS)
    chosen: dict[str, str] = {}
    for word, _ in spelled.most_common():
        for term in terms_of(word):
            if term in common:
                chosen.setdefault(term, word)
    ranked = sorted(chosen, key=lambda term: -group.terms[term])
    return tuple(chosen[term] for term in ranked[:_SHOWN_WORDS])
