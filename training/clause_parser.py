"""Train what finds who does what in a clause, on the grammar of made-up news.

    python -m training.clause_parser --grammar DIR [--out index/attribution/parser.npz] [--epochs 20]

DIR holds what `training.clause_grammar` wrote. In every second clause a source is exchanged or put in, as papers write
them, and a quarter of the words are hidden, so that what stands around them is learnt.
"""

import argparse
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from index.attribution.parsing import BUCKETS, CHUNK_TAGS, MOST_APART, TAGS, WEIGHTS, rows_of
from index.attribution.words import QUOTE
from training.clause_grammar import ClauseGrammar, read_grammar, says
from training.made_sources import with_made_source

_DIMENSION, _HIDDEN, _POINTER = 64, 96, 64
_SEED = 1
_BATCH = 64
_RATE = 4e-3
_HIDDEN_WORDS = 0.25
_LOWERED: Final = 0.03
_UNKNOWN = -100


@dataclass(frozen=True, slots=True)
class Batch:
    """Clauses side by side. `rows`: (n, longest, 4); `tags` and `chunks`: (n, longest), -100 where there is none;
    `verbs`: (m, 2), the clause and the place of each; `subjects`: (m,), the longest's length for none."""

    rows: Tensor
    lengths: Tensor
    tags: Tensor
    chunks: Tensor
    verbs: Tensor
    subjects: Tensor

    @property
    def mask(self) -> Tensor:
        """(n, longest): where there is a word."""
        return torch.arange(self.rows.shape[1])[None] < self.lengths[:, None]


class ClauseNetwork(nn.Module):  # type: ignore[misc]  # torch is not checked
    """The network that `index.attribution.parsing` computes in NumPy; its parts are called alike."""

    def __init__(self) -> None:
        super().__init__()
        self.ew, self.es, self.ep, self.eh = (nn.Embedding(count, _DIMENSION) for count in BUCKETS)
        for table in (self.ew, self.es, self.ep, self.eh):
            nn.init.normal_(table.weight, 0, 0.3)
        self.conv = nn.Linear(3 * _DIMENSION, _DIMENSION)
        self.gru = nn.GRU(_DIMENSION, _HIDDEN, batch_first=True, bidirectional=True)
        self.pos = nn.Linear(2 * _HIDDEN, len(TAGS))
        self.bio = nn.Linear(2 * _HIDDEN, len(CHUNK_TAGS))
        self.q, self.k = nn.Linear(2 * _HIDDEN, _POINTER), nn.Linear(2 * _HIDDEN, _POINTER)
        self.none = nn.Parameter(torch.zeros(_POINTER))
        self.noneb = nn.Parameter(torch.zeros(1))
        self.dist = nn.Parameter(torch.zeros(2 * MOST_APART + 1))
        self.dropout = nn.Dropout(0.25)

    def states(self, batch: Batch) -> Tensor:
        """Return (n, longest, 2 * hidden)."""
        tables = (self.ew, self.es, self.ep, self.eh)
        embedded = torch.stack([table(batch.rows[..., at]) for at, table in enumerate(tables)]).sum(0)
        embedded = self.dropout(embedded)
        padded = functional.pad(embedded, (0, 0, 1, 1))
        window = torch.cat([padded[:, :-2], padded[:, 1:-1], padded[:, 2:]], -1)
        embedded = embedded + torch.relu(self.conv(window))
        packed = nn.utils.rnn.pack_padded_sequence(embedded, batch.lengths, batch_first=True, enforce_sorted=False)
        output, _ = nn.utils.rnn.pad_packed_sequence(self.gru(packed)[0], batch_first=True)
        states: Tensor = self.dropout(output)
        return states

    def subjects(self, states: Tensor, batch: Batch) -> Tensor:
        """Return (m, longest + 1): how much speaks for each word as the subject of each verb, last for none."""
        clauses, places = batch.verbs[:, 0], batch.verbs[:, 1]
        queries = self.q(states[clauses, places])
        apart = (torch.arange(states.shape[1])[None] - places[:, None]).clamp(-MOST_APART, MOST_APART) + MOST_APART
        scores = torch.einsum("np,ntp->nt", queries, self.k(states)[clauses]) / 8 + self.dist[apart]
        scores = scores.masked_fill(~batch.mask[clauses], -1e4)
        none = (queries @ self.none) / 8 + self.noneb
        return torch.cat([scores, none[:, None]], 1)

    def loss(self, batch: Batch) -> Tensor:
        """Return the sum of the losses of tags, chunks and subjects."""
        states = self.states(batch)
        pairs = ((self.pos(states), batch.tags), (self.bio(states), batch.chunks))
        losses = [
            functional.cross_entropy(given.flatten(0, 1), wanted.flatten(), ignore_index=_UNKNOWN)
            for given, wanted in pairs
        ]
        if len(batch.subjects):
            losses.append(functional.cross_entropy(self.subjects(states, batch), batch.subjects))
        return torch.stack(losses).sum()


