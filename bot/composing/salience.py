"""What makes a sentence worth quoting in a reply of several quotes, as numbers.

Fitted weights (`bot.composing.weights`) make a chance of them.
"""

import re
from collections.abc import Mapping

import numpy as np

from bot.composing.event_days import event_day
from bot.composing.gathering import NOWHERE, Gathered
from bot.reading.features import KNOWN, Candidate, Floats

FEATURES = (
    "evidence",
    "evidence_chance",
    "evidence_lead",
    "reader_rank",
    "reader_lead",
    "is_read",
    "passage_similarity",
    "passage_score",
    "passage_rank",
    "sentence_overlap",
    "passage_overlap",
    "is_first",
    "nearness_to_start",
    "article_on_subject",
    "newness",
    "is_newest",
    "told_elsewhere",
    "has_figure",
    "names",
    "is_speech",
    "is_question",
    "starts_in_pronoun",
    "length",
    "is_no_sentence",
    "is_dated",
)
"""Column names, in order."""

_FIGURE = re.compile(r"\d")
_NAMES = re.compile(r"(?<=\s)[A-Z][\w’'-]+")
_ON_SUBJECT = 0.5
"""Articles that are on the subject with this chance are what newness is counted among."""
_DAYS = 3.0
"""About how long news stays new."""
_ELSEWHERE = 3


def features_of(found: Gathered, on_subject: Mapping[str, float], alike: Floats | None = None) -> Floats:
    """Return what is known of each sentence, (n, len(FEATURES)).

    `on_subject`: the chance that each article is on the subject of the message. `alike`: their likeness, where that is
    known already.
    """
    known = {name: found.known[:, column] for column, name in enumerate(KNOWN)}
    articles = _article_columns(found, on_subject)
    texts = [one.text for one in found.sentences]
    chance = 1 / (1 + np.exp(-found.evidence))
    top = max(known["fused_score"].max(), 1e-9)
    is_hit = known["fused_score"] > 0
    best_evidence, best_rank = found.evidence[found.is_read].max(), found.ranks[found.is_read].max()
    columns = (
        found.evidence.clip(-8, 8),
        np.where(found.is_read, chance, 0),
        np.where(found.is_read, found.evidence - best_evidence, 0),
        found.ranks,
        np.where(found.is_read, found.ranks - best_rank, 0),
        found.is_read,
        known["passage_similarity"],
        known["fused_score"] / top,
        np.where(is_hit, known["passage_rank"], 0),
        known["sentence_overlap"],
        known["passage_overlap"],
        found.places == 0,
        np.where(found.places == NOWHERE, 0, 1 / (1 + found.places)),
        *articles,
        told_elsewhere(found, likeness(found) if alike is None else alike),
        np.array([bool(_FIGURE.search(text)) for text in texts]),
        np.array([min(len(_NAMES.findall(text)), 6) for text in texts]) / 6,
        np.array([text[:1] in "“\"'‘" for text in texts]),
        known["is_question"],
        known["starts_in_pronoun"],
        known["length"],
        found.places == NOWHERE,
        np.array([_is_dated(one) for one in found.sentences]),
    )
    return np.column_stack([np.asarray(column, float) for column in columns])


def _article_columns(found: Gathered, on_subject: Mapping[str, float]) -> tuple[Floats, ...]:
    """Return three columns on the article of each sentence: the chance that it is on the subject, how new it is among
    those that are, and whether none of these is newer."""
    days = {one.article.id: _day(one) for one in found.sentences}
    least = min(_ON_SUBJECT, max(on_subject.values()))
    newest = max(days[article] for article, chance in on_subject.items() if chance >= least)
    ids = [one.article.id for one in found.sentences]
    behind = np.array([max(newest - days[article], 0) for article in ids], float)
    return np.array([on_subject[article] for article in ids]), np.exp(-behind / _DAYS), behind == 0


def told_elsewhere(found: Gathered, alike: Floats) -> Floats:
    """Return how much of each sentence other articles tell, (n,): what several outlets tell matters."""
    ids = np.array([one.article.id for one in found.sentences])
    articles = list(dict.fromkeys(ids.tolist()))
    best = np.column_stack([alike[:, ids == article].max(axis=1) for article in articles])
    best[ids[:, None] == np.array(articles)] = 0.0
    most: Floats = np.sort(best, axis=1)[:, -_ELSEWHERE:].sum(axis=1) / _ELSEWHERE
    return most


def likeness(found: Gathered) -> Floats:
    """Return how much two sentences have in common, (n, n): the cosine of their terms, each as telling as it is
    rare."""
    products: Floats = (found.telling @ found.telling.T).toarray()
    norms = np.maximum(np.sqrt(products.diagonal()), 1e-9)
    cosine: Floats = products / norms / norms[:, None]
    return cosine


def _is_dated(one: Candidate) -> bool:
    published = one.article.published_at
    return published is not None and event_day(one.text, published.date()) is not None


def _day(one: Candidate) -> int:
    return one.article.published_at.toordinal() if one.article.published_at else 0
