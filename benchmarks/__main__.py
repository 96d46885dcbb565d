"""`python -m benchmarks [NAME ...]`: measures, prints, and writes benchmarks/results/NAME.json."""

import argparse
import json
import platform
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path

NAMES = (
    "cold_start",
    "build_speed",
    "library_changes",
    "search_scale",
    "back_ends",
    "question_speed",
    "question_batches",
    "kills",
    "attacks",
    "checks_beside",
    "regress",
    "reload_under_load",
    "telegram_faults",
    "telegram_load",
    "telegram_updates",
    "replicas",
    "check_quotes",
    "corrections",
    "silent_feeds",
    "watches",
    "watch_month",
    "watch_storm",
    "digests",
    "web_pages",
    "api_speed",
)


def main() -> None:
    """Run the named benchmarks, or all, one after the other: two at once would measure each other."""
    parser = argparse.ArgumentParser("python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"one or more of: {', '.join(NAMES)} (default: all)")
    names = parser.parse_args().names or NAMES
    results = Path(__file__).parent / "results"
    results.mkdir(exist_ok=True)
    for name in names:
        if name not in NAMES:
            parser.error(f"no benchmark is called {name!r}; there are {', '.join(NAMES)}")
        measured = import_module(f"benchmarks.{name}").measure()
        print(name, json.dumps(measured, indent=1))
        where = {
            "measured_at": datetime.now(UTC).isoformat(timespec="seconds"),
            "machine": platform.processor(),
        }
        (results / f"{name}.json").write_text(json.dumps({**where, **measured}, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
