"""Ablation: what each part adds, from keyword search alone to the whole bot, over questions with known answers.

    python -m benchmarks.ablation --questions gold.jsonl --articles articles.jsonl --index DIR --full-precision MODEL

The lines of the question file are those that `python -m bot evaluate` takes. Without a reader the best passage is
quoted, as most retrieval does. MODEL is a folder with the weights that the shipped reader was made from, before they
were cut to 8 bits (`training.reader` writes one); without it that row is left out.
"""

import argparse
import json
import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Self

import numpy as np
from rich.console import Console
from rich.progress import track

from bot.adapters.jsonl import AskedQuestion, ask, read_questions
from bot.answering import Answerer
from bot.dialogue import Dialogue
from bot.evaluation import Gold, Judged, evaluate, gold_of, judge
from bot.reading.cascade import ReadBudget, ReadingWeights, SentenceModel
from bot.reading.features import FEATURES, Floats
from bot.reading.passage_reader import OFFERED, PassageReader, shipped_weights
from bot.reading.reader import Reader, Reading
from bot.reading.shared_scores import ScoredPairs
from bot.reading.span_scoring import SpanScorer, SpanScores, load_span_scorer
from bot.store import Store
from index import Article, Hit, Query
from index.embedding.embedder import load_embedder
from index.ingest.sources import read_articles
from index.library.disk.library import DiskLibrary
from index.library.live import LiveIndex
from index.search.retrieval import Retriever
from index.settings import IndexSettings

_DEEP = 200
"""How many hits hold the best hundred of either search."""
_KEPT = 10
_FIGURES = ("hit@1", "quote@1_forced", "quote_f1", "cited_in200", "cited_in400", "auroc", "ece", "p50_ms")
_EVEN = 0.5
_EVERYTHING = ReadBudget(read=max(OFFERED.values()), sure=math.inf, worth=0.0)
_USUAL_BM25 = 10.0
"""A middling score: it only sets the scale of a confidence that nothing calibrates."""


@dataclass(frozen=True, slots=True)
class _Stage:
    """A bot with some of the parts. `order` is what hits are ranked by, None for the fused score."""

    name: str
    reader: Reader
    order: Callable[[Hit], float] | None = None


class _Ranked(Answerer):
    """Answers from hits in its own order."""

    def __init__(self, reader: Reader, order: Callable[[Hit], float] | None) -> None:
        super().__init__(reader)
        self._order = order

    def find(self, query: Query, retriever: Retriever) -> list[Hit]:
        """Return the best hits in this order."""
        if self._order is None or not query.text:
            return super().find(query, retriever)
        found = sorted(retriever.search(query, _DEEP), key=self._order, reverse=True)[:_KEPT]
        return [replace(hit, rank=rank, score=self._order(hit)) for rank, hit in enumerate(found, 1)]


class _NoReader:
    """Quotes whole passages, as sure as the search was."""

    name = "none"

    def __init__(self, scale: Callable[[float], float]) -> None:
        """Keep `scale`, which turns a score into something between 0 and 1."""
        self._scale = scale

    def sharing(self, scores: ScoredPairs) -> Self:
        """Return itself: nothing is scored."""
        return self

    def read(self, query: Query, hits: Sequence[Hit], retriever: Retriever) -> Iterator[Reading]:
        """Yield the passages as they were found."""
        for hit in hits:
            article = retriever.archive.article(hit.passage.article_id)
            sure = self._scale(hit.score)
            yield Reading(article, hit, hit.passage.span, (), None, sure, is_worth_quoting=sure >= _EVEN)


class _Counting:
    """A scorer that counts the windows it reads."""

    def __init__(self, scorer: SpanScorer) -> None:
        self._scorer = scorer
        self.windows = 0

    @property
    def name(self) -> str:
        """The scorer's name."""
        return self._scorer.name

    @property
    def spare(self) -> int:
        """One: passages that are read ahead would be counted."""
        return 1

    @property
    def reads_headings(self) -> bool:
        """Whether the scorer does."""
        return self._scorer.reads_headings

    def score(self, question: str, passages: Sequence[str], headings: Sequence[str] = ()) -> list[SpanScores]:
        """Return what the scorer returns."""
        self.windows += len(passages)
        return self._scorer.score(question, passages, headings)


