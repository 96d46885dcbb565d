"""A language model behind an OpenAI-compatible endpoint, that understands and points; see `bot.pointing`."""

from bot.adapters.llm.chat_model import ChatPointingModel, TokenAllowance, TokenRecord
from bot.adapters.llm.endpoint import ChatEndpoint

__all__ = ["ChatEndpoint", "ChatPointingModel", "TokenAllowance", "TokenRecord"]
