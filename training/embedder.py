"""Train the embedder: messages as people type them, and the passages that answer, to vectors near each other.

    python -m training.embedder --talks FOLDER --questions FOLDER --work DIR [--minutes 50] [--bf16]

Both folders hold `train/` and `dev/`: conversations about stories in the one, question sets in the other. Everything is
written to DIR: `checkpoint.pt` (interrupted at any point, the same command goes on from it), `log.jsonl`, `curves.png`
and, at the end, `weights/` with the averaged weights. The learning rate rises and then falls with the data or the
minutes, whichever end sooner.
"""

import argparse
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from transformers import BertModel
from typing_extensions import override

from index.embedding.shipped_model import pinned_weights
from training.bi_encoder import PairBatch, TextTokens, loss, make_batch, new_encoder, vectors
from training.embedding_examples import (
    QUESTION_SETS,
    PairExample,
    load_conversation_examples,
    load_question_examples,
)
from training.runs import Course, TrainingRun, take_course

_SEED = 11
_BATCH = 64
_TIMES = 2
"""How often each message is asked, in other forms and against other passages; a question of the sets once."""
_PEAK_RATE = 2e-4
_WARM_UP_STEPS = 20
_MEASURE_EVERY = 150
_SAVE_EVERY = 20
_MEASURED = 300


@dataclass
class Run(TrainingRun):
    """The training of an encoder."""

    averaging = 0.98

    @classmethod
    def start(cls, weights: Path, *, bf16: bool = False) -> "Run":
        """Begin from the weights in a folder."""
        # the fused attention goes backward slowly in 16 bits on a processor
        return cls(new_encoder(weights, attention="eager" if bf16 else "sdpa"), bf16)

    @override
    def loss(self, batch: PairBatch) -> torch.Tensor:
        return loss(self.model, batch)

    @override
    def averaged(self) -> BertModel:
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
    course = Course(
        n_steps=len(lessons.batches),
        seconds=minutes * 60,
        batch_of=lambda step: make_batch(lessons.batches[step], lessons.tokens),
        rate_of=lambda step, spent: learning_rate(step, len(lessons.batches), spent, peak),
        measure=lambda model: measure(model, lessons),
        labels=_MEASURES,
        save_every=_SAVE_EVERY,
        measure_every=_MEASURE_EVERY,
    )
    model = take_course(Run.start(weights, bf16=bf16), course, work)
    model.save_pretrained(work / "weights")
    (work / "weights" / "tokenizer.json").write_bytes((weights / "tokenizer.json").read_bytes())


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
