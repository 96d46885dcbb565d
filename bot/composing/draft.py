"""Arrangement and Draft: which sentences a composed reply quotes, in its order and parts, before any is checked."""

from dataclasses import dataclass

from bot.query.kinds import MessageKind
from index import Article, Hit, Span


@dataclass(frozen=True, slots=True)
class Arrangement:
    """`parts`: a heading and the rows of sentences under it, in the order shown; an empty heading stands for none.

    `left_out`: how many more sentences would have belonged here. `later`: the places of parts that tell what the voice
    of the part before says on a later day.
    """

    parts: tuple[tuple[str, tuple[int, ...]], ...]
    left_out: int = 0
    later: frozenset[int] = frozenset()

    @property
    def rows(self) -> tuple[int, ...]:
        """All of them, in the order shown."""
        return tuple(row for _, rows in self.parts for row in rows)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a reply is to be composed for.

    `is_about_it`: what may be searched is known to be on the subject, so that nearly any of it may be quoted and
    nothing is refused. `is_further`: it only follows an answer, and less is read for it.
    """

    kind: MessageKind
    is_about_it: bool = False
    is_further: bool = False


@dataclass(frozen=True, slots=True)
class Pick:
    """Words of an article to quote. `chance`: the probability that they belong in the reply."""

    article: Article
    hit: Hit
    span: Span
    chance: float


@dataclass(frozen=True, slots=True)
class Part:
    """Picks under one heading, at least one, in the order shown. An empty heading stands for none. `is_later`: they are
    what the voice of the part before says on a later day."""

    heading: str
    picks: tuple[Pick, ...]
    is_later: bool = False


@dataclass(frozen=True, slots=True)
class Draft:
    """At least one part.

    `confidence` is the probability that the first pick answers, `is_worth_quoting` whether that is enough. `left_out`:
    how many sentences would have belonged in it and are in none of its parts.
    """

    parts: tuple[Part, ...]
    confidence: float
    is_worth_quoting: bool
    left_out: int = 0