def batch_of(clauses: Sequence[ClauseGrammar], *, hidden: float = 0.0) -> Batch:
    """Return clauses as a batch, with that share of the words hidden."""
    longest = max(len(one.words) for one in clauses)
    rows = np.zeros((len(clauses), longest, len(BUCKETS)), np.int64)
    tags, chunks = np.full((2, len(clauses), longest), _UNKNOWN)
    verbs, subjects = [], []
    for row, one in enumerate(clauses):
        count = len(one.words)
        rows[row, :count] = [rows_of(word) for word in one.words]
        if hidden:
            rows[row, :count, 0][np.random.rand(count) < hidden] = 0
        tags[row, :count] = [_number(tag, TAGS) for tag in one.tags]
        chunks[row, :count] = [_number(tag, CHUNK_TAGS) for tag in one.chunks]
        for verb, subject in one.subjects.items():
            is_quotation = subject >= 0 and one.words[subject] == QUOTE and says(one.words[verb])
            if not is_quotation:  # which the parser takes for what speaks
                verbs.append((row, verb))
                subjects.append(subject if subject >= 0 else longest)
    lengths = torch.tensor([len(one.words) for one in clauses])
    numbers = torch.tensor(verbs, dtype=torch.long).reshape(-1, 2)
    parts = (torch.from_numpy(part) for part in (rows, tags, chunks))
    given, of_tags, of_chunks = parts
    return Batch(given, lengths, of_tags, of_chunks, numbers, torch.tensor(subjects, dtype=torch.long))


def _number(tag: str | None, tags: Sequence[str]) -> int:
    if tag is None:
        return _UNKNOWN
    return tags.index(tag) if tag in tags else tags.index("X")


def train(clauses: Sequence[ClauseGrammar], epochs: int) -> Iterator[tuple[ClauseNetwork, float]]:
    """Yield the network after each epoch, with the loss of it."""
    torch.manual_seed(_SEED)
    np.random.seed(_SEED)
    chance = random.Random(_SEED)
    network = ClauseNetwork()
    optimizer = torch.optim.AdamW(network.parameters(), _RATE, weight_decay=0.01)
    steps = epochs * -(-len(clauses) // _BATCH)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, _RATE, total_steps=steps, pct_start=0.1)
    for _ in range(epochs):
        network.train()
        total = 0.0
        for some in _batches(clauses, chance):
            made = [_lowered(with_made_source(one, says, chance), chance) for one in some]
            loss = network.loss(batch_of(made, hidden=_HIDDEN_WORDS))
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(network.parameters(), 1.0)
            optimizer.step()
            schedule.step()
            total += loss.item()
        yield network.eval(), total


def _batches(clauses: Sequence[ClauseGrammar], chance: random.Random) -> list[list[ClauseGrammar]]:
    """Return clauses of about equal length together, in an order of chance."""
    ordered = sorted(clauses, key=lambda one: len(one.words) + 4 * chance.random())
    batches = [ordered[first : first + _BATCH] for first in range(0, len(ordered), _BATCH)]
    chance.shuffle(batches)
    return batches


def _lowered(clause: ClauseGrammar, chance: random.Random) -> ClauseGrammar:
    if chance.random() >= _LOWERED:
        return clause
    words = [word.lower() for word in clause.words]
    return ClauseGrammar(words, clause.tags, clause.chunks, clause.subjects)


def measured(network: ClauseNetwork, clauses: Sequence[ClauseGrammar]) -> dict[str, float]:
    """Return the shares of tags, chunk tags and subjects that are as the grammar has them."""
    right = dict.fromkeys(("tags", "chunks", "subjects"), 0)
    total = dict.fromkeys(right, 0)
    for first in range(0, len(clauses), _BATCH):
        batch = batch_of(clauses[first : first + _BATCH])
        with torch.no_grad():
            states = network.states(batch)
        for name, given, wanted in (
            ("tags", network.pos(states), batch.tags),
            ("chunks", network.bio(states), batch.chunks),
        ):
            known = wanted != _UNKNOWN
            right[name] += int((given.argmax(-1) == wanted)[known].sum())
            total[name] += int(known.sum())
        if len(batch.subjects):
            right["subjects"] += int((network.subjects(states, batch).argmax(-1) == batch.subjects).sum())
            total["subjects"] += len(batch.subjects)
    return {name: round(right[name] / total[name], 4) for name in right}


def write(network: ClauseNetwork, file: Path) -> None:
    """Write the weights in 16 bits, as they ship."""
    weights = {name: tensor.numpy().astype(np.float16) for name, tensor in network.state_dict().items()}
    np.savez_compressed(file, allow_pickle=False, **weights)


def main(arguments: list[str] | None = None) -> None:
    """Train, measure and write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--grammar", type=Path, required=True)
    parser.add_argument("--out", type=Path, default=WEIGHTS)
    parser.add_argument("--epochs", type=int, default=20)
    options = parser.parse_args(arguments)
    torch.set_num_threads(1)
    unseen = read_grammar(options.grammar / "dev.jsonl")
    for number, (network, loss) in enumerate(train(read_grammar(options.grammar / "train.jsonl"), options.epochs), 1):
        print(number, round(loss, 1), measured(network, unseen), flush=True)
    write(network, options.out)


if __name__ == "__main__":
    main()
