"""What of an endless sentence can be left out without changing what the rest says: whole clauses at its edges.

A negation, a condition or somebody who speaks may govern what stands around it, so that is not cut off.
"""

import re
from collections.abc import Iterator

from index import Span

_SPEAKS = (
    "said|says|say|saying|told|tells|adds?|added|writes?|wrote|tweet(?:s|ed)|stated|announced?|announces|"
    "warn(?:s|ed|ing)?|argu(?:es?|ed|ing)|explain(?:s|ed)|insist(?:s|ed|ing)?|claim(?:s|ed|ing)?|asks?|asked|"
    "repl(?:ies|ied)|continued|recall(?:s|ed)|noted|according to|alleg(?:es?|ed|edly|ing|ations?)|"
    "accus(?:es?|ed|ing|ations?)|reported|reportedly|suggest(?:s|ed|ing)?|believ(?:es?|ed)|thinks?|thought|"
    "testif(?:ies|ied)|acknowledged|admit(?:s|ted)|confirm(?:s|ed)|declared|estimat(?:es?|ed)|predict(?:s|ed)|"
    "expects?"
)
_DENIES = (
    "not|no|never|none|neither|nor|nobody|nothing|nowhere|without|cannot|hardly|barely|scarcely|unlikely|false|untrue|"
    "den(?:y|ies|ied|ying)|denials?|refus(?:es?|ed|ing|al)|reject(?:s|ed|ing)?|disput(?:es?|ed|ing)|fail(?:s|ed|ing)?|"
    "doubt(?:s|ed|ful)?|far from|rather than|instead of"
)
_DEPENDS = "if|unless|whether|provided|providing|assuming|in case|until|except|otherwise|only"
_MAY_BE = (
    "would|could|might|may|perhaps|possibly|probably|likely|maybe|can|should|must|will|expected|hop(?:es?|ed)|"
    "fear(?:s|ed)|promis(?:es?|ed)|vow(?:s|ed)|plan(?:s|ned)"
)
SPEAKS = re.compile(rf"\b(?:{_SPEAKS})\b", re.IGNORECASE)
_GOVERNS = re.compile(rf"\b(?:{_SPEAKS}|{_DENIES}|{_DEPENDS}|{_MAY_BE})\b|n[’']t\b", re.IGNORECASE)
_GOVERNS_BACK = re.compile(rf"\b(?:(?:{_SPEAKS})(?!\s+to\b)|{_DENIES}|{_DEPENDS})\b|n[’']t\b", re.IGNORECASE)
"""Words after a clause that may still govern it; that something may happen next does not."""
_BOUND = re.compile(
    r"[;:]\s+|\s+(?:[–—]|--?)\s+|"
    r",\s+(?=(?:and|but|while|whereas|so|yet|or|which|who|whose|whom|where|when|as|after|before|because|since|although|"
    r"though|with|including|\w+ing)\s)"
)
_NEW_SUBJECT = re.compile(
    r"(?:and|but|so|yet)\s+(?:(?:the|an?|this|that|these|those|he|she|it|they|we|there|his|her|its|their|some|many|most|"
    r"all|both|another|more)\b|[A-Z0-9])"
)
_LEAST_WORDS = 4
PAIRS = (("“", "”"), ("(", ")"), ("[", "]"), ("«", "»"))
"""Quotation marks and brackets that are always one half of a pair: ’ is not, for it is an apostrophe as well."""


def shortened(text: str, sentence: Span, answer: Span, longest: int) -> Span:
    """Return the sentence without clauses at its edges: the longest run of at most `longest` characters that can stand
    alone.

    The run holds the answer, which must lie in the sentence, and whatever may govern it. If no such run is short
    enough, it is the shortest there is, at worst the whole sentence.
    """
    words = sentence.slice(text)
    first, last = answer.start - sentence.start, answer.end - sentence.start
    first = min([first, *(match.start() for match in _GOVERNS.finditer(words, 0, first))])
    last = max([last, *(match.end() for match in _GOVERNS_BACK.finditer(words, last))])
    starts, ends = [0], [len(words)]
    for bound in _bounds(words):
        ends.append(bound.start())
        if _can_start(words, bound):
            starts.append(bound.end())
    runs = [
        Span(start, end)
        for start in starts
        for end in ends
        if start <= first and last <= end and _is_whole(words[start:end])
    ]
    fitting = [run for run in runs if len(run) <= longest]
    best = max(fitting, key=len) if fitting else min(runs, key=len, default=Span(0, len(words)))
    return Span(sentence.start + best.start, sentence.start + best.end)


def _bounds(words: str) -> Iterator[re.Match[str]]:
    """Yield what separates the clauses of a sentence.

    A few words after a comma are no clause, but the end of a list.
    """
    bounds = list(_BOUND.finditer(words))
    following = [*(bound.start() for bound in bounds[1:]), len(words)]
    for bound, end in zip(bounds, following, strict=False):
        if bound.group()[0] in ";:" or len(words[bound.end() : end].split()) >= _LEAST_WORDS:
            yield bound


def _can_start(words: str, bound: re.Match[str]) -> bool:
    """Return whether what follows needs nothing before it: no "which" or "saying", no verb of an earlier subject, no
    item of a list after a colon, and not what is between dashes."""
    mark = bound.group().strip()
    if mark == ",":
        return bool(_NEW_SUBJECT.match(words, bound.end()))
    return mark == ":" or (mark == ";" and ":" not in words[: bound.start()])


def _is_whole(words: str) -> bool:
    """Return whether no quotation or bracket is cut in two."""
    return words.count('"') % 2 == 0 and all(_is_paired(words, *pair) for pair in PAIRS)


def _is_paired(words: str, opening: str, closing: str) -> bool:
    return words.count(opening) == words.count(closing) and words.find(opening) <= words.find(closing)
