"""Turns question sets into what a reader is trained on: a question, one passage, and where in it the answer stands.

Contexts are cut into passages as articles are, so that the reader is trained on what it will be shown. Passages that do
not answer come from people where there are any (questions written to be unanswerable), else from other passages of the
same text, from passages that BM25 found and that lack the answer, and from questions in which one name or number was
swapped for another.
"""

import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from bot.reading.headings import heading_of
from index import Article, Span
from index.text.chunking import chunk_article, split_sentences
from training.records import records_of

_ALL = 1_000_000
_PASSAGE_CHARS = (200, 350, 500)
_NAME_OR_NUMBER = re.compile(r"(?<!^)(?<![.!?] )\b(?:[A-Z][a-z]{2,}(?: [A-Z][a-z]{2,})*|\d{2,4})\b")
_WORD = re.compile(r"\w+")
_TITLES_SHOWN = 0.5
_DOUBTED = 0.5
"""What it counts that a sentence does not answer where nobody looked at it."""


@dataclass(frozen=True, slots=True)
class Mark:
    """Whether a sentence of a passage answers by itself, and how much that counts in training: 1 where it is sure."""

    span: Span
    answers: bool
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class ReadingExample:
    """A question and a passage. `answers`: spans of the passage, each an exact answer.

    `evidence`: spans that hold the answer somewhere, used where no exact answer is known. Both empty: the
    passage does not answer. `marks`: the sentences of which it is known whether they answer. `heading`: what stands
    above the passage; no span counts it. `weight`: how much it counts, 1 where it is sure what is right. `rivals`: the
    same for other passages of the same question, to be told from it; None if it is read alone.
    """

    question: str
    passage: str
    answers: tuple[Span, ...] = ()
    evidence: tuple[Span, ...] = ()
    marks: tuple[Mark, ...] = ()
    heading: str = ""
    weight: float = 1.0
    rivals: int | None = None

    @property
    def is_answerable(self) -> bool:
        """Whether the passage answers."""
        return bool(self.answers or self.evidence)


@dataclass(frozen=True, slots=True)
class Portion:
    """How much of a question set to take, and how many passages that do not answer to add for each that does.

    `is_titled`: its titles are such as people give.
    """

    name: str
    questions: int = _ALL
    found: float = 0.0
    neighbours: float = 0.0
    swapped: float = 0.0
    is_titled: bool = True


NEWSWIRE = (
    Portion("qamr", 2_000, found=0.2, swapped=0.05),
    Portion("qasrl_gs", 300),
)
"""Many short questions on single sentences of newswire: who did what to whom."""

