"""What is known of each feed and of each of its items, in the file of the arrivals: where reading goes on."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from index.ingest.arrivals import ArrivalsFile
from index.ingest.feeds.parsing import FeedItem

_QUEUED, _KEPT, _DONE, _GIVEN_UP = "queued", "kept", "done", "given up"
_ITEM = "number, key, signature, link, title, published_at, text, article, attempts, begun"
_MOST_HEARD = 5_000
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


@dataclass(frozen=True, slots=True)
class HeardItem:
    """An item that a feed had, when it came (seconds since 1970), and its title."""

    at: float
    title: str | None


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
                    "INSERT INTO items (feed, key, signature, link, title, published_at, text, state, seen_at, "
                    "attempts, next_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 0, 0) ON CONFLICT (feed, key) DO UPDATE SET "
                    "signature = excluded.signature, link = excluded.link, title = excluded.title, "
                    "published_at = excluded.published_at, text = excluded.text, state = excluded.state, "
                    "attempts = 0, begun = 0, next_at = 0, error = NULL WHERE signature <> excluded.signature",
                    (
                        feed,
                        item.key,
                        item.signature,
                        item.link,
                        item.title,
                        published,
                        item.text,
                        _QUEUED,
                        cursor.read_at,
                    ),
                )
            _write_cursor(file, feed, cursor)

    def heard(self, feed: str) -> list[HeardItem]:
        """Return when the items of the feed came, the last first, as far back as its rhythm is looked for."""
        if not self._file.exists:
            return []
        with self._file.transaction() as file:
            rows = file.execute(
                "SELECT published_at, seen_at, title FROM items WHERE feed = ? ORDER BY number DESC LIMIT ?",
                (feed, _MOST_HEARD),
            ).fetchall()
        found = (HeardItem(_came_at(published, seen), title) for published, seen, title in rows)
        return sorted((one for one in found if one.at), key=lambda one: -one.at)

    def silence_told(self, feed: str) -> float | None:
        """Return what was last heard of the feed when it was told that it is silent; None if it never was."""
        if not self._file.exists:
            return None
        with self._file.transaction() as file:
            row = file.execute("SELECT silence_told FROM feeds WHERE url = ?", (feed,)).fetchone()
        return row[0] if row else None

    def note_silence_told(self, feed: str, last_at: float) -> None:
        """Record that it was told that the feed is silent, and when it was last heard by then."""
        with self._file.transaction() as file:
            file.execute("UPDATE feeds SET silence_told = ? WHERE url = ?", (last_at, feed))

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
        "INSERT INTO feeds (url, etag, last_modified, next_at, failures, error, read_at) VALUES (?, ?, ?, ?, ?, ?, ?) "
        "ON CONFLICT (url) DO UPDATE SET etag = excluded.etag, last_modified = excluded.last_modified, "
        "next_at = excluded.next_at, failures = excluded.failures, error = excluded.error, read_at = excluded.read_at",
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


def _came_at(published: str | None, seen: float | None) -> float:
    """Return when an item came: when it was published, unless that was after it was seen; 0 where nothing is known."""
    try:
        told = datetime.fromisoformat(published).timestamp() if published else None
    except (ValueError, OverflowError):
        told = None
    if told is not None and (seen is None or told <= seen):
        return told
    return seen or 0.0
