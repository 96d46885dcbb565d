"""What was cut away around words of an article: a denial, a condition, or who said so.

The words themselves are right; what stood in their sentence makes them say something else.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from bot.checking.verdicts import Cut, CutKind
from bot.checking.words import Words
from bot.quoting.extent import takes_back
from index import Span
from index.attribution import Attribution
from index.attribution.quotations import Quotation

_NEGATES: Final = re.compile(
    r"\b(?:not|no|never|none|neither|nor|nobody|nothing|nowhere|without|cannot|hardly|barely|scarcely|unlikely|false|"
    r"untrue|far from|rather than|instead of|den(?:y|ies|ied|ying)|denials?|refus(?:es?|ed|ing|al)|"
    r"reject(?:s|ed|ing)?|disput(?:es?|ed|ing)|refut(?:es?|ed|ing)|fail(?:s|ed|ing)?|doubt(?:s|ed|ful)?)\b|n[’']t\b",
    re.IGNORECASE,
)
_DENIES_THAT: Final = re.compile(
    r"\b(?:den(?:y|ies|ied|ying)|denials?|reject(?:s|ed|ing)?|disput(?:es?|ed|ing)|refut(?:es?|ed|ing)|"
    r"doubt(?:s|ed|ful)?|false|untrue|not true|no evidence|no proof|wrong)\b",
    re.IGNORECASE,
)
_DENIES_ANOTHER_THING: Final = re.compile(
    r"[^.!?]{0,60}?\b(?:den|reject|disput|dismiss|refut)\w*\s+that\s+(?!claim|charge|allegation|accusation|report)\w",
    re.IGNORECASE,
)
"""A sentence that denies what it goes on to say takes nothing back of the one before."""
_DEPENDS: Final = re.compile(
    r"\b(?:if|unless|whether|provided|providing|assuming|in case|as long as|so long as|on condition|except|until)\b",
    re.IGNORECASE,
)
_LIMITS_AT_ONCE: Final = re.compile(r"[\s,;:–—-]*(?:but|although|though|however|except|yet|only)\b", re.IGNORECASE)
_CLAUSE_BOUND: Final = re.compile(r"[,;:–—()]|\s-\s")
_SIGHT: Final = 12
"""So many words behind a quotation still belong to it."""
_LEAST_SHARE: Final = 0.6
"""A reported statement must make up that much of a quotation for its speaker to be missed."""


@dataclass(frozen=True, slots=True)
class Place:
    """Words of an article, and what is known of it. `quotations`: gives those of a paragraph, from where to where."""

    text: str
    span: Span
    sentences: Sequence[Span]
    said: Sequence[Attribution]
    quotations: Callable[[int, int], Sequence[Quotation]]


def cut_away(place: Place, *, speaker_is_told: bool, tells: Callable[[frozenset[str]], bool]) -> Cut | None:
    """Return what was cut away around words that changes what they say; None if nothing was.

    `speaker_is_told`: who says it stands where the words were found. `tells`: whether one of some words, folded, stands
    there beside them.
    """
    before, after = _around(place)
    kinds: list[CutKind] = []
    if _is_denied(place.text, before, after) or _is_taken_back(place, after):
        kinds.append(CutKind.DENIAL)
    if _depends(place.text, before, after):
        kinds.append(CutKind.CONDITION)
    if not speaker_is_told and _speaker_is_missing(place, before, after, tells):
        kinds.append(CutKind.SPEAKER)
    if not kinds:
        return None
    if kinds == [CutKind.DENIAL] and after is None and (following := _following(place)) is not None:
        after = Span(place.span.end, following.end)
    return Cut(tuple(kinds), before, after)


def _around(place: Place) -> tuple[Span | None, Span | None]:
    """Return the rest of the sentences that the words are of, before and after them; of a quotation in the article only
    what is quoted, unless the words outside govern it."""
    held = [sentence for sentence in place.sentences if sentence.overlaps(place.span)]
    if not held:
        return None, None
    start, end = min(held[0].start, place.span.start), max(held[-1].end, place.span.end)
    inner = _quotation_around(place, start, end)
    if inner is not None:
        if not _DENIES_THAT.search(_last_clause(place.text[start : inner.start])):
            start = max(start, inner.start)
        end = min(end, inner.end)
    return _worded(place.text, start, place.span.start), _worded(place.text, place.span.end, end)


def _quotation_around(place: Place, start: int, end: int) -> Span | None:
    """Return what stands between the quotation marks that the words lie within, in the paragraph of their sentences."""
    quotations = (one.inner for one in place.quotations(*_paragraph(place.text, start, end)))
    return next((inner for inner in quotations if inner.contains(place.span)), None)


def _paragraph(text: str, start: int, end: int) -> tuple[int, int]:
    """Return the paragraph that holds a sentence: quotation marks are paired within one."""
    first = text.rfind("\n\n", 0, start)
    last = text.find("\n\n", end)
    return (first + 2 if first >= 0 else 0), (last if last >= 0 else len(text))


def _worded(text: str, start: int, end: int) -> Span | None:
    return Span(start, end) if start < end and any(map(str.isalnum, text[start:end])) else None


def _last_clause(words: str) -> str:
    """Return what of the words before a quotation is of its own clause."""
    words = words.rstrip(" ,:“”\"'‘’—–-\n")
    bounds = [match.end() for match in _CLAUSE_BOUND.finditer(words)]
    return words[bounds[-1] :] if bounds else words


def _is_denied(text: str, before: Span | None, after: Span | None) -> bool:
    if before is not None:
        words = before.slice(text)
        if _DENIES_THAT.search(words) or _NEGATES.search(_own_clause(words)):
            return True
    if after is None:
        return False
    return bool(_NEGATES.search(_first_words(after.slice(text))))


def _own_clause(words: str) -> str:
    """Return the words of the clause that goes on in the quotation; none if that begins with the quotation."""
    bounds = [match.end() for match in _CLAUSE_BOUND.finditer(words)]
    return words[bounds[-1] :] if bounds else words


def _first_words(words: str) -> str:
    spans = Words(words).spans[:_SIGHT]
    return words[: spans[-1][1]] if spans else ""


def _is_taken_back(place: Place, after: Span | None) -> bool:
    following = _following(place) if after is None else None
    if following is None:
        return False
    words = following.slice(place.text)
    return takes_back(words) and not _DENIES_ANOTHER_THING.match(words)


def _following(place: Place) -> Span | None:
    """Return the sentence behind the words, if it is of the same paragraph."""
    later = next((one for one in place.sentences if one.start >= place.span.end), None)
    return later if later is not None and "\n\n" not in place.text[place.span.end : later.start] else None


def _depends(text: str, before: Span | None, after: Span | None) -> bool:
    if before is not None and _DEPENDS.search(before.slice(text)):
        return True
    if after is None:
        return False
    words = after.slice(text)
    return bool(_LIMITS_AT_ONCE.match(words) or _DEPENDS.search(_first_words(words)))


def _speaker_is_missing(
    place: Place, before: Span | None, after: Span | None, tells: Callable[[frozenset[str]], bool]
) -> bool:
    """Return whether the words are a statement that is reported, without whose it is."""
    around = [one for one in (before, after) if one is not None]
    return any(
        not tells(_names(one, place.text))
        for one in place.said
        if one.kind == "reported" and one.is_speech and one.mention is not None and one.cue is not None
        if _shared(one.span, place.span) >= _LEAST_SHARE * len(place.span)
        if all(any(rest.contains(told) for rest in around) for told in (one.mention, one.cue))
    )


def _names(one: Attribution, text: str) -> frozenset[str]:
    """Return the words by which a speaker may be told elsewhere."""
    return frozenset(_name_words(one, text))


def _name_words(one: Attribution, text: str) -> Iterator[str]:
    mention = one.mention.slice(text) if one.mention is not None else ""
    for name in (mention, one.speaker.name if one.speaker is not None else ""):
        yield from (word for word in Words(name).folded if len(word) > 2 and word not in {"the", "and", "she", "his"})


def _shared(one: Span, other: Span) -> int:
    return max(0, min(one.end, other.end) - max(one.start, other.start))
