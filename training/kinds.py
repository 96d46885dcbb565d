"""Train what tells the kinds of messages apart, on chats about made-up news.

    python -m training.kinds --newschat CHATS --work DIR [--out bot/query/kinds.npz]

CHATS holds `train/` and `dev/` as `training/newschat.py` describes them. Each message is learnt as it was typed, in
full, and in full with errors of typing. The embedder is not trained: its vectors are computed once and kept in DIR.
"""

import argparse
import random
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray

from bot.query.kind_classifier import Floats, KindClassifier, LinearLayer, bag_of, inputs_of, words_of
from bot.query.kinds import MessageKind, ToldKind
from bot.settings import Settings
from index.embedding.embedder import Embedder, load_embedder
from training.newschat import Newschat
from training.typing_noise import as_typed

KINDS: Final = {
    "factoid": MessageKind.FACT,
    "yesno": MessageKind.YESNO,
    "why_how": MessageKind.WHY_HOW,
    "keywords": MessageKind.KEYWORDS,
    "overview": MessageKind.OVERVIEW,
    "latest": MessageKind.LATEST,
    "list": MessageKind.LIST,
    "sides": MessageKind.SIDES,
    "timeline": MessageKind.TIMELINE,
    "said": MessageKind.SAID,
}
"""newschat's kinds that say what is asked for; its traps ask for facts in every form."""
FACTS: Final = frozenset((MessageKind.FACT, MessageKind.YESNO, MessageKind.WHY_HOW, MessageKind.SAID))
"""Kinds that one sentence answers: a fact is looked for, sure or not."""
_SEED = 7
_HASTE = 0.6
_SEEN_OFTEN = 15
"""A word is learnt if so many messages hold it."""
_EPOCHS = 10
_BATCH = 128
_RATE = 5e-3
_PRECISION = 0.95
"""How often a kind that is no fact's must be right where it is told for sure."""
_OUT = Path("bot/query/kinds.npz")


@dataclass(frozen=True, slots=True)
class Example:
    """A message as typed and in full, and what it asks for."""

    typed: str
    complete: str
    kind: MessageKind


def examples_of(chats: Newschat) -> list[Example]:
    """Return the messages whose kind says what they ask for."""
    return [Example(one.typed, one.complete, KINDS[one.kind]) for one in chats.messages if one.kind in KINDS]


def learnt_words(texts: Iterable[str], *, seen_often: int = _SEEN_OFTEN) -> dict[str, int]:
    """Return the words and pairs that are in so many texts, each with its place."""
    counts = Counter(word for text in texts for word in words_of(text))
    return {word: place for place, word in enumerate(word for word, count in counts.items() if count >= seen_often)}


