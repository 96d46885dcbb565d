"""Train what judges whether a message leans on the chat before it, on chats about made-up news.

    python -m training.resolver --talks FOLDER --work DIR [--out bot/followup/leaning.npz]

FOLDER holds `train/` and `dev/`, each with `articles.jsonl.gz` and `messages.jsonl.gz`. Messages in their own chat lean
on it, their complete forms do not, and neither do messages behind a chat about another story. What the articles say of
a message is searched for in an index of the articles, which DIR keeps: two minutes on one core.
"""

import argparse
import random
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from rich.progress import track

from bot.conversation import SAID_ELSEWHERE, Turn
from bot.followup.leaning import Floats, Leaning, facts_of
from bot.query.word_bags import bag_of
from index.search.retrieval import Retriever
from index.text.terms import terms_of
from training.area_under_roc import area_under_roc
from training.kind_examples import IN_FRONT
from training.learnt_words import learnt_words
from training.newschat import Newschat
from training.records import records_of
from training.searching import search_over

_SEED, _NETWORK_SEED = 5, 9
"""The second is the best of five on stories kept apart, by a thousandth."""
_HIDDEN = 48
_EPOCHS = 12
_BATCH = 128
_RATE = 1e-3
_DROPPED = 0.35
_SEEN_OFTEN = 50
"""So many messages hold a word that is learnt: the words of single stories are not."""
_WORDS_DROPPED = 0.3
_ANSWERED = 0.85
"""How often a turn before is answered in an example: the bot refuses, too."""
_SHORT_ANSWER = 0.5
_AS_WRITTEN = 0.5
"""How often a complete form keeps its capitals and marks."""
_KNOWN_ARTICLE = 0.5
"""How often it is known which article answered: of what was said elsewhere it is not."""
_COMPLETE_ELSEWHERE, _COMPLETE_AT_HOME = 0.5, 0.16
"""How often the complete form of a follow-up is put behind a chat about something else, and behind its own: where one
of these is taken to lean, it is still about what the chat is about."""
_OPENED = 0.15
"""How often words stand in front of a message that say that the subject changes, where it does, or that say nothing."""
_CHANGES = (
    "ok different thing. ", "different question: ", "ok new topic. ", "new question: ", "another topic, ", "anyway, ",
    "anyway ", "moving on. ", "next question: ", "something else: ", "ok something else. ", "on another note, ",
    "unrelated: ", "unrelated but ", "not about that, but ", "changing the subject, ", "switching topics: ",
    "totally different: ", "forget that. ", "never mind that, ", "enough of that. ", "other news: ", "besides that, ",
    "by the way, ", "btw ", "btw, ", "also, different story: ", "ok now ", "lets talk about something else. ",
)  # fmt: skip
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
    """Messages of each chat in order, and the texts of the articles that answer them."""

    chats: Sequence[Sequence[Mapping[str, Any]]]
    texts: Mapping[str, str]

    @classmethod
    def load(cls, folder: Path) -> "Chats":
        """Read a folder with articles and messages."""
        texts = {one["id"]: one["text"] for one in records_of(folder / "articles.jsonl.gz")}
        chats: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
        for one in records_of(folder / "messages.jsonl.gz"):
            chats[one["conversation"]].append(one)
        return cls([sorted(chat, key=lambda one: int(one["turn"])) for chat in chats.values()], texts)


def examples_of(chats: Chats, *, seed: int = _SEED) -> list[Example]:
    """Make one example of each message behind others, some of complete forms there, and some behind a chat about
    another story."""
    chance = random.Random(seed)
    found = []
    for chat in chats.chats:
        turns: tuple[Turn, ...] = ()
        for message in chat:
            if turns:
                found += _behind_its_chat(message, turns, chance)
            if not turns or chance.random() < _COMPLETE_ELSEWHERE:
                other = chance.choice(chats.chats)
                if other[0]["story"] != message["story"]:
                    before = tuple(_turn(one, chats, chance) for one in other[: chance.randint(1, len(other))])
                    asked = _complete(message, chance) if turns else message["question"]
                    found.append(Example(_opened(asked, _CHANGES, chance), before, "another story"))
            turns = (*turns, _turn(message, chats, chance))
    return found


def _behind_its_chat(message: Mapping[str, Any], turns: tuple[Turn, ...], chance: random.Random) -> list[Example]:
    """Return a message as typed and, sometimes, its complete form, if that says more."""
    typed, in_full = message["question"], _complete(message, chance)
    if not message["follow_up"]:
        return [Example(typed, turns, "complete")]
    found = [Example(_opened(typed, IN_FRONT, chance), turns, "follow-up")]
    if chance.random() < _COMPLETE_AT_HOME and not set(terms_of(in_full)) <= set(terms_of(typed)):
        found.append(Example(in_full, turns, "complete"))
    return found


def _opened(message: str, openings: Sequence[str], chance: random.Random) -> str:
    """Return a message, now and then with one of these in front of it."""
    return f"{chance.choice(openings)}{message}" if chance.random() < _OPENED else message


def _complete(message: Mapping[str, Any], chance: random.Random) -> str:
    """Return what was meant in full, in its own letters or those that people type."""
    in_full = str(message["standalone"])
    return in_full if chance.random() < _AS_WRITTEN else in_full.lower().rstrip("?.")


