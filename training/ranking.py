"""Fits how the reader's scores, the retriever's and the words of a question are combined, and how far is read.

    python -m training.ranking --sets DIR [--model bot/reader_model] [--work var/ranking] [--out FILE]

DIR holds a folder for each set of questions: `articles.jsonl` and `gold.jsonl`, lines as `python -m bot evaluate`
takes them. What is fitted is written to `bot/reading_weights.json`, with what was measured on questions that were
not fitted on: each fifth of the articles in turn, and each set in turn. The most that may be read for a question on
the mean is given as `--price`, in passages; of several prices all are measured, and the first one's weights written.
"""

import argparse
import hashlib
import itertools
import json
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rich.progress import track
from scipy.optimize import minimize
from scipy.special import expit, log_expit

from bot.adapters.jsonl import AskedQuestion, read_questions
from bot.answering import N_HITS
from bot.cascade import (
    Effort,
    FittedWeights,
    Judgement,
    ReadingWeights,
    Rows,
    Verdict,
    confidence_inputs,
    places_of,
    stages,
)
from bot.dates import read_dates
from bot.evaluation import Gold, gold_of, summaries
from bot.evaluation.judging import answers
from bot.events import since_event
from bot.passage_reader import OFFERED, OpenPassages, is_whole
from bot.quotes import quote_from
from bot.sentence_features import FEATURES, N_SAID, Floats, chars_of, to_features
from bot.span_scoring import MODEL_FILES, SHIPPED_FOLDER, OnnxSpanScorer, SpanScorer
from index import Article, Query
from index.embedding import OnnxEmbedder
from index.library import Library
from index.retrieval import Retriever
from index.settings import IndexSettings
from index.sources import read_articles
from training.reading_measures import area_under_roc

_READ = (1, 2, 3, 4, OFFERED)
_SURE = tuple(np.linspace(0.3, 0.95, 14).round(2).tolist())
_WORTH = (0.0, 0.02, 0.05, 0.1, 0.15, 0.2, 0.3)
_EVERYTHING = Effort(read=OFFERED, sure=1.0, worth=0.0)
_OF_THE_WHOLE = Effort(read=OFFERED, sure=0.98, worth=0.02)
"""Where all there is stands in a few passages, hardly any is left out."""
_OTHERS_COUNT = {"whole": 0.1, "part": 0.3}
"""How much a question of the other kind counts in a fit for this one; of those that see a part there are fewer."""
_WITHIN = (-1.0, *np.linspace(0.1, 2.0, 20).round(1).tolist())
"""How much lower a neighbour may rank that is quoted with the first."""
_AS_GOOD = 0.002
"""Less F1 than this is no loss."""
_QUOTED_CHARS = 400
_PENALTY = 1e-3
_LEAST_DEVIATION = 1e-6
_FOLDS = 5


@dataclass(frozen=True, slots=True, eq=False)
class State:
    """What is known of the n sentences of one question at some point of reading.

    `features`: (n, n_features). `right`: (n,) which of them would be a right first quote. `places`: (n,) as
    `bot.cascade.places_of` gives them. `weight`: how much it counts beside others of its set.
    """

    set_name: str
    features: Floats
    right: NDArray[np.bool_]
    places: Rows
    weight: float = 1.0