def train(inputs: Floats, kinds: NDArray[np.int64], n_kinds: int) -> LinearLayer:
    """Return a trained layer from (n, m) inputs to kinds, rounded to 16 bits as it ships."""
    torch.manual_seed(_SEED)
    layer = torch.nn.Linear(inputs.shape[1], n_kinds)
    optimizer = torch.optim.AdamW(layer.parameters(), _RATE, weight_decay=0.3)
    steps = _EPOCHS * -(-len(inputs) // _BATCH)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, _RATE, total_steps=steps)
    order = np.random.default_rng(_SEED)
    given, wanted = torch.from_numpy(inputs), torch.from_numpy(kinds)
    for _ in range(_EPOCHS):
        for rows in torch.from_numpy(order.permutation(len(inputs))).split(_BATCH):
            loss = torch.nn.functional.cross_entropy(layer(given[rows]), wanted[rows], label_smoothing=0.05)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
    parts = (layer.weight.T, layer.bias)
    return LinearLayer(*(part.detach().numpy().astype(np.float16).astype(np.float32) for part in parts))


def sure_from(chances: Sequence[float], right: Sequence[bool], *, precision: float = _PRECISION) -> float:
    """Return the least chance from which on guesses are right so often; above 1 if there is none."""
    order = np.argsort(-np.asarray(chances, float), kind="stable")
    hits = np.cumsum(np.asarray(right, float)[order])
    kept = np.flatnonzero(hits / np.arange(1, len(order) + 1) >= precision)
    return float(np.asarray(chances)[order][kept[-1]]) if len(kept) else 1.01


def main() -> None:
    """Train, measure and write."""
    options = _options()
    torch.set_num_threads(1)
    options.work.mkdir(parents=True, exist_ok=True)
    settings = Settings.from_environment()
    embedder = load_embedder(settings.embedding_model, settings.model_cache)
    examples = {half: examples_of(Newschat.load(options.newschat / half)) for half in ("train", "dev")}
    trained = _trained(examples["train"], embedder, options.work / "train.npy")
    unseen = examples["dev"]
    readings = {
        "as typed": [(one.typed, one.typed) for one in unseen],
        "in full": [(one.complete, one.complete) for one in unseen],
        "both": [(one.typed, one.complete) for one in unseen],
    }
    told = {form: [_told(trained, *pair, embedder) for pair in pairs] for form, pairs in readings.items()}
    sure = bounds_of(trained.kinds, told["as typed"] + told["both"], [one.kind for one in unseen] * 2)
    _write(options.out, replace(trained, sure=sure))
    for form, guesses in told.items():
        right = [guess.kind is one.kind for guess, one in zip(guesses, unseen, strict=True)]
        print(f"{form}: {np.mean(right):.3f} of {len(right)} told right")
    _report(told["both"], unseen, dict(zip(trained.kinds, sure.tolist(), strict=True)))


def bounds_of(kinds: Sequence[MessageKind], told: Sequence[ToldKind], wanted: Sequence[MessageKind]) -> Floats:
    """Return how likely each kind must be to be told for sure; those of facts need not be told from each other."""
    bounds = []
    for kind in kinds:
        pairs = [(one.chances[kind], meant) for one, meant in zip(told, wanted, strict=True) if one.kind is kind]
        right = [meant is kind or {kind, meant} <= FACTS for _, meant in pairs]
        bounds.append(sure_from([chance for chance, _ in pairs], right))
    return np.array(bounds, np.float32)


def _trained(examples: Sequence[Example], embedder: Embedder, kept: Path) -> KindClassifier:
    chance = random.Random(_SEED)
    forms = [
        [one.typed for one in examples],
        [one.complete for one in examples],
        [as_typed(one.complete, chance, rate=_HASTE) for one in examples],
    ]
    words = learnt_words(text for form in forms[:2] for text in form)
    kinds = tuple(dict.fromkeys(KINDS.values()))
    wanted = np.array([kinds.index(one.kind) for one in examples] * len(forms))
    texts = [text for form in forms for text in form]
    if not kept.exists():
        np.save(kept, embedder.embed(texts))
    bags = np.stack([bag_of(text, words) for text in texts])
    inputs = np.stack([inputs_of(vector, bag) for vector, bag in zip(np.load(kept), bags, strict=True)])
    return KindClassifier(
        embedder.fingerprint,
        kinds,
        np.ones(len(kinds), np.float32),
        words,
        train(inputs, wanted, len(kinds)),
        train(bags, wanted, len(kinds)),
    )


def _told(classifier: KindClassifier, typed: str, understood: str, embedder: Embedder) -> ToldKind:
    return classifier.tell(typed, understood, embedder.embed, embedder.fingerprint)


def _write(path: Path, trained: KindClassifier) -> None:
    layers = {"with_vectors": trained.with_vectors, "words_only": trained.words_only}
    stored = {
        f"{name}/{field.name}": getattr(layer, field.name).astype(np.float16)
        for name, layer in layers.items()
        for field in fields(layer)
    }
    np.savez_compressed(
        path,
        fingerprint=np.array(trained.fingerprint),
        kinds=np.array([kind.value for kind in trained.kinds]),
        sure=trained.sure.astype(np.float16),
        words=np.frombuffer("\n".join(trained.words).encode(), np.uint8),
        **stored,
    )


def _report(told: Sequence[ToldKind], examples: Sequence[Example], sure: Mapping[MessageKind, float]) -> None:
    """Print what each kind was told to be, and how often it is right where it is sure."""
    kinds = list(sure)
    print("meant \\ told".ljust(14), *(kind.value[:9].rjust(9) for kind in kinds))
    for meant in kinds:
        counts = Counter(one.kind for one, example in zip(told, examples, strict=True) if example.kind is meant)
        print(meant.value.ljust(14), *(str(counts[kind]).rjust(9) for kind in kinds))
    for kind in kinds:
        sure_of = [
            example.kind
            for one, example in zip(told, examples, strict=True)
            if one.kind is kind and one.chances[kind] >= sure[kind]
        ]
        of_kind = sum(example.kind is kind for example in examples)
        right = sure_of.count(kind)
        print(f"{kind.value}: from {sure[kind]:.2f} on told {len(sure_of)} times, {right} right, of {of_kind}")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        "python -m training.kinds", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--newschat", type=Path, required=True, help="folder with train/ and dev/")
    parser.add_argument("--work", type=Path, required=True, help="folder for vectors computed on the way")
    parser.add_argument("--out", type=Path, default=_OUT, help="where to write the weights")
    return parser.parse_args()


if __name__ == "__main__":
    main()
