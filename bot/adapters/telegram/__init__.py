"""Telegram: updates in, messages out."""

from bot.adapters.telegram.application import TokenRejected, build_application, run_polling
from bot.adapters.telegram.config import TelegramConfig

__all__ = ["TelegramConfig", "TokenRejected", "build_application", "run_polling"]