@dataclass(frozen=True, slots=True, eq=False)
class Question:
    """One question as it was asked, all its passages read: a `bot.cascade.Book`.

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
        """What the model said."""
        rows = self._rows([passage])
        return rows, self.said[rows]

    def verdicts(self, weights: ReadingWeights) -> list[Verdict]:
        """What is thought after each passage read."""
        return list(stages(self, weights))

    def unread_state(self, weight: float = 1.0) -> State:
        """Before anything is read."""
        features = to_features(self.known, np.zeros_like(self.said))
        return State(self.set_name, features, self.right, places_of(self.passages), weight)

    def state(self, passages: Sequence[int], weight: float = 1.0) -> State:
        """These passages read."""
        rows = self._rows(passages)
        features = to_features(self.known[rows], self.said[rows])
        return State(self.set_name, features, self.right[rows], places_of(self.passages)[rows], weight)

    def _rows(self, passages: Sequence[int]) -> Rows:
        return np.flatnonzero(np.isin(self.passages, passages) & self.in_reach)


@dataclass(frozen=True, slots=True, eq=False)
class Outcomes:
    """Of n questions: `confidence` in the first quote, whether it is `right`, its `f1`, whether a right one is `cited`
    within 400 quoted characters, and the `price` paid, in passages."""

    confidence: Floats
    right: NDArray[np.bool_]
    f1: Floats
    cited: NDArray[np.bool_]
    price: Floats


@dataclass(frozen=True, slots=True, eq=False)
class _Step:
    """A verdict, whether its first quote is right, its F1, and whether a right one comes within 400 characters."""

    verdict: Verdict
    right: bool
    f1: float
    cited: bool

    @classmethod
    def of(cls, verdict: Verdict, question: Question) -> "_Step":
        first, lengths = int(verdict.order[0]), chars_of(question.known)
        quoted = [first] if verdict.beside is None else sorted([first, verdict.beside])
        right = question.right[quoted]
        shown = [*quoted, *(row for row in verdict.order if row not in quoted)]
        half_way = np.cumsum(lengths[shown]) - lengths[shown] / 2
        cited = bool((question.right[shown] & (half_way <= _QUOTED_CHARS)).any())
        return cls(verdict, bool(right.any()), quote_f1(lengths[quoted], right), cited)


def quote_f1(lengths: Floats, right: NDArray[np.bool_]) -> float:
    """F1 of a quote of these sentences: all is found if any is right, and the right ones' share is the precision."""
    precision = float(lengths[right].sum() / lengths.sum())
    return 2 * precision / (1 + precision)


def main() -> None:
    """Reads the questions, fits, measures on questions not fitted on, and writes the weights."""
    options = _options()
    embedder = OnnxEmbedder.load(IndexSettings.from_environment().model_cache)
    scorer = OnnxSpanScorer.load(options.model)
    model = hashlib.sha256(b"".join((options.model / name).read_bytes() for name in MODEL_FILES)).hexdigest()[:12]
    questions: list[Question] = []
    for folder in sorted(one for one in options.sets.iterdir() if (one / "gold.jsonl").exists()):
        kept = options.work / f"{folder.name}-{model}-{len(FEATURES)}w{f'-{options.every}' * (options.every > 1)}.npz"
        if not kept.exists():
            _save(list(_read_set(folder, options.work, embedder, scorer, options.every)), kept)
        questions += _load(kept, folder.name)
    fitted = fit(questions, options.price)
    reports = cross_measured(questions, [one.part.effort for one in fitted])
    prices = [_mean_prices(questions, one) for one in fitted]
    for price, weights, read, report in zip(options.price, fitted, prices, reports, strict=True):
        print(f"--price {price}: {weights.part.effort}, threshold {weights.threshold:.2f}, passages read: {read}")
        for left_out, sets in report.items():
            for set_name, measures in sets.items():
                print(f"  {left_out}, {set_name}:", ", ".join(f"{name} {value}" for name, value in measures.items()))
    stored = {
        "features": FEATURES,
        "whole": _stored(fitted[0].whole),
        "part": _stored(fitted[0].part),
        "threshold": round(fitted[0].threshold, 3),
        "model": model,
        "mean_prices": prices[0],
        "measured_on_questions_not_fitted_on": reports[0],
    }
    options.out.write_text(json.dumps(stored, indent=1) + "\n", encoding="utf-8")


