"""Generated updates: 10,000 of every kind and 2,000 of guests, none of which may lead to an unhandled error or stay
unfinished."""

import time
from typing import Final

from tests.bot.telegram.test_any_update import check_many

_UPDATES: Final = 10_000
_OF_GUESTS: Final = 2_000


def measure() -> dict[str, float]:
    """Return how many were handled without an error, and how fast; the first error would end it."""
    began = time.perf_counter()
    handled = check_many(_UPDATES)
    seconds = time.perf_counter() - began
    return {
        "updates": handled,
        "of guests": check_many(_OF_GUESTS, "guest_message"),
        "unhandled errors": 0,
        "left unfinished": 0,
        "updates a second": round(handled / seconds),
    }
