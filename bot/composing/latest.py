"""The newest articles on a subject, newest first, and of each what those before it did not tell."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from bot.composing.choosing import Choice
from bot.composing.draft import Arrangement
from bot.composing.subject import ABOUT_IT
from bot.composing.weighed import Weighed
from bot.reading.features import Floats

_SURELY = 0.35
"""The first article must be on the subject with this chance, or be the likeliest."""
_LEAD = 4.0
"""How an article begins is so much likelier to be its news than other sentences that would open a reply as well."""
_ARTICLES = 4
_FARTHEST = 50.0
_OF_NEWEST, _OF_OTHERS = 3, 1
"""So many sentences of the newest article are quoted at most, and of each other one."""


def latest(weighed: Weighed, how: Choice) -> Arrangement:
    """Return a part for each article, headed by its day ("2025-10-20"), and how many articles were left out."""
    ids = np.array([weighed.article_of(row) for row in range(len(weighed.chances))])
    likeliest = max(weighed.on_subject.values())
    about = [article for article, chance in weighed.on_subject.items() if chance >= ABOUT_IT * likeliest]
    sure = [article for article in about if weighed.on_subject[article] >= min(_SURELY, likeliest)]
    days = {article: weighed.day_of(int(np.argmax(ids == article))) for article in about}

    def newest_first(article: str) -> tuple[int, float]:
        return -days[article], -float(weighed.chances[ids == article].max())

    first = min(sure, key=newest_first)
    older = [article for article in about if days[article] <= days[first] and article != first]
    newest = [first, *sorted(older, key=newest_first)]
    parts: list[tuple[str, tuple[int, ...]]] = []
    for place, article in enumerate(newest[:_ARTICLES]):
        earlier = np.isin(ids, [one for one in newest if days[one] < days[article]])
        untold = _untold(weighed, earlier, [row for _, rows in parts for row in rows])
        worth = weighed.chances if place else _worth_opening(weighed, ids == article)
        chances = np.where(ids == article, worth * untold, 0.0)
        rows = weighed.chosen(replace(how, most=_OF_OTHERS if place else _OF_NEWEST), chances).rows
        if rows and chances[rows[0]] > 0:
            others = sorted(rows[1:], key=lambda row: weighed.found.places[row])
            parts.append((_heading(weighed, rows[0]), (rows[0], *others)))
    return Arrangement(tuple(parts), len(newest[_ARTICLES:]))


def _worth_opening(weighed: Weighed, of_it: NDArray[np.bool_]) -> Floats:
    """Return how well each sentence opens the reply, (n,), beside the best of an article; `of_it`: its sentences."""
    beside_best = np.exp(np.clip(weighed.openings - weighed.openings[of_it].max(), -_FARTHEST, 0.0))
    worth: Floats = beside_best * np.where(weighed.found.places == 0, _LEAD, 1.0)
    return worth


def _untold(weighed: Weighed, earlier: NDArray[np.bool_], shown: list[int]) -> Floats:
    """Return how little of each sentence earlier articles tell, or what is shown already, (n,)."""
    told = weighed.alike[:, earlier].max(axis=1) if earlier.any() else np.zeros(len(weighed.chances))
    repeated = weighed.alike[:, shown].max(axis=1) if shown else np.zeros(len(weighed.chances))
    untold: Floats = 1 - np.maximum(told, repeated).clip(0, 1)
    return untold


def _heading(weighed: Weighed, row: int) -> str:
    published = weighed.found.sentences[row].article.published_at
    return f"{published:%Y-%m-%d}" if published else ""