def fit(questions: Sequence[Question], prices: Sequence[float]) -> list[FittedWeights]:
    """All weights, one for each price: mean passages a question, at most, where more than is offered may be searched.
    Every set counts the same, however many questions it has."""
    judges = fit_judgements(questions)
    part = [one for one in questions if not one.is_whole] or questions
    return [with_effort(questions, judges, best_effort(part, judges.part, price)) for price in prices]


def with_effort(questions: Sequence[Question], judges: FittedWeights, effort: Effort) -> FittedWeights:
    """These judgements with an effort for parts and the threshold that suits both."""
    weights = replace(judges, part=replace(judges.part, effort=effort))
    return replace(weights, threshold=best_threshold(questions, outcomes(questions, weights)))


def fit_judgements(questions: Sequence[Question]) -> FittedWeights:
    """All judgements, for any effort."""
    whole, part = (_fit_reading(questions, is_whole=one) for one in (True, False))
    return FittedWeights(replace(whole, effort=_OF_THE_WHOLE), part, threshold=0.5)


def _fit_reading(questions: Sequence[Question], *, is_whole: bool) -> ReadingWeights:
    """Both judgements for one kind of question, from which the other kind's are not far."""
    others = _OTHERS_COUNT["whole" if is_whole else "part"]
    counts = [1.0 if one.is_whole == is_whole else others for one in questions]
    weighed = list(zip(questions, counts, strict=True))
    unread = fit_judgement([one.unread_state(count) for one, count in weighed])
    blind = ReadingWeights(unread, unread, _EVERYTHING)
    read = [one.state(verdict.read, count) for one, count in weighed for verdict in one.verdicts(blind)]
    return replace(blind, read=fit_judgement(read))


def fit_judgement(states: Sequence[State]) -> Judgement:
    """What orders the sentences, what says whether the first one answers, and whether any one does."""
    ranking = fit_ranking(states)
    judgement = Judgement(ranking, np.array([]), 0.0, *fit_chances(states, ranking))
    judgement = replace(judgement, within=fit_within(states, judgement))
    confidence, bias = fit_confidence(states, judgement)
    return replace(judgement, confidence=confidence, bias=bias)


def fit_within(states: Sequence[State], judgement: Judgement) -> float:
    """How much lower a neighbour may rank to be quoted with the first: what makes the F1 of first quotes highest. Of
    what is as good, the most: it finds more."""
    answerable = [one for one in states if one.right.any()]
    weights = _state_weights(answerable)
    ranked = [(one, judgement.ranks(one.features)) for one in answerable]

    def served(within: float) -> float:
        quotes = replace(judgement, within=within)
        found = ((one, list(quotes.quoted(one.features, ranks, one.places))) for one, ranks in ranked)
        return float(weights @ [quote_f1(chars_of(one.features[rows]), one.right[rows]) for one, rows in found])

    f1 = [served(within) for within in _WITHIN]
    return float(max(within for within, one in zip(_WITHIN, f1, strict=True) if one >= max(f1) - _AS_GOOD))


def fit_chances(states: Sequence[State], ranking: Floats) -> tuple[float, float]:
    """Slope and offset of a logistic model of "this sentence answers" by its ranking score, on all sentences."""
    ranks = np.concatenate([one.features @ ranking for one in states])
    sign = np.where(np.concatenate([one.right for one in states]), 1.0, -1.0)
    sizes = [len(one.right) for one in states]
    weights = np.repeat(_state_weights(states) / sizes, sizes)

    def loss(line: Floats) -> tuple[float, Floats]:
        margins = sign * (line[0] * ranks + line[1])
        pull = weights * sign * expit(-margins)
        return float(-weights @ log_expit(margins)), -np.array([pull @ ranks, pull.sum()])

    slope, offset = minimize(loss, np.array([1.0, 0.0]), jac=True, method="L-BFGS-B").x
    return float(slope), float(offset)


