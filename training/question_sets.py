"""Question sets, asked and read once: what a fit needs to know of each question, kept so that fits can be repeated."""

import hashlib
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rich.progress import track

from bot.adapters.jsonl import AskedQuestion, read_questions
from bot.answering import N_HITS
from bot.evaluation import Gold, gold_of
from bot.evaluation.judging import answers
from bot.query.event_dates import since_event
from bot.quoting.quotes import quote_from
from bot.reading.cascade import ReadingWeights, ReadState, Rows, places_of, stages
from bot.reading.features import FEATURES, N_SAID, Floats, to_features
from bot.reading.open_passages import OpenPassages
from bot.reading.passage_reader import OFFERED, is_whole
from bot.reading.span_scoring import SpanScorer
from index import Article
from index.embedding.embedder import OnnxEmbedder
from index.ingest.sources import read_articles
from index.library.disk.library import DiskLibrary
from index.search.retrieval import Retriever

_FOLDS = 5
_COLUMNS = ("known", "passages", "in_reach", "said", "right")


@dataclass(frozen=True, slots=True, eq=False)
class RankingExample:
    """What is known of the n sentences of one question at some point of reading, and which of them are right.

    `features`: (n, n_features). `right`: (n,) which of them would be a right first quote. `places`: (n,) as
    `bot.reading.cascade.places_of` gives them. `weight`: how much it counts beside others of its set.
    """

    set_name: str
    features: Floats
    right: NDArray[np.bool_]
    places: Rows
    weight: float = 1.0


@dataclass(frozen=True, slots=True, eq=False)
class Question:
    """One question as it was asked, all its passages read: a `bot.reading.cascade.PassageReads`.

    Of its n sentences: `known`, `passages` as there, `in_reach`: (n,) which of them were read, `said`: (n, 4) what was
    said of these, `right`: (n,) which would be a right first quote. `fold`: which fifth of the articles it belongs to.
    `is_whole`: these are all the passages that may be searched.
    """

    set_name: str
    fold: int
    answerable: bool
    is_whole: bool
    known: Floats
    passages: Rows
    in_reach: NDArray[np.bool_]
    said: Floats
    right: NDArray[np.bool_]

    def read(self, passage: int, likely_next: Sequence[int] = ()) -> tuple[Rows, Floats]:
        """Return the rows of a passage that were read, and what the model said of them."""
        rows = self._rows([passage])
        return rows, self.said[rows]

    def read_states(self, weights: ReadingWeights) -> list[ReadState]:
        """Return the state after each passage read."""
        return list(stages(self, weights))

    def unread_example(self, weight: float = 1.0) -> RankingExample:
        """Return the example before anything is read."""
        features = to_features(self.known, np.zeros_like(self.said))
        return RankingExample(self.set_name, features, self.right, places_of(self.passages), weight)

    def example(self, passages: Sequence[int], weight: float = 1.0) -> RankingExample:
        """Return the example of these passages, read."""
        rows = self._rows(passages)
        features = to_features(self.known[rows], self.said[rows])
        return RankingExample(self.set_name, features, self.right[rows], places_of(self.passages)[rows], weight)

    def _rows(self, passages: Sequence[int]) -> Rows:
        return np.flatnonzero(np.isin(self.passages, passages) & self.in_reach)


def questions_of(
    folder: Path, work: Path, embedder: OnnxEmbedder, scorer: SpanScorer, *, model: str, every: int
) -> list[Question]:
    """Return the questions of a set, or one in `every`.

    `work` keeps what this `model` said of them, and an index of the articles.
    """
    kept = work / f"{folder.name}-{model}-{len(FEATURES)}w{f'-{every}' * (every > 1)}.npz"
    if not kept.exists():
        _save(list(_read_set(folder, work, embedder, scorer, every)), kept)
    return _load(kept, folder.name)


def set_weights(rows: Sequence[RankingExample | Question]) -> Floats:
    """Return weights, (n,), that sum to one, the same total for each set."""
    names, where, counts = np.unique([one.set_name for one in rows], return_inverse=True, return_counts=True)
    return np.asarray(1.0 / counts[where] / len(names), float)


def _read_set(folder: Path, work: Path, embedder: OnnxEmbedder, scorer: SpanScorer, every: int) -> Iterator[Question]:
    """Yield every question of the set, or one in `every`, with its first passages read."""
    retriever = _index(folder / "articles.jsonl", work, embedder)
    texts = {one.id: one.text for one in retriever.archive.articles()}
    with (folder / "gold.jsonl").open(encoding="utf-8") as lines:
        asked = list(read_questions(lines))[::every]
    for one in track(asked, description=f"reading {folder.name}"):
        read = _read(one, gold_of(one.fields, texts), folder.name, retriever, scorer)
        if read:
            yield read


def _read(asked: AskedQuestion, gold: Gold, set_name: str, retriever: Retriever, scorer: SpanScorer) -> Question | None:
    question = asked.fields.get("question_standalone") or asked.question
    query = since_event(asked.scope.query(question), asked.scope.asked_on, retriever)
    found = retriever.search(query, N_HITS)
    if not found:
        return None
    hits = found[:OFFERED]
    opened = OpenPassages(query, hits, retriever, scorer)
    said = np.zeros((len(opened.known), N_SAID))
    in_reach = np.zeros(len(opened.known), bool)
    for passage in range(len(hits)):
        rows, said[rows] = opened.read(passage, range(passage + 1, len(hits)))
        in_reach[rows] = True
    right = np.array([answers(quote_from(one.article, one.span), gold) for one in opened.candidates])
    fold = zlib.crc32(str(gold.cluster).encode()) % _FOLDS
    sentences = opened.known, opened.passages, in_reach, said, right
    return Question(set_name, fold, gold.is_answerable, is_whole(found), *sentences)


def _index(articles: Path, work: Path, embedder: OnnxEmbedder) -> Retriever:
    """Return an index of these articles: the last run's if it holds the same."""
    digest = hashlib.sha256(articles.read_bytes()).hexdigest()[:12]
    library = DiskLibrary(work / f"index-{digest}")
    if not (work / f"index-{digest}" / "CURRENT").exists():
        library.rebuild((one for one in read_articles(articles) if isinstance(one, Article)), embedder)
    return Retriever(library.open_current(embedder), embedder)


def _save(questions: Sequence[Question], path: Path) -> None:
    columns: dict[str, Any] = {name: np.concatenate([getattr(one, name) for one in questions]) for name in _COLUMNS}
    columns["folds"] = [one.fold for one in questions]
    columns["answerable"] = [one.answerable for one in questions]
    columns["is_whole"] = [one.is_whole for one in questions]
    columns["ends"] = np.cumsum([len(one.right) for one in questions])
    scratch = path.with_suffix(".part.npz")
    np.savez_compressed(scratch, **columns)
    scratch.replace(path)


def _load(path: Path, set_name: str) -> list[Question]:
    with np.load(path) as kept:
        columns = [np.split(kept[name], kept["ends"][:-1]) for name in _COLUMNS]
        rows = zip(kept["folds"], kept["answerable"], kept["is_whole"], *columns, strict=True)
        return [Question(set_name, int(fold), bool(known), bool(whole), *some) for fold, known, whole, *some in rows]
