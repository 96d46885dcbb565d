"""Whether two texts say that the same person speaks. Names differ in how they are written; in doubt they are one's."""

from bot.checking.verdicts import Match
from bot.quoting.quotes import CitedSpeaker
from bot.quoting.speakers import plain_role
from index import Span
from index.attribution import Attribution, voice_of
from index.attribution.names import name_words, spelling_key


def speaker_at(said: list[Attribution], span: Span) -> CitedSpeaker | None:
    """Return who says the words at a span of an article, where that is sure."""
    voice = voice_of(said, span)
    if voice is None or voice.speaker is None or voice.mention is None:
        return None
    return CitedSpeaker(voice.speaker.name, plain_role(voice.speaker.role), voice.mention)


def is_somebody_else(claim: Attribution | None, match: Match) -> bool:
    """Return whether an article surely says that another person speaks than the one who is said to."""
    speaker = match.citation.speaker
    if claim is None or claim.speaker is None or not claim.speaker.is_named or speaker is None:
        return False
    if not speaker.has_name:
        return False
    claimed = _keys(f"{claim.speaker.name} {claim.speaker.role or ''}")
    return not claimed & _keys(f"{speaker.name} {speaker.role or ''}")


def _keys(words: str) -> set[str]:
    return {spelling_key(word) for word in name_words(words) if len(word) > 1}
