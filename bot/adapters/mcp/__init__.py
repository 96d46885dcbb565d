"""The Model Context Protocol: articles and quotes as tools for language models."""

from bot.adapters.mcp.server import build_mcp_server, serve_stdio

__all__ = ["build_mcp_server", "serve_stdio"]
