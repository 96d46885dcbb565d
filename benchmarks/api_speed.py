"""Answers a second over HTTP beside the bot's own: 64 askers of /v1/ask, and 64 threads of the dialogue, in turn.

    python -m benchmarks.api_speed --index DIR --questions FILE.jsonl

`python -m benchmarks api_speed` asks the seeds. The askers are a process of their own; both kinds are measured in turn,
several times, so that what else the machine does weighs on both.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path

from benchmarks.question_speed import SEED_QUESTIONS, ask_all
from bot.adapters.jsonl import AskedQuestion, read_questions
from bot.adapters.metrics import Metrics
from bot.adapters.web import WebConfig, WebCore, served_beside
from bot.app import build_admin, build_core, build_first_index
from bot.settings import Settings
from bot.store import Store
from tests.ports import free_port

_ASKERS, _ROUNDS, _QUESTIONS = 64, 5, 200
_CLIENT = """
import asyncio, json, sys, time
import httpx

async def main(url, askers):
    questions = iter(json.load(sys.stdin))
    async with httpx.AsyncClient(timeout=120, limits=httpx.Limits(max_connections=askers), trust_env=False) as client:
        async def asker():
            for question in questions:
                (await client.post(url, json={"question": question})).raise_for_status()
        await client.post(url, json={"question": "Who?"})
        started = time.perf_counter()
        await asyncio.gather(*(asker() for _ in range(askers)))
        print(time.perf_counter() - started)

asyncio.run(main(sys.argv[1], int(sys.argv[2])))
"""


def measure() -> dict[str, object]:
    """Measure over the seed article."""
    with tempfile.TemporaryDirectory() as folder:
        questions = Path(folder) / "questions.jsonl"
        questions.write_text("".join(json.dumps({"question": one}) + "\n" for one in SEED_QUESTIONS), encoding="utf-8")
        return measure_over(Path(folder) / "index", questions)


def measure_over(index: Path, questions: Path) -> dict[str, object]:
    """Return answers a second of each round, of both, and the median of their quotients."""
    settings = Settings.from_environment(index=index)
    build_first_index(settings)
    with questions.open(encoding="utf-8") as lines:
        asked = list(read_questions(lines))
    asked = [asked[number % len(asked)] for number in range(_QUESTIONS)]
    with Store.in_memory() as store:
        core = build_core(settings, store)
        port = free_port()
        config = WebConfig(("127.0.0.1", port))
        admin = cache(lambda: build_admin(core, settings, store))
        with served_beside(WebCore(core.dialogue, core.live, admin, Metrics(), config), lambda _: None):
            url = f"http://127.0.0.1:{port}/v1/ask"
            _over_http(url, asked[:20])
            own, api = [], []
            for _ in range(_ROUNDS):
                own.append(_QUESTIONS / ask_all(core.dialogue, asked, _ASKERS)[1])
                api.append(_QUESTIONS / _over_http(url, asked))
    quotients = sorted(there / here for here, there in zip(own, api, strict=True))
    return {
        "askers": _ASKERS,
        "the dialogue, answers a second": [round(one, 1) for one in own],
        "/v1/ask, answers a second": [round(one, 1) for one in api],
        "of the dialogue's, median": round(quotients[len(quotients) // 2], 3),
    }


def _over_http(url: str, asked: list[AskedQuestion]) -> float:
    """Return the seconds that all answers took."""
    questions = json.dumps([one.question for one in asked])
    command = [sys.executable, "-c", _CLIENT, url, str(_ASKERS)]
    return float(subprocess.run(command, input=questions, capture_output=True, text=True, check=True).stdout)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        "python -m benchmarks.api_speed", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--index", type=Path, required=True)
    parser.add_argument("--questions", type=Path, required=True)
    options = parser.parse_args()
    print(json.dumps(measure_over(options.index, options.questions), indent=1))
