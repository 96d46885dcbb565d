"""What is known of each feed and of each of its items, in the file of the arrivals: where reading goes on."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from index.ingest.arrivals import ArrivalsFile
from index.ingest.feeds.parsing import FeedItem

_QUEUED, _KEPT, _DONE, _GIVEN_UP = "queued", "kept", "done", "given up"
_ITEM = "number, key, signature, link, title, published_at, text, article, attempts, begun"
_CLOCK_SLACK_SECONDS = 48 * 3600.0
"""No item is put off for longer: one that is was so by a clock that was ahead."""


@dataclass(frozen=True, slots=True)
class FeedCursor:
    """Where a feed stands. Times are seconds since 1970; `failures` counts those since it was last read."""

    etag: str | None = None
    last_modified: str | None = None
    next_at: float = 0.0
    failures: int = 0
    error: str | None = None
    read_at: float | None = None


@dataclass(frozen=True, slots=True)
class QueuedItem:
    """An item that is not an article yet, or is one that has changed: `article` is then its id.

    `attempts` counts failures; `begun` how often work on it was begun, since, without an end.
    """

    number: int
    item: FeedItem
    article: str | None
    attempts: int
    begun: int


class FeedState:
    """The feeds' tables. An item goes from queued to kept (its article waits in the arrivals) to done (published)."""

    def __init__(self, file: ArrivalsFile) -> None:
        self._file = file

    def cursor(self, feed: str) -> FeedCursor:
        """Return where the feed stands; one never read is due."""
        if not self._file.exists:
            return FeedCursor()
        with self._file.transaction() as file:
            columns = "etag, last_modified, next_at, failures, error, read_at"
            row = file.execute(f"SELECT {columns} FROM feeds WHERE url = ?", (feed,)).fetchone()
        return FeedCursor(*row) if row else FeedCursor()

    def note_read(self, feed: str, cursor: FeedCursor, items: Iterable[FeedItem]) -> None:
        """Queue what is new or has changed and move the cursor, both or neither: no item can fall between."""
        with self._file.transaction() as file:
            for item in items:
                published = item.published_at.isoformat() if item.published_at else None
                file.execute(
                    "INSERT INTO items (feed, key, signature, link, title, published_at, text, state, attempts, "
                    "next_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, 0, 0) ON CONFLICT (feed, key) DO UPDATE SET "
                    "signature = excluded.signature, link = excluded.link, title = excluded.title, "
                    "published_at = excluded.published_at, text = excluded.text, state = excluded.state, "
                    "attempts = 0, begun = 0, next_at = 0, error = NULL WHERE signature <> excluded.signature",
                    (feed, item.key, item.signature, item.link, item.title, published, item.text, _QUEUED),
                )
            _write_cursor(file, feed, cursor)

    def note_failure(self, feed: str, cursor: FeedCursor) -> None:
        """Move the cursor, and queue nothing."""
        with self._file.transaction() as file:
            _write_cursor(file, feed, cursor)

    def queue(self, feed: str, now: float) -> list[QueuedItem]:
        """Return the items of the feed whose turn has come, oldest in the queue first; those with which work has not
        come to its end go last."""
        if not self._file.exists:
            return []
        with self._file.transaction() as file:
            rows = file.execute(
                f"SELECT {_ITEM} FROM items WHERE feed = ? AND state = ? AND (next_at <= ? OR next_at > ?) "
                "ORDER BY begun, number",
                (feed, _QUEUED, now, now + _CLOCK_SLACK_SECONDS),
            ).fetchall()
        return [_queued(*row) for row in rows]

    def n_queued(self, feed: str) -> int:
        """Return how many items of the feed are no article yet, their turn or not."""
        if not self._file.exists:
            return 0
        with self._file.transaction() as file:
            counting = "SELECT count(*) FROM items WHERE feed = ? AND state = ?"
            count: int = file.execute(counting, (feed, _QUEUED)).fetchone()[0]
        return count

    def note_kept(self, queued: QueuedItem, article: str) -> None:
        """Record that the item's article is among the arrivals (or is another feed's, or was removed by an admin)."""
        self._update(queued, "state = ?, article = ?, error = NULL", _KEPT, article)

    def note_begun(self, queued: QueuedItem, next_at: float) -> None:
        """Record, before work on the item begins, that it does, and when it is tried again should it not end."""
        self._update(queued, "begun = begun + 1, next_at = ?, error = 'work on it did not end'", next_at)

    def note_delay(self, queued: QueuedItem, next_at: float, error: str) -> None:
        """Record that the item has failed once more, and when it is tried again."""
        self._update(queued, "attempts = attempts + 1, begun = 0, next_at = ?, error = ?", next_at, error)

    def note_broken(self, queued: QueuedItem, error: str) -> None:
        """Record why work on the item broke; that it was begun goes on counting."""
        self._update(queued, "error = ?", error)

    def note_given_up(self, queued: QueuedItem, error: str) -> None:
        """Record that the item cannot become an article, unless it changes."""
        self._update(queued, "state = ?, error = ?, text = ''", _GIVEN_UP, error)

    def note_published(self, article_ids: Iterable[str]) -> None:
        """Record that the items of these articles are done; their texts are the articles' now."""
        with self._file.transaction() as file:
            updating = "UPDATE items SET state = ?, text = '' WHERE article = ? AND state = ?"
            file.executemany(updating, [(_DONE, article_id, _KEPT) for article_id in article_ids])

    def kept_articles(self) -> list[str]:
        """Return the articles of items that are not known to be published."""
        if not self._file.exists:
            return []
        with self._file.transaction() as file:
            rows = file.execute("SELECT DISTINCT article FROM items WHERE state = ?", (_KEPT,)).fetchall()
        return [row[0] for row in rows]

    def _update(self, queued: QueuedItem, changes: str, *values: str | float) -> None:
        """Change columns of the item, unless the item has changed meanwhile: then its turn comes again."""
        with self._file.transaction() as file:
            updating = f"UPDATE items SET {changes} WHERE number = ? AND signature = ?"
            file.execute(updating, (*values, queued.number, queued.item.signature))


def _write_cursor(file: Any, feed: str, cursor: FeedCursor) -> None:  # noqa: ANN401  # sqlite3.Connection
    file.execute(
        "INSERT OR REPLACE INTO feeds (url, etag, last_modified, next_at, failures, error, read_at) "
        "VALUES (?, ?, ?, ?, ?, ?, ?)",
        (feed, cursor.etag, cursor.last_modified, cursor.next_at, cursor.failures, cursor.error, cursor.read_at),
    )


def _queued(
    number: int,
    key: str,
    signature: str,
    link: str | None,
    title: str,
    published: str | None,
    *rest: Any,  # noqa: ANN401
) -> QueuedItem:
    text, article, attempts, begun = rest
    published_at = datetime.fromisoformat(published) if published else None
    return QueuedItem(number, FeedItem(key, signature, link, title, published_at, text), article, attempts, begun)
