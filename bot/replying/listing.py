"""articles_found: a plain list of what a search finds, for readers who would rather look for themselves."""

from dataclasses import replace
from typing import Final

from bot.query.kinds import MessageKind
from bot.query.operators import read_scope
from bot.replies import Reply
from index import Article
from index.errors import UnknownArticle
from index.search.retrieval import Retriever

_PASSAGES: Final = 40
_LISTED: Final = 10


def articles_found(reply: Reply, retriever: Retriever) -> list[Article]:
    """Return the articles that a reply quotes, then those that are found for its question, each once, without texts.

    Near copies stand for each other. For a question about an article itself nothing is searched.
    """
    found = [citation.quote.article_id for citation in reply.citations]
    if reply.kind is not MessageKind.ABOUT_ARTICLE and reply.resolved_question.strip():
        query = read_scope(reply.question)[1].query(reply.resolved_question)
        found += [hit.passage.article_id for hit in retriever.search(query, _PASSAGES)]
    articles: list[Article] = []
    for article_id in dict.fromkeys(found):
        try:
            articles.append(replace(retriever.archive.article(article_id), text=""))
        except UnknownArticle:  # it was taken out since
            continue
    return articles[:_LISTED]
