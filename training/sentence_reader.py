"""Fits the weights of `bot.sentence_reader` and reports how well they do on questions held apart.

    python -m training.sentence_reader --data FOLDER [--work DIR] [--questions 3000]

FOLDER holds `train/` and `dev/` as `training.question_sets` describes them. Each question is asked three times:
over its own article, over all articles, and over all articles but its own, where nothing answers it.
"""

import argparse
import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from rich.progress import track
from scipy.optimize import minimize
from scipy.special import expit, log_expit, logsumexp

from bot.sentence_features import FEATURES, Candidate, FeatureExtractor
from bot.sentence_reader import SentenceWeights, candidates_of, confidence_inputs, score_candidates
from index import Article, Query
from index.embedding import Embedder, OnnxEmbedder
from index.library import Library
from index.retrieval import Retriever
from index.settings import IndexSettings
from training.question_sets import LabelledQuestion, load_question_sets

SETS = (
    "squad1_train_part",
    "squadshifts_new_wiki",
    "nq_dev",
    "squad2_half",
    "timeqa",
    "selqa",
    "multispanqa",
    "qed_nq",
)
_SEED = 7
_HITS = 10
_RANKING_PENALTY = 1e-3
_CONFIDENCE_PENALTY = 1e-3


@dataclass(frozen=True, slots=True)
class Example:
    """One question as it was asked: `features` (n, n_features) of its candidates, `right` (n,) which answer."""

    mode: str
    answerable: bool
    features: NDArray[np.float64]
    right: NDArray[np.bool_]