def fit_ranking(states: Sequence[State]) -> Floats:
    """(n_features,) weights that maximise the chance of drawing a right sentence by softmax over the scores."""
    usable = [one for one in states if one.right.any() and not one.right.all()]
    features = np.concatenate([one.features for one in usable])
    right = np.concatenate([one.right for one in usable])
    starts = np.cumsum([0, *(len(one.right) for one in usable[:-1])])
    sizes = np.array([len(one.right) for one in usable])
    scale = _scale(features)
    scaled = features / scale
    question_weights = _state_weights(usable)

    def loss(weights: Floats) -> tuple[float, Floats]:
        scores = scaled @ weights
        every, p_every = _segment_softmax(scores, starts, sizes)
        good, p_good = _segment_softmax(np.where(right, scores, -1e9), starts, sizes)
        value = question_weights @ (every - good) + _PENALTY * weights @ weights
        gradient = scaled.T @ ((p_every - p_good) * np.repeat(question_weights, sizes))
        return float(value), gradient + 2 * _PENALTY * weights

    fitted = minimize(loss, np.zeros(features.shape[1]), jac=True, method="L-BFGS-B")
    return np.asarray(fitted.x / scale, float)


def fit_confidence(states: Sequence[State], judgement: Judgement) -> tuple[Floats, float]:
    """Weights and bias of a logistic model of "this quote answers", on the first of each question."""
    rows, labels = [], []
    for one in states:
        ranks = judgement.ranks(one.features)
        quoted = list(judgement.quoted(one.features, ranks, one.places))
        rows.append(confidence_inputs(quoted, one.features, ranks))
        labels.append(one.right[quoted].any())
    inputs = np.array(rows)
    centre, scale = inputs.mean(0), _scale(inputs)
    matrix = np.column_stack([(inputs - centre) / scale, np.ones(len(rows))])
    sign = np.where(labels, 1.0, -1.0)
    question_weights = _state_weights(states)

    def loss(weights: Floats) -> tuple[float, Floats]:
        margins = sign * (matrix @ weights)
        value = -question_weights @ log_expit(margins) + _PENALTY * weights[:-1] @ weights[:-1]
        gradient = -(matrix.T @ (question_weights * sign * expit(-margins)))
        gradient[:-1] += 2 * _PENALTY * weights[:-1]
        return float(value), gradient

    fitted = minimize(loss, np.zeros(matrix.shape[1]), jac=True, method="L-BFGS-B")
    weights = np.asarray(fitted.x[:-1] / scale, float)
    return weights, float(fitted.x[-1] - weights @ centre)


def best_effort(questions: Sequence[Question], judges: ReadingWeights, price: float) -> Effort:
    """The effort that serves best among those that cost at most so many passages a question, on the mean.

    Raises:
        ValueError: nothing is that cheap.
    """
    question_weights = _set_weights(questions)
    best, found = -1.0, None
    steps = [_steps(one, judges) for one in questions]
    for n_read, sure, worth in itertools.product(_READ, _SURE, _WORTH):
        effort = Effort(n_read, sure, worth)
        after = _outcomes([_stopped(some, effort) for some in steps])
        if question_weights @ after.price <= price and (value := _service(questions, after)) > best:
            best, found = value, effort
    if found is None:
        raise ValueError(f"nothing can be read for {price} passages a question: give a higher --price")
    return found


def _service(questions: Sequence[Question], after: Outcomes) -> float:
    """The mean of: right first quotes and right quotes soon, where there are some, and right replies at best."""
    question_weights = _set_weights(questions)
    answerable = np.array([one.answerable for one in questions])
    found = question_weights[answerable] @ (after.right[answerable].astype(float) + after.cited[answerable])
    return float(found / question_weights[answerable].sum() + _served(questions, after).max()) / 3


_THRESHOLDS = np.linspace(0.02, 0.9, 89)


