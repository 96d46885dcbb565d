"""Messages about the bot's own last reply: "[2]", "what stands before that?", "the second one"."""

import re
from dataclasses import dataclass
from enum import Enum

_ORDINALS = {
    word: number
    for number, words in enumerate(
        (("first", "1st"), ("second", "2nd"), ("third", "3rd"), ("fourth", "4th"), ("fifth", "5th")), 1
    )
    for word in words
}
_ORDINAL = "|".join(_ORDINALS)
_THING = r"(?:quotes?|quotations?|citations?|sources?|passages?|answers?|results?)"
_NUMBERED = re.compile(
    rf"\[(\d)\]|\b{_THING}\s+(?:number\s+|no\.?\s*)?(\d)\b|\bthe\s+({_ORDINAL}|last)\s+{_THING}\b", re.IGNORECASE
)
_ORDINAL_ALONE = re.compile(
    rf"^\s*(?:and\s+)?(?:what about\s+)?the\s+({_ORDINAL}|last)(?:\s+one)?\s*[?.!]*\s*$", re.IGNORECASE
)
_ORDINAL_ONE = re.compile(rf"\b(?:the\s+)?({_ORDINAL}|last)\s+one\b", re.IGNORECASE)
_BEFORE = re.compile(r"\b(?:before|above|earlier|preced\w+|lead\w* up)\b", re.IGNORECASE)
_AFTER = re.compile(r"\b(?:after|next|below|later|follow\w*|then|continue|go on|goes on|more)\b", re.IGNORECASE)
_ITSELF = re.compile(
    r"what|and|show|read|say\w*|tell|me|does|do|the|about|it|that|this|is|in|please|around|context|of|for|from",
    re.IGNORECASE,
)
_WORD = re.compile(r"\w+")


class Side(Enum):
    """Which words around a quote are asked for."""

    BEFORE = "before"
    AFTER = "after"
    AROUND = "around"


@dataclass(frozen=True, slots=True)
class CitationRequest:
    """A wish to see what stands around citation `number` of the last answer."""

    number: int
    side: Side


def citation_request(message: str, n_citations: int) -> CitationRequest | None:
    """Return the citation of the last reply around which a message asks for more; None if it asks for none."""
    match = _NUMBERED.search(message) or _ORDINAL_ALONE.match(message)
    if match is None:
        return None
    number = _number(next(group for group in match.groups() if group), n_citations)
    if not 1 <= number <= n_citations:
        return None
    rest = message[: match.start()] + message[match.end() :]
    if _BEFORE.search(rest):
        return CitationRequest(number, Side.BEFORE)
    if _AFTER.search(rest):
        return CitationRequest(number, Side.AFTER)
    is_on_itself = all(map(_ITSELF.fullmatch, _WORD.findall(rest)))
    return CitationRequest(number, Side.AROUND) if is_on_itself else None


def named_citation(message: str, n_citations: int) -> int | None:
    """Return the number of the citation that a message names ("[2]", "the second one"); None if it names none."""
    match = _NUMBERED.search(message) or _ORDINAL_ONE.search(message)
    if match is None:
        return None
    number = _number(next(group for group in match.groups() if group), n_citations)
    return number if 1 <= number <= n_citations else None


def chosen_option(message: str, labels: tuple[str, ...]) -> int | None:
    """Return the index of the offered choice that a message takes, by its words or its place; None if it takes none."""
    words = message.strip(" ?.!").casefold()
    for place, label in enumerate(labels):
        if words and (words == label.casefold() or words in label.casefold().split()):
            return place
    match = _ORDINAL_ALONE.match(message)
    if match is None:
        return None
    place = _number(match.group(1), len(labels)) - 1
    return place if place < len(labels) else None


def _number(word: str, last: int) -> int:
    word = word.lower()
    return last if word == "last" else _ORDINALS.get(word) or int(word)
