"""Question sets to what a reader is trained on: a question, one passage, and where in it the answer stands.

Contexts are cut into passages as articles are, so that the reader is trained on what it will be shown. Passages
that do not answer come from people where there are any (questions written to be unanswerable), else from other
passages of the same text, from passages that BM25 found and that lack the answer, and from questions in which
one name or number was swapped for another, or that were turned into their opposite.
"""

import gzip
import json
import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from index import Article, Span
from index.chunking import chunk_article
from training.harder import is_easy, opposite_of, told_in_other_words

_ALL = 1_000_000
_PASSAGE_CHARS = (200, 350, 500)
_NAME_OR_NUMBER = re.compile(r"(?<!^)(?<![.!?] )\b(?:[A-Z][a-z]{2,}(?: [A-Z][a-z]{2,})*|\d{2,4})\b")
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class ReadingExample:
    """A question and a passage. `answers`: spans of the passage, each an exact answer.

    `evidence`: spans that hold the answer somewhere, used where no exact answer is known. Both empty: the
    passage does not answer.
    """

    question: str
    passage: str
    answers: tuple[Span, ...] = ()
    evidence: tuple[Span, ...] = ()

    @property
    def is_answerable(self) -> bool:
        """Whether the passage answers."""
        return bool(self.answers or self.evidence)


@dataclass(frozen=True, slots=True)
class Portion:
    """How much of a question set to take, and how many passages that do not answer to add for each that does.

    `easy`: the share that is kept of questions whose answer stands in the sentence that shares most words with them.
    """

    name: str
    questions: int = _ALL
    found: float = 0.0
    neighbours: float = 0.0
    swapped: float = 0.0
    opposed: float = 0.0
    easy: float = 1.0


NEWSWIRE = (
    Portion("qamr", 2_000, found=0.2, swapped=0.05),
    Portion("qasrl_gs", 300),
)
"""Many short questions on single sentences of newswire: who did what to whom."""

NATURAL = (
    Portion("squad1_train_part", 10_000, found=0.5, neighbours=0.4, swapped=0.12),
    Portion("squadshifts_new_wiki", 4_000, found=0.5, neighbours=0.4, swapped=0.12),
    Portion("squadshifts_reddit", 700, found=0.3, neighbours=0.4),
    Portion("squadshifts_amazon", 300, found=0.2, neighbours=0.4),
    Portion("fairytaleqa", 1_800, found=0.3, neighbours=0.5),
    Portion("nq_dev", found=0.7, neighbours=0.5, swapped=0.1),
    Portion("squad2_half"),
    Portion("squad2_half"),  # the traps that people wrote are few: read them three times
    Portion("squad2_half"),
    Portion("squad2_train_part"),
    Portion("selqa", 1_200, found=0.6, neighbours=0.6),
    Portion("timeqa", 900, found=0.4, neighbours=0.6, swapped=0.2),
    Portion("covidqa", 300, found=0.4, neighbours=0.4),
    Portion("quoref_contrast", neighbours=0.7),
    Portion("multispanqa", found=0.6, neighbours=0.4),
    Portion("qed_nq", found=0.8),
    Portion("musique_part", 700),
    Portion("hotpot_part", 400),
    Portion("xquad_en", found=0.6, neighbours=0.4),
    Portion("boolq_passage", 800, found=1.0),
    Portion("squad_sentence", 800, found=1.0),
)
"""Questions as people ask them, and passages that nearly answer."""

_MORE: dict[str, dict[str, Any]] = {
    "squad1_train_part": {"questions": _ALL, "swapped": 0.25},
    "squadshifts_new_wiki": {"questions": _ALL, "swapped": 0.25},
    "squadshifts_reddit": {"questions": 1_500},
    "squadshifts_amazon": {"questions": 500},
    "fairytaleqa": {"questions": _ALL, "found": 0.4},
    "selqa": {"questions": _ALL},
    "timeqa": {"questions": _ALL},
    "covidqa": {"questions": 600},
    "musique_part": {"questions": 1_500},
    "hotpot_part": {"questions": 800},
    "boolq_passage": {"questions": 2_000},
    "squad_sentence": {"questions": 2_500},
}
WIDER = (
    Portion("qamr", 5_000, found=0.2, swapped=0.2),
    *(replace(one, **_MORE.get(one.name, {})) for one in NATURAL),
)
"""Twice as much of the same for a second run, with newswire among it and more names swapped."""


