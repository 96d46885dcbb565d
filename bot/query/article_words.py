"""The words that an article holds, and which of them it writes as names: people type these without a capital."""

from collections.abc import Collection

from index import Article
from index.text.terms import terms_as_written, terms_of

_BEGINNING_CHARS = 20_000
"""So much of an article is looked through, which is all of most."""


def words_held(article: Article, chars: int = _BEGINNING_CHARS) -> frozenset[str]:
    """Return the terms of an article's title and of so much of its text."""
    return frozenset(terms_of(f"{article.title} {article.text[:chars]}"))


def written_as_names(terms: Collection[str], article: Article) -> frozenset[str]:
    """Return those of these terms that an article's text begins with a capital more often than not."""
    balances = dict.fromkeys(terms, 0)
    for term, written in terms_as_written(article.text[:_BEGINNING_CHARS]):
        if term in balances:
            balances[term] += 1 if written[0].isupper() else -1
    return frozenset(term for term, balance in balances.items() if balance > 0)
