"""Fits what one feature adds to the weights that ship, and leaves all others as they are.

    python -m training.added_column quoted_before --sets DIR [DIR ...] [--case typed]

For a feature that is 0 wherever it was not thought of before: what was measured there stays as it is. Each set is a
folder as `training.ranking` takes it; `training.playing` makes those in which something was quoted before.
"""

import argparse
import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar
from scipy.special import log_expit, logsumexp

from bot.reading.cascade import ReadingWeights, SentenceModel
from bot.reading.features import FEATURES, Floats
from bot.reading.passage_reader import weights_from
from bot.reading.span_scoring import SHIPPED_FOLDER, OnnxSpanScorer
from index.embedding.embedder import OnnxEmbedder
from index.settings import IndexSettings
from training.question_sets import Question, RankingExample, model_digest, questions_of, set_weights
from training.sentence_models import CASES, judged, read_examples

_FARTHEST = 5.0
"""No weight becomes larger than this, in odds."""


def main() -> None:
    """Read the questions, fit the feature's weights, and write them."""
    options = _options()
    stored = json.loads(options.weights.read_text(encoding="utf-8"))
    embedder = OnnxEmbedder.load(IndexSettings.from_environment().model_cache)
    scorer, model = OnnxSpanScorer.load(), model_digest(SHIPPED_FOLDER)
    sets = [questions_of(one, options.work, embedder, scorer, model=model, every=1) for one in options.sets]
    questions = [one for some in sets for one in some if one.case == options.case]
    fitted = with_column(weights_from(stored).of(options.case), questions, FEATURES.index(options.feature))
    for state in ("unread", "read"):
        one: SentenceModel = getattr(fitted, state)
        for part in ("ranking", "answering", "confidence", "unanswered"):
            weights = getattr(one, part).round(5).tolist()
            stored[options.case][state][part] = weights
            print(f"{state}, {part}: {weights[FEATURES.index(options.feature)]}")
    options.weights.write_text(json.dumps(stored, indent=1) + "\n", encoding="utf-8")


def with_column(weights: ReadingWeights, questions: Sequence[Question], column: int) -> ReadingWeights:
    """Return the weights with those of one feature fitted to these questions."""
    unread = fit_column(weights.unread, [one.unread_example() for one in questions], column)
    read = [example for one in questions for example in read_examples(one, 1.0, weights)]
    return replace(weights, unread=unread, read=fit_column(weights.read, read, column))


def fit_column(model: SentenceModel, examples: Sequence[RankingExample], column: int) -> SentenceModel:
    """Return the model with the weights of one feature fitted, of each of its parts."""
    shares = set_weights(examples)
    ordered = [(one, share) for one, share in zip(examples, shares, strict=True) if one.right.any()]

    def misplaced(weight: float) -> float:
        ranking = _changed(model.ranking, column, weight)
        ranks = ((one, share, one.features @ ranking) for one, share in ordered)
        return sum(float(share * (logsumexp(of_it) - logsumexp(of_it[one.right]))) for one, share, of_it in ranks)

    model = replace(model, ranking=_changed(model.ranking, column, _least(misplaced)))
    features, right = (np.concatenate([getattr(one, name) for one in examples]) for name in ("features", "right"))
    each = np.repeat(shares / [len(one.right) for one in examples], [len(one.right) for one in examples])
    answering = _fitted(model.answering, model.answering_bias, features, right, each, column)
    inputs, is_right = judged(examples, model)
    none_is = np.array([not one.right.any() for one in examples])
    confidence = _fitted(model.confidence, model.bias, inputs, is_right, shares, column)
    unanswered = _fitted(model.unanswered, model.unanswered_bias, inputs, none_is, shares, column)
    return replace(model, answering=answering, confidence=confidence, unanswered=unanswered)


def _fitted(
    weights: Floats, bias: float, inputs: Floats, labels: NDArray[np.bool_], shares: Floats, column: int
) -> Floats:
    """Return logistic weights of which that of one column makes the labels likeliest."""
    sign = np.where(labels, 1.0, -1.0)
    odds = inputs @ _changed(weights, column, 0.0) + bias
    of_it = inputs[:, column]
    return _changed(weights, column, _least(lambda weight: -float(shares @ log_expit(sign * (odds + weight * of_it)))))


def _least(loss: Callable[[float], float]) -> float:
    return float(minimize_scalar(loss, bounds=(-_FARTHEST, _FARTHEST), method="bounded").x)


def _changed(weights: Floats, column: int, weight: float) -> Floats:
    changed = weights.copy()
    changed[column] = weight
    return changed


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        "python -m training.added_column", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("feature", choices=FEATURES, metavar="FEATURE", help="its name in bot/reading/features.py")
    parser.add_argument("--sets", type=Path, nargs="+", required=True, help="folders of sets")
    parser.add_argument("--case", choices=CASES, default="typed", help="the questions that it is fitted for")
    parser.add_argument("--work", type=Path, default=Path("var/ranking"), help="where indexes and scores are kept")
    parser.add_argument("--weights", type=Path, default=Path("bot/reading/weights.json"), help="read and written")
    return parser.parse_args()


if __name__ == "__main__":
    main()
