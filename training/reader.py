"""Trains the reader: a cross-encoder that finds the words that answer, or says that none do.

    python -m training.reader --data FOLDER --work DIR [--minutes 120] [--bf16] [--start DIR | --weights DIR]
    python -m training.reader --data FOLDER --newschat FOLDER2 --work DIR --weights DIR2 --bf16 [--newsroom FOLDER3]

FOLDER holds `train/` and `dev/` with the question sets. Everything is written to DIR: `checkpoint.pt` (interrupted
at any point, the same command goes on from it), `log.jsonl`, `curves.png` and, at the end, `reader/` with the
averaged weights. Short newswire questions come first, questions as people ask them after. The learning rate rises,
stays, and falls over the last two fifths of the data or of the minutes, whichever is sooner. Uses a GPU if there is
one. With the weights of an earlier run, twice as many questions are read, all mixed and with other negatives; with
newschat too (`training.newschat`), its messages are, and among them something of all that was read before. A newsroom
is of the same form, with articles as long as real ones: nearly all of its messages are read, and of newschat's fewer.
"""

import argparse
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path

import torch
from tokenizers import Tokenizer
from typing_extensions import override

from index.embedding.shipped_model import pinned_weights
from training.cross_encoder import Batch, SpanReader, count_tokens, load_tokenizer, loss, make_batch, new_model
from training.curves import OF_READING
from training.newschat import Newschat
from training.newschat_examples import Shares, newschat_examples
from training.reading_examples import NATURAL, NEWSWIRE, REPLAY, WIDER, ReadingExample, load_examples
from training.reading_measures import measure
from training.runs import Course, TrainingRun, take_course
from training.searching import search_over

_SEED = 7
_BATCH = 32
_POOL = 100 * _BATCH
"""How many examples are sorted by length together. Batches of like length waste little, and their order is random."""
_PEAK_RATE, _PEAK_RATE_ON = 8e-5, 5e-5
"""For a first run and, not to forget, for going on to newschat."""
_KEPT_LAYERS_ON = 4
"""Of twelve, when going on to newschat: a step is a quarter shorter, and less is forgotten."""
_NEWSROOM = Shares(complete=0.8, behind_chat=1.0, others=5)
_BESIDE_NEWSROOM = Shares(complete=0.15, behind_chat=0.25)
_WARM_UP_STEPS = 60
_FALLING_SHARE = 0.4
_MEASURE_EVERY = 300
_SAVE_EVERY = 50
_MEASURED = 300


@dataclass
class Run(TrainingRun):
    """The training of a reader. Products are always in 16 bits on a GPU."""

    averaging = 0.995

    @classmethod
    def start(cls, weights: Path, device: torch.device, *, bf16: bool = False, kept_layers: int = 0) -> "Run":
        """Return a run from the weights in a folder; a fresh scoring layer is seeded."""
        torch.manual_seed(_SEED)
        on_cpu = device.type == "cpu"
        # the fused attention goes backward slowly in 16 bits on a processor
        attention = "eager" if bf16 and on_cpu else "sdpa"
        model = new_model(weights, attention=attention, kept_layers=kept_layers).to(device)
        return cls(model, bf16 or not on_cpu)

    @override
    def loss(self, batch: Batch) -> torch.Tensor:
        return loss(self.model, batch.to(self.model.device))

    @override
    def averaged(self) -> SpanReader:
        model: SpanReader = type(self.model)(self.model.config)
        model.load_state_dict({**self.model.state_dict(), **self.average})
        model.eval()
        return model


@dataclass(frozen=True, slots=True)
class Lessons:
    """`batches` in the order of training, at most at `peak_rate`; `held_apart`, and what is apart of each folder of
    chats, by its name, to measure on. The first `kept_layers` stay as they are."""

    batches: Sequence[Sequence[ReadingExample]]
    held_apart: Sequence[ReadingExample]
    tokenizer: Tokenizer
    chats_apart: Mapping[str, Sequence[ReadingExample]] = field(default_factory=dict)
    peak_rate: float = _PEAK_RATE
    kept_layers: int = 0

    @classmethod
    def load(cls, data: Path, tokenizer: Tokenizer, *, again: bool = False) -> "Lessons":
        """Return the same lessons for the same data, so that a resumed run finds its place.

        `again`: for a second run over it.
        """
        kinds, seed = ((WIDER,), 2 * _SEED) if again else ((NEWSWIRE, NATURAL), _SEED)
        chance = random.Random(seed)
        examples = (load_examples(data / "train", kind, seed=seed) for kind in kinds)
        batches = [batch for some in examples for batch in _batches([[one] for one in some], tokenizer, chance)]
        return cls(batches, load_examples(data / "dev", NATURAL, seed=_SEED)[:_MEASURED], tokenizer)

    @classmethod
    def with_chats(
        cls, data: Path, folders: Mapping[str, tuple[Path, Shares]], tokenizer: Tokenizer, work: Path, draw: int
    ) -> "Lessons":
        """Load messages of these folders by name, and among them some of the questions that were read before.

        `work` keeps an index. `draw`: 1 or more; each draws other questions, passages and forms of the messages.
        """
        chats = {
            name: [Newschat.load(folder / part) for part in ("train", "dev")] for name, (folder, _) in folders.items()
        }
        retriever = search_over([one for parts in chats.values() for part in parts for one in part.articles], work)
        seed = (3 + draw) * _SEED
        examples = [[one] for one in load_examples(data / "train", REPLAY, seed=seed)]
        apart: dict[str, Sequence[ReadingExample]] = {}
        for name, (train, dev) in chats.items():
            examples += newschat_examples(train, retriever, seed=seed, shares=folders[name][1])
            apart[name] = list(chain.from_iterable(newschat_examples(dev, retriever, seed=_SEED)))[:_MEASURED]
        chance = random.Random(seed)
        chance.shuffle(examples)
        held_apart = load_examples(data / "dev", NATURAL, seed=_SEED)[:_MEASURED]
        batches = _batches(examples, tokenizer, chance)
        return cls(batches, held_apart, tokenizer, apart, _PEAK_RATE_ON, _KEPT_LAYERS_ON)

    def measure(self, model: SpanReader) -> dict[str, float]:
        """Measure on what is held apart; of chats under names of their own."""
        measures = measure(model, self.held_apart, self.tokenizer)
        for folder, apart in self.chats_apart.items():
            of_folder = measure(model, apart, self.tokenizer)
            measures |= {f"{folder}_{name}": value for name, value in of_folder.items()}
        return measures


