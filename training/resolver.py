"""Train what judges whether a message leans on the chat before it, on chats about made-up news.

    python -m training.resolver --talks FOLDER --work DIR [--out bot/followup/leaning.npz]

FOLDER holds `train/` and `dev/`, each with `articles.jsonl.gz` and `messages.jsonl.gz`. Messages in their own chat lean
on it unless they are marked as complete; those behind a chat about another story do not. The embedder is not trained:
its vectors are computed once and kept in DIR. Two minutes, most of them embedding.
"""

import argparse
import random
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from bot.conversation import SAID_ELSEWHERE, Turn
from bot.followup.leaning import Floats, Layers, compared, facts_of, said_last
from bot.settings import Settings
from index.embedding.embedder import Embedder, load_embedder
from index.search.bm25 import rarity
from index.text.terms import terms_of
from training.records import records_of

_SEED = 5
_HIDDEN = 48
_EPOCHS = 12
_BATCH = 128
_RATE = 1e-3
_DROPPED = 0.35
_ANSWERED = 0.85
"""How often a turn before is answered in an example: the bot refuses, too."""
_SHORT_ANSWER = 0.5
_COMPLETE = 0.5
"""How often the complete form of a follow-up is put behind a chat about something else."""
_RARE_KIND = 3.0
"""Weight of the few messages in their own chat that stand alone."""
_OUT = Path("bot/followup/leaning.npz")


@dataclass(frozen=True, slots=True)
class Example:
    """A message behind turns. `kind`: a "follow-up", "complete" in its chat, or behind one about "another story"."""

    message: str
    turns: tuple[Turn, ...]
    kind: str

    @property
    def leans(self) -> bool:
        """Whether it leans on the turns."""
        return self.kind == "follow-up"


@dataclass(frozen=True, slots=True)
class Chats:
    """Messages of each chat in order, what answers them, and how telling a term is in the articles."""

    chats: Sequence[Sequence[Mapping[str, Any]]]
    texts: Mapping[str, str]
    rarity: Callable[[str], float]

    @classmethod
    def load(cls, folder: Path) -> "Chats":
        """Read a folder with articles and messages."""
        texts, holding = {}, Counter[str]()
        for one in records_of(folder / "articles.jsonl.gz"):
            texts[one["id"]] = one["text"]
            holding.update(set(terms_of(f"{one['title']}. {one['text']}")))
        chats: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
        for one in records_of(folder / "messages.jsonl.gz"):
            chats[one["conversation"]].append(one)
        ordered = [sorted(chat, key=lambda one: int(one["turn"])) for chat in chats.values()]
        return cls(ordered, texts, lambda term: rarity(holding[term], len(texts)))


def examples_of(chats: Chats, *, seed: int = _SEED) -> list[Example]:
    """Make one example of each message behind others, and some behind a chat about another story."""
    chance = random.Random(seed)
    found = []
    for chat in chats.chats:
        turns: tuple[Turn, ...] = ()
        for message in chat:
            if turns:
                found.append(Example(message["question"], turns, "follow-up" if message["follow_up"] else "complete"))
            if not turns or chance.random() < _COMPLETE:
                typed = message["standalone"].lower().rstrip("?.") if turns else message["question"]
                other = chance.choice(chats.chats)
                if other[0]["story"] != message["story"]:
                    before = tuple(_turn(one, chats, chance) for one in other[: chance.randint(1, len(other))])
                    found.append(Example(typed, before, "another story"))
            turns = (*turns, _turn(message, chats, chance))
    return found


def train(inputs: Floats, leans: NDArray[np.float32], weights: NDArray[np.float32]) -> torch.nn.Sequential:
    """Return a trained network from (n, m) inputs to odds."""
    torch.manual_seed(_SEED)
    net = torch.nn.Sequential(
        torch.nn.Dropout(_DROPPED if inputs.shape[1] > 100 else 0.0),
        torch.nn.Linear(inputs.shape[1], _HIDDEN),
        torch.nn.ReLU(),
        torch.nn.Dropout(_DROPPED),
        torch.nn.Linear(_HIDDEN, 1),
    )
    steps = _EPOCHS * -(-len(inputs) // _BATCH)
    optimizer = torch.optim.AdamW(net.parameters(), _RATE, weight_decay=0.1)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, _RATE, total_steps=steps)
    order = np.random.default_rng(_SEED)
    tensors = [torch.from_numpy(one) for one in (inputs, leans, weights)]
    net.train()
    for _ in range(_EPOCHS):
        for rows in torch.from_numpy(order.permutation(len(inputs))).split(_BATCH):
            some, wanted, weight = (one[rows] for one in tensors)
            loss = torch.nn.functional.binary_cross_entropy_with_logits(net(some)[:, 0], wanted, weight)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
    return net.eval()


