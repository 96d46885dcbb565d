"""The articles of one snapshot on disk: texts in SQLite, passages and sentences in memory-mapped arrays.

Passages are rows, numbered article after article; so are sentences, passage after passage.
"""

import sqlite3
import threading
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.article import Article, Passage, Span
from index.errors import SnapshotCorrupt, UnknownArticle

_SCHEMA = """
CREATE TABLE articles (
  row INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, title TEXT NOT NULL, text TEXT NOT NULL,
  source TEXT, published_at TEXT, url TEXT, first_passage INTEGER NOT NULL, end_passage INTEGER NOT NULL)
"""
_COLUMNS = "id, title, text, source, published_at, url"
_NO_DATE = np.iinfo(np.int32).max
"""Later than any day, so that an undated article is never `before` one."""


class ArchiveWriter:
    """Writes articles with their passages, one after the other, into a folder. Call `close` at the end."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._connection = sqlite3.connect(folder / "articles.sqlite")
        self._connection.execute("PRAGMA synchronous = OFF")  # the folder is published only once synced
        self._connection.execute(_SCHEMA)
        self._passages: list[tuple[int, int, int, int]] = []
        self._sentences: list[tuple[int, int]] = []
        self._days: list[int] = []

    def __len__(self) -> int:
        return len(self._passages)

    def add(self, article: Article, passages: Sequence[Passage]) -> None:
        """Appends an article, which needs an id of its own, and its passages."""
        row, first = len(self._days), len(self._passages)
        published = article.published_at.isoformat() if article.published_at else None
        self._connection.execute(
            "INSERT INTO articles VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                row,
                article.id,
                article.title,
                article.text,
                article.source,
                published,
                article.url,
                first,
                first + len(passages),
            ),
        )
        self._days.append(article.published_at.date().toordinal() if article.published_at else _NO_DATE)
        for passage in passages:
            self._passages.append((row, passage.span.start, passage.span.end, len(self._sentences)))
            self._sentences += [(sentence.start, sentence.end) for sentence in passage.sentences]

    def close(self) -> None:
        """Writes what is left to the folder."""
        self._connection.commit()
        self._connection.close()
        end = (len(self._days), 0, 0, len(self._sentences))  # so that row + 1 always exists
        np.save(self._folder / "passages.npy", np.array([*self._passages, end], np.int32))
        np.save(self._folder / "sentences.npy", np.array(self._sentences, np.int32).reshape(-1, 2))
        np.save(self._folder / "days.npy", np.array(self._days, np.int32))


class Archive:
    """Reads what an ArchiveWriter wrote. Safe to use from several threads."""

    def __init__(self, folder: Path) -> None:
        """
        Raises:
            SnapshotCorrupt: a file is missing or cannot be read.
        """
        try:
            uri = f"{(folder / 'articles.sqlite').resolve().as_uri()}?mode=ro&immutable=1"
            self._connection = sqlite3.connect(uri, uri=True, check_same_thread=False)
            self._passages: NDArray[np.int32] = np.load(folder / "passages.npy", mmap_mode="r")
            self._sentences: NDArray[np.int32] = np.load(folder / "sentences.npy", mmap_mode="r")
            self._days: NDArray[np.int32] = np.load(folder / "days.npy", mmap_mode="r")
        except (OSError, ValueError, sqlite3.Error) as error:
            raise SnapshotCorrupt(f"{folder} cannot be read ({error}). Run `python -m index rollback`.") from error
        self._lock = threading.Lock()

    def close(self) -> None:
        """Closes the texts; the arrays go when nothing refers to them."""
        self._connection.close()

    @property
    def n_passages(self) -> int:
        """How many passages there are."""
        return len(self._passages) - 1

    @property
    def n_articles(self) -> int:
        """How many articles there are."""
        return len(self._days)

    def articles(self) -> Iterator[Article]:
        """Every article, in the order they were added, read one at a time."""
        last = -1
        while rows := self._fetch(f"SELECT row, {_COLUMNS} FROM articles WHERE row > ? ORDER BY row LIMIT 200", last):
            yield from (_article(row[1:]) for row in rows)
            last = rows[-1][0]

    def headlines(self) -> list[Article]:
        """Every article without its text (empty), by title: for lists of what there is."""
        rows = self._fetch("SELECT id, title, '', source, published_at, url FROM articles ORDER BY title, id")
        return [_article(row) for row in rows]

    def article(self, article_id: str) -> Article:
        """The article of that id.

        Raises:
            UnknownArticle: there is none.
        """
        rows = self._fetch(f"SELECT {_COLUMNS} FROM articles WHERE id = ?", article_id)
        if not rows:
            raise UnknownArticle(f"No article has the id {article_id!r}. `python -m index list` shows all ids.")
        return _article(rows[0])

    def passage(self, row: int) -> Passage:
        """The passage of that row."""
        article_id = self._fetch("SELECT id FROM articles WHERE row = ?", int(self._passages[row, 0]))[0][0]
        return self._passage(article_id, row)

    def passages_of(self, article_id: str) -> list[Passage]:
        """Every passage of an article, in order; empty for an unknown id."""
        return [self._passage(article_id, row) for row in self._rows_of(article_id)]

    def is_lead(self, passage_row: int) -> bool:
        """Whether the passage is the first of its article."""
        return passage_row == 0 or bool(self._passages[passage_row, 0] != self._passages[passage_row - 1, 0])

    def days_of(self, passage_rows: Sequence[int]) -> NDArray[np.int64]:
        """(n,): the day each passage's article was published on, counted as `date.toordinal` does; 0 for no date."""
        days = np.asarray(self._days[self._passages[passage_rows, 0]], np.int64)
        return np.where(days == _NO_DATE, 0, days)

    def rows_published(self, first: date | None, last: date | None) -> NDArray[np.bool_]:
        """(n_passages,): which passages are of articles published from `first` to `last`; an undated one never is."""
        days = self._days[self._passages[:-1, 0]]
        within = days < (last.toordinal() + 1 if last else _NO_DATE)
        return within & (days >= first.toordinal()) if first else within

    def sentences_of(self, article_id: str) -> tuple[Span, ...]:
        """Every sentence of an article that may be quoted, in order; empty for an unknown id."""
        return tuple(sentence for passage in self.passages_of(article_id) for sentence in passage.sentences)

    def _passage(self, article_id: str, row: int) -> Passage:
        _, start, end, first = map(int, self._passages[row])
        sentences = self._sentences[first : int(self._passages[row + 1, 3])]
        return Passage(article_id, Span(start, end), tuple(Span(int(s), int(e)) for s, e in sentences))

    def _rows_of(self, article_id: str) -> range:
        rows = self._fetch("SELECT first_passage, end_passage FROM articles WHERE id = ?", article_id)
        return range(*rows[0]) if rows else range(0)

    def allowed_rows(self, articles: frozenset[str] | None, before: date | None) -> NDArray[np.bool_] | None:
        """(n_passages,): which passages a scope allows; None if it allows all."""
        if articles is None and before is None:
            return None
        allowed = np.full(self.n_passages, articles is None)
        for article_id in articles or ():
            rows = self._rows_of(article_id)
            allowed[rows.start : rows.stop] = True
        if before is not None:
            allowed &= self._days[self._passages[:-1, 0]] < before.toordinal()
        return allowed

    def _fetch(self, query: str, *parameters: str | int) -> list[tuple[Any, ...]]:
        with self._lock:
            try:
                return self._connection.execute(query, parameters).fetchall()
            except sqlite3.DatabaseError as error:
                raise SnapshotCorrupt(
                    f"The articles of this snapshot cannot be read ({error}). Run `python -m index rollback`."
                ) from error


def _article(row: Sequence[str | None]) -> Article:
    article_id, title, text, source, published, url = row
    published_at = datetime.fromisoformat(published).astimezone(UTC) if published else None
    return Article(article_id or "", title or "", text or "", source, published_at, url)
