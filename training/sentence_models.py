"""Fits the models that order sentences and say how likely they answer, each on the questions of all sets."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import expit, log_expit

from bot.reading.cascade import Case, FittedWeights, ReadBudget, ReadingWeights, SentenceModel, confidence_inputs
from bot.reading.features import Floats, chars_of
from bot.reading.passage_reader import OFFERED
from training.question_sets import Question, RankingExample, set_weights

READ = (1, 2, 3, 4, *sorted({*OFFERED.values()}))
"""After how many passages a question is judged; others are as likely to be the last that is read, and cost time."""
CASES: tuple[Case, ...] = ("whole", "part", "typed")
_EVERYTHING = ReadBudget(read=max(OFFERED.values()), sure=1.0, worth=0.0)
_OF_THE_WHOLE = ReadBudget(read=OFFERED["whole"], sure=0.98, worth=0.02)
"""The budget where all there is stands in a few passages: hardly any is left out."""
_OTHERS_COUNT: Mapping[Case, float] = {"whole": 0.1, "part": 0.3, "typed": 0.1}
"""How much a question of another case counts in a fit for this one. Fewer questions see a part."""
_WITHIN = (-1.0, *np.linspace(0.1, 2.0, 20).round(1).tolist())
"""How much lower a neighbour may rank that is quoted with the first."""
_AS_GOOD = 0.0005
"""A loss of F1 below this does not count."""
_PENALTY = 1e-3
_LEAST_DEVIATION = 1e-6


def fit_models(questions: Sequence[Question]) -> FittedWeights:
    """Return all models, which suit any budget."""
    whole, part, typed = (_fit_reading(questions, case) for case in CASES)
    return FittedWeights(replace(whole, budget=_OF_THE_WHOLE), part, typed)


def _fit_reading(questions: Sequence[Question], case: Case) -> ReadingWeights:
    """Return both models for one case; questions of others count less."""
    counts = [1.0 if one.case == case else _OTHERS_COUNT[case] for one in questions]
    weighed = list(zip(questions, counts, strict=True))
    unread = fit_model([one.unread_example(count) for one, count in weighed])
    blind = ReadingWeights(unread, unread, _EVERYTHING, threshold=0.5)
    return replace(blind, read=fit_model([example for one in weighed for example in read_examples(*one, blind)]))


def read_examples(question: Question, count: float, weights: ReadingWeights) -> list[RankingExample]:
    """Return a question as it is judged after some of the passages that these weights read; `count`: how much it
    counts."""
    states = question.read_states(weights)
    return [question.example(state.read, count) for state in states if len(state.read) in READ]


def fit_model(examples: Sequence[RankingExample]) -> SentenceModel:
    """Return the model that orders sentences and says whether the first one answers, and whether any one does."""
    ranking = fit_ranking(examples)
    nothing = np.array([])
    model = SentenceModel(ranking, nothing, 0.0, nothing, 0.0, *fit_answering(examples, ranking))
    return fit_judgement(examples, replace(model, within=fit_within(examples, model)))


def fit_within(examples: Sequence[RankingExample], model: SentenceModel) -> float:
    """Return how much lower a neighbour may rank to be quoted with the first.

    It makes the F1 of first quotes highest; of values that are as good, it is the largest, which finds more.
    """
    answerable = [one for one in examples if one.right.any()]
    weights = _example_weights(answerable)
    ranked = [(one, model.ranks(one.features)) for one in answerable]

    def served(within: float) -> float:
        quotes = replace(model, within=within)
        found = ((one, list(quotes.quoted(one.features, ranks, one.places))) for one, ranks in ranked)
        return float(weights @ [quote_f1(chars_of(one.features[rows]), one.right[rows]) for one, rows in found])

    f1 = [served(within) for within in _WITHIN]
    return float(max(within for within, one in zip(_WITHIN, f1, strict=True) if one >= max(f1) - _AS_GOOD))


def fit_answering(examples: Sequence[RankingExample], ranking: Floats) -> tuple[Floats, float]:
    """Return weights and bias of "this sentence answers by itself", on all sentences: half-way between a logistic model
    of the ranking score, which has learnt the order within a question, and one of all features, which has not."""
    sizes = [len(one.right) for one in examples]
    weights = np.repeat(_example_weights(examples) / sizes, sizes)
    features, right = (np.concatenate([getattr(one, name) for one in examples]) for name in ("features", "right"))
    slope, offset = _fit_logistic((features @ ranking)[:, None], right, weights)
    of_each, bias = _fit_logistic(features, right, weights)
    return (slope[0] * ranking + of_each) / 2, (offset + bias) / 2


def fit_ranking(examples: Sequence[RankingExample]) -> Floats:
    """Return the weights, (n_features,), that make drawing a right sentence by softmax over the scores most likely."""
    usable = [one for one in examples if one.right.any() and not one.right.all()]
    features = np.concatenate([one.features for one in usable])
    right = np.concatenate([one.right for one in usable])
    starts = np.cumsum([0, *(len(one.right) for one in usable[:-1])])
    sizes = np.array([len(one.right) for one in usable])
    scale = _scale(features)
    scaled = features / scale
    question_weights = _example_weights(usable)

    def loss(weights: Floats) -> tuple[float, Floats]:
        scores = scaled @ weights
        every, p_every = _segment_softmax(scores, starts, sizes)
        good, p_good = _segment_softmax(np.where(right, scores, -1e9), starts, sizes)
        value = question_weights @ (every - good) + _PENALTY * weights @ weights
        gradient = scaled.T @ ((p_every - p_good) * np.repeat(question_weights, sizes))
        return float(value), gradient + 2 * _PENALTY * weights

    fitted = minimize(loss, np.zeros(features.shape[1]), jac=True, method="L-BFGS-B")
    return np.asarray(fitted.x / scale, float)


def fit_judgement(examples: Sequence[RankingExample], model: SentenceModel) -> SentenceModel:
    """Return the model with logistic models of "this quote answers" and "nothing answers", on the first quote of each
    question."""
    (inputs, right), weights = judged(examples, model), _example_weights(examples)
    confidence, bias = _fit_logistic(inputs, right, weights)
    unanswered, unanswered_bias = _fit_logistic(inputs, np.array([not one.right.any() for one in examples]), weights)
    return replace(model, confidence=confidence, bias=bias, unanswered=unanswered, unanswered_bias=unanswered_bias)


def judged(examples: Sequence[RankingExample], model: SentenceModel) -> tuple[Floats, NDArray[np.bool_]]:
    """Return what the first quote of each example is judged by, (n, n_features + 3), and whether it is right, (n,)."""
    inputs, right = [], []
    for one in examples:
        ranks = model.ranks(one.features)
        quoted = list(model.quoted(one.features, ranks, one.places))
        inputs.append(confidence_inputs(quoted, one.features, ranks))
        right.append(one.right[quoted].any())
    return np.array(inputs), np.array(right)


def _fit_logistic(inputs: Floats, labels: NDArray[np.bool_], row_weights: Floats) -> tuple[Floats, float]:
    """Return weights, (n_inputs,), and bias of a logistic model of the labels, (n,)."""
    centre, scale = inputs.mean(0), _scale(inputs)
    matrix = np.column_stack([(inputs - centre) / scale, np.ones(len(inputs))])
    sign = np.where(labels, 1.0, -1.0)

    def loss(weights: Floats) -> tuple[float, Floats]:
        margins = sign * (matrix @ weights)
        value = -row_weights @ log_expit(margins) + _PENALTY * weights[:-1] @ weights[:-1]
        gradient = -(matrix.T @ (row_weights * sign * expit(-margins)))
        gradient[:-1] += 2 * _PENALTY * weights[:-1]
        return float(value), gradient

    fitted = minimize(loss, np.zeros(matrix.shape[1]), jac=True, method="L-BFGS-B")
    weights = np.asarray(fitted.x[:-1] / scale, float)
    return weights, float(fitted.x[-1] - weights @ centre)


def quote_f1(lengths: Floats, right: NDArray[np.bool_]) -> float:
    """Return the F1 of a quote of these sentences.

    All is found if any of them is right, and the right ones' share is the precision.
    """
    precision = float(lengths[right].sum() / lengths.sum())
    return 2 * precision / (1 + precision)


def _scale(columns: Floats) -> Floats:
    """Return what to divide each column by, (n_columns,); inf for a column that is always the same."""
    deviations = columns.std(0)
    return np.where(deviations > _LEAST_DEVIATION, deviations, np.inf)


def _example_weights(examples: Sequence[RankingExample]) -> Floats:
    """Return weights, (n,), that sum to one: the same total for each set, less for what counts less."""
    weights = set_weights(examples) * [one.weight for one in examples]
    return np.asarray(weights / weights.sum(), float)


def _segment_softmax(scores: Floats, starts: NDArray[np.int64], sizes: NDArray[np.int64]) -> tuple[Floats, Floats]:
    """Return the logarithms of sums of exponentials, (n_segments,), and the shares in a segment, (len(scores),)."""
    highest = np.maximum.reduceat(scores, starts)
    weights = np.exp(scores - np.repeat(highest, sizes))
    sums = np.add.reduceat(weights, starts)
    return highest + np.log(sums), weights / np.repeat(sums, sizes)
