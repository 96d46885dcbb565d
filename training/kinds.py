"""Train what tells the kinds of messages apart, on chats about made-up news.

    python -m training.kinds --newschat CHATS --questions FOLDER --work DIR [--out bot/query/kinds.npz]

CHATS holds `train/` and `dev/` as `training/newschat.py` describes them. Each message is learnt as it was typed, in
full, and with errors of typing. FOLDER holds sets of questions for facts, as `training/reading_examples.py` describes
them, and beside `train/` and `dev/` the questions of people who talk to get information (`rewrites.jsonl.gz`): which of
the kinds that a sentence answers, or that are searched for at all, each is of is left open. The embedder is not
trained: its vectors are computed once and kept in DIR.
"""

import argparse
import random
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import torch
from numpy.typing import NDArray

from bot.query.kind_classifier import (
    Embed,
    Floats,
    KindClassifier,
    LinearLayer,
    inputs_of,
    kind_of_class,
)
from bot.query.kinds import MessageKind, ToldKind, Topic
from bot.query.word_bags import bag_of, packed
from bot.settings import Settings
from index.embedding.embedder import Embedder, load_embedder
from index.hashing import hash64
from training.kind_examples import (
    BEHIND,
    IN_FRONT,
    NEAR_MISSES,
    REQUESTS,
    WRITTEN,
    near_misses,
    questions_about_articles,
    requests,
    written,
)
from training.learnt_words import learnt_words
from training.newschat import Newschat
from training.records import records_of
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
ASIDE: Final = frozenset((MessageKind.SMALL_TALK, MessageKind.ABOUT_ARTICLE))
"""Kinds that nothing is searched for."""
SUBJECTS: Final = frozenset((MessageKind.KEYWORDS, MessageKind.OVERVIEW))
"""Kinds that name a subject and want to be told of it."""
_SEED = 7
_HASTE = 0.6
_SEEN_OFTEN = 30
"""A word is learnt if so many messages hold it."""
_PLAIN = frozenset(
    ("squad1_train_part", "squadshifts_new_wiki", "nq_dev", "squad2_half", "timeqa", "selqa", "covidqa", "qamr")
)
"""Sets of questions for facts, by people who wrote them out or typed them into a search box."""
_PLAIN_LEARNT, _PLAIN_MEASURED = 4_000, 1_200
_OPEN_WEIGHT = 0.5
_MISTAKEN = 1
"""So many of those measured with may be told for sure as of one other kind."""
_MEASURED_OF_TALKS = 5
"""Of so many talks of people who want information one is kept for measuring."""
_GREETED = 1500
"""So many messages of newschat are taken once more with small talk around them."""
_SEEN_IN_OURS = 8
"""Of our own messages, which come in fewer forms."""
_SUBJECTS_OF_A_REQUEST = 4
_IN_FRONT = 0.7
_OURS = 3
"""How often each message of our own is taken again with other errors of typing."""
_RARE = 0.5
"""How far rare kinds count more: 0 not at all, 1 as much as frequent ones."""
_TOPICS = 0.4
"""How much an example of a topic counts."""
_EPOCHS = 10
_BATCH = 128
_RATE = 5e-3
_PRECISION, _PRECISION_ASIDE = 0.95, 0.98
"""How often a kind that is no fact's must be right where it is told for sure; one that leaves the articles unsearched
oftener."""
_LEAST_SURE = 20
"""A bound that fewer guesses reach is none."""
_OUT = Path("bot/query/kinds.npz")


@dataclass(frozen=True, slots=True)
class Example:
    """A message as typed and in full, and what it asks for or speaks of."""

    typed: str
    complete: str
    asks: MessageKind | Topic

    @property
    def kind(self) -> MessageKind:
        """What it asks for."""
        return kind_of_class(self.asks)


def examples_of(chats: Newschat) -> list[Example]:
    """Return the messages whose kind says what they ask for."""
    return [Example(one.typed, one.complete, KINDS[one.kind]) for one in chats.messages if one.kind in KINDS]


def written_examples(subjects: Sequence[str], *, held_out: bool) -> list[Example]:
    """Return the messages of our own writing: those that are learnt from, or those kept for measuring.

    Questions about articles and requests name some of the `subjects`.
    """
    chance = random.Random(_SEED)
    found = [Example(text, text, topic) for topic in WRITTEN for text in written(topic, held_out=held_out)]
    found += [Example(text, text, kind) for kind in NEAR_MISSES for text in near_misses(kind, held_out=held_out)]
    for text in questions_about_articles(held_out=held_out):
        named = text.format(chance.choice(subjects))
        found.append(Example(named, named, Topic.ARTICLE))
    for kind in REQUESTS:
        for text in requests(kind, held_out=held_out):
            asking = [text.format(subject) for subject in chance.sample(subjects, _SUBJECTS_OF_A_REQUEST)]
            found += [Example(one, one, kind) for one in asking]
    return found


