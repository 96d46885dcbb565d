"""Fits how the reader's scores, the retriever's and the words of a question are combined, and how sure that makes us.

    python -m training.ranking --sets DIR [--model bot/reader_model] [--work var/ranking] [--out FILE]

DIR holds a folder for each set of questions: `articles.jsonl` and `gold.jsonl`, lines as `python -m bot evaluate`
takes them. What is fitted is written to `bot/reading_weights.json`, with what was measured on questions that were
not fitted on: each fifth of the articles in turn, and each set in turn.
"""

import argparse
import hashlib
import json
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rich.progress import track
from scipy.optimize import minimize
from scipy.special import expit, log_expit

from bot.evaluation import summaries
from bot.passage_reader import FIRST_PASSAGES, ReadingWeights, confidence_inputs, read_sentences, score_candidates
from bot.sentence_features import FEATURES, Candidate, FeatureExtractor
from bot.span_scoring import SHIPPED_FOLDER, OnnxSpanScorer, SpanScorer
from index import Article, Query, Span
from index.embedding import OnnxEmbedder
from index.library import Library
from index.retrieval import Retriever
from index.settings import IndexSettings
from index.sources import read_articles
from training.reading_measures import area_under_roc

_DEPTHS = (FIRST_PASSAGES, 10)
"""Passages read: at first, and at most."""
_GIVEN_UP = 0.002
"""Share of right first quotes that may be lost by not reading on."""
_QUOTED_CHARS = 400
_PENALTY = 1e-3
_FOLDS = 5

Floats = NDArray[np.float64]
_Outcome = tuple["Example", float, bool]
"""A question, the confidence in its first quote, and whether that is right."""


@dataclass(frozen=True, slots=True)
class Example:
    """One question as it was asked, after reading some passages.

    `features`: (n, n_features) of its sentences. `right`: (n,) which of them would be a right first quote.
    `fold`: which fifth of the articles it belongs to.
    """

    set_name: str
    fold: int
    answerable: bool
    features: Floats
    right: NDArray[np.bool_]


def main() -> None:
    """Reads the questions, fits, measures on questions not fitted on, and writes the weights."""
    options = _options()
    embedder = OnnxEmbedder.load(IndexSettings.from_environment().model_cache)
    scorer = OnnxSpanScorer.load(options.model)
    model = hashlib.sha256((options.model / "model.onnx").read_bytes()).hexdigest()[:12]
    by_depth: dict[int, list[Example]] = {depth: [] for depth in _DEPTHS}
    for folder in sorted(one for one in options.sets.iterdir() if (one / "gold.jsonl").exists()):
        kept = options.work / f"{folder.name}-{model}-{len(FEATURES)}.npz"
        if not kept.exists():
            _save(list(_read_set(folder, options.work, embedder, scorer)), kept)
        for depth, example in _load(kept, folder.name):
            by_depth[depth].append(example)
    shallow, deep = (by_depth[depth] for depth in _DEPTHS)
    fitted = fit([*shallow, *deep])
    report = cross_measured(by_depth)
    print(json.dumps(report, indent=1))
    stored = {
        "features": FEATURES,
        "ranking": [round(value, 5) for value in fitted.ranking.tolist()],
        "confidence": [round(value, 5) for value in fitted.confidence.tolist()],
        "bias": round(fitted.bias, 5),
        "threshold": round(fitted.threshold, 3),
        "sure": round(smallest_sure(shallow, deep, fitted), 2),
        "model": model,
        "measured_on_questions_not_fitted_on": report,
    }
    options.out.write_text(json.dumps(stored, indent=1) + "\n", encoding="utf-8")


def fit(examples: Sequence[Example]) -> ReadingWeights:
    """Both models and the threshold. Every set counts the same, however many questions it has."""
    ranking = fit_ranking(examples)
    confidence, bias = fit_confidence(examples, ranking)
    weights = ReadingWeights(ranking, confidence, bias, threshold=0.5, sure=0.9)
    return replace(weights, threshold=best_threshold(examples, weights))


def fit_ranking(examples: Sequence[Example]) -> Floats:
    """(n_features,) weights that maximise the chance of drawing a right sentence by softmax over the scores."""
    usable = [one for one in examples if one.right.any() and not one.right.all()]
    features = np.concatenate([one.features for one in usable])
    right = np.concatenate([one.right for one in usable])
    starts = np.cumsum([0, *(len(one.right) for one in usable[:-1])])
    sizes = np.array([len(one.right) for one in usable])
    scale = features.std(0) + 1e-9
    scaled = features / scale
    question_weights = _set_weights(usable)

    def loss(weights: Floats) -> tuple[float, Floats]:
        scores = scaled @ weights
        every, p_every = _segment_softmax(scores, starts, sizes)
        good, p_good = _segment_softmax(np.where(right, scores, -1e9), starts, sizes)
        value = question_weights @ (every - good) + _PENALTY * weights @ weights
        gradient = scaled.T @ ((p_every - p_good) * np.repeat(question_weights, sizes))
        return float(value), gradient + 2 * _PENALTY * weights

    fitted = minimize(loss, np.zeros(features.shape[1]), jac=True, method="L-BFGS-B")
    return np.asarray(fitted.x / scale, float)


