"""A bot on a stage, as the tests of the Telegram adapter have it."""

from tests.bot.telegram.conftest import _modern_time_periods, config, stage

__all__ = ["_modern_time_periods", "config", "stage"]