def train(facts: Floats, messages: Sequence[str], leans: NDArray[np.float32]) -> Leaning:
    """Return a network trained on messages, with their facts, (n, n_facts), that lean or do not."""
    places = learnt_words(messages, seen_often=_SEEN_OFTEN)
    means, scales = facts.mean(0), facts.std(0) + np.float32(1e-3)
    bags = np.stack([bag_of(message, places) for message in messages])
    net = _trained((facts - means) / scales, bags, leans)
    parts = (net.hidden.weight.T, net.hidden.bias, net.output.weight.T, net.output.bias)
    return Leaning(means, scales, places, *(part.detach().numpy() for part in parts))


class _Network(torch.nn.Module):  # type: ignore[misc]  # torch is not type-checked here
    """Facts and a bag of words to odds; while it learns, some words of each message are left out."""

    def __init__(self, n_facts: int, n_words: int) -> None:
        super().__init__()
        self.hidden = torch.nn.Linear(n_facts + n_words, _HIDDEN)
        self.output = torch.nn.Linear(_HIDDEN, 1)
        torch.nn.init.zeros_(self.hidden.weight[:, n_facts:])

    def forward(self, facts: torch.Tensor, bags: torch.Tensor) -> torch.Tensor:
        functional = torch.nn.functional
        bags = functional.dropout(bags, _WORDS_DROPPED, self.training)
        units = torch.relu(self.hidden(torch.cat([facts, bags], 1)))
        return self.output(functional.dropout(units, _DROPPED, self.training))[:, 0]


def _trained(facts: Floats, bags: Floats, leans: NDArray[np.float32]) -> _Network:
    torch.manual_seed(_NETWORK_SEED)
    net = _Network(facts.shape[1], bags.shape[1])
    steps = _EPOCHS * -(-len(facts) // _BATCH)
    optimizer = torch.optim.AdamW(net.parameters(), _RATE, weight_decay=0.1)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, _RATE, total_steps=steps)
    order = np.random.default_rng(_NETWORK_SEED)
    tensors = [torch.from_numpy(one) for one in (facts, bags, leans)]
    net.train()
    for _ in range(_EPOCHS):
        for rows in torch.from_numpy(order.permutation(len(facts))).split(_BATCH):
            *some, wanted = (one[rows] for one in tensors)
            loss = torch.nn.functional.binary_cross_entropy_with_logits(net(*some), wanted)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
    net.eval()
    return net


def main() -> None:
    """Train, measure and write."""
    options = _options()
    torch.set_num_threads(1)
    options.work.mkdir(parents=True, exist_ok=True)
    chats = {half: Chats.load(options.talks / half) for half in ("train", "dev")}
    examples = {half: examples_of(one) for half, one in chats.items()}
    facts = {half: _facts(some, _search(options.talks / half, options.work)) for half, some in examples.items()}
    leans = np.array([one.leans for one in examples["train"]], np.float32)
    messages = {half: [one.message for one in some] for half, some in examples.items()}
    train(facts["train"], messages["train"], leans).save(options.out)
    with options.out.open("rb") as file:
        leaning = Leaning.load(file)
    chances = [leaning.chance_by(*one) for one in zip(messages["dev"], facts["dev"], strict=True)]
    _report(examples["dev"], chances)


def _report(examples: Sequence[Example], chances: Sequence[float]) -> None:
    """Print how well messages that lean are told from others."""
    for others in (("complete", "another story"), ("complete",), ("another story",)):
        rows = [row for row, one in enumerate(examples) if one.leans or one.kind in others]
        leans = np.array([examples[row].leans for row in rows])
        value = area_under_roc(np.array([chances[row] for row in rows]), leans)
        print(f"AUROC {value:.3f} of follow-ups against {' and '.join(others)}")
    changes = [chance for chance, one in zip(chances, examples, strict=True) if one.message.startswith(_CHANGES)]
    leaning = np.mean([chance >= 0.5 for chance in changes])
    print(f"{leaning:.3f} of {len(changes)} that say that the subject changes taken to lean")


def _search(folder: Path, work: Path) -> Retriever:
    return search_over(Newschat.load(folder).articles, work)


def _turn(message: Mapping[str, Any], chats: Chats, chance: random.Random) -> Turn:
    """Return a message as a turn, answered as the bot might: with the short answer, a sentence, or not at all."""
    places = [message["answer"]] if message["answer"] and chance.random() < _SHORT_ANSWER else message["evidence"][:1]
    if not places or chance.random() >= _ANSWERED:
        return Turn(message["question"], message["question"], SAID_ELSEWHERE)
    place = places[0]
    known = (place["article"],) if chance.random() < _KNOWN_ARTICLE else ()
    said = chats.texts[place["article"]][place["start"] : place["end"]]
    return Turn(message["question"], message["question"], SAID_ELSEWHERE, said, article_ids=known)


def _facts(examples: Sequence[Example], retriever: Retriever) -> Floats:
    """Return what is known of each example, (len(examples), n_facts)."""
    read = track(examples, description="searching what messages are about")
    return np.stack([facts_of(one.message, one.turns, retriever) for one in read])


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        "python -m training.resolver", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--talks", type=Path, required=True, help="folder with train/ and dev/")
    parser.add_argument("--work", type=Path, required=True, help="folder for an index of the articles")
    parser.add_argument("--out", type=Path, default=_OUT, help="where to write the weights")
    return parser.parse_args()


if __name__ == "__main__":
    main()
