"""The operators that restrict a search, as a reader writes them: `source:Courier`, `before:2024-06-01`, `article:ID`.

A value with spaces stands between quotation marks. Several of one kind mean any of them.
"""

import re
from dataclasses import dataclass
from datetime import date

from bot.query.dates import read_dates
from index import Article, Query

_OPERATOR = re.compile(
    r'(?<!\S)(?P<kind>source|before|article):(?:"(?P<straight>[^"\n]+)"|[“„](?P<curly>[^“”\n]+)[“”]|(?P<bare>[^\s"“„]\S*))(?!\S)',
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Scope:
    """What a question may be answered from: None means no restriction. `before` leaves that day out.

    `asked_on` is what "yesterday" counts from; None: today.
    """

    articles: frozenset[str] | None = None
    before: date | None = None
    asked_on: date | None = None
    sources: frozenset[str] | None = None

    def allows(self, article: Article) -> bool:
        """Return whether an article may be quoted."""
        published = article.published_at
        return (
            (self.articles is None or article.id in self.articles)
            and (self.sources is None or (article.source or "").casefold() in {one.casefold() for one in self.sources})
            and (self.before is None or (published is not None and published.date() < self.before))
        )

    def query(self, question: str, context: str = "", preferred: frozenset[str] = frozenset()) -> Query:
        """Return a search within this scope for what a question asks, with the days that it names."""
        dates = read_dates(question, self.asked_on)
        return Query(question, self.articles, self.before, dates, context, preferred, self.sources)


EVERYTHING = Scope()


def read_scope(text: str, scope: Scope = EVERYTHING) -> tuple[str, Scope]:
    """Return the text without its operators, and the given scope narrowed by them."""
    articles: set[str] = set()
    sources: set[str] = set()
    before = [scope.before] if scope.before is not None else []

    def take(found: re.Match[str]) -> str:
        value = (found["straight"] or found["curly"] or found["bare"]).strip()
        match found["kind"].lower():
            case "source":
                sources.add(value)
            case "article":
                articles.add(value)
            case _:
                try:
                    before.append(date.fromisoformat(value))
                except ValueError:  # words like any others
                    return found[0]
        return ""

    left = _OPERATOR.sub(take, text)
    if left == text:
        return text, scope
    return left.strip(), Scope(
        _within(scope.articles, articles), min(before, default=None), scope.asked_on, _within(scope.sources, sources)
    )


def _within(allowed: frozenset[str] | None, named: set[str]) -> frozenset[str] | None:
    if not named:
        return allowed
    return frozenset(named) if allowed is None else allowed & named
