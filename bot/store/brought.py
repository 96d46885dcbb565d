"""BroughtRecords: keeps the articles that readers brought, each for its conversation alone and for a while."""

from collections.abc import Sequence
from datetime import UTC, datetime

from sqlalchemy import delete, insert, select

from bot.store.tables import brought_articles
from bot.store.transactions import Transactions, outlives_connections
from index import Article


class BroughtRecords(Transactions):
    """Safe to call from several threads; a method returns once its change is kept.

    Every method raises `StoreUnavailable` when the database does not do its part.
    """

    @outlives_connections
    def keep(self, conversation_id: str, article: Article, *, most: int) -> None:
        """Keep an article, in the place of itself if it was brought before, and of the oldest where there are more."""
        mine = brought_articles.c.conversation_id == conversation_id
        row = {
            "conversation_id": conversation_id,
            "article_id": article.id,
            "title": article.title,
            "text": article.text,
            "source": article.source,
            "published_at": article.published_at,
            "url": article.url,
            "brought_at": datetime.now(UTC),
        }
        newest = select(brought_articles.c.article_id).where(mine).order_by(brought_articles.c.brought_at.desc())
        with self._writing() as connection:
            connection.execute(delete(brought_articles).where(mine, brought_articles.c.article_id == article.id))
            connection.execute(insert(brought_articles), row)
            beyond = list(connection.scalars(newest))[most:]
            connection.execute(delete(brought_articles).where(mine, brought_articles.c.article_id.in_(beyond)))

    @outlives_connections
    def of(self, conversation_id: str, *, since: datetime) -> Sequence[Article]:
        """Return what was brought to a conversation since then, the oldest first."""
        found = (
            select(brought_articles)
            .where(brought_articles.c.conversation_id == conversation_id, brought_articles.c.brought_at >= since)
            .order_by(brought_articles.c.brought_at)
        )
        with self._reading() as connection:
            return [
                Article(row["article_id"], row["title"], row["text"], row["source"], row["published_at"], row["url"])
                for row in connection.execute(found).mappings()
            ]

    @outlives_connections
    def forget(self, conversation_id: str) -> None:
        """Delete what was brought to a conversation."""
        with self._writing() as connection:
            connection.execute(delete(brought_articles).where(brought_articles.c.conversation_id == conversation_id))

    @outlives_connections
    def delete_before(self, moment: datetime) -> None:
        """Delete what was brought before then."""
        with self._writing() as connection:
            connection.execute(delete(brought_articles).where(brought_articles.c.brought_at < moment))
