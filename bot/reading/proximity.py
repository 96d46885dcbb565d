"""Where in an article a conversation is: what follows up what was said often stands beside it."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from bot.reading.cascade import ReadState
from bot.reading.features import Candidate, Floats
from index.search.retrieval import Retriever
from index.text.terms import terms_of

_LEAST_SHARE = 0.2
"""The least weighted share of the context's terms: a sentence that holds less is not what was spoken of."""
_HERE, _NEXT, _SOON, _EARLIER = 0.75, 1.5, 0.75, -0.75
"""Log-odds for the sentence spoken of, the one after it, the two after that, and all before the one before it. From
where the next answers stand in CoQA's development conversations (docs/experiments/0021)."""


def nearness(candidates: Sequence[Candidate], context: str, retriever: Retriever) -> Floats:
    """Return log-odds that each sentence is what comes up next, (len(candidates),).

    They are 0 in other articles, and everywhere if no sentence holds enough of the context.
    """
    odds = np.zeros(len(candidates))
    weights = {term: retriever.rarity(term) for term in dict.fromkeys(terms_of(context))}
    total = sum(weights.values())
    if not candidates or not total:
        return odds
    shares = [sum(weights[term] for term in weights.keys() & set(terms_of(one.text))) / total for one in candidates]
    spoken_of = candidates[int(np.argmax(shares))]
    if max(shares) < _LEAST_SHARE:
        return odds
    same_article = [row for row, one in enumerate(candidates) if one.article.id == spoken_of.article.id]
    starts = np.array([candidates[row].span.start for row in same_article])
    steps = np.searchsorted(np.unique(starts), starts) - np.searchsorted(np.unique(starts), spoken_of.span.start)
    odds[same_article] = np.select(
        [steps == 0, steps == 1, (steps == 2) | (steps == 3), steps < -1], [_HERE, _NEXT, _SOON, _EARLIER]
    )
    return odds


def follow_on(state: ReadState, near: Floats) -> NDArray[np.int64]:
    """Return the order of the sentences, (n,): the best still first, the others by their odds with those of `near`."""
    best, *others = state.order
    chances = np.clip(state.probabilities[others], 1e-9, 1 - 1e-9)
    odds = np.log(chances / (1 - chances)) + near[others]
    return np.array([best, *np.array(others, np.int64)[np.argsort(-odds, kind="stable")]], np.int64)