def fit_confidence(examples: Sequence[Example], ranking: Floats) -> tuple[Floats, float]:
    """Weights and bias of a logistic model of "this sentence answers", on the first of each question."""
    rows, labels = [], []
    for one in examples:
        ranks = one.features @ ranking
        best = int(np.argmax(ranks))
        rows.append(confidence_inputs(one.features, ranks)[best])
        labels.append(one.right[best])
    inputs = np.array(rows)
    centre, scale = inputs.mean(0), inputs.std(0) + 1e-9
    matrix = np.column_stack([(inputs - centre) / scale, np.ones(len(rows))])
    sign = np.where(labels, 1.0, -1.0)
    question_weights = _set_weights(examples)

    def loss(weights: Floats) -> tuple[float, Floats]:
        margins = sign * (matrix @ weights)
        value = -question_weights @ log_expit(margins) + _PENALTY * weights[:-1] @ weights[:-1]
        gradient = -(matrix.T @ (question_weights * sign * expit(-margins)))
        gradient[:-1] += 2 * _PENALTY * weights[:-1]
        return float(value), gradient

    fitted = minimize(loss, np.zeros(matrix.shape[1]), jac=True, method="L-BFGS-B")
    weights = np.asarray(fitted.x[:-1] / scale, float)
    return weights, float(fitted.x[-1] - weights @ centre)


def best_threshold(examples: Sequence[Example], weights: ReadingWeights) -> float:
    """The confidence that makes most replies right: a right first quote, or a refusal where nothing answers."""
    confidence, right = outcomes(examples, weights)
    answerable = np.array([one.answerable for one in examples])
    question_weights = _set_weights(examples)
    grid = np.linspace(0.02, 0.9, 89)
    served = [
        question_weights[(confidence >= t) & right].sum() + question_weights[(confidence < t) & ~answerable].sum()
        for t in grid
    ]
    return float(grid[int(np.argmax(served))])


def smallest_sure(shallow: Sequence[Example], deep: Sequence[Example], weights: ReadingWeights) -> float:
    """The confidence after the first passages from which reading on finds hardly a right quote more."""
    sure, right = outcomes(shallow, weights)
    _, right_after_all = outcomes(deep, weights)
    question_weights = _set_weights(deep)
    for enough in np.linspace(0.5, 0.99, 50):
        kept = np.where(sure >= enough, right, right_after_all)
        if question_weights @ right_after_all - question_weights @ kept <= _GIVEN_UP:
            return float(enough)
    return 1.0


def outcomes(examples: Sequence[Example], weights: ReadingWeights) -> tuple[Floats, NDArray[np.bool_]]:
    """(n,) confidence in the first quote and (n,) whether it is right."""
    confidence, right = [], []
    for one in examples:
        ranks, probabilities = score_candidates(one.features, weights)
        best = int(np.argmax(ranks))
        confidence.append(probabilities[best])
        right.append(one.right[best])
    return np.array(confidence), np.array(right)


def cross_measured(by_depth: dict[int, list[Example]]) -> dict[str, dict[str, dict[str, float | None]]]:
    """What holds on questions not fitted on: with a fifth of the articles left out, and with a set left out."""
    shallow, deep = (by_depth[depth] for depth in _DEPTHS)
    report = {}
    groupings: dict[str, Callable[[Example], object]] = {
        "articles left out": lambda one: one.fold,
        "set left out": lambda one: one.set_name,
    }
    for name, group_of in groupings.items():
        measured: dict[str, list[_Outcome]] = {}
        for left_out in dict.fromkeys(map(group_of, deep)):
            others = [one for one in [*shallow, *deep] if group_of(one) != left_out]
            if not others:
                continue
            weights = fit(others)
            asked = [one for one in deep if group_of(one) == left_out]
            for outcome in zip(asked, *outcomes(asked, weights), strict=True):
                measured.setdefault(outcome[0].set_name, []).append(outcome)
        report[name] = {set_name: _measures(rows) for set_name, rows in measured.items()}
    return report


def _measures(rows: Sequence[_Outcome]) -> dict[str, float | None]:
    answerable = np.array([one.answerable for one, _, _ in rows])
    confidence = np.array([sure for _, sure, _ in rows])
    right = np.array([good for _, _, good in rows])
    both = answerable.any() and not answerable.all()
    return {
        "questions": len(rows),
        "first quote right": round(float(right[answerable].mean()), 3),
        "auroc": round(area_under_roc(confidence, answerable), 3) if both else None,
        "calibration error": round(calibration_error(confidence, right), 3),
    }


