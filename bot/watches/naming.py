"""Whether what is quoted to a watch is of what it names, and tells anything: where the same is said of both, the reader
is as sure of the market as of the school."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from bot.query.topic_words import naming_terms, shipped_topic_words
from index.search.retrieval import Retriever
from index.text.terms import terms_of

_ARTICLE_NEARER: Final = 0.03
_QUOTE_NEARER: Final = 0.02
_ASKS: Final = re.compile(
    r"\b(?:ask|asks|asked|asking|wonder|wonders|wondered|wondering)\W+(?:\w+\W+){0,2}?"
    r"(?:what|when|where|how|who|why|whether|if)\b",
    re.IGNORECASE,
)
_ANSWERS: Final = re.compile(r"\b(?:said|says?|told|replied|responded|answered)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class MissingName:
    """What is watched, and the same without a name that an article lacks. One that says the name in other words is
    farther (cosine) from the words without it; one that has another name in its place is nearer."""

    words: str
    without_name: str

    def is_replaced_in(self, article_id: str, retriever: Retriever) -> bool:
        """Return whether an article has another name in the place of the one that it lacks."""
        nearness = [retriever.nearness(text, [article_id]) for text in (self.words, self.without_name)]
        return nearness[1] - nearness[0] >= _ARTICLE_NEARER

    def is_replaced_by(self, quote: str, retriever: Retriever) -> bool:
        """Return whether words of an article have another name in that place."""
        quoted, *watched = retriever.vectors_of([quote, self.words, self.without_name])
        nearness = [float(vector @ quoted) for vector in watched]
        return nearness[1] - nearness[0] >= _QUOTE_NEARER


def missing_name(words: str, terms: Collection[str]) -> MissingName | None:
    """Return the heaviest of the words that surely name a subject and are not among these terms of an article; None
    where it has them all, or nothing is left without it."""
    surely = shipped_topic_words().surely_names_subject
    missing = {
        term: share for term, share in naming_terms(terms_of(words)).items() if surely(term) and term not in terms
    }
    if not missing:
        return None
    heaviest = max(missing, key=lambda term: missing[term])
    without_name = " ".join(word for word in words.split() if heaviest not in terms_of(word))
    return MissingName(words, without_name) if without_name else None


def only_asks(quote: str) -> bool:
    """Return whether words say that something is asked, and nobody says what: "people ask when it opens again"."""
    found = _ASKS.search(quote)
    return found is not None and _ANSWERS.search(quote) is None
