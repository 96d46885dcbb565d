"""What programs ask over HTTP: /v1, OpenAI's shape of it, /mcp, and the document that describes them."""

from bot.adapters.web.api.doors import program_doors

__all__ = ["program_doors"]