def plain_questions(folder: Path, *, most: int) -> list[str]:
    """Return so many questions for facts of a folder of sets, each set with a like share."""
    chance = random.Random(_SEED)
    found: list[str] = []
    for path in sorted(folder.glob("*.jsonl.gz")):
        if path.name.partition(".")[0] in _PLAIN:
            questions = sorted({one["question"] for one in records_of(path)})
            found += chance.sample(questions, min(most // len(_PLAIN), len(questions)))
    return found


def questions_of_talks(path: Path, *, held_out: bool) -> list[str]:
    """Return what people asked in talks for information, each question once: of most talks, or of those kept for
    measuring. `path` holds lines whose ids are those of a talk and of a turn."""
    talks: dict[str, list[str]] = {}
    for one in records_of(path):
        talks.setdefault(one["id"].rpartition("_")[0], []).append(one["question"])
    kept = [
        questions for place, questions in enumerate(talks.values()) if (place % _MEASURED_OF_TALKS == 0) == held_out
    ]
    return list(dict.fromkeys(question for questions in kept for question in questions))


def with_small_talk(examples: Sequence[Example], chance: random.Random) -> list[Example]:
    """Return them with a greeting or a thank-you in front or behind, which changes nothing of what they ask."""
    found = []
    for one in examples:
        in_front = chance.choice(IN_FRONT) if chance.random() < _IN_FRONT else ""
        behind = "" if in_front else chance.choice(BEHIND)
        found.append(Example(f"{in_front}{one.typed}{behind}", f"{in_front}{one.complete}{behind}", one.asks))
    return found


def weights_of(classes: Sequence[MessageKind | Topic], wanted: NDArray[np.int64]) -> Floats:
    """Return how much an example of each class counts: of a rare kind more, of a topic always the same, since how often
    we wrote of one says nothing of how often people speak of it."""
    counts = np.bincount(wanted, minlength=len(classes))
    kinds = [count for count, one in zip(counts, classes, strict=True) if isinstance(one, MessageKind)]
    return np.array(
        [
            _TOPICS if isinstance(one, Topic) else (np.mean(kinds) / count) ** _RARE
            for count, one in zip(counts, classes, strict=True)
        ],
        np.float32,
    )


def train(
    inputs: Floats, classes: NDArray[np.int64], weights: Floats, left_open: Sequence[Sequence[int]] = ()
) -> LinearLayer:
    """Return a trained layer from (n, m) inputs to classes, rounded to 16 bits as it ships.

    `weights`: how much an example of each class counts. An example of class -1 is of any of the first classes
    `left_open`, one of -2 of any of the second, and so on.
    """
    torch.manual_seed(_SEED)
    layer = torch.nn.Linear(inputs.shape[1], len(weights))
    optimizer = torch.optim.AdamW(layer.parameters(), _RATE, weight_decay=0.3)
    steps = _EPOCHS * -(-len(inputs) // _BATCH)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, _RATE, total_steps=steps)
    order = np.random.default_rng(_SEED)
    given, wanted, counting = torch.from_numpy(inputs), torch.from_numpy(classes), torch.from_numpy(weights)
    for _ in range(_EPOCHS):
        for rows in torch.from_numpy(order.permutation(len(inputs))).split(_BATCH):
            odds, asks = layer(given[rows]), wanted[rows]
            loss = torch.nn.functional.cross_entropy(
                odds, asks.clamp(min=-1), counting, label_smoothing=0.05, ignore_index=-1, reduction="sum"
            )
            for number, any_of in enumerate(left_open, 1):
                some = odds[asks == -number]
                loss = loss + _OPEN_WEIGHT * (some.logsumexp(1) - some[:, any_of].logsumexp(1)).sum()
            loss = loss / len(rows)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
    parts = (layer.weight.T, layer.bias)
    return LinearLayer(*(part.detach().numpy().astype(np.float16).astype(np.float32) for part in parts))


def sure_from(
    chances: Sequence[float], right: Sequence[bool], *, precision: float = _PRECISION, least: int = _LEAST_SURE
) -> float:
    """Return the least chance from which on guesses are right so often; above 1 if that would rest on too few."""
    order = np.argsort(-np.asarray(chances, float), kind="stable")
    hits = np.cumsum(np.asarray(right, float)[order])
    kept = np.flatnonzero(hits / np.arange(1, len(order) + 1) >= precision)
    return float(np.asarray(chances)[order][kept[-1]]) if len(kept) and kept[-1] + 1 >= least else 1.01


def main() -> None:
    """Train, measure and write."""
    options = _options()
    torch.set_num_threads(1)
    options.work.mkdir(parents=True, exist_ok=True)
    settings = Settings.from_environment()
    embedder = load_embedder(settings.embedding_model, settings.model_cache)
    chats = {half: Newschat.load(options.newschat / half) for half in ("train", "dev")}
    talks = options.questions / "rewrites.jsonl.gz"
    plain = plain_questions(options.questions / "train", most=_PLAIN_LEARNT)
    trained = _trained(chats["train"], plain, questions_of_talks(talks, held_out=False), embedder, options.work)
    asked = examples_of(chats["dev"])
    ours = written_examples(_subjects(chats["dev"]), held_out=True)
    unseen = [*asked, *ours, *with_small_talk(asked, random.Random(_SEED))[:_GREETED]]
    plain = list(dict.fromkeys(plain_questions(options.questions / "dev", most=_PLAIN_MEASURED)))
    talked = questions_of_talks(talks, held_out=True)
    embed = _known({*plain, *talked, *(text for one in unseen for text in (one.typed, one.complete))}, embedder)
    told = {
        "words_only": _judged(trained, unseen, embed, ""),
        "with_vectors": _judged(trained, unseen, embed, trained.fingerprint),
    }
    kinds = [one.kind for one in unseen]
    bounds = {}
    for name, fingerprint in (("words_only", ""), ("with_vectors", trained.fingerprint)):
        facts, of_talks = ([trained.tell(one, one, embed, fingerprint) for one in some] for some in (plain, talked))
        mistaken = np.mean([one.kind not in FACTS for one in facts])
        print(f"{name}: {mistaken:.3f} of {len(plain)} plain questions likelier something else than a fact's")
        aside = np.mean([one.kind in ASIDE for one in of_talks])
        print(f"{name}: {aside:.3f} of {len(talked)} questions of talks likelier nothing that is searched for")
        found = bounds_of(told[name]["as typed"] + told[name]["both"], kinds * 2)
        bounds[name] = stricter(stricter(found, facts), of_talks, of=ASIDE)
    _write(options.out, trained, bounds)
    for name, forms in told.items():
        for form, guesses in forms.items():
            right = [guess.kind is kind for guess, kind in zip(guesses, kinds, strict=True)][: len(asked)]
            print(f"{name}, {form}: {np.mean(right):.3f} of {len(asked)} of newschat told right")
    of_ours = list(zip(told["with_vectors"]["as typed"][len(asked) :], ours, strict=False))
    kinds_right = np.mean([guess.kind is one.kind for guess, one in of_ours])
    all_right = np.mean([(guess.topic or guess.kind) is one.asks for guess, one in of_ours])
    print(f"of {len(ours)} of our own: kind {kinds_right:.3f}, topic too {all_right:.3f}")
    _report(told["with_vectors"]["both"], unseen, bounds["with_vectors"])


def stricter(
    bounds: Mapping[MessageKind, float],
    facts: Sequence[ToldKind],
    *,
    of: frozenset[MessageKind] = frozenset(MessageKind) - FACTS,
    mistaken: int = _MISTAKEN,
) -> dict[MessageKind, float]:
    """Return bounds that only so many of these questions reach, none of which is of the kinds `of`: theirs are raised
    as far as it takes."""
    raised = dict(bounds)
    for kind in of & bounds.keys():
        chances = sorted((one.chances[kind] for one in facts if one.kind is kind), reverse=True)
        if len(chances) > mistaken:
            raised[kind] = max(raised[kind], float(np.nextafter(chances[mistaken], 2.0)))
    return raised


def _judged(
    trained: KindClassifier, examples: Sequence[Example], embed: Embed, fingerprint: str
) -> dict[str, list[ToldKind]]:
    """Return what each example is told to be as it was typed, in full, and from both."""
    readings = {
        "as typed": [(one.typed, one.typed) for one in examples],
        "in full": [(one.complete, one.complete) for one in examples],
        "both": [(one.typed, one.complete) for one in examples],
    }
    return {form: [trained.tell(*pair, embed, fingerprint) for pair in pairs] for form, pairs in readings.items()}


def _known(texts: Iterable[str], embedder: Embedder) -> Embed:
    """Return what embeds these texts, computed at once, and no others."""
    ordered = sorted(texts)
    vectors = dict(zip(ordered, embedder.embed(ordered), strict=True))
    return lambda some: np.stack([vectors[text] for text in some])


def bounds_of(told: Sequence[ToldKind], meant: Sequence[MessageKind]) -> dict[MessageKind, float]:
    """Return how likely each kind must be to be told for sure; those that are replied to alike need not be told
    from each other."""
    bounds = {}
    for kind in dict.fromkeys(meant):
        pairs = [(one.chances[kind], wanted) for one, wanted in zip(told, meant, strict=True) if one.kind is kind]
        if kind not in ASIDE:  # small talk that is searched for costs nobody an answer
            pairs = [(chance, wanted) for chance, wanted in pairs if wanted not in ASIDE]
        right = [wanted is kind or {kind, wanted} <= FACTS or {kind, wanted} <= SUBJECTS for _, wanted in pairs]
        precision = _PRECISION_ASIDE if kind in ASIDE else _PRECISION
        bounds[kind] = sure_from([chance for chance, _ in pairs], right, precision=precision)
    return bounds


def _trained(
    chats: Newschat, plain: Sequence[str], talked: Sequence[str], embedder: Embedder, work: Path
) -> KindClassifier:
    chance = random.Random(_SEED)
    asked = examples_of(chats)
    ours = written_examples(_subjects(chats), held_out=False)
    examples = [*asked, *ours, *with_small_talk([*chance.sample(asked, _GREETED), *ours], chance)]
    pairs = [(text, one.asks) for one in examples for text in (one.typed, one.complete)]
    pairs += [(_hasty(one.complete, copy), one.asks) for one in examples for copy in range(2)]
    pairs += [(_hasty(one.typed, copy), one.asks) for one in ours for copy in range(2, 2 + 2 * _OURS)]
    talked = [*talked, *(_hasty(text, 0) for text in talked)]
    texts = [*(text for text, _ in pairs), *plain, *talked]
    classes = tuple(dict.fromkeys(one.asks for one in examples))
    wanted = np.array([*(classes.index(asks) for _, asks in pairs), *(-1 for _ in plain), *(-2 for _ in talked)])
    of_ours = [text for text, asks in pairs if isinstance(asks, Topic)]
    frequent = [*learnt_words(texts, seen_often=_SEEN_OFTEN), *learnt_words(of_ours, seen_often=_SEEN_IN_OURS)]
    words = {word: place for place, word in enumerate(dict.fromkeys(frequent))}
    bags = np.stack([bag_of(text, words) for text in texts])
    vectors = _vectors(texts, embedder, work)
    inputs = np.stack([inputs_of(vector, bag) for vector, bag in zip(vectors, bags, strict=True)])
    weights = weights_of(classes, wanted[: len(pairs)])
    facts = [place for place, one in enumerate(classes) if one in FACTS]
    searched = [place for place, one in enumerate(classes) if kind_of_class(one) not in ASIDE]
    layers = train(inputs, wanted, weights, (facts, searched)), train(bags, wanted, weights, (facts, searched))
    return KindClassifier(embedder.fingerprint, classes, words, *layers)


def _hasty(text: str, copy: int) -> str:
    """Return a text as hurried people type it; each copy has its own errors, and the same ones in every training."""
    return as_typed(text, random.Random(f"{_SEED} {copy} {text}"), rate=_HASTE)


def _subjects(chats: Newschat) -> list[str]:
    """Return names of stories, as people typed them."""
    return [one.typed for one in chats.messages if one.kind == "keywords"]


def _vectors(texts: Sequence[str], embedder: Embedder, work: Path) -> Floats:
    """Return the vector of each text, keeping those of all texts seen so far in a file of `work`."""
    kept = work / f"vectors-{hash64(embedder.fingerprint)}.npz"
    known: dict[str, Floats] = {}
    if kept.exists():
        with np.load(kept) as stored:
            known = dict(zip(stored["texts"].tolist(), stored["vectors"].astype(np.float32), strict=True))
    missing = [text for text in dict.fromkeys(texts) if text not in known]
    if missing:
        known |= dict(zip(missing, embedder.embed(missing), strict=True))
        np.savez(kept, texts=np.array(list(known)), vectors=np.stack(list(known.values())).astype(np.float16))
    return np.stack([known[text] for text in texts])


def _write(path: Path, trained: KindClassifier, bounds: Mapping[str, Mapping[MessageKind, float]]) -> None:
    kinds = [kind for kind in MessageKind if kind in bounds["with_vectors"]]
    stored: dict[str, NDArray[Any]] = {
        "fingerprint": np.array(trained.fingerprint),
        "classes": np.array([one.value for one in trained.classes]),
        "kinds": np.array([kind.value for kind in kinds]),
        "words": packed(trained.words),
    }
    for name, layer in (("with_vectors", trained.with_vectors), ("words_only", trained.words_only)):
        stored[f"{name}/weights"] = layer.weights.astype(np.float16)
        stored[f"{name}/bias"] = layer.bias.astype(np.float16)
        stored[f"{name}/sure"] = np.array([bounds[name][kind] for kind in kinds])
    np.savez_compressed(path, allow_pickle=False, **stored)


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
    parser.add_argument("--questions", type=Path, required=True, help="folder with train/ and dev/ of question sets")
    parser.add_argument("--work", type=Path, required=True, help="folder for vectors computed on the way")
    parser.add_argument("--out", type=Path, default=_OUT, help="where to write the weights")
    return parser.parse_args()


if __name__ == "__main__":
    main()