def measure_over(
    questions: Path, articles: Path, index: Path, full_precision: str | None = None
) -> list[dict[str, object]]:
    """Return a row for each stage: its name and its figures."""
    texts = {item.id: item.text for item in read_articles(articles) if isinstance(item, Article)}
    with questions.open(encoding="utf-8") as lines:
        known = [(asked, gold_of(asked.fields, texts)) for asked in read_questions(lines)]
    shipped = _Counting(load_span_scorer(None))
    live = LiveIndex(DiskLibrary(index), load_embedder(None, IndexSettings.from_environment().model_cache))
    rows = [_row(stage, shipped, live, known, texts) for stage in _stages(shipped)]
    if full_precision is not None:
        full = _Counting(load_span_scorer(full_precision))
        whole = _Stage("the whole bot, reader in full precision", PassageReader(full, shipped_weights()))
        rows.append(_row(whole, full, live, known, texts))
    return rows


def _stages(scorer: SpanScorer) -> list[_Stage]:
    shipped = shipped_weights()
    fitted = shipped.with_each(lambda one: replace(one, read=_uncalibrated(one.read)))
    exhaustive = fitted.with_each(lambda one: replace(one, budget=_EVERYTHING))
    return [
        _Stage("BM25", _NoReader(lambda score: score / (score + _USUAL_BM25)), lambda hit: hit.keyword_score),
        _Stage("vectors", _NoReader(lambda score: min(max(score, 0.0), 1.0)), lambda hit: hit.similarity),
        _Stage("both, fused", _NoReader(lambda score: min(max(score / 2, 0.0), 1.0))),
        _Stage("+ the reader alone, on six passages", PassageReader(scorer, shipped.with_each(_by_the_model_alone))),
        _Stage("+ words and search weighed with it", PassageReader(scorer, exhaustive)),
        _Stage("+ the cascade", PassageReader(scorer, fitted)),
        _Stage("+ calibration: the whole bot", PassageReader(scorer, shipped)),
    ]


def _by_the_model_alone(weights: ReadingWeights) -> ReadingWeights:
    """Return weights that rank and trust sentences by the odds that the reader gives them."""
    alone = np.array([float(name == "answer_odds") for name in FEATURES])
    of_odds = alone / 2  # the odds of both ends: half of them
    by_odds = _of_features(of_odds)
    model = SentenceModel(alone, by_odds, 0.0, -by_odds, 0.0, of_odds, 0.0)
    return ReadingWeights(weights.unread, model, _EVERYTHING, _EVEN)


def _uncalibrated(model: SentenceModel) -> SentenceModel:
    """Return a model that is as sure of the first sentence as of any by itself, without the fit that looks at its
    rivals."""
    alone, bias = _of_features(model.answering), model.answering_bias
    return replace(model, confidence=alone, bias=bias, unanswered=-alone, unanswered_bias=-bias)


def _of_features(weights: Floats) -> Floats:
    """Return the weights of a confidence that depends on the features of the first sentence alone."""
    return np.array([*weights, 0.0, 0.0, 0.0])


def _row(
    stage: _Stage,
    scorer: _Counting,
    live: LiveIndex,
    known: Sequence[tuple[AskedQuestion, Gold]],
    texts: dict[str, str],
) -> dict[str, object]:
    before = scorer.windows
    with closing(Store.in_memory()) as store:
        dialogue = Dialogue(live, _Ranked(stage.reader, stage.order), store)
        asking = track(known, stage.name, console=Console(stderr=True))
        judged = [judge(asked.question, gold, ask(dialogue, asked), texts) for asked, gold in asking]
    estimates = evaluate(judged).groups[0].estimates
    figures = {name: round(estimates[name].value, 3) for name in _FIGURES if name in estimates}
    windows = round((scorer.windows - before) / len(known), 2)
    return {"stage": stage.name, **figures, "right in the end at best": _best_end(judged), "windows read": windows}


def _best_end(judged: Sequence[Judged]) -> float:
    """Return the share of right quotes and rightful refusals at the threshold that suits these very questions best."""
    counted = [one for one in judged if one.gold.has_verdict]
    confidence = np.array([one.confidence for one in counted])
    right = np.array([one.is_first_quote_right and one.gold.is_answerable for one in counted])
    refused = np.array([not one.gold.is_answerable for one in counted])
    thresholds = [*np.unique(confidence), math.inf]
    return round(float(max(np.where(confidence >= least, right, refused).mean() for least in thresholds)), 3)


def main() -> None:
    """Print a JSON object for each stage."""
    parser = argparse.ArgumentParser(
        "python -m benchmarks.ablation", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--questions", type=Path, required=True, help="questions with known answers")
    parser.add_argument("--articles", type=Path, required=True, help="the articles they are asked over")
    parser.add_argument("--index", type=Path, required=True, help="an index of these articles")
    parser.add_argument("--full-precision", metavar="MODEL", help="the reader before it was cut to 8 bits")
    options = parser.parse_args()
    for row in measure_over(options.questions, options.articles, options.index, options.full_precision):
        print(json.dumps(row))


if __name__ == "__main__":
    main()
