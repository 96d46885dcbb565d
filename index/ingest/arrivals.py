"""What came from the web, from feeds and by message: kept beside the index, for no folder can be read for it again.

INDEX/arrivals.sqlite     articles, and whether the index has published them

An article is kept before it is indexed, so neither a crash nor a busy index loses it, and every build takes in what is
kept here. One that an admin removed stays known as removed, so that a feed does not bring it back.
"""

import sqlite3
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from index.article import Article
from index.article_rows import COLUMNS, article_of, row_of
from index.errors import ArrivalsUnavailable

_SCHEMA = """
CREATE TABLE IF NOT EXISTS articles (
  number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, title TEXT NOT NULL, text TEXT NOT NULL, source TEXT,
  published_at TEXT, url TEXT, origin TEXT NOT NULL, arrived_at TEXT NOT NULL, state TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS feeds (
  url TEXT PRIMARY KEY, etag TEXT, last_modified TEXT, next_at REAL NOT NULL, failures INTEGER NOT NULL,
  error TEXT, read_at REAL);
CREATE TABLE IF NOT EXISTS items (
  number INTEGER PRIMARY KEY, feed TEXT NOT NULL, key TEXT NOT NULL, signature TEXT NOT NULL, link TEXT,
  title TEXT NOT NULL, published_at TEXT, text TEXT NOT NULL, state TEXT NOT NULL, article TEXT,
  attempts INTEGER NOT NULL, next_at REAL NOT NULL, error TEXT, UNIQUE (feed, key));
CREATE INDEX IF NOT EXISTS items_by_state ON items (feed, state);
"""
_UPGRADES = (
    """
ALTER TABLE articles ADD COLUMN begun INTEGER NOT NULL DEFAULT 0;
ALTER TABLE items ADD COLUMN begun INTEGER NOT NULL DEFAULT 0;
CREATE INDEX articles_by_origin ON articles (origin, arrived_at);
""",
    """
ALTER TABLE items ADD COLUMN seen_at REAL;
ALTER TABLE feeds ADD COLUMN silence_told REAL;
""",
)
"""What later versions changed of the schema, in order; `user_version` counts those that were made."""
_WAITING, _PUBLISHED, _REMOVED, _GIVEN_UP = "waiting", "published", "removed", "given up"
_BUSY_SECONDS = 20.0
_PAGE = 100
MOST_BEGUN = 3
"""So often work on one thing is begun and does not come to its end, before it is given up."""


class ArrivalsFile:
    """The SQLite file, made when something is first written to it. Safe between threads and processes."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = threading.Lock()

    @property
    def exists(self) -> bool:
        """Whether anything was ever kept."""
        return self.path.is_file()

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Open a transaction: all that the block does is on the disk when it ends, or nothing of it.

        Raises:
            ArrivalsUnavailable: the file cannot be opened, read or written.
        """
        with self._lock:
            try:
                self.path.parent.mkdir(parents=True, exist_ok=True)
                if not self.exists:
                    self.path.touch(mode=0o600)  # what people sent is nobody else's to read
                connection = sqlite3.connect(self.path, timeout=_BUSY_SECONDS, isolation_level=None)
                try:
                    connection.execute("PRAGMA synchronous = FULL")
                    connection.execute("BEGIN IMMEDIATE")
                    self._prepare(connection)
                    yield connection
                    connection.execute("COMMIT")
                finally:
                    connection.close()  # which undoes what was not committed
            except (sqlite3.Error, OSError) as error:
                raise ArrivalsUnavailable(
                    f"{self.path}, where articles from the web and from messages are kept, cannot be used ({error}). "
                    "Check the disk and the permissions; restore the file from a backup if it is damaged."
                ) from error

    def _prepare(self, connection: sqlite3.Connection) -> None:
        version: int = connection.execute("PRAGMA user_version").fetchone()[0]
        if version >= len(_UPGRADES):
            return
        for script in (_SCHEMA, *_UPGRADES[version:]):
            for statement in filter(str.strip, script.split(";")):
                connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {len(_UPGRADES)}")