def main() -> None:
    """Train until the data or the minutes end, and measure on the way."""
    options = _options()
    if options.threads:
        torch.set_num_threads(options.threads)
    weights = options.weights or options.start or pinned_weights()
    tokenizer = load_tokenizer(weights)
    if options.newschat:
        folders = {"newschat": (options.newschat, _BESIDE_NEWSROOM if options.newsroom else Shares())}
        if options.newsroom:
            folders["newsroom"] = (options.newsroom, _NEWSROOM)
        lessons = Lessons.with_chats(options.data, folders, tokenizer, options.work, options.draw)
    else:
        lessons = Lessons.load(options.data, tokenizer, again=options.weights is not None)
    train(weights, lessons, options.work, options.minutes, bf16=options.bf16)


def train(weights: Path, lessons: Lessons, work: Path, minutes: float, *, bf16: bool = False) -> None:
    """Train from the weights in a folder, or go on from the checkpoint in `work`, and write the reader there."""
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    run = Run.start(weights, device, bf16=bf16, kept_layers=lessons.kept_layers)
    course = Course(
        n_steps=len(lessons.batches),
        seconds=minutes * 60,
        batch_of=lambda step: make_batch(lessons.batches[step], lessons.tokenizer),
        rate_of=lambda step, spent: learning_rate(step, len(lessons.batches), spent, lessons.peak_rate),
        measure=lambda model: _measures(model, lessons, bf16=run.bf16),
        labels=OF_READING,
        save_every=_SAVE_EVERY,
        measure_every=_MEASURE_EVERY,
    )
    model = take_course(run, course, work)
    model.save_pretrained(work / "reader")
    (work / "reader" / "tokenizer.json").write_bytes((weights / "tokenizer.json").read_bytes())


def _measures(model: SpanReader, lessons: Lessons, *, bf16: bool) -> dict[str, float]:
    with torch.autocast(model.device.type, torch.bfloat16, enabled=bf16):
        return lessons.measure(model)


def learning_rate(step: int, steps: int, spent: float, peak: float = _PEAK_RATE) -> float:
    """Return the learning rate at this step. `spent`: the share of the time that is over, 0..1."""
    done = max(step / steps, spent)
    falling = min(1.0, max(0.0, (1.0 - done) / _FALLING_SHARE))
    return peak * min(1.0, (step + 1) / _WARM_UP_STEPS) * falling


def _batches(
    examples: Sequence[Sequence[ReadingExample]], tokenizer: Tokenizer, chance: random.Random
) -> list[list[ReadingExample]]:
    """Return batches of like length in a random order. Examples that come together stay together."""
    batches: list[list[ReadingExample]] = []
    for start in range(0, len(examples), _POOL):
        pool = examples[start : start + _POOL]
        cut: list[list[ReadingExample]] = [[]]
        for some in sorted(pool, key=lambda some: max(count_tokens(some, tokenizer))):
            if len(cut[-1]) + len(some) > _BATCH:
                cut.append([])
            cut[-1] += some
        chance.shuffle(cut)
        batches += cut
    return batches


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        "python -m training.reader", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, required=True, help="folder with train/ and dev/")
    parser.add_argument("--newschat", type=Path, help="folder with train/ and dev/ of newschat, to go on to")
    parser.add_argument("--work", type=Path, default=Path("var/reader"), help="checkpoint, log, curves, weights")
    parser.add_argument("--newsroom", type=Path, help="folder of the same form, with longer articles, beside newschat")
    begun = parser.add_mutually_exclusive_group()
    begun.add_argument(
        "--start", type=Path, help="encoder to begin with: by training.pretrained, or an MPNet (default: what ships)"
    )
    begun.add_argument("--weights", type=Path, help="folder reader/ of an earlier run to go on from")
    parser.add_argument("--minutes", type=float, default=180, help="time for the steps, over all resumed runs")
    parser.add_argument("--bf16", action="store_true", help="16-bit products: faster where the processor has them")
    parser.add_argument(
        "--draw", type=int, default=1, help="which draw of newschat's examples: another for another run"
    )
    parser.add_argument("--threads", type=int, default=0, help="maths threads (all cores if not given)")
    return parser.parse_args()


if __name__ == "__main__":
    main()