_HARDER: dict[str, dict[str, Any]] = {
    "squad1_train_part": {"questions": _ALL, "swapped": 0.3, "opposed": 0.3, "easy": 0.3},
    "squadshifts_new_wiki": {"questions": _ALL, "swapped": 0.3, "opposed": 0.3, "easy": 0.3},
    "squadshifts_reddit": {"questions": 2_000, "easy": 0.3},
    "squadshifts_amazon": {"questions": 1_000, "easy": 0.3},
    "fairytaleqa": {"questions": _ALL, "found": 0.3, "easy": 0.4},
    "nq_dev": {"found": 0.5, "neighbours": 0.4, "swapped": 0.1, "easy": 0.5},
    "selqa": {"questions": _ALL, "found": 0.4, "neighbours": 0.4, "easy": 0.4},
    "timeqa": {"questions": _ALL, "found": 0.3, "neighbours": 0.4, "swapped": 0.2, "easy": 0.5},
    "covidqa": {"questions": 600},
    "musique_part": {"questions": 1_000},
    "hotpot_part": {"questions": 600},
    "boolq_passage": {"questions": 1_500},
    "squad_sentence": {"questions": 1_000},
}
_TRAP_READ_ONCE_LESS = Portion("squad2_half")
HARDER = (
    Portion("qamr", 3_000, found=0.1, swapped=0.1, easy=0.5),
    Portion("qasrl_gs", 4_000, easy=0.5),
    *(
        replace(one, **_HARDER.get(one.name, {}))
        for place, one in enumerate(NATURAL)
        if place != max(number for number, other in enumerate(NATURAL) if other == _TRAP_READ_ONCE_LESS)
    ),
    Portion("fairytaleqa_abstractive", found=0.2),
)
"""For a third run: mostly answers that stand elsewhere than the words of the question do, questions turned round, and
answers told in other words."""


def load_examples(folder: Path, portions: Sequence[Portion], *, seed: int) -> list[ReadingExample]:
    """The examples of these portions, shuffled. `folder` holds `NAME.jsonl.gz` and `NAME.hardneg.jsonl.gz`.

    Raises:
        FileNotFoundError: the folder lacks a set.
    """
    chance = random.Random(seed)
    examples = [example for portion in portions for example in _portion_examples(folder, portion, chance)]
    chance.shuffle(examples)
    return examples


def _portion_examples(folder: Path, portion: Portion, chance: random.Random) -> Iterator[ReadingExample]:
    records = list(_records(folder / f"{portion.name}.jsonl.gz"))
    chance.shuffle(records)
    records = records[: portion.questions]
    names = [name for record in records for name in _NAME_OR_NUMBER.findall(record["context"])]
    for record in records:
        yield from _own_passages(record, portion, chance, names)
    if portion.found:
        found = list(_records(folder / f"{portion.name}.hardneg.jsonl.gz"))
        chance.shuffle(found)
        for record in found[: round(portion.found * len(records))]:
            yield ReadingExample(record["question"], _most_alike(record, chance))


@dataclass(frozen=True, slots=True)
class _Placed:
    """Where a record's answers stand in its context: `found`, each `exact` or a sentence that holds one.

    `passages`: all of the context; `home`: the one of them that holds an answer.
    """

    found: list[Span]
    exact: bool
    passages: list[Span]
    home: Span