def calibration_error(confidence: Floats, right: NDArray[np.bool_]) -> float:
    """Mean distance of confidence from the share that is right, as the quality report has it."""
    return float(summaries.calibration_error(np.column_stack([confidence, right]), np.ones((1, len(right))))[0])


def _set_weights(examples: Sequence[Example]) -> Floats:
    """(n,) that sum to one, each set's the same in total."""
    names, where, counts = np.unique([one.set_name for one in examples], return_inverse=True, return_counts=True)
    return np.asarray(1.0 / counts[where] / len(names), float)


def _segment_softmax(scores: Floats, starts: NDArray[np.int64], sizes: NDArray[np.int64]) -> tuple[Floats, Floats]:
    """(n_segments,) logarithms of sums of exponentials, and (len(scores),) shares within the segments."""
    highest = np.maximum.reduceat(scores, starts)
    weights = np.exp(scores - np.repeat(highest, sizes))
    sums = np.add.reduceat(weights, starts)
    return highest + np.log(sums), weights / np.repeat(sums, sizes)


def _read_set(folder: Path, work: Path, embedder: OnnxEmbedder, scorer: SpanScorer) -> Iterator[tuple[int, Example]]:
    """Every question of the set at both depths."""
    retriever = _index(folder / "articles.jsonl", work, embedder)
    lines = (folder / "gold.jsonl").read_text(encoding="utf-8").splitlines()
    for line in track([json.loads(line) for line in lines], description=f"reading {folder.name}"):
        question = line.get("question_standalone") or line["question"]
        hits = retriever.search(_query(question, line), _DEPTHS[-1])
        if not hits:
            continue
        found = read_sentences(question, hits, retriever, scorer)
        extractor = FeatureExtractor(question, retriever)
        fold = zlib.crc32(str(line.get("cluster")).encode()) % _FOLDS
        for depth in _DEPTHS:
            some = [one for one in found if one.hit.rank <= depth]
            right = np.array([_is_right(one, line) for one in some])
            yield depth, Example(folder.name, fold, line["answerable"], extractor.features(some), right)


def _query(question: str, line: dict[str, Any]) -> Query:
    articles = frozenset(line["articles"]) if line.get("articles") else None
    return Query(question, articles, date.fromisoformat(line["before"]) if line.get("before") else None)


def _is_right(candidate: Candidate, line: dict[str, Any]) -> bool:
    """Whether the sentence, cut where a quote is, holds half of some evidence."""
    seen = Span(candidate.span.start, min(candidate.span.end, candidate.span.start + _QUOTED_CHARS))
    return bool(line["answerable"]) and any(
        one["article"] == candidate.article.id
        and min(seen.end, one["end"]) - max(seen.start, one["start"]) >= (one["end"] - one["start"]) / 2
        for one in line["gold"]
    )


def _index(articles: Path, work: Path, embedder: OnnxEmbedder) -> Retriever:
    """An index of these articles, the last run's if it is of the same."""
    digest = hashlib.sha256(articles.read_bytes()).hexdigest()[:12]
    library = Library(work / f"index-{digest}")
    if not (work / f"index-{digest}" / "CURRENT").exists():
        library.rebuild((one for one in read_articles(articles) if isinstance(one, Article)), embedder)
    return Retriever(library.open_current(embedder), embedder)


def _save(rows: Sequence[tuple[int, Example]], path: Path) -> None:
    examples = [example for _, example in rows]
    scratch = path.with_suffix(".part.npz")
    np.savez_compressed(
        scratch,
        depths=[depth for depth, _ in rows],
        folds=[one.fold for one in examples],
        answerable=[one.answerable for one in examples],
        features=np.concatenate([one.features for one in examples]),
        right=np.concatenate([one.right for one in examples]),
        ends=np.cumsum([len(one.right) for one in examples]),
    )
    scratch.replace(path)


def _load(path: Path, set_name: str) -> list[tuple[int, Example]]:
    with np.load(path) as kept:
        features = np.split(kept["features"], kept["ends"][:-1])
        right = np.split(kept["right"], kept["ends"][:-1])
        rows = zip(kept["depths"], kept["folds"], kept["answerable"], features, right, strict=True)
        return [
            (int(depth), Example(set_name, int(fold), bool(answerable), some, which))
            for depth, fold, answerable, some, which in rows
        ]


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        "python -m training.ranking", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sets", type=Path, required=True, help="folder of sets")
    parser.add_argument("--model", type=Path, default=SHIPPED_FOLDER, help="folder with model.onnx, tokenizer.json")
    parser.add_argument("--work", type=Path, default=Path("var/ranking"), help="where indexes and scores are kept")
    parser.add_argument("--out", type=Path, default=Path("bot/reading_weights.json"))
    return parser.parse_args()


if __name__ == "__main__":
    main()
