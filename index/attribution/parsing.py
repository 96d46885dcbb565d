"""Clauses to the grammar that says who does what: a small network of our own, in plain NumPy.

For each word its part of speech and whether it begins or continues a noun phrase; for a word that may tell of
somebody saying something, which word is its subject, and how surely. `training/attribution_parser.py` fits the weights.
"""

import threading
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import ThreadpoolController

from index.attribution.word_sets import word_set
from index.attribution.words import QUOTE, Clause

WEIGHTS = Path(__file__).with_name("parser.npz")
TAGS = [
    "ADJ",
    "ADP",
    "ADV",
    "AUX",
    "AUXVB",
    "AUXVBG",
    "AUXVBN",
    "CCONJ",
    "DET",
    "INTJ",
    "NOUN",
    "NUM",
    "PART",
    "PRON",
    "PROPN",
    "PUNCT",
    "SCONJ",
    "SYM",
    "VERB",
    "VERBVB",
    "VERBVBG",
    "VERBVBN",
    "X",
    "SPACE",
]
CHUNK_TAGS = "BIO"
BUCKETS = (8192, 2048, 1024, 512)
"""How many rows the four tables have: of whole words, last letters, first letters, and shapes. Row 0: unknown."""
MOST_APART = 40
_SCALE = 8.0
_BATCH = 128
_NO_SOURCE = word_set(
    """monday tuesday wednesday thursday friday saturday sunday today yesterday tomorrow tonight there january february
    march april june july august september october november december"""
)
_SMALL = frozenset({"ADV", "AUX", "PART", "AUXVB", "AUXVBN"})

_ALONE = threading.Lock()
"""Held while one thread computes: how many threads a product takes is the same for the whole process."""

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Parse:
    """The grammar of one clause: tags and chunk tags of its words.

    `subjects`: for each word that was asked about, how likely each word is its subject; the last share is that of none.
    """

    tags: tuple[str, ...]
    chunks: str
    subjects: dict[int, Floats]

    def subject_of(self, at: int) -> int | None:
        """Return the likeliest subject of a word; None where most likely there is none."""
        best = int(self.subjects[at].argmax())
        return best if best < len(self.tags) else None

    def certainty_of(self, at: int, first: int, last: int) -> float:
        """Return how likely the subject of a word is among the words from `first` to `last`."""
        return float(self.subjects[at][first : last + 1].sum())

    def is_verb(self, at: int) -> bool:
        """Return whether a word is a verb, other than an auxiliary."""
        return self.tags[at].startswith("VERB")

    def is_finite(self, at: int) -> bool:
        """Return whether a word is a verb that makes a clause."""
        return self.tags[at] in ("VERB", "AUX")

    def continues(self, at: int) -> bool:
        """Return whether a word continues the noun phrase of the one before it."""
        return self.chunks[at] == "I"

    def holds_name(self, first: int, last: int) -> bool:
        """Return whether there is a proper noun among some words in a row."""
        return "PROPN" in self.tags[first : last + 1]

    def is_small(self, at: int) -> bool:
        """Return whether a word only modifies a verb."""
        return self.tags[at] in _SMALL

    def is_preposition(self, at: int) -> bool:
        """Return whether a word is a preposition."""
        return at < len(self.tags) and self.tags[at] == "ADP"