def _served(questions: Sequence[Question], after: Outcomes) -> Floats:
    """(89,) the share of right replies at each threshold: a right first quote, or a refusal where nothing answers."""
    question_weights = _set_weights(questions)
    answerable = np.array([one.answerable for one in questions])
    gained = question_weights * np.where(after.right, 1.0, np.where(answerable, 0.0, -1.0))
    refused = float(question_weights[~answerable].sum())
    order = np.argsort(-after.confidence, kind="stable")
    sums = np.append(0.0, np.cumsum(gained[order]))
    n_answered = np.searchsorted(-after.confidence[order], -_THRESHOLDS, side="right")
    return np.asarray(refused + sums[n_answered], float)


def best_threshold(questions: Sequence[Question], after: Outcomes) -> float:
    """The confidence that makes most replies right."""
    return float(_THRESHOLDS[int(np.argmax(_served(questions, after)))])


def outcomes(questions: Sequence[Question], weights: FittedWeights) -> Outcomes:
    """What comes of these questions with these weights."""
    by_kind = ((one, weights.of(is_whole=one.is_whole)) for one in questions)
    return _outcomes([_stopped(_steps(one, suited), suited.effort) for one, suited in by_kind])


def _steps(question: Question, judges: ReadingWeights) -> list[_Step]:
    """What is thought of a question at each point of reading."""
    return [_Step.of(verdict, question) for verdict in question.verdicts(judges)]


def _stopped(steps: Sequence[_Step], effort: Effort) -> _Step:
    """Where reading stops with this effort."""
    return next((step for step in steps if step.verdict.is_enough(effort)), steps[-1])


def _outcomes(last: Sequence[_Step]) -> Outcomes:
    return Outcomes(
        np.array([step.verdict.confidence for step in last]),
        np.array([step.right for step in last]),
        np.array([step.f1 for step in last]),
        np.array([step.cited for step in last]),
        np.array([float(len(step.verdict.read)) for step in last]),
    )


def _mean_prices(questions: Sequence[Question], weights: FittedWeights) -> dict[str, float]:
    """The passages that are read for a question of either kind."""
    prices: dict[str, list[float]] = {}
    for one, price in zip(questions, outcomes(questions, weights).price, strict=True):
        prices.setdefault("whole" if one.is_whole else "part", []).append(float(price))
    return {kind: round(sum(some) / len(some), 3) for kind, some in prices.items()}


_TOGETHER = "all questions together"
Report = dict[str, dict[str, dict[str, float | None]]]
"""What was left out, set, measure."""


def cross_measured(questions: Sequence[Question], efforts: Sequence[Effort]) -> list[Report]:
    """What holds on questions not fitted on, for each effort: a fifth of the articles left out, and a set left out."""
    reports: list[Report] = [{} for _ in efforts]
    groupings: dict[str, Callable[[Question], object]] = {
        "articles left out": lambda one: one.fold,
        "set left out": lambda one: one.set_name,
    }
    for grouping, group_of in groupings.items():
        measured: list[dict[str, list[_Row]]] = [{} for _ in efforts]
        for left_out in dict.fromkeys(map(group_of, questions)):
            others = [one for one in questions if group_of(one) != left_out]
            if not others:
                continue
            judges = fit_judgements(others)
            asked = [one for one in questions if group_of(one) == left_out]
            for effort, rows in zip(efforts, measured, strict=True):
                weights = with_effort(others, judges, effort)
                after = outcomes(asked, weights)
                columns = (
                    after.confidence,
                    after.confidence >= weights.threshold,
                    after.right,
                    after.f1,
                    after.cited,
                    after.price,
                )
                for one, *row in zip(asked, *columns, strict=True):
                    for name in (one.set_name, _TOGETHER):
                        rows.setdefault(name, []).append((one.answerable, *row))
        for report, rows in zip(reports, measured, strict=True):
            report[grouping] = {set_name: _measures(some) for set_name, some in rows.items()}
    return reports


_Row = tuple[bool, float, bool, bool, float, bool, float]


def _measures(rows: Sequence[_Row]) -> dict[str, float | None]:
    answerable, confidence, answered, right, f1, cited, price = (np.array(column) for column in zip(*rows, strict=True))
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
    }


