"""The bot with a reader that answers at once: what the Telegram side alone can do. `telegram_load` runs it."""

import logging
import sys

from bot.adapters.telegram import Metrics, build_service, config_from, run
from bot.settings import Settings
from bot.store import Store
from tests.bot.telegram.fakes import fake_app


def main() -> int:
    """Serve until a stop signal."""
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr)
    settings = Settings.from_environment()
    with Store.open(settings.database_url) as store:
        run(build_service(fake_app(store=store), config_from(settings), Metrics()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
