"""Which of the passages found are on the subject of a message: those of articles about it, or those that mention it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from bot.query.article_words import words_held, written_as_names
from bot.query.topic_words import LEAD_CHARS, naming_terms
from index import Article, Hit
from index.search.retrieval import Retriever
from index.text.terms import terms_of

_HELD_OF_BEST = 0.5
"""An article is on the subject if it holds so much, by weight, of what the article does that holds most of it."""


@dataclass(frozen=True, slots=True)
class OnSubject:
    """`hits` to gather from; `are_about_it`: an article begins with what is named, else these are the sentences that
    mention it."""

    hits: Sequence[Hit]
    are_about_it: bool = True


@dataclass(frozen=True, slots=True)
class _Told:
    """Which of the terms that a message names an article begins with, which it holds anywhere, and which it writes as
    names."""

    article: Article
    begins: frozenset[str]
    holds: frozenset[str]
    names: frozenset[str]

    @classmethod
    def of(cls, article: Article, named: Collection[str]) -> "_Told":
        begins, holds = words_held(article, LEAD_CHARS), words_held(article)
        return cls(article, begins.intersection(named), holds.intersection(named), written_as_names(named, article))


def on_the_subject(text: str, hits: Sequence[Hit], retriever: Retriever) -> OnSubject:
    """Return the hits that are on the subject which a message names.

    Left out are those of articles that hold much less of it than another, as far as one begins with it or writes it
    as a name: "hollywood strike" is not about every strike. Where no article begins with what is named, the sentences
    that mention it are left.
    """
    named = naming_terms(terms_of(text))
    articles = {hit.passage.article_id: retriever.archive.article(hit.passage.article_id) for hit in hits if named}
    told = [_Told.of(one, named) for one in articles.values()]
    telling = frozenset[str]().union(*(one.begins | one.names for one in told))
    weights = {term: share * retriever.rarity(term) for term, share in named.items() if term in telling}
    if not weights:
        return OnSubject(hits)
    sums = [sum(weights.get(term, 0.0) for term in one.holds) for one in told]
    told = [one for one, held in zip(told, sums, strict=True) if held >= _HELD_OF_BEST * max(sums)]
    kept = {one.article.id: one.article.text for one in told}
    left = [hit for hit in hits if hit.passage.article_id in kept]
    if any(not one.begins.isdisjoint(weights) for one in told):
        return OnSubject(left)
    mentions = [mention for hit in left if (mention := _mention(hit, kept[hit.passage.article_id], weights.keys()))]
    return OnSubject(mentions, are_about_it=False) if mentions else OnSubject(left)


def _mention(hit: Hit, text: str, named: Collection[str]) -> Hit | None:
    """Return a hit with those of its sentences that hold what is named, None where none does."""
    mentioning = tuple(one for one in hit.passage.sentences if not set(named).isdisjoint(terms_of(one.slice(text))))
    return replace(hit, passage=replace(hit.passage, sentences=mentioning)) if mentioning else None
