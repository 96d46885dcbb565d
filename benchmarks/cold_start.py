"""Cold start: from starting the process to the first answer, and the memory it takes, over the seed article."""

import statistics
import tempfile
from pathlib import Path

from benchmarks.processes import run

_RUNS = 5
_QUESTION = '{"id": 1, "question": "Who brokered the ceasefire?"}\n'


def measure() -> dict[str, float]:
    """Return medians over five runs of one question, and the peak memory of a run of 200."""
    with tempfile.TemporaryDirectory() as folder:
        index, one, many = Path(folder) / "index", Path(folder) / "one.jsonl", Path(folder) / "many.jsonl"
        one.write_text(_QUESTION, encoding="utf-8")
        many.write_text(_QUESTION * 200, encoding="utf-8")
        built = run(["index", "build", "--articles", "seeds", "--index", str(index)])
        assert built.returncode == 0
        cold = [run(["bot", "ask", "--jsonl", str(one), "--index", str(index)]) for _ in range(_RUNS)]
        warm = run(["bot", "ask", "--jsonl", str(many), "--index", str(index)])
    gaps = sorted(later - earlier for (earlier, _), (later, _) in zip(warm.lines, warm.lines[1:], strict=False))
    return {
        "index build of the seed s": round(built.seconds, 2),
        "first answer s (median of 5)": round(statistics.median(one.lines[0][0] for one in cold), 2),
        "first answer s (slowest of 5)": round(max(one.lines[0][0] for one in cold), 2),
        "peak memory MiB (1 question)": round(max(one.peak_mib for one in cold)),
        "peak memory MiB (200 questions)": round(warm.peak_mib),
        "next answer ms p50": round(gaps[len(gaps) // 2] * 1000, 1),
        "next answer ms p95": round(gaps[int(len(gaps) * 0.95)] * 1000, 1),
    }