def main() -> None:
    """Builds the indexes, collects examples, fits, reports and writes the weights."""
    options = _options()
    embedder = OnnxEmbedder.load(IndexSettings.from_environment().model_cache)
    train = _collected(options.data / "train", options.work / "train", embedder, options.questions)
    dev = _collected(options.data / "dev", options.work / "dev", embedder, options.questions // 3)
    ranking = fit_ranking(train)
    confidence, bias = fit_confidence(train, ranking)
    weights = SentenceWeights(ranking, confidence, bias, threshold=0.5)
    threshold = best_threshold(train, weights)
    weights = SentenceWeights(ranking, confidence, bias, threshold)
    report = measure(dev, weights)
    print(json.dumps(report, indent=1))
    stored = {
        "features": FEATURES,
        "ranking": [round(value, 5) for value in ranking.tolist()],
        "confidence": [round(value, 5) for value in confidence.tolist()],
        "bias": round(bias, 5),
        "threshold": round(threshold, 3),
        "fitted_on": {"sets": SETS, "examples": len(train), "seed": _SEED},
        "measured_on_held_out_documents": report,
    }
    options.out.write_text(json.dumps(stored, indent=1) + "\n", encoding="utf-8")


def fit_ranking(examples: Sequence[Example]) -> NDArray[np.float64]:
    """(n_features,) weights that maximise the chance of drawing a right sentence by softmax over the scores."""
    usable = [example for example in examples if example.right.any() and not example.right.all()]

    def loss(weights: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        total, gradient = 0.0, np.zeros_like(weights)
        for example in usable:
            scores = example.features @ weights
            every, right = logsumexp(scores), logsumexp(scores[example.right])
            total += every - right
            gradient += example.features.T @ np.exp(scores - every)
            gradient -= example.features[example.right].T @ np.exp(scores[example.right] - right)
        penalty = _RANKING_PENALTY * len(usable)
        return float(total + penalty * weights @ weights), gradient + 2 * penalty * weights

    fitted = minimize(loss, np.zeros(len(FEATURES)), jac=True, method="L-BFGS-B")
    return np.asarray(fitted.x, float)


def fit_confidence(examples: Sequence[Example], ranking: NDArray[np.float64]) -> tuple[NDArray[np.float64], float]:
    """Weights and bias of a logistic model of "this candidate answers", on the best three of each question."""
    inputs, labels = [], []
    for example in examples:
        ranks = example.features @ ranking
        best = np.argsort(-ranks, kind="stable")[:3]
        inputs.append(confidence_inputs(example.features, ranks)[best])
        labels.append(example.right[best])
    matrix = np.column_stack([np.concatenate(inputs), np.ones(sum(map(len, inputs)))])
    sign = np.where(np.concatenate(labels), 1.0, -1.0)

    def loss(weights: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        margins = sign * (matrix @ weights)
        penalty = _CONFIDENCE_PENALTY * len(sign)
        gradient = -(matrix * (sign * expit(-margins))[:, None]).sum(0) + 2 * penalty * weights
        return float(-log_expit(margins).sum() + penalty * weights @ weights), gradient

    fitted = minimize(loss, np.zeros(matrix.shape[1]), jac=True, method="L-BFGS-B")
    return np.asarray(fitted.x[:-1], float), float(fitted.x[-1])


def best_threshold(examples: Sequence[Example], weights: SentenceWeights) -> float:
    """The confidence that makes most replies right: a right first quote, or a refusal where nothing answers."""
    confidence, right = _outcomes(examples, weights)
    answerable = np.array([example.answerable for example in examples])
    weight = np.where(answerable, 0.5 / answerable.sum(), 0.5 / (~answerable).sum())
    grid = np.linspace(0.02, 0.9, 89)
    gain = [weight[(confidence >= t) & right].sum() + weight[(confidence < t) & ~answerable].sum() for t in grid]
    return float(grid[int(np.argmax(gain))])


def measure(examples: Sequence[Example], weights: SentenceWeights) -> dict[str, dict[str, float]]:
    """For each way of asking: share of right first quotes, of replies right in the end, and calibration error."""
    report = {}
    for mode in dict.fromkeys(example.mode for example in examples):
        some = [example for example in examples if example.mode == mode]
        confidence, right = _outcomes(some, weights)
        answerable = np.array([example.answerable for example in some])
        given = confidence >= weights.threshold
        report[mode] = {
            "questions": len(some),
            "first quote right": round(float(right[answerable].mean()), 3) if answerable.any() else None,
            "reply right": round(float(np.where(answerable, given & right, ~given).mean()), 3),
            "answers given": round(float(given.mean()), 3),
        }
    confidence, right = _outcomes(examples, weights)
    report["all"] = {"expected calibration error": round(calibration_error(confidence, right), 4)}
    return report  # type: ignore[return-value]  # None where nothing is answerable


def calibration_error(confidence: NDArray[np.float64], right: NDArray[np.bool_], bins: int = 10) -> float:
    """Mean distance of confidence from the share that is right, over bins of equal width, weighted by size."""
    places = np.minimum((confidence * bins).astype(int), bins - 1)
    gaps = [
        abs(confidence[places == place].mean() - right[places == place].mean()) * (places == place).mean()
        for place in range(bins)
        if (places == place).any()
    ]
    return float(sum(gaps))


def _outcomes(examples: Sequence[Example], weights: SentenceWeights) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """(n,) confidence in the first quote and (n,) whether it is right."""
    confidence, right = [], []
    for example in examples:
        ranks, probabilities = score_candidates(example.features, weights)
        best = int(np.argmax(ranks))
        confidence.append(probabilities[best])
        right.append(example.right[best])
    return np.array(confidence), np.array(right)


def _collected(data: Path, work: Path, embedder: Embedder, n_questions: int) -> list[Example]:
    """The examples, from the last run if it asked the same: reading them takes minutes, fitting seconds."""
    kept = work / f"examples-{n_questions}-{len(FEATURES)}.npz"
    if not kept.exists():
        work.mkdir(parents=True, exist_ok=True)
        _save(_examples(data, work, embedder, n_questions), kept)
    return _load(kept)


def _save(examples: Sequence[Example], path: Path) -> None:
    scratch = path.with_suffix(".part.npz")
    np.savez_compressed(
        scratch,
        features=np.concatenate([example.features for example in examples]),
        right=np.concatenate([example.right for example in examples]),
        ends=np.cumsum([len(example.right) for example in examples]),
        modes=np.array([example.mode for example in examples]),
        answerable=np.array([example.answerable for example in examples]),
    )
    scratch.replace(path)


def _load(path: Path) -> list[Example]:
    with np.load(path) as kept:
        features = np.split(kept["features"], kept["ends"][:-1])
        right = np.split(kept["right"], kept["ends"][:-1])
        rows = zip(kept["modes"], kept["answerable"], features, right, strict=True)
        return [Example(str(mode), bool(answerable), some, which) for mode, answerable, some, which in rows]


def _examples(data: Path, work: Path, embedder: Embedder, n_questions: int) -> list[Example]:
    articles, questions = load_question_sets(data, SETS)
    random.Random(_SEED).shuffle(questions)
    chosen = questions[:n_questions]
    asked_about = {question.article_id for question in chosen}
    articles = [article for article in articles if article.id in asked_about]
    retriever = _index(articles, work / "all", embedder)
    every = frozenset(retriever.snapshot.manifest.revisions)
    examples: list[Example] = []
    for number, question in enumerate(track(chosen, description=f"asking over {work.name}")):
        own = frozenset({question.article_id})
        examples += _asked("own article", question, Query(question.text, own), retriever)
        if question.answerable:
            examples += _asked("all articles", question, Query(question.text), retriever)
            examples += _asked("all but its own", question, Query(question.text, every - own), retriever)
        if number % 10 == 0:
            examples += _alone(question, articles, work / "alone", embedder)
    return examples


def _alone(
    question: LabelledQuestion, articles: Sequence[Article], work: Path, embedder: Embedder
) -> Iterator[Example]:
    """The question over an index of its article alone, and another's: small indexes know no rare words."""
    article = next(one for one in articles if one.id == question.article_id)
    other = random.Random(question.text).choice(articles)
    for mode, one in (("alone", article), ("alone, off topic", other)):
        yield from _asked(mode, question, Query(question.text), _index([one], work, embedder))


def _asked(mode: str, question: LabelledQuestion, query: Query, retriever: Retriever) -> Iterator[Example]:
    found = candidates_of(retriever.search(query, _HITS), retriever)
    if found:
        features = FeatureExtractor(question.text, retriever).features(found)
        right = np.array([_is_right(candidate, question) for candidate in found])
        answerable = question.answerable and mode not in ("all but its own", "alone, off topic")
        yield Example(mode, answerable, features, right & answerable)


def _is_right(candidate: Candidate, question: LabelledQuestion) -> bool:
    """Whether the sentence holds at least half of a span of evidence, as the evaluation judges a quote."""
    if candidate.article.id != question.article_id:
        return False
    for span in question.evidence:
        shared = min(span.end, candidate.span.end) - max(span.start, candidate.span.start)
        if shared >= 0.5 * len(span):
            return True
    return False


def _index(articles: Sequence[Article], folder: Path, embedder: Embedder) -> Retriever:
    library = Library(folder)
    library.rebuild(articles, embedder)
    return Retriever(library.open_current(embedder), embedder)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser("python -m training.sentence_reader", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder with train/ and dev/")
    parser.add_argument("--work", type=Path, default=Path("var/training"), help="where indexes are kept")
    parser.add_argument("--questions", type=int, default=3000, help="questions to fit on; a third as many to measure")
    parser.add_argument("--out", type=Path, default=Path("bot/sentence_weights.json"))
    return parser.parse_args()


if __name__ == "__main__":
    main()