def calibration_error(confidence: Floats, right: NDArray[np.bool_]) -> float:
    """Mean distance of confidence from the share that is right, as the quality report has it."""
    return float(summaries.calibration_error(np.column_stack([confidence, right]), np.ones((1, len(right))))[0])


def _scale(columns: Floats) -> Floats:
    """(n_columns,) to divide by; endless for a column that is always the same, which tells nothing."""
    deviations = columns.std(0)
    return np.where(deviations > _LEAST_DEVIATION, deviations, np.inf)


def _stored(weights: ReadingWeights) -> dict[str, Any]:
    return {"unread": _rounded(weights.unread), "read": _rounded(weights.read), "effort": asdict(weights.effort)}


def _rounded(judgement: Judgement) -> dict[str, Any]:
    return {
        "ranking": judgement.ranking.round(5).tolist(),
        "confidence": judgement.confidence.round(5).tolist(),
        "bias": round(judgement.bias, 5),
        "within": judgement.within,
        "slope": round(judgement.slope, 5),
        "offset": round(judgement.offset, 5),
    }


def _set_weights(rows: Sequence["State | Question"]) -> Floats:
    """(n,) that sum to one, each set's the same in total."""
    names, where, counts = np.unique([one.set_name for one in rows], return_inverse=True, return_counts=True)
    return np.asarray(1.0 / counts[where] / len(names), float)


def _state_weights(states: Sequence[State]) -> Floats:
    """(n,) that sum to one: of each set the same in total, but for what counts less."""
    weights = _set_weights(states) * [one.weight for one in states]
    return np.asarray(weights / weights.sum(), float)


def _segment_softmax(scores: Floats, starts: NDArray[np.int64], sizes: NDArray[np.int64]) -> tuple[Floats, Floats]:
    """(n_segments,) logarithms of sums of exponentials, and (len(scores),) shares within the segments."""
    highest = np.maximum.reduceat(scores, starts)
    weights = np.exp(scores - np.repeat(highest, sizes))
    sums = np.add.reduceat(weights, starts)
    return highest + np.log(sums), weights / np.repeat(sums, sizes)


def _read_set(folder: Path, work: Path, embedder: OnnxEmbedder, scorer: SpanScorer, every: int) -> Iterator[Question]:
    """Every question of the set, or one in `every`, with its first passages read."""
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
    scope = asked.scope
    query = Query(question, scope.articles, scope.before, read_dates(question, scope.asked_on))
    query = since_event(query, scope.asked_on, retriever)
    found = retriever.search(query, N_HITS)
    if not found:
        return None
    hits = found[:OFFERED]
    opened = OpenPassages(question, hits, retriever, scorer, reported_from=query.reported_from)
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
    """An index of these articles, the last run's if it is of the same."""
    digest = hashlib.sha256(articles.read_bytes()).hexdigest()[:12]
    library = Library(work / f"index-{digest}")
    if not (work / f"index-{digest}" / "CURRENT").exists():
        library.rebuild((one for one in read_articles(articles) if isinstance(one, Article)), embedder)
    return Retriever(library.open_current(embedder), embedder)


_COLUMNS = ("known", "passages", "in_reach", "said", "right")


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


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        "python -m training.ranking", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sets", type=Path, required=True, help="folder of sets")
    parser.add_argument("--model", type=Path, default=SHIPPED_FOLDER, help="folder that training.export wrote")
    parser.add_argument("--work", type=Path, default=Path("var/ranking"), help="where indexes and scores are kept")
    parser.add_argument("--out", type=Path, default=Path("bot/reading_weights.json"))
    parser.add_argument(
        "--price", type=float, nargs="+", default=[1.6], help="passages read for a question on the mean, at most"
    )
    parser.add_argument("--every", type=int, default=1, help="one question in so many, for a quick look")
    return parser.parse_args()


if __name__ == "__main__":
    main()
