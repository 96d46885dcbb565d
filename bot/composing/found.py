"""The passages that a reply of several quotes is composed of."""

from datetime import UTC, datetime

from bot.query.kinds import MessageKind
from index import Hit, Query
from index.search.retrieval import Archive, Retriever

SEARCHED_PASSAGES = 24
"""So many passages are searched for."""
_SEARCHED_FOR_NEWEST = 120
"""So many, where the newest of all articles on the subject are wanted."""
_NEWEST = 4
_ON_SUBJECT = 0.6
"""An article is looked at for being new if it scores at least this share of the best."""
_LONG_AGO = datetime(1, 1, 1, tzinfo=UTC)


def search_for(kind: MessageKind, query: Query, retriever: Retriever) -> list[Hit]:
    """Return the passages found, best first; for the latest also the best of each of the newest articles."""
    if kind is not MessageKind.LATEST:
        return retriever.search(query, SEARCHED_PASSAGES)
    found = retriever.search(query, _SEARCHED_FOR_NEWEST)
    return [*found[:SEARCHED_PASSAGES], *_of_newest(found, retriever.archive)]


def _of_newest(found: list[Hit], archive: Archive) -> list[Hit]:
    """Return the best hit of each of the newest articles on the subject, of those that are found too late."""
    best: dict[str, Hit] = {}
    for hit in found:
        if hit.score >= _ON_SUBJECT * found[0].score:
            best.setdefault(hit.passage.article_id, hit)
    newest = sorted(best, key=lambda one: archive.article(one).published_at or _LONG_AGO, reverse=True)[:_NEWEST]
    return [best[one] for one in newest if best[one].rank > SEARCHED_PASSAGES]
