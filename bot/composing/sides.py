"""Who says what: one part a voice, the surest first, and no verdict."""

from collections.abc import Callable

from bot.composing.choosing import Choice
from bot.composing.draft import Arrangement
from bot.composing.weighed import Weighed
from index import Article, Span

VoiceOf = Callable[[Article, Span], str | None]
"""Returns whoever surely says the words of a span of an article, as they are called, or None."""


def sides(weighed: Weighed, how: Choice, voice_of: VoiceOf) -> Arrangement:
    """Return a part for each voice, headed by its name.

    A voice is whoever surely speaks, else the outlet, else the article's title. Near copies of an article are
    not found beside it, so that a wire speaks with one voice. What a voice that speaks says on a later day is a part of
    its own: it stands as later, not against what it said before.
    """
    chosen = weighed.chosen(how, first=weighed.opening)
    voices: dict[str, list[int]] = {}
    speaking: set[str] = set()
    for row in chosen.rows:
        quoted = weighed.pick(row)
        spoken = voice_of(quoted.article, quoted.span)
        speaking |= {spoken} if spoken else set()
        voices.setdefault(spoken or quoted.article.source or quoted.article.title, []).append(row)
    parts: list[tuple[str, tuple[int, ...]]] = []
    later: set[int] = set()
    for voice, rows in voices.items():
        in_order = sorted(rows, key=weighed.day_of)
        first_day = [row for row in in_order if weighed.day_of(row) == weighed.day_of(in_order[0])]
        first = first_day if voice in speaking else in_order
        parts.append((voice, tuple(first)))
        if len(first) < len(in_order):
            later.add(len(parts))
            parts.append((voice, tuple(in_order[len(first) :])))
    return Arrangement(tuple(parts), chosen.left_out, frozenset(later))
