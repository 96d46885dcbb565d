"""The voice of a span: whose words a sentence or a quote consists of."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from index.article import Span
from index.attribution.attribution import Attribution
from index.attribution.names import name_key

_MIN_SHARE = 0.4
"""The share of a span that somebody's words must make up for it to be theirs."""
_MOST_OF_OTHERS = 0.25
"""Others may have at most that share of it."""


@dataclass(frozen=True, slots=True)
class Appearance:
    """An article in which somebody speaks, under the name it gives, and how many of its statements are theirs."""

    article_id: str
    name: str
    statements: int


def voice_of(attributions: Iterable[Attribution], span: Span) -> Attribution | None:
    """Return the attribution whose words make up most of a span; None where nobody is sure to speak, or several do."""
    shares: dict[str | None, set[int]] = defaultdict(set)
    longest: dict[str | None, Attribution] = {}
    for one in attributions:
        start, end = max(one.span.start, span.start), min(one.span.end, span.end)
        if start >= end or not one.is_speech:
            continue
        name = one.speaker.name if one.speaker is not None else None
        shares[name].update(range(start, end))
        known = longest.get(name)
        if known is None or _shared(one, span) > _shared(known, span):
            longest[name] = one
    if not shares:
        return None
    best = max(shares, key=lambda name: (len(shares[name]), name is not None))
    others = set[int]().union(*(places for name, places in shares.items() if name != best)) - shares[best]
    if best is None or len(shares[best]) < _MIN_SHARE * len(span) or len(others) > _MOST_OF_OTHERS * len(span):
        return None
    return longest[best]


def _shared(one: Attribution, span: Span) -> int:
    return min(one.span.end, span.end) - max(one.span.start, span.start)


def named_speakers(attributions: Iterable[Attribution]) -> Counter[tuple[str, str]]:
    """Return how often each speaker with a name says something, by key and name."""
    speakers = (one.speaker for one in attributions if one.speaker is not None and one.is_speech)
    counts = Counter((name_key(speaker.name), speaker.name) for speaker in speakers if speaker.is_named)
    return Counter({(key, name): count for (key, name), count in counts.items() if key})


def appearances(article_id: str, attributions: Iterable[Attribution], key: str) -> list[Appearance]:
    """Return who of that key speaks in an article."""
    counts = named_speakers(attributions)
    return [Appearance(article_id, name, count) for (of, name), count in counts.items() if of == key]
