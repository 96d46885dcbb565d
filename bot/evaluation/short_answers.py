"""Compares short answers with the known ones as SQuAD does: Rajpurkar et al. 2016, section 6.1."""

import re
import string
from collections import Counter
from collections.abc import Iterable

_PUNCTUATION = str.maketrans("", "", string.punctuation)
_ARTICLES = re.compile(r"\b(?:a|an|the)\b")


def is_exact_match(answer: str, known: Iterable[str]) -> bool:
    """Return whether the answer equals a known one, apart from case, punctuation and articles."""
    return _words(answer) in [_words(one) for one in known]


def token_f1(answer: str, known: Iterable[str]) -> float:
    """Return the words that the answer shares with the known one that is most like it, as F1."""
    return max((_f1(_words(answer), _words(one)) for one in known), default=0.0)


def holds_answer(text: str, known: Iterable[str]) -> bool:
    """Return whether one of the known answers stands in the text as whole words."""
    within = f" {' '.join(_words(text))} "
    return any(f" {' '.join(words)} " in within for words in map(_words, known) if words)


def _words(text: str) -> list[str]:
    return _ARTICLES.sub(" ", text.lower().translate(_PUNCTUATION)).split()


def _f1(words: list[str], known: list[str]) -> float:
    if not words or not known:
        return float(words == known)
    n_shared = (Counter(words) & Counter(known)).total()
    return 2 * n_shared / (len(words) + len(known))
