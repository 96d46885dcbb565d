"""Whether questions should be embedded together: 64 askers at once, each question alone or in micro-batches.

`python -m benchmarks question_batches`: "alone" is what the bot does, one call of the shared session for each question.
"batched": one worker and one session a core; a free worker takes all questions that wait, 32 at most, and embeds them
as one batch, padded to the longest. Questions are of 6 to 30 words of the seeds.
"""

import queue
import random
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from os import cpu_count
from pathlib import Path

import numpy as np

from benchmarks.articles import seed_sentences
from index.embedding.embedder import OnnxEmbedder, Vectors
from index.settings import IndexSettings

_ASKERS = 64
_QUESTIONS = 3_000
_MOST_AT_ONCE = 32


class _Batcher:
    """Embeds questions together: one worker a core, each with a session of its own."""

    def __init__(self, model_cache: Path) -> None:
        self._waiting: queue.SimpleQueue[tuple[str, Future[Vectors]] | None] = queue.SimpleQueue()
        self._workers = ThreadPoolExecutor(cpu_count() or 1)
        self.sizes: list[int] = []
        for _ in range(cpu_count() or 1):
            self._workers.submit(self._work, OnnxEmbedder.load(model_cache))

    def embed(self, question: str) -> Vectors:
        """Return the vector of a question, embedded by the next free worker together with whatever waits then."""
        done: Future[Vectors] = Future()
        self._waiting.put((question, done))
        return done.result()

    def close(self) -> None:
        """Let the workers end."""
        for _ in range(cpu_count() or 1):
            self._waiting.put(None)
        self._workers.shutdown()

    def _work(self, embedder: OnnxEmbedder) -> None:
        while (first := self._waiting.get()) is not None:
            batch = [first]
            while len(batch) < _MOST_AT_ONCE:
                try:
                    more = self._waiting.get_nowait()
                except queue.Empty:
                    break
                if more is None:
                    self._waiting.put(None)
                    break
                batch.append(more)
            self.sizes.append(len(batch))
            vectors = _together(embedder, [question for question, _ in batch])
            for (_, done), vector in zip(batch, vectors, strict=True):
                done.set_result(vector)


def _together(embedder: OnnxEmbedder, questions: list[str]) -> Vectors:
    """Return the vectors of one batch, however many tokens it has: `embed` would spread long ones over the cores."""
    return embedder._run([encoding.ids for encoding in embedder._tokenizer.encode_batch(questions)])


def measure() -> dict[str, float]:
    """Return questions a second, milliseconds from asking to the vector, and milliseconds of a core a question."""
    cache = IndexSettings.from_environment().model_cache
    chance = random.Random(3)
    sentences = seed_sentences()
    questions = [
        " ".join(" ".join(chance.choices(sentences, k=2)).split()[: chance.randint(6, 30)]) for _ in range(_QUESTIONS)
    ]
    alone = OnnxEmbedder.load(cache)
    batcher = _Batcher(cache)
    figures = {
        **_figures("alone", lambda question: alone.embed([question])[0], questions),
        **_figures("batched", batcher.embed, questions),
        "batched, questions a batch (mean)": round(float(np.mean(batcher.sizes)), 1),
    }
    batcher.close()
    return figures


def _figures(name: str, embed: Callable[[str], Vectors], questions: list[str]) -> dict[str, float]:
    def timed(question: str) -> float:
        begun = time.perf_counter()
        embed(question)
        return (time.perf_counter() - begun) * 1000

    with ThreadPoolExecutor(_ASKERS) as pool:
        list(pool.map(timed, questions[:_ASKERS]))
        started, worked = time.perf_counter(), time.process_time()
        taken = list(pool.map(timed, questions))
        seconds, worked = time.perf_counter() - started, time.process_time() - worked
    return {
        f"{name}, questions a second": round(len(taken) / seconds, 1),
        f"{name}, ms p50": round(float(np.percentile(taken, 50)), 1),
        f"{name}, ms p95": round(float(np.percentile(taken, 95)), 1),
        f"{name}, ms of a core a question": round(1000 * worked / len(taken), 2),
    }
