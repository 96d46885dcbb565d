"""Question sets, asked and read once: what a fit needs to know of each question, kept so that fits can be repeated."""

import hashlib
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rich.progress import track

from bot.adapters.jsonl import AskedQuestion, read_questions
from bot.answering import N_HITS
from bot.conversation import Conversation
from bot.evaluation import Gold, gold_of
from bot.evaluation.judging import answers
from bot.followup import understand
from bot.query.event_dates import since_event
from bot.quoting.quotes import quote_from
from bot.reading.cascade import Case, ReadingWeights, ReadState, Rows, places_of, stages
from bot.reading.features import FEATURES, N_SAID, Floats, to_features
from bot.reading.passage_reader import open_for
from bot.reading.span_scoring import MODEL_FILES, SpanScorer
from bot.replying.answers import query_for
from bot.replying.telling import in_english, said_in_english
from index import Article, Query
from index.embedding.embedder import OnnxEmbedder
from index.ingest.sources import read_articles
from index.search.retrieval import Retriever
from training.searching import search_over

_FOLDS = 5
_COLUMNS = ("known", "passages", "in_reach", "said", "right")


@dataclass(frozen=True, slots=True, eq=False)
class RankingExample:
    """What is known of the n sentences of one question at some point of reading, and which of them are right.

    `features`: (n, n_features). `right`: (n,) which of them would be a right first quote. `places`: (n,) as
    `bot.reading.cascade.places_of` gives them. `weight`: how much it counts beside others of its set. `set_counts`: how
    much its set counts beside others.
    """

    set_name: str
    features: Floats
    right: NDArray[np.bool_]
    places: Rows
    weight: float = 1.0
    set_counts: float = 1.0


@dataclass(frozen=True, slots=True, eq=False)
class Question:
    """One question as it was asked, all its passages read: a `bot.reading.cascade.PassageReads`.

    Of its n sentences: `known`, `passages` as there, `in_reach`: (n,) which of them were read, `said`: (n, len(SAID))
    what was said of these, `right`: (n,) which would be a right first quote. `fold`: which fifth of the articles it
    belongs to. `case`: what it is read with. `set_counts`: how much its set counts beside others.
    """

    set_name: str
    fold: int
    answerable: bool
    case: Case
    known: Floats
    passages: Rows
    in_reach: NDArray[np.bool_]
    said: Floats
    right: NDArray[np.bool_]
    set_counts: float = 1.0

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
        places = places_of(self.passages)
        return RankingExample(self.set_name, features, self.right, places, weight, self.set_counts)

    def example(self, passages: Sequence[int], weight: float = 1.0) -> RankingExample:
        """Return the example of these passages, read."""
        rows = self._rows(passages)
        features = to_features(self.known[rows], self.said[rows])
        places = places_of(self.passages)[rows]
        return RankingExample(self.set_name, features, self.right[rows], places, weight, self.set_counts)

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


def model_digest(folder: Path) -> str:
    """Return what tells the model in a folder from others."""
    return hashlib.sha256(b"".join((folder / name).read_bytes() for name in MODEL_FILES)).hexdigest()[:12]


def set_weights(rows: Sequence[RankingExample | Question]) -> Floats:
    """Return weights, (n,), that sum to one: the same total for each set, times what it counts."""
    _, where, sizes = np.unique([one.set_name for one in rows], return_inverse=True, return_counts=True)
    weights = np.array([one.set_counts for one in rows]) / sizes[where]
    return np.asarray(weights / weights.sum(), float)


def _read_set(folder: Path, work: Path, embedder: OnnxEmbedder, scorer: SpanScorer, every: int) -> Iterator[Question]:
    """Yield every question of the set, or one in `every`, with its first passages read."""
    articles = (one for one in read_articles(folder / "articles.jsonl") if isinstance(one, Article))
    retriever = search_over(articles, work, embedder)
    texts = {one.id: one.text for one in retriever.archive.articles()}
    with (folder / "gold.jsonl").open(encoding="utf-8") as lines:
        asked = list(read_questions(lines))[::every]
    for one in track(asked, description=f"reading {folder.name}"):
        read = _read(one, gold_of(one.fields, texts), folder.name, retriever, scorer)
        if read:
            yield read


def _read(asked: AskedQuestion, gold: Gold, set_name: str, retriever: Retriever, scorer: SpanScorer) -> Question | None:
    query, question = _query(asked, retriever)
    found = retriever.search(query, N_HITS)
    if not found:
        return None
    case, opened = open_for(replace(query, text=question), found, retriever, scorer)
    n_offered = int(opened.passages[-1]) + 1
    said = np.zeros((len(opened.known), N_SAID))
    in_reach = np.zeros(len(opened.known), bool)
    for passage in range(n_offered):
        rows, said[rows] = opened.read(passage, range(passage + 1, n_offered))
        in_reach[rows] = True
    right = np.array([answers(quote_from(one.article, one.span), gold) for one in opened.candidates])
    fold = zlib.crc32(str(gold.cluster).encode()) % _FOLDS
    sentences = opened.known, opened.passages, in_reach, said, right
    return Question(set_name, fold, gold.is_answerable, case, *sentences)


def _query(asked: AskedQuestion, retriever: Retriever) -> tuple[Query, str]:
    """Return what is searched for and what is read, as the dialogue has them: of a follow-up that is handed over
    without what was meant, in the chat."""
    complete = asked.fields.get("question_standalone")
    message = complete or in_english(asked.question, retriever)[0]
    if complete or not asked.history:
        query = asked.scope.query(message)
        return since_event(query, asked.scope.asked_on, retriever), query.text
    conversation = said_in_english(Conversation("", asked.history), retriever)
    resolution = understand(message, conversation, retriever)
    query = query_for(resolution, asked.scope, conversation.turns if resolution.leans else ())
    return since_event(query, asked.scope.asked_on, retriever), resolution.read


def _save(questions: Sequence[Question], path: Path) -> None:
    columns: dict[str, Any] = {name: np.concatenate([getattr(one, name) for one in questions]) for name in _COLUMNS}
    columns["folds"] = [one.fold for one in questions]
    columns["answerable"] = [one.answerable for one in questions]
    columns["cases"] = [one.case for one in questions]
    columns["ends"] = np.cumsum([len(one.right) for one in questions])
    scratch = path.with_suffix(".part.npz")
    np.savez_compressed(scratch, **columns)
    scratch.replace(path)


def _load(path: Path, set_name: str) -> list[Question]:
    with np.load(path) as kept:
        columns = [np.split(kept[name], kept["ends"][:-1]) for name in _COLUMNS]
        rows = zip(kept["folds"], kept["answerable"], kept["cases"].tolist(), *columns, strict=True)
        return [Question(set_name, int(fold), bool(known), case, *some) for fold, known, case, *some in rows]
