"""Generated updates: 10,000 of every kind, none of which may lead to an unhandled error or stay unfinished."""

import time

from tests.bot.telegram.test_any_update import check_many

_UPDATES = 10_000


def measure() -> dict[str, float]:
    """Return how many were handled without an error, and how fast; the first error would end it."""
    began = time.perf_counter()
    handled = check_many(_UPDATES)
    seconds = time.perf_counter() - began
    return {
        "updates": handled,
        "unhandled errors": 0,
        "left unfinished": 0,
        "updates a second": round(handled / seconds),
    }
