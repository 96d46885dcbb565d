"""Train the embedder: messages as people type them, and the passages that answer, to vectors near each other.

    python -m training.embedder --talks FOLDER --questions FOLDER --work DIR [--minutes 50] [--bf16]

Both folders hold `train/` and `dev/`: conversations about stories in the one, question sets in the other. Everything is
written to DIR: `checkpoint.pt` (interrupted at any point, the same command goes on from it), `log.jsonl`, `curves.png`
and, at the end, `weights/` with the averaged weights. The learning rate rises and then falls with the data or the
minutes, whichever end sooner.
"""

import argparse
import json
import random
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from transformers import BertModel

from index.embedding.shipped_model import pinned_weights
from training.bi_encoder import PairBatch, TextTokens, loss, make_batch, new_encoder, vectors
from training.curves import draw_curves
from training.embedding_examples import (
    QUESTION_SETS,
    PairExample,
    load_conversation_examples,
    load_question_examples,
)

_SEED = 11
_BATCH = 64
_TIMES = 2
"""How often each message is asked, in other forms and against other passages; a question of the sets once."""
_PEAK_RATE = 2e-4
_WARM_UP_STEPS = 20
_AVERAGING = 0.98
"""Share of the running average of weights that each step keeps."""
_MEASURE_EVERY = 150
_SAVE_EVERY = 20
_MEASURED = 300


@dataclass
class Run:
    """All that a resumed training needs. `average` is the running mean of the trained weights."""

    model: BertModel
    optimizer: torch.optim.Optimizer
    average: dict[str, torch.Tensor]
    bf16: bool
    step: int = 0
    seconds: float = 0.0

    @classmethod
    def start(cls, weights: Path, *, bf16: bool = False) -> "Run":
        """Begin from the weights in a folder."""
        # the fused attention goes backward slowly in 16 bits on a processor
        model = new_encoder(weights, attention="eager" if bf16 else "sdpa")
        trained = [one for one in model.parameters() if one.requires_grad]
        optimizer = torch.optim.AdamW(trained, lr=0.0, betas=(0.9, 0.98), weight_decay=0.01, fused=True)
        average = {name: one.detach().clone() for name, one in model.named_parameters() if one.requires_grad}
        return cls(model, optimizer, average, bf16)

    def learn(self, batch: PairBatch, rate: float) -> float:
        """Take one step at this learning rate; return the loss before it."""
        for group in self.optimizer.param_groups:
            group["lr"] = rate
        with torch.autocast("cpu", torch.bfloat16, enabled=self.bf16):
            value = loss(self.model, batch)
        value.backward()
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
        self.optimizer.step()
        self.optimizer.zero_grad(set_to_none=True)
        kept = min(_AVERAGING, self.step / (self.step + 10))
        with torch.no_grad():
            for name, one in self.model.named_parameters():
                if name in self.average:
                    self.average[name].lerp_(one, 1 - kept)
        self.step += 1
        return float(value.detach())

    def save(self, path: Path) -> None:
        """Write a checkpoint; a kill leaves the last one whole."""
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

    def averaged(self) -> BertModel:
        """Return a model with the averaged weights."""
        model = BertModel(self.model.config, add_pooling_layer=False)
        model.load_state_dict({**self.model.state_dict(), **self.average})
        model.eval()
        return model


@dataclass(frozen=True, slots=True)
class Lessons:
    """`batches` in the order of training; `held_apart`, by name, to measure on."""

    batches: Sequence[Sequence[PairExample]]
    held_apart: Mapping[str, Sequence[PairExample]]
    tokens: TextTokens

    @classmethod
    def load(cls, talks: Path, questions: Path, tokens: TextTokens, *, seed: int = _SEED) -> "Lessons":
        """Load both kinds of data: the same batches for the same data, so that a resumed run finds its place."""
        rounds = [load_conversation_examples(talks / "train", seed=seed + one) for one in range(_TIMES)]
        asked = load_question_examples(questions / "train", QUESTION_SETS, seed=seed)
        held_apart = {
            "messages": _some(load_conversation_examples(talks / "dev", seed=_SEED)),
            "questions": _some(load_question_examples(questions / "dev", QUESTION_SETS, seed=_SEED)),
        }
        return cls(_batches(rounds, asked, seed), held_apart, tokens)


def main() -> None:
    """Train until the data or the minutes end; measure on the way."""
    options = _options()
    if options.threads:
        torch.set_num_threads(options.threads)
    weights = options.start or pinned_weights()
    lessons = Lessons.load(options.talks, options.questions, TextTokens(weights), seed=options.seed)
    train(weights, lessons, options.work, options.minutes, bf16=options.bf16, peak=options.rate)


