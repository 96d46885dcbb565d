"""Days that a question counts from an event: "since the election" starts on the day that articles report it most.

Only the articles can say when that was, and only roughly: such days weigh, and never restrict.
"""

import re
from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from index import AskedDates, Query
from index.search.retrieval import Retriever
from index.text.terms import terms_of

_SINCE = re.compile(
    r"\bsince (?:the|last|this) (?P<event>[\w'’-]+(?: [\w'’-]+){0,3}?)"
    r"(?=\s*(?:[?.!,;]|$)|\s+(?:was|were|is|has|have|had|did|began|started|ended|happened|took)\b)",
    re.IGNORECASE,
)
_CANDIDATES = 30


def since_event(query: Query, asked_on: date | None, retriever: Retriever) -> Query:
    """Return the query with the days since the event that it names.

    It is returned as it is if it names no event, if it names days already, or if no title names the event. The event
    was on the day on which most articles whose titles name it were published; of several such days, on the last before
    `asked_on` (None: today).
    """
    found = _SINCE.search(query.text) if query.dates is None else None
    event = frozenset(terms_of(found["event"])) if found else frozenset[str]()
    if found is None or not event:
        return query
    today = asked_on or datetime.now(UTC).date()
    until = min(today + timedelta(days=1), query.before or date.max)
    about = Query(found["event"], query.articles, until, sources=query.sources)
    articles = {
        hit.passage.article_id: retriever.archive.article(hit.passage.article_id)
        for hit in retriever.search(about, _CANDIDATES)
    }
    days = Counter(
        article.published_at.date()
        for article in articles.values()
        if article.published_at is not None and event <= set(terms_of(article.title))
    )
    if not days:
        return query
    day = max(days, key=lambda one: (days[one], one))
    return replace(query, dates=AskedDates(day, max(today, day)))
