"""Telegram: updates in, messages out."""

from bot.adapters.metrics import Metrics
from bot.adapters.telegram.application import build_application, build_service
from bot.adapters.telegram.config import TelegramConfig, config_from
from bot.adapters.telegram.server import leave, run, serve

__all__ = [
    "Metrics",
    "TelegramConfig",
    "build_application",
    "build_service",
    "config_from",
    "leave",
    "run",
    "serve",
]