class ClauseParser:
    """Parses clauses. Safe to use from several threads."""

    def __init__(self, path: Path = WEIGHTS) -> None:
        self._path = path

    @cached_property
    def _weights(self) -> dict[str, Floats]:
        with np.load(self._path) as archive:
            return {name: archive[name].astype(np.float32) for name in archive.files}

    def parse(self, clauses: Sequence[Clause], asked: Sequence[Sequence[int]]) -> list[Parse]:
        """Return the grammar of each clause; `asked`: for each, the places of words whose subjects are wanted."""
        with _ALONE, _products().limit(limits=1, user_api="blas"):
            return self._parses(clauses, asked)

    def _parses(self, clauses: Sequence[Clause], asked: Sequence[Sequence[int]]) -> list[Parse]:
        parses: list[Parse | None] = [None] * len(clauses)
        order = sorted(range(len(clauses)), key=lambda number: -len(clauses[number].words))
        for first in range(0, len(order), _BATCH):
            numbers = order[first : first + _BATCH]
            found = self._batch([clauses[number] for number in numbers], [asked[number] for number in numbers])
            for number, parse in zip(numbers, found, strict=True):
                parses[number] = parse
        return [parse for parse in parses if parse is not None]

    def _batch(self, clauses: Sequence[Clause], asked: Sequence[Sequence[int]]) -> list[Parse]:
        """Return the parses of clauses that are sorted by length, longest first."""
        weights = self._weights
        lengths = [len(clause.words) for clause in clauses]
        states = self._states(clauses, lengths)
        tags = (states @ weights["pos.weight"].T + weights["pos.bias"]).argmax(-1)
        chunks = (states @ weights["bio.weight"].T + weights["bio.bias"]).argmax(-1)
        keys = states @ weights["k.weight"].T + weights["k.bias"]
        starts = np.cumsum([0, *lengths])
        places = [start + place for start, some in zip(starts[:-1].tolist(), asked, strict=True) for place in some]
        queries = states[places] @ weights["q.weight"].T + weights["q.bias"]
        first = np.cumsum([0, *map(len, asked)]).tolist()
        parses = []
        for row, clause in enumerate(clauses):
            here = slice(int(starts[row]), int(starts[row + 1]))
            wanted = queries[first[row] : first[row + 1]]
            subjects = self._subjects(clause, wanted, keys[here], asked[row]) if asked[row] else {}
            names = tuple(TAGS[number] for number in tags[here].tolist())
            parses.append(Parse(names, "".join(CHUNK_TAGS[number] for number in chunks[here].tolist()), subjects))
        return parses

    def _subjects(self, clause: Clause, queries: Floats, keys: Floats, asked: Sequence[int]) -> dict[int, Floats]:
        weights = self._weights
        places = np.array(asked)
        count = len(clause.words)
        apart = np.clip(np.arange(count)[None] - places[:, None], -MOST_APART, MOST_APART) + MOST_APART
        scores = queries @ keys.T / _SCALE + weights["dist"][apart]
        barred = [at for at, word in enumerate(clause.words) if not _may_be_source(word.text)]
        scores[:, barred] = -1e4
        none = queries @ weights["none"] / _SCALE + weights["noneb"]
        scores = np.concatenate([scores, none[:, None]], 1)
        shares = np.exp(scores - scores.max(1, keepdims=True))
        shares /= shares.sum(1, keepdims=True)
        return dict(zip(asked, shares, strict=True))

    def _states(self, clauses: Sequence[Clause], lengths: Sequence[int]) -> Floats:
        """Return (n_words, 2 * hidden): of all words, one clause behind the other."""
        weights = self._weights
        rows = np.array([_rows_of(word.text) for clause in clauses for word in clause.words], np.int64)
        embedded = weights["ew.weight"][rows[:, 0]] + weights["es.weight"][rows[:, 1]]
        embedded += weights["ep.weight"][rows[:, 2]] + weights["eh.weight"][rows[:, 3]]
        starts = np.cumsum([0, *lengths])
        before, after = np.zeros_like(embedded), np.zeros_like(embedded)
        before[1:], after[:-1] = embedded[:-1], embedded[1:]
        before[starts[:-1]] = 0.0
        after[starts[1:] - 1] = 0.0
        window = np.concatenate([before, embedded, after], 1) @ weights["conv.weight"].T + weights["conv.bias"]
        embedded = embedded + np.maximum(window, 0.0)
        return self._recur(embedded, lengths, starts)

    def _recur(self, embedded: Floats, lengths: Sequence[int], starts: NDArray[np.int64]) -> Floats:
        """Return what a recurrent layer makes of the words read forwards and backwards, both at once.

        Clauses stand side by side, the longest first, so that those that have not ended are the first of a row.
        """
        layer = self._layer
        hidden = layer.back.shape[1]
        counts = np.array(lengths)
        steps = np.arange(counts[0])[:, None]
        inside = steps < counts
        forth = np.where(inside, starts[:-1] + steps, 0)
        back = np.where(inside, starts[1:] - 1 - steps, 0)
        gates = np.stack(
            [(embedded @ layer.inputs[way].T + layer.bias[way])[places] for way, places in ((0, forth), (1, back))], 1
        )
        output = np.empty((len(steps), 2, len(lengths), hidden), np.float32)
        state = np.zeros((2, len(lengths), hidden), np.float32)
        for step, active in enumerate(inside.sum(1).tolist()):
            state = state[:, :active]
            given = gates[step, :, :active]
            fed = np.matmul(state, layer.back)
            mixed = fed[..., : 2 * hidden]
            mixed += given[..., : 2 * hidden]
            np.tanh(mixed, out=mixed)  # of half the sum, which the weights are made for: a sigmoid
            mixed += 1.0
            mixed *= 0.5
            fresh = fed[..., 2 * hidden :] + layer.fresh_bias
            fresh *= mixed[..., :hidden]
            fresh += given[..., 2 * hidden :]
            np.tanh(fresh, out=fresh)
            state = fresh + mixed[..., hidden:] * (state - fresh)
            output[step, :, :active] = state
        row = np.repeat(np.arange(len(lengths)), counts)
        place = np.arange(len(embedded)) - starts[row]
        return np.concatenate([output[place, 0, row], output[counts[row] - 1 - place, 1, row]], 1)

    @cached_property
    def _layer(self) -> "_Layer":
        weights = self._weights
        ways = ("", "_reverse")
        inputs = np.stack([weights[f"gru.weight_ih_l0{way}"] for way in ways])
        back = np.stack([weights[f"gru.weight_hh_l0{way}"].T for way in ways])
        bias = np.stack([weights[f"gru.bias_ih_l0{way}"] for way in ways])
        recurrent = np.stack([weights[f"gru.bias_hh_l0{way}"] for way in ways])
        gated = 2 * back.shape[1]
        bias[:, :gated] += recurrent[:, :gated]
        for part in (inputs[:, :gated], back[..., :gated], bias[:, :gated]):
            part *= 0.5
        return _Layer(inputs, np.ascontiguousarray(back), bias, recurrent[:, None, gated:])


