"""Trainings that can be stopped at any point and resumed: steps, checkpoints, averaged weights, a log, its picture."""

import json
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

import torch
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from training.curves import draw_curves

CHECKPOINT = "checkpoint.pt"
LOG = "log.jsonl"
CURVES = "curves.png"


@dataclass
class TrainingRun(ABC):
    """All that a resumed training needs. `average` is the running mean of the trained weights.

    `bf16`: products are in 16 bits.
    """

    averaging: ClassVar[float]
    """The share of the running average of weights that each step keeps."""

    model: torch.nn.Module
    bf16: bool
    step: int = 0
    seconds: float = 0.0
    average: dict[str, torch.Tensor] = field(init=False)
    optimizer: torch.optim.Optimizer = field(init=False)

    def __post_init__(self) -> None:
        trained = {name: one for name, one in self.model.named_parameters() if one.requires_grad}
        self.optimizer = torch.optim.AdamW(trained.values(), lr=0.0, betas=(0.9, 0.98), weight_decay=0.01, fused=True)
        self.average = {name: one.detach().clone() for name, one in trained.items()}

    @abstractmethod
    def averaged(self) -> torch.nn.Module:
        """Return a model with the averaged weights, ready to be measured."""

    @abstractmethod
    def loss(self, batch: Any) -> torch.Tensor:  # noqa: ANN401 - each training has batches of its own
        """Return the loss of the model on a batch."""

    def learn(self, batch: Any, rate: float) -> float:  # noqa: ANN401 - see `loss`
        """Take one step at this learning rate; return the loss before it."""
        for group in self.optimizer.param_groups:
            group["lr"] = rate
        with torch.autocast(self.model.device.type, torch.bfloat16, enabled=self.bf16):
            value = self.loss(batch)
        value.backward()
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
        self.optimizer.step()
        self.optimizer.zero_grad(set_to_none=True)
        kept = min(self.averaging, self.step / (self.step + 10))
        with torch.no_grad():
            for name, one in self.model.named_parameters():
                if name in self.average:
                    self.average[name].lerp_(one, 1 - kept)
        self.step += 1
        return float(value.detach())

    def save(self, path: Path) -> None:
        """Write the checkpoint whole or not at all: a kill leaves the last one as it was."""
        scratch = path.with_suffix(".part")
        torch.save(
            {
                "model": self.model.state_dict(),
                "optimizer": self.optimizer.state_dict(),
                "average": self.average,
                "step": self.step,
                "seconds": self.seconds,
            },
            scratch,
        )
        scratch.replace(path)

    def restore(self, path: Path) -> None:
        """Go on from `path`, with exactly the weights, moments and place in the data that it holds."""
        stored: dict[str, Any] = torch.load(path, weights_only=True)
        self.model.load_state_dict(stored["model"])
        self.optimizer.load_state_dict(stored["optimizer"])
        self.average = stored["average"]
        self.step, self.seconds = stored["step"], stored["seconds"]


@dataclass(frozen=True, slots=True)
class Course:
    """How a training goes on: `n_steps` at most, and `seconds` for them over all resumed runs.

    `batch_of` gives the batch of a step. `rate_of` gives the learning rate by the step and the share of the time that
    is over. `measure` says how good a model with averaged weights is, on examples held apart; `labels` names what of
    that is drawn.
    """

    n_steps: int
    seconds: float
    batch_of: Callable[[int], Any]
    rate_of: Callable[[int, float], float]
    measure: Callable[[Any], Mapping[str, float]]
    labels: Mapping[str, str]
    save_every: int
    measure_every: int


def take_course(run: TrainingRun, course: Course, work: Path) -> Any:  # noqa: ANN401 - the model's own type
    """Train, or go on from the checkpoint in `work`, until the steps or the seconds end; return the averaged model.

    `work` is made if need be, and gets the checkpoint, the log and its picture.
    """
    work.mkdir(parents=True, exist_ok=True)
    checkpoint = work / CHECKPOINT
    if checkpoint.exists():
        run.restore(checkpoint)
    _take_steps(run, course, work)
    run.save(checkpoint)
    model = run.averaged()
    _log(work, {"step": run.step, "final": True, **course.measure(model)})
    draw_curves(work / LOG, work / CURVES, course.labels)
    return model


def _take_steps(run: TrainingRun, course: Course, work: Path) -> None:
    run.model.train()
    losses: list[float] = []
    columns = (TextColumn("step"), MofNCompleteColumn(), BarColumn(), TextColumn("{task.description}"))
    with Progress(*columns, TimeRemainingColumn()) as progress:
        bar = progress.add_task("", total=course.n_steps, completed=run.step)
        while run.step < course.n_steps and run.seconds < course.seconds:
            began = time.monotonic()
            rate = course.rate_of(run.step, run.seconds / course.seconds)
            losses.append(run.learn(course.batch_of(run.step), rate))
            run.seconds += time.monotonic() - began
            progress.update(bar, completed=run.step, description=f"loss {losses[-1]:.2f}")
            if run.step % course.save_every == 0:
                _log(work, _line(run, rate, losses))
                losses.clear()
                run.save(work / CHECKPOINT)
            if run.step % course.measure_every == 0:
                _log(work, {"step": run.step, **course.measure(run.averaged())})
                draw_curves(work / LOG, work / CURVES, course.labels)


def _line(run: TrainingRun, rate: float, losses: Sequence[float]) -> dict[str, float]:
    minutes = round(run.seconds / 60, 1)
    return {"step": run.step, "minutes": minutes, "rate": rate, "loss": round(sum(losses) / max(1, len(losses)), 4)}


def _log(work: Path, line: Mapping[str, Any]) -> None:
    with (work / LOG).open("a", encoding="utf-8") as file:
        file.write(json.dumps(line) + "\n")
