"""Questions as hurried people type them: lower case, no marks, letters swapped, doubled or left out."""

import random
import re

_MARKS = re.compile(r"[?.,'’\"“”!]")
_LONG_WORD = re.compile(r"[A-Za-z]{5,}")


def as_typed(question: str, chance: random.Random, *, rate: float) -> str:
    """Return the question with each kind of haste at this rate, errors at half of it. It never becomes empty."""
    if chance.random() < rate:
        question = question.lower()
    if chance.random() < rate:
        question = _MARKS.sub("", question).strip() or question
    if chance.random() < rate / 2:
        question = _with_error(question, chance)
    return question


def _with_error(question: str, chance: random.Random) -> str:
    """Return it with a mistake inside one of its long words."""
    words = list(_LONG_WORD.finditer(question))
    if not words:
        return question
    word = chance.choice(words)
    at = chance.randrange(word.start() + 1, word.end() - 1)
    left, here, after, right = question[:at], question[at], question[at + 1], question[at + 2 :]
    return left + chance.choice((after + here, here + here + after, after)) + right