def _own_passages(
    record: dict[str, Any], portion: Portion, chance: random.Random, names: Sequence[str]
) -> Iterator[ReadingExample]:
    """The passage that answers; at the portion's rates a neighbour, and the passage with a changed question."""
    question, context = record["question"], record["context"]
    if not record["answerable"]:
        yield ReadingExample(question, _most_alike(record, chance))
        return
    placed = _place(record, chance)
    if placed is None or _is_passed_over(question, context, placed, portion.easy, chance):
        return
    home, passage = placed.home, placed.home.slice(context)
    inside = tuple(Span(s.start - home.start, s.end - home.start) for s in placed.found if _covers(home, s))
    yield ReadingExample(question, passage, inside if placed.exact else (), () if placed.exact else inside)
    others = _neighbours(context, placed)
    if others and chance.random() < portion.neighbours:
        yield ReadingExample(question, chance.choice(others))
    if chance.random() < portion.swapped:
        changed = _swapped(question, passage, names, chance)
        if changed is not None:
            yield ReadingExample(changed, passage)
    if portion.opposed and chance.random() < portion.opposed:
        changed = opposite_of(question, passage, chance)
        if changed is not None:
            yield ReadingExample(changed, passage)


def _place(record: dict[str, Any], chance: random.Random) -> _Placed | None:
    """None if no passage holds an answer whole."""
    context = record["context"]
    passages = _passages(context, chance)
    exact = bool(record["answers"]) and not record.get("answer_is_sentence")
    if exact:
        found = [Span(one["start"], one["start"] + len(one["text"])) for one in record["answers"]]
    elif record["evidence"]:
        found = [Span(one["start"], one["end"]) for one in record["evidence"]]
    elif record.get("abstractive"):
        told = told_in_other_words(record)
        found = [told] if told else []
    else:
        found = passages = [Span(0, min(len(context), 600))]
    home = next((one for one in passages if any(_covers(one, span) for span in found)), None)
    return _Placed(found, exact, passages, home) if home else None


def _is_passed_over(question: str, context: str, placed: _Placed, kept: float, chance: random.Random) -> bool:
    """Of exact answers that are easy to find, the share `kept` is not."""
    if not placed.exact or kept == 1 or chance.random() < kept:
        return False
    start = placed.home.start
    answers = [Span(max(one.start - start, 0), one.end - start) for one in placed.found if one.end > start]
    return is_easy(question, placed.home.slice(context), answers)


def _neighbours(context: str, placed: _Placed) -> list[str]:
    """The other passages, less those that hold an answer or its words."""
    answers = {span.slice(context).lower() for span in placed.found}
    apart = [
        one.slice(context)
        for one in placed.passages
        if not any(one.start < span.end and span.start < one.end for span in placed.found)
    ]
    return [text for text in apart if not any(answer in text.lower() for answer in answers)]


def _passages(text: str, chance: random.Random) -> list[Span]:
    article = Article("context", "", text)
    passages = [passage.span for passage in chunk_article(article, max_chars=chance.choice(_PASSAGE_CHARS))]
    return passages or [Span(0, len(text))]


def _most_alike(record: dict[str, Any], chance: random.Random) -> str:
    """The passage of the record's context that shares most words with its question."""
    context: str = record["context"]
    words = set(map(str.lower, _WORD.findall(record["question"])))
    best = max(
        _passages(context, chance),
        key=lambda span: len(words & set(map(str.lower, _WORD.findall(context[span.start : span.end])))),
    )
    return context[best.start : best.end]


def _swapped(question: str, passage: str, names: Sequence[str], chance: random.Random) -> str | None:
    """The question with a name or number of the passage swapped for another like it; None if it has none."""
    there = [found for found in _NAME_OR_NUMBER.finditer(question) if found.group() in passage]
    if not there or not names:
        return None
    old = chance.choice(there)
    nearby = _NAME_OR_NUMBER.findall(passage) if chance.random() < 0.7 else chance.choices(names, k=40)
    others = [name for name in nearby if name not in question and name.isdigit() == old.group().isdigit()]
    return question[: old.start()] + chance.choice(others) + question[old.end() :] if others else None


def _covers(outer: Span, inner: Span) -> bool:
    return outer.start <= inner.start and inner.end <= outer.end


def _records(path: Path) -> Iterator[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") as file:
        yield from map(json.loads, file)
