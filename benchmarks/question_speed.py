"""Answers a second: one asker, then sixty-four at once, over any index. Retrieve, read and quote; no messenger.

    python -m benchmarks.question_speed --index DIR --questions FILE.jsonl

`python -m benchmarks question_speed` asks the seeds; FILE holds questions as the command-line contract has them.
"""

import argparse
import json
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import numpy as np

from benchmarks.measuring import own_mib, unmapped_mib
from bot.adapters.jsonl import AskedQuestion, ask, read_questions
from bot.app import build_app, build_first_index
from bot.dialogue import Dialogue
from bot.settings import Settings
from bot.store import Store

_ALONE = 300
_AT_ONCE = 600
_ASKERS = 64
_WARM_UP = 10
SEED_QUESTIONS = (
    "Who brokered the ceasefire?",
    "How many Armenian soldiers were killed?",
    "What did Azerbaijan accuse Armenia of?",
    "When did the six-week war take place?",
    "What is the capital of France?",
)


def measure() -> dict[str, float]:
    """Measure over the seed article."""
    with tempfile.TemporaryDirectory() as folder:
        questions = Path(folder) / "questions.jsonl"
        questions.write_text("".join(json.dumps({"question": one}) + "\n" for one in SEED_QUESTIONS), encoding="utf-8")
        return measure_over(Path(folder) / "index", questions)


def measure_over(index: Path, questions: Path) -> dict[str, float]:
    """Return milliseconds an answer with one asker, answers a second with 64, milliseconds of a core, and MiB of
    memory."""
    settings = Settings.from_environment(index=index)
    build_first_index(settings)
    before = own_mib()
    with questions.open(encoding="utf-8") as lines, closing(build_app(settings, Store.in_memory())) as app:
        asked = list(read_questions(lines))
        ask_all(app.dialogue, _some(asked, _WARM_UP), 1)
        ready, ready_unmapped = own_mib(), unmapped_mib()
        alone, _ = ask_all(app.dialogue, _some(asked, _ALONE), 1)
        worked = time.process_time()
        at_once, seconds = ask_all(app.dialogue, _some(asked, _AT_ONCE), _ASKERS)
        worked = time.process_time() - worked
        after, after_unmapped = own_mib(), unmapped_mib()
        articles = app.admin.operations.status().articles
    return {
        "articles": articles,
        "one asker, ms p50": round(float(np.percentile(alone, 50)), 1),
        "one asker, ms p95": round(float(np.percentile(alone, 95)), 1),
        "64 askers, answers a second": round(len(at_once) / seconds, 1),
        "64 askers, ms of a core an answer": round(1000 * worked / len(at_once), 1),
        "64 askers, ms p50": round(float(np.percentile(at_once, 50)), 1),
        "64 askers, ms p95": round(float(np.percentile(at_once, 95)), 1),
        "memory before loading MiB": round(before),
        "memory ready to answer MiB": round(ready),
        "memory after all questions MiB": round(after),
        "without mapped files, ready to answer MiB": round(ready_unmapped),
        "without mapped files, after all questions MiB": round(after_unmapped),
    }


def ask_all(dialogue: Dialogue, asked: Sequence[AskedQuestion], askers: int) -> tuple[list[float], float]:
    """Return the milliseconds that each answer took, and the seconds that all took."""

    def timed(question: AskedQuestion) -> float:
        started = time.perf_counter()
        ask(dialogue, question)
        return (time.perf_counter() - started) * 1000

    started = time.perf_counter()
    with ThreadPoolExecutor(askers) as pool:
        taken = list(pool.map(timed, asked))
    return taken, time.perf_counter() - started


def _some(asked: Sequence[AskedQuestion], count: int) -> list[AskedQuestion]:
    """Return so many questions, all of them in turn."""
    return [asked[number % len(asked)] for number in range(count)]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        "python -m benchmarks.question_speed", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--index", type=Path, required=True)
    parser.add_argument("--questions", type=Path, required=True)
    options = parser.parse_args()
    print(json.dumps(measure_over(options.index, options.questions), indent=1))
