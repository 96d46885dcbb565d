"""The articles that a chat is about: those that were quoted last, or else those that its last words find."""

from collections.abc import Collection, Sequence
from contextlib import suppress

from bot.conversation import Turn
from bot.query.article_words import words_held
from index import Article, Hit, Query
from index.errors import UnknownArticle
from index.search.retrieval import Archive, Retriever

_TURNS = 2
"""What was quoted further back is no longer spoken of."""
_FOUND, _HITS = 2, 10
_AS_LIKELY = 0.7
"""An article that is found with less of the best one's score is another matter."""
_BEGINNING_CHARS = 5_000
"""So much of an article is looked through for words."""


def spoken_of(turns: Sequence[Turn], last_words: str, retriever: Retriever) -> tuple[str, ...]:
    """Return the ids of the articles, the likeliest first. `last_words`: what was asked and answered last."""
    quoted = [turn.article_ids[0] for turn in reversed(turns[-_TURNS:]) if turn.article_ids]
    if quoted:
        return tuple(dict.fromkeys(quoted))
    found = retriever.search(Query(last_words), _HITS) if last_words else []
    likely = [hit.passage.article_id for hit in found if hit.score >= _AS_LIKELY * found[0].score]
    return tuple(dict.fromkeys(likely))[:_FOUND]


def share_of_hits(hits: Sequence[Hit], article_ids: Collection[str]) -> float:
    """Return how much of these hits is of these articles, the first hits counting most; 0 where there are none."""
    worths = [(1.0 / hit.rank, hit.passage.article_id in article_ids) for hit in hits]
    return sum(worth for worth, is_of_them in worths if is_of_them) / (sum(worth for worth, _ in worths) or 1.0)


def words_of(article_ids: Sequence[str], archive: Archive) -> frozenset[str]:
    """Return the terms of these articles' titles and texts."""
    words: set[str] = set()
    for article in articles_of(article_ids, archive):
        words.update(words_held(article, _BEGINNING_CHARS))
    return frozenset(words)


def articles_of(article_ids: Sequence[str], archive: Archive) -> list[Article]:
    """Return those of these articles that are still there."""
    found = []
    for article_id in article_ids:
        with suppress(UnknownArticle):
            found.append(archive.article(article_id))
    return found
