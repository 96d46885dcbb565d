"""The web: pages for people, and what programs ask, served over HTTP."""

from bot.adapters.web.beside import serve_alone, served_beside
from bot.adapters.web.config import WebConfig, config_from
from bot.adapters.web.core import WebCore, threads_for
from bot.adapters.web.serving import shown
from bot.adapters.web.website import Website, build_website

__all__ = [
    "WebConfig",
    "WebCore",
    "Website",
    "build_website",
    "config_from",
    "serve_alone",
    "served_beside",
    "shown",
    "threads_for",
]
