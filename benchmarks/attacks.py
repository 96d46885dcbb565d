"""Attacks one after the other on the bot's own process: what 50 people wait for their answers meanwhile.

Each reads the feed of one attack and an honest one. `/healthz` is asked ten times a second; then the bot is stopped,
and started again over the same feeds, which it must not ask for at once.

    python -m benchmarks.attacks --people 50
"""

import argparse
import json
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from tests.attacks.attacked_bot import attacked_bot
from tests.attacks.hostile_feeds import ATTACKS

_PEOPLE = 50


def measure(people: int = _PEOPLE, names: Sequence[str] = tuple(ATTACKS)) -> dict[str, dict[str, float]]:
    """Return the figures of each attack, and of none."""
    figures = {}
    for name in ("none", *names):
        figures[name] = _measure_one((name,) if name in ATTACKS else (), people)
        print(name, json.dumps(figures[name]), file=sys.stderr, flush=True)
    return figures


def _measure_one(names: tuple[str, ...], people: int) -> dict[str, float]:
    with tempfile.TemporaryDirectory() as folder, attacked_bot(Path(folder), *names) as attacked:
        attacked.start()
        endured = attacked.endure(people)
    return {
        "answered": len(endured.answered),
        "answer s p50": round(endured.p50, 2),
        "answer s p95": round(endured.p95, 2),
        "slowest /healthz s": round(endured.slowest_healthz, 2),
        "s to stop": round(endured.stopped, 1),
        "peak MB": endured.memory,
        "fetched again after a restart": endured.fetched_again,
    }


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        "python -m benchmarks.attacks", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of: {', '.join(ATTACKS)} (default: all)")
    parser.add_argument("--people", type=int, default=_PEOPLE)
    options = parser.parse_args()
    print(json.dumps(measure(options.people, options.names or tuple(ATTACKS)), indent=1))
