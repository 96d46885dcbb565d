"""Fits how the reader's scores, the retriever's and the words of a question are combined, and how far is read.

    python -m training.ranking --sets DIR [--counts SET=0.3 ...] [--model bot/reading/model] [--out FILE]

DIR holds a folder for each set of questions: `articles.jsonl` and `gold.jsonl`, lines as `python -m bot evaluate`
takes them. What is fitted is written to `bot/reading/weights.json`, with what was measured on questions that were
not fitted on: each fifth of the articles in turn, and each set in turn. The most that may be read for a question on
the mean is given as `--price`, in passages; of several prices all are measured, and the first one's weights written.
"""

import argparse
import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bot.evaluation import summaries
from bot.reading.cascade import Case, FittedWeights, ReadBudget, ReadingWeights, SentenceModel
from bot.reading.features import FEATURES, Floats
from bot.reading.span_scoring import SHIPPED_FOLDER, OnnxSpanScorer
from index.embedding.embedder import OnnxEmbedder
from index.settings import IndexSettings
from training.area_under_roc import area_under_roc
from training.question_sets import Question, model_digest, questions_of, set_weights
from training.read_budgets import best_budget, best_threshold, outcomes
from training.sentence_f1 import sentence_f1
from training.sentence_models import CASES, fit_models

_TYPED_PRICE = 6.0
"""Passages read for what people type, at most on the mean: the search says less of where they are answered."""
_TOGETHER = "all questions together"
Report = dict[str, dict[str, dict[str, float | None]]]
"""Measures by what was left out and by set."""
_Row = tuple[bool, float, bool, bool, float, bool, float, object, Floats]


def main() -> None:
    """Read the questions, fit, measure on questions not fitted on, and write the weights."""
    options = _options()
    embedder = OnnxEmbedder.load(IndexSettings.from_environment().model_cache)
    scorer = OnnxSpanScorer.load(options.model)
    model = model_digest(options.model)
    counts = dict(options.counts)
    questions: list[Question] = []
    for folder in sorted(one for one in options.sets.iterdir() if (one / "gold.jsonl").exists()):
        asked = questions_of(folder, options.work, embedder, scorer, model=model, every=options.every)
        questions += [replace(one, set_counts=counts.get(folder.name, 1.0)) for one in asked]
    fitted = fit(questions, options.price)
    reports = cross_measured(questions, [(one.part.budget, one.typed.budget) for one in fitted])
    prices = [_mean_prices(questions, one) for one in fitted]
    for price, weights, read, report in zip(options.price, fitted, prices, reports, strict=True):
        print(f"--price {price}: {weights.part.budget}, passages read: {read}")
        for left_out, sets in report.items():
            for set_name, measures in sets.items():
                print(f"  {left_out}, {set_name}:", ", ".join(f"{name} {value}" for name, value in measures.items()))
    stored = {
        "features": FEATURES,
        "whole": _stored(fitted[0].whole),
        "part": _stored(fitted[0].part),
        "typed": _stored(fitted[0].typed),
        "model": model,
        "mean_prices": prices[0],
        "measured_on_questions_not_fitted_on": reports[0],
    }
    options.out.write_text(json.dumps(stored, indent=1) + "\n", encoding="utf-8")


def fit(questions: Sequence[Question], prices: Sequence[float]) -> list[FittedWeights]:
    """Return weights for each price: the most passages a question, on the mean, where more than is offered may be
    searched.

    Every set counts the same, however many questions it has.
    """
    fitted = fit_models(questions)
    part, typed = (_of_case(questions, case) for case in ("part", "typed"))
    of_typed = best_budget(typed[0], fitted.typed, _TYPED_PRICE, typed[1])
    budgets = ((best_budget(part[0], fitted.part, price, part[1]), of_typed) for price in prices)
    return [with_budgets(questions, fitted, *some) for some in budgets]


def with_budgets(
    questions: Sequence[Question], fitted: FittedWeights, part: ReadBudget, typed: ReadBudget
) -> FittedWeights:
    """Return these weights with budgets for parts and for what people type, and the thresholds that suit."""
    weights = replace(fitted, part=replace(fitted.part, budget=part), typed=replace(fitted.typed, budget=typed))
    chosen: list[ReadingWeights] = []
    for case in CASES:
        asked, shares = _of_case(questions, case)
        chosen.append(replace(weights.of(case), threshold=best_threshold(asked, weights.of(case), case, shares)))
    return FittedWeights(*chosen)


def _of_case(questions: Sequence[Question], case: Case) -> tuple[list[Question], Floats]:
    """Return the questions of a case and what each counts, all of them where there are none: a set's few questions of
    a case do not count as much as another's many."""
    rows = [row for row, one in enumerate(questions) if one.case == case] or range(len(questions))
    return [questions[row] for row in rows], set_weights(questions)[list(rows)]


