"""What differs between words that were quoted and what they became, as every adapter marks it."""

from dataclasses import dataclass

from bot.corrections.corrections import QuoteCorrection
from index.text.differences import Difference, word_differences


@dataclass(frozen=True, slots=True)
class MarkedChange:
    """Old and new words, and the half-open ranges of each that differ. `after` is None where there are no new ones."""

    before: str
    struck: tuple[tuple[int, int], ...]
    after: str | None
    added: tuple[tuple[int, int], ...]


def mark_change(correction: QuoteCorrection) -> MarkedChange:
    """Return a correction's words with what differs."""
    before = correction.sentence.words
    if correction.now is None:
        return MarkedChange(before, ((0, len(before)),), None, ())
    found = differences_of(correction)
    return MarkedChange(
        before,
        _ranges([each.before for each in found], found),
        correction.now.text,
        _ranges([each.after for each in found], found),
    )


def differences_of(correction: QuoteCorrection) -> list[Difference]:
    """Return both as stretches that alternate between equal and changed; of a dropped sentence all is changed."""
    before, after = correction.sentence.words, correction.now.text if correction.now is not None else ""
    return word_differences(before, after) or [Difference(before, after)]


def _ranges(pieces: list[str], found: list[Difference]) -> tuple[tuple[int, int], ...]:
    at, ranges = 0, []
    for piece, each in zip(pieces, found, strict=True):
        if each.is_change and piece:
            ranges.append((at, at + len(piece)))
        at += len(piece)
    return tuple(ranges)
