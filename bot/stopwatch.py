"""Stopwatch: how long each stage of a reply takes."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass(slots=True)
class Stopwatch:
    """Milliseconds of each stage, in the order they ran."""

    stages: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def measure(self, stage: str) -> Iterator[None]:
        """Time the block under it."""
        started = time.perf_counter()
        yield
        spent = (time.perf_counter() - started) * 1000
        self.stages[stage] = round(self.stages.get(stage, 0.0) + spent, 2)
