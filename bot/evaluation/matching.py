"""What a passage or a quote holds of the evidence. Everything is measured in characters of the article."""

from collections.abc import Iterable, Iterator
from itertools import islice

from bot.evaluation.gold import Evidence, Gold
from bot.evaluation.sentences import sentence_spans
from index import Span

_PASSAGE_SHARED_CHARS = 50
_PASSAGE_READ_CHARS = 200


def holds_evidence(article_id: str, span: Span, gold: Gold) -> bool:
    """Return whether the span holds at least half of one piece of evidence.

    Where that is a whole passage, half of the shorter of the two is enough, if that is 50 characters or all of it.
    """
    return any(article_id == one.article_id and _holds(span, one.span, gold.is_passage) for one in gold.evidence)


def touches_evidence(article_id: str, span: Span, gold: Gold) -> bool:
    """Return whether the span shares a character with some evidence."""
    return any(article_id == one.article_id and span.overlaps(one.span) for one in gold.evidence)


def is_read_within(quotes: Iterable[tuple[str, Span]], budget: int, gold: Gold) -> bool:
    """Return whether a reader of `budget` characters of these quotes, in order and none twice, has read some evidence.

    That is half of a piece; of one that is a whole passage 200 characters are enough.
    """
    read = set(islice(_new_characters(quotes), budget))
    return any(_n_read(one, read) >= _enough(one, gold.is_passage) for one in gold.evidence)


def precision_of(span: Span, text: str, evidence: Iterable[Span]) -> float:
    """Return the share of the span's characters that lie in sentences of `text` that carry evidence.

    Such a sentence shares half of itself, or half of a piece of evidence, with that piece.
    """
    pieces = list(evidence)
    inside = carrying = 0
    for sentence in sentence_spans(text):
        n_shared = _n_shared(span, sentence)
        inside += n_shared
        if any(2 * _n_shared(sentence, one) >= min(len(sentence), len(one)) for one in pieces):
            carrying += n_shared
    return carrying / inside if inside else 0.0


def _n_shared(one: Span, other: Span) -> int:
    return max(0, min(one.end, other.end) - max(one.start, other.start))


def _holds(span: Span, evidence: Span, is_passage: bool) -> bool:
    n_shared = _n_shared(span, evidence)
    if not is_passage:
        return 2 * n_shared >= len(evidence)
    shorter = min(len(span), len(evidence))
    return 2 * n_shared >= shorter and n_shared >= min(_PASSAGE_SHARED_CHARS, len(evidence))


def _new_characters(quotes: Iterable[tuple[str, Span]]) -> Iterator[tuple[str, int]]:
    seen: set[tuple[str, int]] = set()
    for article_id, span in quotes:
        for place in range(span.start, span.end):
            if (article_id, place) not in seen:
                seen.add((article_id, place))
                yield article_id, place


def _n_read(evidence: Evidence, read: set[tuple[str, int]]) -> int:
    return sum((evidence.article_id, place) in read for place in range(evidence.span.start, evidence.span.end))


def _enough(evidence: Evidence, is_passage: bool) -> float:
    half = len(evidence.span) / 2
    return min(half, _PASSAGE_READ_CHARS) if is_passage else half
