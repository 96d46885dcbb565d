"""How well sentences that answer are told from others."""

from collections.abc import Sequence

import numpy as np

from bot.reading.features import Floats


def sentence_f1(groups: Sequence[object], sentences: Sequence[Floats]) -> float:
    """Return the F1 of sentences scored above a threshold, which is the best one for the other groups; for the only one
    itself, where there are no others.

    `groups`: of each message; `sentences`: of each, (2, n) the scores of n sentences and whether they answer.
    """
    hits = taken = right = 0.0
    for group in dict.fromkeys(groups):
        own = np.hstack([some for one, some in zip(groups, sentences, strict=True) if one == group])
        others = [some for one, some in zip(groups, sentences, strict=True) if one != group]
        chosen = own[0] >= _best_threshold(np.hstack(others) if others else own)
        hits += float(own[1][chosen].sum())
        taken += float(chosen.sum())
        right += float(own[1].sum())
    return 2 * hits / (taken + right) if hits else 0.0


def _best_threshold(sentences: Floats) -> float:
    """Choose from which score on to take sentences for the highest F1: half-way to the best that is left out."""
    scores, answers = sentences[:, np.argsort(-sentences[0], kind="stable")]
    f1 = 2 * np.cumsum(answers) / (np.arange(1, len(scores) + 1) + answers.sum())
    taken = int(np.argmax(f1)) + 1
    return float(scores[taken - 1 : taken + 1].mean())