NATURAL = (
    Portion("squad1_train_part", 10_000, found=0.5, neighbours=0.4, swapped=0.12),
    Portion("squadshifts_new_wiki", 4_000, found=0.5, neighbours=0.4, swapped=0.12),
    Portion("squadshifts_reddit", 700, found=0.3, neighbours=0.4, is_titled=False),
    Portion("squadshifts_amazon", 300, found=0.2, neighbours=0.4, is_titled=False),
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


_AGAIN: dict[str, dict[str, Any]] = {
    "qamr": {"questions": 1_000},
    "squad1_train_part": {"questions": 2_200, "swapped": 0.2},
    "squadshifts_new_wiki": {"questions": 1_300, "swapped": 0.2},
    "squadshifts_reddit": {"questions": 250},
    "squadshifts_amazon": {"questions": 150},
    "fairytaleqa": {"questions": 700},
    "nq_dev": {"questions": 900},
    "selqa": {"questions": 500},
    "timeqa": {"questions": 350},
    "covidqa": {"questions": 150},
    "quoref_contrast": {"questions": 500},
    "musique_part": {"questions": 500},
    "hotpot_part": {"questions": 300},
    "boolq_passage": {"questions": 300},
    "squad_sentence": {"questions": 300},
}
REPLAY = tuple(
    replace(one, **_AGAIN.get(one.name, {}))
    for number, one in enumerate(WIDER)
    if one.name not in {earlier.name for earlier in WIDER[:number]}
)
"""Something of all that, each set once, to keep what was learned from it while something else is."""


def load_examples(folder: Path, portions: Sequence[Portion], *, seed: int) -> list[ReadingExample]:
    """Return the examples of these portions, shuffled. `folder` holds `NAME.jsonl.gz` and `NAME.hardneg.jsonl.gz`.

    Raises:
        FileNotFoundError: the folder lacks a set.
    """
    chance = random.Random(seed)
    examples = [example for portion in portions for example in _portion_examples(folder, portion, chance)]
    chance.shuffle(examples)
    return examples


def _portion_examples(folder: Path, portion: Portion, chance: random.Random) -> Iterator[ReadingExample]:
    records = list(records_of(folder / f"{portion.name}.jsonl.gz"))
    titles = {record["context"]: record.get("title") for record in records}
    chance.shuffle(records)
    records = records[: portion.questions]
    names = [name for record in records for name in _NAME_OR_NUMBER.findall(record["context"])]
    found: list[dict[str, Any]] = []
    if portion.found:
        found = list(records_of(folder / f"{portion.name}.hardneg.jsonl.gz"))
        chance.shuffle(found)
        # passages that do not answer have titles as often as the others: a title must say nothing of that
        found = [{**one, "title": titles.get(one["context"])} for one in found[: round(portion.found * len(records))]]
    for record in records:
        for example in _own_passages(record, portion, chance, names):
            yield replace(example, heading=_heading(record, portion, chance))
    for record in found:
        example = _unanswered(record["question"], _most_alike(record, chance), _DOUBTED)
        yield replace(example, heading=_heading(record, portion, chance))


def _heading(record: dict[str, Any], portion: Portion, chance: random.Random) -> str:
    title: str = record.get("title") or ""
    is_shown = portion.is_titled and chance.random() < _TITLES_SHOWN
    return heading_of(title.replace("_", " ")) if is_shown else ""


def _own_passages(
    record: dict[str, Any], portion: Portion, chance: random.Random, names: Sequence[str]
) -> Iterator[ReadingExample]:
    """Yield the passage that answers and, at the portion's rates, a neighbour and one with a changed question."""
    question, context = record["question"], record["context"]
    if not record["answerable"]:
        yield _unanswered(question, _most_alike(record, chance), 1.0)
        return
    passages = _passages(context, chance)
    if record["answers"] and not record.get("answer_is_sentence"):
        found = [Span(one["start"], one["start"] + len(one["text"])) for one in record["answers"]]
        exact = True
    else:
        spans = record["evidence"] or [{"start": 0, "end": len(context)}]
        found = [Span(one["start"], one["end"]) for one in spans]
        exact = False
    is_known = exact or bool(record["evidence"])
    if not is_known:
        passages = [Span(0, min(len(context), 600))]
        found = passages
    home = next((one for one in passages if any(_covers(one, span) for span in found)), None)
    if home is None:
        return
    inside = tuple(Span(s.start - home.start, s.end - home.start) for s in found if _covers(home, s))
    passage = context[home.start : home.end]
    marks = marks_of(passage, inside, others=_DOUBTED) if is_known else ()
    yield ReadingExample(question, passage, inside if exact else (), () if exact else inside, marks)
    texts = {context[span.start : span.end].lower() for span in found}
    others = [
        text
        for one in passages
        if not any(one.start < span.end and span.start < one.end for span in found)
        and not any(answer in (text := context[one.start : one.end]).lower() for answer in texts)
    ]
    if others and chance.random() < portion.neighbours:
        yield _unanswered(question, chance.choice(others), _DOUBTED)
    if chance.random() < portion.swapped:
        changed = swapped(question, passage, names, chance)
        if changed is not None:
            yield _unanswered(changed, passage, 1.0)


def marks_of(passage: str, answering: Sequence[Span], *, others: float) -> tuple[Mark, ...]:
    """Mark each sentence: those that hold something `answering` answer, that the others do not counts `others`."""
    sentences = ((one, any(map(one.overlaps, answering))) for one in split_sentences(passage, []))
    return tuple(Mark(one, answers, 1.0 if answers else others) for one, answers in sentences)


def _unanswered(question: str, passage: str, weight: float) -> ReadingExample:
    """Make an example that does not answer. `weight`: of its sentences' marks."""
    return ReadingExample(question, passage, marks=marks_of(passage, (), others=weight))


def _passages(text: str, chance: random.Random) -> list[Span]:
    article = Article("context", "", text)
    passages = [passage.span for passage in chunk_article(article, max_chars=chance.choice(_PASSAGE_CHARS))]
    return passages or [Span(0, len(text))]


def _most_alike(record: dict[str, Any], chance: random.Random) -> str:
    """Return the passage of the record's context that shares the most words with its question."""
    context: str = record["context"]
    words = set(map(str.lower, _WORD.findall(record["question"])))
    best = max(
        _passages(context, chance),
        key=lambda span: len(words & set(map(str.lower, _WORD.findall(context[span.start : span.end])))),
    )
    return context[best.start : best.end]


def swapped(question: str, passage: str, names: Sequence[str], chance: random.Random) -> str | None:
    """Return the question with a name or number of the passage swapped for another like it, of the same passage or of
    `names`; None if it has none."""
    there = [found for found in _NAME_OR_NUMBER.finditer(question) if found.group() in passage]
    if not there:
        return None
    old = chance.choice(there)
    is_nearby = not names or chance.random() < 0.7
    nearby = _NAME_OR_NUMBER.findall(passage) if is_nearby else chance.choices(names, k=40)
    others = [name for name in nearby if name not in question and name.isdigit() == old.group().isdigit()]
    return question[: old.start()] + chance.choice(others) + question[old.end() :] if others else None


def _covers(outer: Span, inner: Span) -> bool:
    return outer.start <= inner.start and inner.end <= outer.end