@dataclass(frozen=True, slots=True)
class _Layer:
    """Weights of the recurrent layer, forwards and backwards: for words, (2, 3h, d), for states, (2, h, 3h); biases,
    (2, 3h) and (2, 1, h). Those of gates are halved."""

    inputs: Floats
    back: Floats
    bias: Floats
    fresh_bias: Floats


@lru_cache(1)
def _products() -> ThreadpoolController:
    """Return what sets how many threads compute a product: of products so small several take six times as long."""
    return ThreadpoolController()


@lru_cache(20_000)
def _may_be_source(word: str) -> bool:
    return word != QUOTE and word[0].isalnum() and word.lower() not in _NO_SOURCE


@lru_cache(20_000)
def _rows_of(word: str) -> tuple[int, int, int, int]:
    return rows_of(word)


def rows_of(word: str) -> tuple[int, int, int, int]:
    """Return the rows of a word in the four tables."""
    lowered = word.lower()
    first = f"p{lowered[:2]}{min(len(lowered), 6)}"
    texts = (f"w{lowered}", f"s{lowered[-3:]}", first, f"h{shape_of(word)}")
    return tuple(_bucket(text, count) for text, count in zip(texts, BUCKETS, strict=True))  # type: ignore[return-value]


def shape_of(word: str) -> str:
    """Return the kinds of a word's characters, runs cut to two: "McCain's" is "XxXxx'x"."""
    shape = ""
    for character in word[:12]:
        kind = "d" if character.isdigit() else character
        if character.isalpha():
            kind = "X" if character.isupper() else "x"
        if shape[-2:] != kind * 2:
            shape += kind
    return shape


def _bucket(text: str, count: int) -> int:
    return zlib.crc32(text.encode("utf-8", "surrogatepass")) % (count - 1) + 1