class Arrivals:
    """The articles in that file."""

    def __init__(self, file: ArrivalsFile, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._file = file
        self._now = now

    def keep(self, articles: Iterable[Article], origin: str, *, unless_removed: bool = False) -> list[str]:
        """Keep the articles, one of a known id in the place of the earlier, and return the ids of those that are new,
        have changed, or were removed (with `unless_removed` these stay removed). They wait to be published."""
        changed = []
        with self._file.transaction() as file:
            for article in articles:
                known = file.execute(f"SELECT state, {COLUMNS} FROM articles WHERE id = ?", (article.id,)).fetchone()
                state = known[0] if known else None
                unchanged = known is not None and known[1:] == row_of(article)
                if (state == _REMOVED and unless_removed) or (state in (_WAITING, _PUBLISHED) and unchanged):
                    continue
                changed.append(article.id)
                file.execute(
                    f"INSERT INTO articles ({COLUMNS}, origin, arrived_at, state) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) "
                    "ON CONFLICT (id) DO UPDATE SET title = excluded.title, text = excluded.text, "
                    "source = excluded.source, published_at = excluded.published_at, url = excluded.url, "
                    "origin = excluded.origin, arrived_at = excluded.arrived_at, state = excluded.state, begun = 0",
                    (*row_of(article), origin, self._now().isoformat(timespec="seconds"), _WAITING),
                )
        return changed

    def origin_of(self, article_id: str) -> str | None:
        """Return where a kept article came from: a feed's address, or what it was added as."""
        if not self._file.exists:
            return None
        with self._file.transaction() as file:
            found = file.execute("SELECT origin FROM articles WHERE id = ?", (article_id,)).fetchone()
        return str(found[0]) if found else None

    def n_kept_since(self, origin: str, moment: datetime) -> int:
        """Return how many articles of an origin came, or changed, since then."""
        if not self._file.exists:
            return 0
        counting = "SELECT count(*) FROM articles WHERE origin = ? AND arrived_at >= ?"
        with self._file.transaction() as file:
            return int(file.execute(counting, (origin, moment.isoformat(timespec="seconds"))).fetchone()[0])

    def waiting(self) -> list[Article]:
        """Return the articles that no build has taken in yet, in the order they came, but for the doubtful."""
        return self._waiting("begun = 0")

    def doubtful(self) -> list[Article]:
        """Return those that were being indexed when that broke: each may be what broke it."""
        return self._waiting(f"begun BETWEEN 1 AND {MOST_BEGUN - 1}")

    def _waiting(self, condition: str) -> list[Article]:
        if not self._file.exists:
            return []
        with self._file.transaction() as file:
            waiting = f"SELECT {COLUMNS} FROM articles WHERE state = ? AND {condition} ORDER BY begun, number"
            return [article_of(row) for row in file.execute(waiting, (_WAITING,))]

    def note_begun(self, articles: Iterable[Article]) -> None:
        """Record that these are about to be indexed. Should that be the end of the process, they are doubtful."""
        with self._file.transaction() as file:
            noting = "UPDATE articles SET begun = begun + 1 WHERE id = ? AND state = ?"
            file.executemany(noting, [(article.id, _WAITING) for article in articles])

    def note_ended(self, articles: Iterable[Article]) -> None:
        """Record that what kept these from being indexed was no fault of theirs."""
        with self._file.transaction() as file:
            noting = "UPDATE articles SET begun = begun - 1 WHERE id = ? AND begun > 0"
            file.executemany(noting, [(article.id,) for article in articles])

    def give_up(self) -> list[str]:
        """Take out, unless they change, those whose indexing broke for the last time, and return their ids."""
        if not self._file.exists:
            return []
        with self._file.transaction() as file:
            broken = "state = ? AND begun >= ?"
            found = file.execute(f"SELECT id FROM articles WHERE {broken}", (_WAITING, MOST_BEGUN)).fetchall()
            giving_up = f"UPDATE articles SET state = ? WHERE {broken}"
            file.execute(giving_up, (_GIVEN_UP, _WAITING, MOST_BEGUN))
        return [row[0] for row in found]

    def all(self) -> Iterator[Article]:
        """Yield every article that was not removed or given up, in the order they first came, a few at a time."""
        last = 0
        while self._file.exists:
            with self._file.transaction() as file:
                rows = file.execute(
                    f"SELECT number, {COLUMNS} FROM articles WHERE number > ? AND state IN (?, ?) "
                    "ORDER BY number LIMIT ?",
                    (last, _WAITING, _PUBLISHED, _PAGE),
                ).fetchall()
            if not rows:
                return
            last = rows[-1][0]
            yield from (article_of(row[1:]) for row in rows)

    def mark_published(self, articles: Iterable[Article]) -> None:
        """Record that a build has taken these in; one that changed meanwhile goes on waiting."""
        with self._file.transaction() as file:
            for article in articles:
                known = file.execute(f"SELECT {COLUMNS} FROM articles WHERE id = ?", (article.id,)).fetchone()
                if known == row_of(article):
                    file.execute(
                        "UPDATE articles SET state = ?, begun = 0 WHERE id = ? AND state = ?",
                        (_PUBLISHED, article.id, _WAITING),
                    )

    def remove(self, article_ids: Iterable[str]) -> None:
        """Let no build take these in any more; ids that are not kept here are passed over."""
        if self._file.exists:
            with self._file.transaction() as file:
                file.executemany("UPDATE articles SET state = ? WHERE id = ?", [(_REMOVED, one) for one in article_ids])
