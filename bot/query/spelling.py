"""Takes a message for what it clearly was meant to say: misspelt words become the words of the articles."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from index.search.retrieval import Retriever
from index.search.spelling import Misspelling


@dataclass(frozen=True, slots=True)
class Correction:
    """A word as it was typed, and the word of an article that was searched instead."""

    typed: str
    meant: str


def correct_spelling(text: str, retriever: Retriever) -> tuple[str, tuple[Correction, ...]]:
    """Return the text with its clearly misspelt words put right, and what was put right, each word once."""
    found = retriever.misspellings(text)
    corrections = [_correction(text, misspelling) for misspelling in found]
    return _replaced(text, found, corrections), tuple(dict.fromkeys(corrections))


def apply_corrections(text: str, corrections: Iterable[Correction]) -> str:
    """Return the text with the same words put right again."""
    for correction in corrections:
        text = re.sub(rf"(?<![^\W_]){correction.typed}(?![^\W_])", correction.meant, text)
    return text


def _correction(text: str, misspelling: Misspelling) -> Correction:
    """Return the correction, with a capital where one was typed."""
    typed, meant = misspelling.span.slice(text), misspelling.meant
    return Correction(typed, meant[:1].upper() + meant[1:] if typed[:1].isupper() else meant)


def _replaced(text: str, found: Sequence[Misspelling], corrections: Sequence[Correction]) -> str:
    for misspelling, correction in reversed(list(zip(found, corrections, strict=True))):
        text = text[: misspelling.span.start] + correction.meant + text[misspelling.span.end :]
    return text
