"""The process that fuzzes one target; see `python -m tests.fuzzing`, which starts it."""

import hashlib
import json
import sys
import time
import traceback
import warnings
from importlib import import_module
from pathlib import Path

import atheris

from index.ingest.parsing_apart import PAGE_LIMITS

_PARSERS = ("feedparser", "pypdf", "trafilatura")
"""What our readers import when they first read: before that, so that what these reach is seen as well."""

with atheris.instrument_imports(include=["index", "bot", *_PARSERS, "idna", "httpx"]):
    for _parser in _PARSERS:
        import_module(_parser)
    from tests.fuzzing.targets import TARGETS

_TELL_EVERY_RUNS = 50


class Fuzzed:
    """Calls a target, notes how long it took, and keeps the first input for each place that it raised at."""

    def __init__(self, target: str, told: Path, findings: Path) -> None:
        self._target = TARGETS[target]
        self._told = told
        self._findings = findings
        self._runs = 0
        self._slowest = 0.0

    def __call__(self, content: bytes) -> None:
        began = time.process_time()
        try:
            self._target(content)
        except Exception as error:  # whatever it is, it is a finding
            self._keep(_place_of(error), content, error)
        took = time.process_time() - began
        if took > PAGE_LIMITS.cpu_seconds:
            self._keep("slow", content, None)
        self._runs += 1
        if took > self._slowest or self._runs % _TELL_EVERY_RUNS == 0:
            self._slowest = max(took, self._slowest)
            self._told.write_text(json.dumps({"runs": self._runs, "slowest_ms": round(self._slowest * 1000, 1)}))

    def _keep(self, place: str, content: bytes, error: Exception | None) -> None:
        path = self._findings / hashlib.sha256(place.encode()).hexdigest()[:12]
        if not path.exists():
            path.write_bytes(content)
            path.with_suffix(".txt").write_text(f"{place}\n{error!r}\n", encoding="utf-8", errors="replace")


def _place_of(error: Exception) -> str:
    """Where it was raised: the last two of our own lines, and the kind."""
    ours = [frame for frame in traceback.extract_tb(error.__traceback__) if "site-packages" not in frame.filename]
    return " ".join([type(error).__name__, *(f"{Path(frame.filename).name}:{frame.lineno}" for frame in ours[-2:])])


def main() -> None:
    """Fuzz until libFuzzer's own limits."""
    warnings.simplefilter("ignore")
    target, told, findings, *options = sys.argv[1:]
    atheris.Setup([sys.argv[0], *options], Fuzzed(target, Path(told), Path(findings)))
    atheris.Fuzz()


if __name__ == "__main__":
    main()
