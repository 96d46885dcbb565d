"""Who says what: one part a voice, the surest first, and no verdict."""

from collections.abc import Callable

from bot.composing.choosing import Choice
from bot.composing.draft import Arrangement
from bot.composing.weighed import Weighed
from index import Article, Span

VoiceOf = Callable[[Article, Span], str | None]
"""Returns the name of whoever surely says the words of a span of an article, or None."""


def sides(weighed: Weighed, how: Choice, voice_of: VoiceOf) -> Arrangement:
    """Return a part for each voice, headed by its name.

    A voice is whoever surely speaks, else the outlet, else the article's title. Near copies of an article are
    not found beside it, so that a wire speaks with one voice. Within a part the oldest comes first: what a voice says
    later stands as later, not against it.
    """
    chosen = weighed.chosen(how, first=weighed.opening)
    parts: dict[str, list[int]] = {}
    for row in chosen.rows:
        quoted = weighed.pick(row)
        spoken = voice_of(quoted.article, quoted.span)
        parts.setdefault(spoken or quoted.article.source or quoted.article.title, []).append(row)
    return Arrangement(
        tuple((voice, tuple(sorted(rows, key=weighed.day_of))) for voice, rows in parts.items()), chosen.left_out
    )
