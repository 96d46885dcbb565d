"""Compare embedders by what retrieval finds with them: is evidence among the first five passages?

    python -m training.retrieval_measures --sets FOLDER [--talks FOLDER] [--model DIR ...] [--work DIR]

FOLDER holds a folder for each set with `articles.jsonl` and `gold.jsonl`. Each question is asked in full, as it was
typed where it is a first message, and behind what was said before where it is not; each with several weights of the
vectors beside the words, of which the bot has one. `--talks` adds conversations about stories, asked of the articles of
its `dev/` and `train/`. Without `--model` the shipped one is measured; DIR is as the export writes it.
"""

import argparse
import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
from rich.progress import track

from bot.adapters.jsonl import read_questions
from bot.evaluation import Gold, gold_of
from bot.evaluation.matching import holds_evidence
from bot.query.operators import EVERYTHING, Scope
from index import Article, Query
from index.embedding.embedder import OnnxEmbedder
from index.embedding.shipped_model import prepare_shipped_model
from index.ingest.sources import read_articles
from index.search.retrieval import Snapshot, find_candidates, rank_candidates, trust_in_words
from index.settings import IndexSettings
from training.embedding_examples import Conversations, conversation_query
from training.searching import search_over

_FIRST = 5
_WEIGHTS = (0.15, 0.3, 0.4, 0.5, 0.6, 0.7)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A question with evidence: in full, as it was typed, and what was typed before it."""

    in_full: str
    typed: str
    earlier: tuple[str, ...]
    scope: Scope
    gold: Gold

    def forms(self) -> Iterator[tuple[str, Query, str]]:
        """Ask it in each way: a name, what is searched for, and the words that are embedded."""
        yield "in full", self.scope.query(self.in_full), self.in_full
        if not self.earlier:
            yield "first, as typed", self.scope.query(self.typed), self.typed
            return
        joined = conversation_query(self.earlier, self.typed)
        yield "behind, as typed", self.scope.query(joined), joined
        before = joined.removesuffix(self.typed)
        yield "behind, earlier words faint", self.scope.query(self.typed, before), joined


@dataclass(frozen=True, slots=True)
class QuestionSet:
    """Questions, and the articles they are asked of."""

    name: str
    articles: Sequence[Article]
    questions: Sequence[Wanted]

    @classmethod
    def load(cls, folder: Path) -> "QuestionSet":
        """Load a set: of the questions in `gold.jsonl` those whose evidence is known."""
        articles = [one for one in read_articles(folder / "articles.jsonl") if isinstance(one, Article)]
        texts = {one.id: one.text for one in articles}
        wanted = []
        with (folder / "gold.jsonl").open(encoding="utf-8") as lines:
            for one in read_questions(lines):
                gold = gold_of(one.fields, texts)
                in_full = one.fields.get("question_standalone") or one.question
                said = tuple(turn["question"] for turn in one.fields.get("history") or ())
                if gold.evidence:
                    wanted.append(Wanted(in_full, one.question, said, one.scope, gold))
        return cls(folder.name, articles, wanted)

    @classmethod
    def of_conversations(cls, folder: Path) -> "QuestionSet":
        """Take the messages of `dev/`, asked of its articles and those of `train/`."""
        talks, others = Conversations.load(folder / "dev"), Conversations.load(folder / "train")
        articles = [*talks.articles.values(), *others.articles.values()]
        texts = {one.id: one.text for one in articles}
        wanted = []
        for one in talks.messages:
            marks = [*one["evidence"], *(mark for facet in one["facets"] or () for mark in facet)]
            gold = gold_of({"question": one["question"], "answerable": one["answerable"], "gold": marks}, texts)
            earlier = tuple(talks.earlier[one["id"]])
            if gold.evidence:
                wanted.append(Wanted(one["standalone"], one["question"], earlier, EVERYTHING, gold))
        return cls("conversations held apart", articles, wanted)


class MeasuredEmbedder(OnnxEmbedder):
    """An exported model, told from others by a digest of its weights."""

    @classmethod
    def open(cls, folder: Path) -> Self:
        """Open the model in a folder with `model.onnx` and `tokenizer.json`."""
        embedder = super().open(folder)
        embedder.fingerprint = hashlib.sha256((folder / "model.onnx").read_bytes()).hexdigest()[:12]
        return embedder


def main() -> None:
    """Print, for every model, a line for each set and way of asking, with a column for each weight."""
    options = _options()
    options.work.mkdir(parents=True, exist_ok=True)
    sets = [QuestionSet.load(one.parent) for one in sorted(options.sets.glob("*/gold.jsonl"))]
    if options.talks:
        sets.append(QuestionSet.of_conversations(options.talks))
    for folder in options.model or [prepare_shipped_model(IndexSettings.from_environment().model_cache)]:
        embedder = MeasuredEmbedder.open(folder)
        print(f"\n{folder}\n" + _row("set", "asked", "n", *(f"{one:.2f}" for one in _WEIGHTS)), flush=True)
        for one in sets:
            for form, found in measure(one, embedder, options.work).items():
                print(_row(one.name, form, str(len(found)), *(f"{x:.3f}" for x in found.mean(0))), flush=True)
                kept = options.work / f"{embedder.fingerprint}-{one.name}-{form}.npy".replace(" ", "_")
                np.save(kept, found)


def measure(questions: QuestionSet, embedder: MeasuredEmbedder, work: Path) -> dict[str, np.ndarray]:
    """Return (n, weights) bool for each way of asking: evidence is among the first passages."""
    snapshot = search_over(questions.articles, work, embedder).snapshot
    found: dict[str, list[list[bool]]] = {}
    for one in track(questions.questions, description=questions.name, disable=True):
        for form, query, words in one.forms():
            found.setdefault(form, []).append(_found(snapshot, embedder, query, words, one.gold))
    return {form: np.array(rows) for form, rows in found.items()}


def _found(snapshot: Snapshot, embedder: MeasuredEmbedder, query: Query, words: str, gold: Gold) -> list[bool]:
    vector = embedder.embed([words])[0]
    found = find_candidates(snapshot, query, lambda: vector)
    if found is None:
        return [False] * len(_WEIGHTS)
    trust = trust_in_words(snapshot, query, found)
    return [
        any(
            holds_evidence(hit.passage.article_id, hit.passage.span, gold)
            for hit in rank_candidates(found, query, _FIRST, trust=trust, dense_weight=weight)
        )
        for weight in _WEIGHTS
    ]


def _row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        "python -m training.retrieval_measures",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--sets", type=Path, required=True, help="folder of sets")
    parser.add_argument("--talks", type=Path, help="conversations: folder with train/ and dev/")
    parser.add_argument("--model", type=Path, nargs="*", help="folders with model.onnx (default: the shipped one)")
    parser.add_argument("--work", type=Path, default=Path("var/retrieval"), help="where indexes are kept")
    return parser.parse_args()


if __name__ == "__main__":
    main()
