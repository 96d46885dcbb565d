"""Who says what a quote holds: named only where the article leaves no doubt."""

from bot.quoting.quotes import CitedSpeaker
from index import Span
from index.search.retrieval import Archive

_HONORIFICS = frozenset(("mr", "mrs", "ms", "mx", "miss", "sir", "dame", "lord", "lady"))


def speaker_in(archive: Archive, article_id: str, span: Span) -> CitedSpeaker | None:
    """Return who says these words of an article; None where nobody surely does, or words in the span describe who."""
    voice = archive.speaker_of(article_id, span)
    if voice is None or voice.speaker is None or voice.mention is None:
        return None
    if not voice.speaker.is_named and span.overlaps(voice.mention):
        return None
    return CitedSpeaker(voice.speaker.name, plain_role(voice.speaker.role), voice.mention)


def plain_role(role: str | None) -> str | None:
    """Return a role as it stands behind a name: "White House spokesman", without "Mr" and abbreviations like "Gov."."""
    words = [word for word in (role or "").split() if not word.endswith(".") and word.lower() not in _HONORIFICS]
    plain = " ".join(words)
    return plain[:1].lower() + plain[1:] if len(words) == 1 else plain or None
