"""Housekeeping: what is kept is deleted when its time is over."""

import asyncio
import logging
from datetime import UTC, datetime, timedelta
from typing import Final

from bot.errors import StoreUnavailable
from bot.store import Store

logger = logging.getLogger(__name__)

_EVERY_SECONDS: Final = 3_600.0
# Telegram repeats an update for a day at most.
_LEDGER: Final = timedelta(hours=48)


async def keep_house(store: Store, retention: timedelta) -> None:
    """Deletes old turns and old ledger entries now and every hour, until it is cancelled."""
    while True:
        now = datetime.now(UTC)
        try:
            await asyncio.to_thread(store.delete_before, now - retention)
            await asyncio.to_thread(store.ledger.delete_before, now - _LEDGER)
        except StoreUnavailable as error:
            logger.error("what is out of date could not be deleted: %s", error)
        await asyncio.sleep(_EVERY_SECONDS)
