"""No figure gets worse: the ten figures that users feel, of this version beside one that was released, in one run.

    python -m benchmarks.regress --against REF --rounds 3
    python -m benchmarks.regress --against REF --library 1,528=ARTICLES.jsonl:QUESTIONS.jsonl --library 12,820=...
    python -m benchmarks.regress --against REF --given "T2 first quote right=.801" --release NAME
    python -m benchmarks.regress --against REF --rounds 1 --only "1,528 articles" --library 1,528=... --work DIR
    python -m benchmarks.regress --picture docs/regress.png

Both versions take turns, each round in the other order, so that whatever else the machine does meets both: what counts
is the ratio, which is the median over rounds. Libraries are built by each version for itself, in DIR/before/NAME and
DIR/now/NAME if there is a --work folder, where they are found again the next time. --tests runs the suite of
tests, --set-up installs from nothing, as `make run` does; both take minutes. What a version is scored at by others is
passed on by --given. --release keeps figures and ratios under a name in benchmarks/released.json, from which the
picture is drawn.
"""

import argparse
import json
import platform
import statistics
import tempfile
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from benchmarks.feeling import Figures, build_speed, cold_start, questions, set_up, tests_of
from benchmarks.regress_picture import draw
from benchmarks.versions import Version, version_of, working_version

RELEASED: Final = Path(__file__).parent / "released.json"
_MORE_IS_BETTER: Final = ("answers a second", "characters/s", "times", "right", "F1")
_COMPARES: Final = ", times that of "
_ROUNDS: Final = 3

Measure = Callable[[Version, Path], Figures]


def measure() -> dict[str, float]:
    """Return the figures of this version beside the last released one, as far as no articles are needed."""
    released = _released()
    if not released:
        return {}
    with version_of(str(released[-1]["commit"])) as before:
        return compared(before, working_version(), {"cold start": cold_start, "build": build_speed}, _ROUNDS)


def compared(
    before: Version, now: Version, measures: Mapping[str, Measure], rounds: int, work: Path | None = None
) -> dict[str, float]:
    """Return each figure of `now` (the median), and how many times that of `before` it is. `work`: where libraries are
    built, and kept; None: nowhere."""
    ratios: dict[str, list[float]] = {}
    figures: dict[str, list[float]] = {}
    with tempfile.TemporaryDirectory() as scratch:
        folder = work or Path(scratch)
        folder.mkdir(parents=True, exist_ok=True)
        for name, one in measures.items():
            for number in range(rounds):
                both = [(before, "before"), (now, "now")]
                order = both if number % 2 == 0 else both[::-1]
                found = {at: one(version, folder / at) for version, at in order}
                for figure, value in found["now"].items():
                    figures.setdefault(figure, []).append(value)
                    if found["before"].get(figure):
                        ratios.setdefault(figure, []).append(value / found["before"][figure])
                print(f"{name}, round {number + 1}: {json.dumps(found)}", flush=True)
    return {
        **{figure: round(statistics.median(values), 3) for figure, values in figures.items()},
        **{f"{figure}{_COMPARES}{before.name}": round(statistics.median(r), 3) for figure, r in ratios.items()},
    }


def worse(found: Mapping[str, float], tolerance: float) -> list[str]:
    """Return the figures that are worse than before by more than the tolerance."""
    lost = []
    for name, ratio in found.items():
        figure, compares, _ = name.partition(_COMPARES)
        if compares:
            loss = 1 / ratio if any(word in figure for word in _MORE_IS_BETTER) else ratio
            if loss > 1 + tolerance:
                lost.append(f"{figure}: {ratio:g} times")
    return lost


def _measures(options: argparse.Namespace) -> dict[str, Measure]:
    measures: dict[str, Measure] = {"cold start": cold_start, "build": build_speed}
    for library in options.library:
        name, _, files = library.partition("=")
        articles, _, asked = files.partition(":")
        measures[f"{name} articles"] = questions(name, Path(articles).resolve(), Path(asked).resolve())
    if options.tests:
        measures["tests"] = tests_of
    if options.set_up:
        measures["set-up"] = set_up
    return {name: one for name, one in measures.items() if not options.only or name in options.only}


def _released() -> list[dict[str, object]]:
    found: list[dict[str, object]] = json.loads(RELEASED.read_text(encoding="utf-8"))
    return found


def keep(name: str, found: Mapping[str, float], given: Sequence[str]) -> None:
    """Put a version's figures beside those of the versions before it, in place of those it had."""
    passed_on = {figure: float(value) for figure, _, value in (one.rpartition("=") for one in given)}
    ratios = {name.partition(_COMPARES)[0]: value for name, value in found.items() if _COMPARES in name}
    figures = {name: value for name, value in found.items() if _COMPARES not in name}
    version = {
        "version": name,
        "commit": working_version().name,
        "measured_at": datetime.now(UTC).date().isoformat(),
        "machine": platform.processor() or platform.machine(),
        "figures": {**figures, **passed_on},
        "times the version before": ratios,
    }
    kept = [one for one in _released() if one["version"] != name]
    RELEASED.write_text(json.dumps([*kept, version], indent=1) + "\n", encoding="utf-8")


def main() -> int:
    """Measure, compare, keep and draw; return 1 if a figure got worse."""
    parser = argparse.ArgumentParser("python -m benchmarks.regress", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--against", metavar="REF", help="a commit to compare with (default: the last one released)")
    parser.add_argument("--rounds", type=int, default=_ROUNDS)
    parser.add_argument("--library", action="append", default=[], metavar="NAME=ARTICLES:QUESTIONS")
    parser.add_argument("--only", action="append", default=[], metavar="NAME", help="cold start, build, NAME articles")
    parser.add_argument("--work", type=lambda path: Path(path).resolve(), help="a folder to keep built libraries in")
    parser.add_argument("--tests", action="store_true", help="run the suite of tests of both")
    parser.add_argument("--set-up", action="store_true", help="install both from nothing")
    parser.add_argument("--given", action="append", default=[], metavar="FIGURE=VALUE")
    parser.add_argument("--tolerance", type=float, default=0.15, help="how much worse a ratio may be")
    parser.add_argument("--release", metavar="NAME", help="keep the figures under this name")
    parser.add_argument("--picture", type=Path, help="where to draw the figures of all versions, as PNG")
    options = parser.parse_args()
    lost: list[str] = []
    if options.against or options.release or not options.picture:
        with version_of(options.against or str(_released()[-1]["commit"])) as before:
            found = compared(before, working_version(), _measures(options), options.rounds, options.work)
        print(json.dumps(found, indent=1))
        lost = worse(found, options.tolerance)
        if options.release:
            keep(options.release, found, options.given)
    if options.picture:
        draw(_released(), options.picture)
    for one in lost:
        print(f"worse: {one}")
    return 1 if lost else 0


if __name__ == "__main__":
    raise SystemExit(main())
