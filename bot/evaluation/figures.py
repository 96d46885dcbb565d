"""Every figure of the report: what is measured on a question, and how questions add up to it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from bot.evaluation.judging import Judged
from bot.evaluation.short_answers import is_exact_match, token_f1
from bot.evaluation.summaries import (
    Array,
    Summary,
    area_under_risk_coverage,
    auroc,
    balanced_accuracy,
    calibration_error,
    mean,
    percentile,
    ratio,
)

Measure = Callable[[Judged], Sequence[float] | None]
_LEAST_OF_A_CLASS = 2
_LEAST_FOR_A_CURVE = 10


def _is_any(values: Array) -> bool:
    return len(values) > 0


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure of the report. `measure` gives the values of one question, None where the figure does not apply to it.

    `is_enough` says whether the values of all questions, (n, columns), can carry the figure.
    """

    name: str
    meaning: str
    measure: Measure
    summarise: Summary = mean
    decimals: int = 3
    is_enough: Callable[[Array], bool] = _is_any


def _of_answerable(value: Callable[[Judged], float]) -> Measure:
    """Return the measure that gives this value where the evidence is known."""
    return lambda one: (value(one),) if one.gold.evidence else None


def _hit(k: int) -> Measure:
    return _of_answerable(lambda one: 0 < one.rank <= k)


def _read(budget: int) -> Measure:
    return _of_answerable(lambda one: budget in one.read_within)


def _quote_f1(one: Judged) -> float:
    precision = one.precision or 0.0
    return 2 * precision / (1 + precision) if one.is_first_quote_right else 0.0


def _precision(one: Judged) -> Sequence[float] | None:
    return None if one.precision is None else (one.precision,)


def _quote_length(one: Judged) -> Sequence[float] | None:
    return (len(one.reply.citations[0].quote.span),) if one.gold.evidence and one.verbatim[:1] == (True,) else None


def _short(value: Callable[[str, Sequence[str]], float], *, given_only: bool = False) -> Measure:
    def measure(one: Judged) -> Sequence[float] | None:
        if not (one.gold.is_answerable and one.gold.answers) or (given_only and not one.short_answer):
            return None
        return (value(one.short_answer, one.gold.answers) if one.short_answer else 0.0,)

    return measure


def _answered(*, answerable: bool) -> Measure:
    return lambda one: (one.is_answered,) if one.gold.is_answerable is answerable else None


def _with_verdict(*values: Callable[[Judged], float]) -> Measure:
    return lambda one: tuple(value(one) for value in values) if one.gold.has_verdict else None


def confidence_and_right(one: Judged) -> Sequence[float] | None:
    """Return the confidence and whether the first quote is right; None where nobody can say."""
    return (one.confidence, one.is_first_quote_right) if one.gold.has_verdict else None


def _verbatim(one: Judged) -> Sequence[float] | None:
    return (sum(one.verbatim), len(one.verbatim)) if one.verbatim else None


def _milliseconds(one: Judged) -> Sequence[float]:
    timings = one.reply.timings_ms
    return (timings.get("total", sum(timings.values())),)


def _has_both_classes(column: int) -> Callable[[Array], bool]:
    def is_enough(values: Array) -> bool:
        n_answerable = values[:, column].sum()
        return bool(min(n_answerable, len(values) - n_answerable) >= _LEAST_OF_A_CLASS)

    return is_enough


def _makes_a_curve(values: Array) -> bool:
    return len(values) >= _LEAST_FOR_A_CURVE


SECTIONS: dict[str, tuple[Figure, ...]] = {
    "Retrieval": tuple(
        Figure(f"hit@{k}", f"evidence in the first {k} passages" if k > 1 else "evidence in the first passage", _hit(k))
        for k in (1, 3, 5, 10)
    ),
    "Quotes": (
        Figure(
            "quote@1_forced", "first quote right, answered or not", _of_answerable(lambda one: one.is_first_quote_right)
        ),
        Figure("quote@3_forced", "one of the first three quotes right", _of_answerable(lambda one: any(one.right))),
        Figure("quote_precision", "share of the first quote in sentences with evidence", _precision),
        Figure("quote_f1", "a right first quote counts by how little else it holds", _of_answerable(_quote_f1)),
        Figure("cited_in200", "evidence in the first 200 quoted characters", _read(200)),
        Figure("cited_in400", "evidence in the first 400 quoted characters", _read(400)),
        Figure("quote_chars", "characters of the first quote", _quote_length, decimals=0),
    ),
    "Short answers": (
        Figure("em", "short answer exact; none given is wrong", _short(is_exact_match)),
        Figure("f1", "short answer's words shared with the known one (F1)", _short(token_f1)),
        Figure("em_given", "exact, of those given", _short(is_exact_match, given_only=True)),
        Figure("f1_given", "F1, of those given", _short(token_f1, given_only=True)),
    ),
    "Knowing when to answer": (
        Figure(
            "end_to_end", "right in the end: a right quote, or a rightful refusal", _with_verdict(lambda o: o.is_right)
        ),
        Figure("answer_rate", "answerable questions answered", _answered(answerable=True)),
        Figure("false_answer_rate", "unanswerable questions answered", _answered(answerable=False)),
        Figure(
            "balanced_accuracy",
            "mean of answerable ones answered and others refused",
            lambda one: (one.gold.is_answerable, one.is_answered),
            balanced_accuracy,
            is_enough=_has_both_classes(0),
        ),
        Figure(
            "auroc",
            "how well confidence tells answerable from not; 0.5 is chance",
            lambda one: (one.confidence, one.gold.is_answerable),
            auroc,
            is_enough=_has_both_classes(1),
        ),
        Figure(
            "aurc",
            "area under the risk-coverage curve; lower is better",
            confidence_and_right,
            area_under_risk_coverage,
            is_enough=_makes_a_curve,
        ),
    ),
    "Trust and speed": (
        Figure("ece", "calibration error: how far confidence is off", confidence_and_right, calibration_error),
        Figure("verbatim", "citations that equal their article", _verbatim, ratio),
        Figure(
            "p50_ms", "milliseconds within which half of the replies come", _milliseconds, percentile(0.5), decimals=1
        ),
        Figure("p95_ms", "... 95% of them", _milliseconds, percentile(0.95), decimals=1),
    ),
}


def measured(figure: Figure, judged: Sequence[Judged]) -> tuple[Array, list[int]]:
    """Return the values of the questions that the figure applies to, (n, columns), and their places."""
    found = [(number, values) for number, one in enumerate(judged) if (values := figure.measure(one)) is not None]
    return np.array([values for _, values in found], dtype=np.float64), [number for number, _ in found]
