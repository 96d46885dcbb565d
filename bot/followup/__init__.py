"""Follow-ups: what a message means in the conversation it is said in."""

from bot.followup.references import CitationRequest, Side, chosen_option, citation_request
from bot.followup.resolution import Resolution, resolve

__all__ = ["CitationRequest", "Resolution", "Side", "chosen_option", "citation_request", "resolve"]
