"""Follow-ups: what a message means in the conversation it is said in."""

from bot.followup.references import CitationRequest, Side, named_citation
from bot.followup.resolution import Resolution
from bot.followup.signs import behind_thanks, is_small_talk, keyword_in
from bot.followup.understanding import named_alone, requested_citation, taken_option, understand

__all__ = [
    "CitationRequest",
    "Resolution",
    "Side",
    "behind_thanks",
    "is_small_talk",
    "keyword_in",
    "named_alone",
    "named_citation",
    "requested_citation",
    "taken_option",
    "understand",
]