def cross_measured(questions: Sequence[Question], budgets: Sequence[tuple[ReadBudget, ReadBudget]]) -> list[Report]:
    """Return measures on questions not fitted on, for each budget: a fifth of the articles left out, and a set left
    out."""
    reports: list[Report] = [{} for _ in budgets]
    groupings: dict[str, Callable[[Question], object]] = {
        "articles left out": lambda one: one.fold,
        "set left out": lambda one: one.set_name,
    }
    for grouping, group_of in groupings.items():
        measured: list[dict[str, list[_Row]]] = [{} for _ in budgets]
        for left_out in dict.fromkeys(map(group_of, questions)):
            others = [one for one in questions if group_of(one) != left_out]
            if not others:
                continue
            fitted = fit_models(others)
            asked = [one for one in questions if group_of(one) == left_out]
            for both, rows in zip(budgets, measured, strict=True):
                weights = with_budgets(others, fitted, *both)
                after = outcomes(asked, weights)
                columns = (
                    after.confidence,
                    after.answered,
                    after.right,
                    after.f1,
                    after.cited,
                    after.price,
                )
                for one, sentences, *row in zip(asked, after.sentences, *columns, strict=True):
                    for name in (one.set_name, _TOGETHER):
                        rows.setdefault(name, []).append((one.answerable, *row, left_out, sentences))
        for report, rows in zip(reports, measured, strict=True):
            report[grouping] = {set_name: _measures(some) for set_name, some in rows.items()}
    return reports


def _measures(rows: Sequence[_Row]) -> dict[str, float | None]:
    *columns, left_out, sentences = zip(*rows, strict=True)
    answerable, confidence, answered, right, f1, cited, price = map(np.array, columns)
    both = answerable.any() and not answerable.all()
    return {
        "questions": len(rows),
        "first quote right": round(float(right[answerable].mean()), 3),
        "first quote's F1": round(float(f1[answerable].mean()), 3),
        "right within 400 characters": round(float(cited[answerable].mean()), 3),
        "auroc": round(area_under_roc(confidence, answerable), 3) if both else None,
        "calibration error": round(calibration_error(confidence, right), 3),
        "right replies": round(float(np.where(answerable, answered & right, ~answered).mean()), 3),
        "passages": round(float(price.mean()), 3),
        "sentences' F1": round(sentence_f1(left_out, sentences), 3),
    }


def calibration_error(confidence: Floats, right: NDArray[np.bool_]) -> float:
    """Return the mean distance of confidence from the share that is right, as the quality report computes it."""
    return float(summaries.calibration_error(np.column_stack([confidence, right]), np.ones((1, len(right))))[0])


def _mean_prices(questions: Sequence[Question], weights: FittedWeights) -> dict[str, float]:
    """Return the mean number of passages read for a question of each case."""
    prices: dict[str, list[float]] = {}
    for one, price in zip(questions, outcomes(questions, weights).price, strict=True):
        prices.setdefault(one.case, []).append(float(price))
    return {kind: round(sum(some) / len(some), 3) for kind, some in prices.items()}


def _stored(weights: ReadingWeights) -> dict[str, Any]:
    return {
        "unread": _rounded(weights.unread),
        "read": _rounded(weights.read),
        "effort": asdict(weights.budget),
        "threshold": round(weights.threshold, 3),
    }


def _rounded(model: SentenceModel) -> dict[str, Any]:
    return {
        "ranking": model.ranking.round(5).tolist(),
        "confidence": model.confidence.round(5).tolist(),
        "bias": round(model.bias, 5),
        "unanswered": model.unanswered.round(5).tolist(),
        "unanswered_bias": round(model.unanswered_bias, 5),
        "within": model.within,
        "answering": model.answering.round(5).tolist(),
        "answering_bias": round(model.answering_bias, 5),
    }


def _set_counts(option: str) -> tuple[str, float]:
    name, _, share = option.rpartition("=")
    return name, float(share)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        "python -m training.ranking", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sets", type=Path, required=True, help="folder of sets")
    parser.add_argument("--model", type=Path, default=SHIPPED_FOLDER, help="folder that training.export wrote")
    parser.add_argument("--work", type=Path, default=Path("var/ranking"), help="where indexes and scores are kept")
    parser.add_argument("--out", type=Path, default=Path("bot/reading/weights.json"))
    parser.add_argument(
        "--price", type=float, nargs="+", default=[1.6], help="passages read for a question on the mean, at most"
    )
    parser.add_argument(
        "--counts",
        type=_set_counts,
        nargs="+",
        default=[],
        metavar="SET=SHARE",
        help="sets that count more or less than 1",
    )
    parser.add_argument("--every", type=int, default=1, help="one question in so many, for a quick look")
    return parser.parse_args()


if __name__ == "__main__":
    main()