def train(
    weights: Path, lessons: Lessons, work: Path, minutes: float, *, bf16: bool = False, peak: float = _PEAK_RATE
) -> None:
    """Train from the weights in a folder, or go on from the checkpoint in `work`, and write the encoder there."""
    work.mkdir(parents=True, exist_ok=True)
    run = Run.start(weights, bf16=bf16)
    checkpoint = work / "checkpoint.pt"
    if checkpoint.exists():
        run.restore(checkpoint)
    _take_steps(run, lessons, work, minutes * 60, peak)
    run.save(checkpoint)
    model = run.averaged()
    _log(work, {"step": run.step, "final": True, **measure(model, lessons)})
    model.save_pretrained(work / "weights")
    (work / "weights" / "tokenizer.json").write_bytes((weights / "tokenizer.json").read_bytes())
    draw_curves(work / "log.jsonl", work / "curves.png", _MEASURES)


def measure(model: BertModel, lessons: Lessons) -> dict[str, float]:
    """Measure, by kind of example held apart, how often the right passage is the nearest of all of theirs."""
    found: dict[str, float] = {}
    for name, examples in lessons.held_apart.items():
        batch = make_batch(examples, lessons.tokens)
        with torch.no_grad():
            scores = vectors(model, batch.queries) @ vectors(model, batch.passages).T
        nearest = scores.masked_fill(batch.ignored, -1.0).argmax(1)
        found[name] = round(float((nearest == batch.right).float().mean()), 4)
    return found


_MEASURES = {"messages": "messages: right passage nearest", "questions": "questions: right passage nearest"}


def learning_rate(step: int, steps: int, spent: float, peak: float = _PEAK_RATE) -> float:
    """Return the rate at this step. `spent`: the share of the time that is over, 0..1."""
    falling = min(1.0, max(0.0, 1.0 - max(step / steps, spent)))
    return peak * min(1.0, (step + 1) / _WARM_UP_STEPS) * falling


def _take_steps(run: Run, lessons: Lessons, work: Path, seconds: float, peak: float) -> None:
    run.model.train()
    losses: list[float] = []
    columns = (TextColumn("step"), MofNCompleteColumn(), BarColumn(), TextColumn("{task.description}"))
    with Progress(*columns, TimeRemainingColumn()) as progress:
        bar = progress.add_task("", total=len(lessons.batches), completed=run.step)
        while run.step < len(lessons.batches) and run.seconds < seconds:
            began = time.monotonic()
            rate = learning_rate(run.step, len(lessons.batches), run.seconds / seconds, peak)
            losses.append(run.learn(make_batch(lessons.batches[run.step], lessons.tokens), rate))
            run.seconds += time.monotonic() - began
            progress.update(bar, completed=run.step, description=f"loss {losses[-1]:.2f}")
            if run.step % _SAVE_EVERY == 0:
                _log(work, _line(run, rate, losses))
                losses.clear()
                run.save(work / "checkpoint.pt")
            if run.step % _MEASURE_EVERY == 0:
                _log(work, {"step": run.step, **measure(run.averaged(), lessons)})
                draw_curves(work / "log.jsonl", work / "curves.png", _MEASURES)


def _batches(
    rounds: Sequence[Sequence[PairExample]], asked: Sequence[PairExample], seed: int
) -> list[list[PairExample]]:
    """Mix messages and questions, in the same proportion in every round."""
    chance = random.Random(seed)
    mixed: list[PairExample] = []
    for number, messages in enumerate(rounds):
        some = [*messages, *asked[number :: len(rounds)]]
        chance.shuffle(some)
        mixed += some
    return [mixed[first : first + _BATCH] for first in range(0, len(mixed), _BATCH)]


def _some(examples: Sequence[PairExample]) -> list[PairExample]:
    return random.Random(_SEED).sample(list(examples), min(_MEASURED, len(examples)))


def _line(run: Run, rate: float, losses: Sequence[float]) -> dict[str, float]:
    minutes = round(run.seconds / 60, 1)
    return {"step": run.step, "minutes": minutes, "rate": rate, "loss": round(sum(losses) / max(1, len(losses)), 4)}


def _log(work: Path, line: dict[str, Any]) -> None:
    with (work / "log.jsonl").open("a", encoding="utf-8") as file:
        file.write(json.dumps(line) + "\n")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        "python -m training.embedder", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--talks", type=Path, required=True, help="conversations: folder with train/ and dev/")
    parser.add_argument("--questions", type=Path, required=True, help="question sets: folder with train/ and dev/")
    parser.add_argument("--work", type=Path, default=Path("var/embedder"), help="checkpoint, log, curves, weights")
    parser.add_argument("--start", type=Path, help="folder weights/ of an earlier run (default: the pinned ones)")
    parser.add_argument("--seed", type=int, default=_SEED, help="of the order, the forms and the negatives")
    parser.add_argument("--rate", type=float, default=_PEAK_RATE, help="highest learning rate")
    parser.add_argument("--minutes", type=float, default=50, help="time for the steps, over all resumed runs")
    parser.add_argument("--bf16", action="store_true", help="16-bit products: faster where the processor has them")
    parser.add_argument("--threads", type=int, default=0, help="maths threads (all cores if not given)")
    return parser.parse_args()


if __name__ == "__main__":
    main()