def layers_of(net: torch.nn.Sequential, means: Floats, scales: Floats) -> Layers:
    """Return a trained network as it ships: rounded to 16 bits."""
    parts = (net[1].weight.T, net[1].bias, net[4].weight.T, net[4].bias)
    rounded = (part.detach().numpy().astype(np.float16).astype(np.float32) for part in parts)
    return Layers(means, scales, *rounded)


def auroc(chances: Sequence[float], leans: Sequence[bool]) -> float:
    """Return how often a message that leans gets a higher chance than one that does not; ties count half."""
    values, places = np.unique(np.asarray(chances), return_inverse=True)
    yes = np.bincount(places, np.asarray(leans, float), len(values))
    no = np.bincount(places, 1.0 - np.asarray(leans, float), len(values))
    return float((yes * (np.cumsum(no) - no / 2)).sum() / (yes.sum() * no.sum()))


def main() -> None:
    """Train, measure and write."""
    options = _options()
    torch.set_num_threads(1)
    options.work.mkdir(parents=True, exist_ok=True)
    settings = Settings.from_environment()
    embedder = load_embedder(settings.embedding_model, settings.model_cache)
    chats = {half: Chats.load(options.talks / half) for half in ("train", "dev")}
    examples = {half: examples_of(one) for half, one in chats.items()}
    facts = {half: _facts(examples[half], chats[half]) for half in examples}
    vectors = {half: _vectors(examples[half], embedder, options.work / f"{half}.npy") for half in examples}
    leans = np.array([one.leans for one in examples["train"]], np.float32)
    weights = np.array([_RARE_KIND if one.kind == "complete" else 1.0 for one in examples["train"]], np.float32)
    means, scales = facts["train"].mean(0), facts["train"].std(0) + np.float32(1e-3)
    scaled = (facts["train"] - means) / scales
    both = np.hstack([np.stack([compared(pair) for pair in vectors["train"]]), scaled])
    networks = {
        "with_vectors": layers_of(train(both, leans, weights), means, scales),
        "words_only": layers_of(train(scaled, leans, weights), means, scales),
    }
    for name, layers in networks.items():
        pairs = vectors["dev"] if name == "with_vectors" else [None] * len(facts["dev"])
        chances = [layers.chance(row, pair) for row, pair in zip(facts["dev"], pairs, strict=True)]
        for others in (("complete", "another story"), ("complete",), ("another story",)):
            rows = [row for row, one in enumerate(examples["dev"]) if one.leans or one.kind in others]
            value = auroc([chances[row] for row in rows], [examples["dev"][row].leans for row in rows])
            print(f"{name}: AUROC {value:.3f} of follow-ups against {' and '.join(others)}")
    stored = {
        f"{name}/{field.name}": getattr(layers, field.name).astype(np.float16)
        for name, layers in networks.items()
        for field in fields(layers)
    }
    np.savez_compressed(options.out, fingerprint=np.array(embedder.fingerprint), **stored)


def _turn(message: Mapping[str, Any], chats: Chats, chance: random.Random) -> Turn:
    """Return a message as a turn, answered as the bot might: with the short answer, a sentence, or not at all."""
    places = [message["answer"]] if message["answer"] and chance.random() < _SHORT_ANSWER else message["evidence"][:1]
    said = [chats.texts[one["article"]][one["start"] : one["end"]] for one in places]
    answer = said[0] if said and chance.random() < _ANSWERED else None
    return Turn(message["question"], message["question"], SAID_ELSEWHERE, answer)


def _facts(examples: Sequence[Example], chats: Chats) -> Floats:
    return np.stack([facts_of(one.message, one.turns, chats.rarity) for one in examples])


def _vectors(examples: Sequence[Example], embedder: Embedder, kept: Path) -> Floats:
    """Return the two vectors of each example, (n, 2, dimension), from `kept` if it was written before."""
    if not kept.exists():
        texts = [text for one in examples for text in (one.message, f"{said_last(one.turns)}{one.message}")]
        vectors = embedder.embed(texts).reshape(len(examples), 2, -1)
        np.save(kept, vectors.astype(np.float16))
    found: Floats = np.load(kept).astype(np.float32)
    return found


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        "python -m training.resolver", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--talks", type=Path, required=True, help="folder with train/ and dev/")
    parser.add_argument("--work", type=Path, required=True, help="folder for vectors computed on the way")
    parser.add_argument("--out", type=Path, default=_OUT, help="where to write the weights")
    return parser.parse_args()


if __name__ == "__main__":
    main()
