"""`python -m tests.fuzzing [TARGET ...] --seconds 600`: fuzzes each target for so long; prints what was found.

Each runs in a process of its own, with Atheris (`pip install 'newsquote[fuzz]'`), which mutates what reached new code.
A finding is an input that a target raised at, or that took more of the processor than the process that parses may: kept
in --findings, one for each place where it was raised. Exit code 1 if there are any.

    python -m tests.fuzzing feeds pages --seconds 600 --findings var/findings
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.fuzzing.targets import TARGETS

_CORPUS = Path(__file__).parent / "corpus"
_LONGEST_BYTES = {"updates": 2_000, "addresses": 2_100, "presses": 64}
_USUAL_BYTES = 8_000
_STUCK_SECONDS = 120
_SHORTEST_SECONDS = 30


def main() -> int:
    """Fuzz one target after the other."""
    parser = argparse.ArgumentParser("python -m tests.fuzzing", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("targets", nargs="*", metavar="TARGET", help=f"of: {', '.join(TARGETS)} (default: all)")
    parser.add_argument("--seconds", type=int, default=600, help="of the processor, for each target")
    parser.add_argument("--findings", type=Path, default=Path("var/findings"), help="where to keep inputs that break")
    parser.add_argument("--grown", type=Path, help="a folder to keep what reached new code in, for the next time")
    options = parser.parse_args()
    found = 0
    for target in options.targets or TARGETS:
        if target not in TARGETS:
            parser.error(f"no target is called {target!r}; there are {', '.join(TARGETS)}")
        figures = _fuzz(target, options.seconds, options.findings / target, options.grown)
        found += int(figures["findings"])
        print(json.dumps({"target": target, **figures}), flush=True)
    return 1 if found else 0


def _fuzz(target: str, seconds: int, findings: Path, grown: Path | None) -> dict[str, float]:
    """Return what came of a target; a process that dies is a finding, and another goes on."""
    findings.mkdir(parents=True, exist_ok=True)
    kept_before = len(_kept(findings))
    deaths, done = 0, {"runs": 0.0, "slowest_ms": 0.0}
    worked_before = _worked_seconds()
    with tempfile.TemporaryDirectory() as scratch:
        corpus = (grown or Path(scratch)) / target
        corpus.mkdir(parents=True, exist_ok=True)
        told = Path(scratch) / "told.json"
        while (left := round(seconds - _worked_seconds() + worked_before)) > 0:
            command = [sys.executable, "-m", "tests.fuzzing.fuzzed", target, str(told), str(findings)]
            process = subprocess.run(
                [
                    *command,
                    *_options(target, max(left, _SHORTEST_SECONDS), findings),
                    str(corpus),
                    str(_CORPUS / target),
                ],
                stderr=subprocess.PIPE,
                text=True,
                check=False,
            )
            if not told.exists():
                sys.exit(process.stderr)
            one = json.loads(told.read_text())
            done = {"runs": done["runs"] + one["runs"], "slowest_ms": max(done["slowest_ms"], one["slowest_ms"])}
            deaths += process.returncode != 0
    found = {"deaths": deaths, "findings": len(_kept(findings)) - kept_before}
    return {**done, "cpu_seconds": round(_worked_seconds() - worked_before), **found}


def _worked_seconds() -> float:
    """Return how long the processor worked for those that ended. One that fuzzes ends by the clock; another goes on."""
    worked = resource.getrusage(resource.RUSAGE_CHILDREN)
    return worked.ru_utime + worked.ru_stime


def _kept(findings: Path) -> list[Path]:
    """Return the inputs that broke something; beside each lies what it broke."""
    return [path for path in findings.iterdir() if path.suffix != ".txt"]


def _options(target: str, seconds: int, findings: Path) -> list[str]:
    return [
        f"-max_total_time={seconds}",
        f"-max_len={_LONGEST_BYTES.get(target, _USUAL_BYTES)}",
        f"-timeout={_STUCK_SECONDS}",
        "-rss_limit_mb=2000",
        f"-artifact_prefix={findings}/",
    ]


if __name__ == "__main__":
    sys.exit(main())
