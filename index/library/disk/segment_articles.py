"""The articles of one segment on disk: texts and who said what in SQLite, passages and sentences in mapped arrays.

Passages are rows, numbered article after article; so are sentences, passage after passage.
"""

import sqlite3
import threading
from array import array
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.arrays import open_array
from index.article import Article, Passage, Span
from index.article_rows import COLUMNS, article_of, row_of
from index.attribution import Attribution
from index.attribution.stored import decode, encode
from index.attribution.voices import named_speakers
from index.errors import SnapshotCorrupt
from index.hashing import digest_of

NO_DATE = np.iinfo(np.int32).max
"""Later than any day, so that an undated article is never `before` one."""

_SCHEMA = """
CREATE TABLE articles (
  row INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, title TEXT NOT NULL, text TEXT NOT NULL,
  source TEXT, published_at TEXT, url TEXT, fingerprint BLOB NOT NULL, revision TEXT NOT NULL,
  first_passage INTEGER NOT NULL, end_passage INTEGER NOT NULL)
"""
_BY_SOURCE = "CREATE INDEX articles_by_source ON articles (source)"
"""An index of sources with their rows, so that asking for them does not read the texts between."""
_SAID_SCHEMA = """
CREATE TABLE attributions (article INTEGER PRIMARY KEY, said BLOB NOT NULL);
CREATE TABLE speakers (
  key TEXT NOT NULL, name TEXT NOT NULL, article INTEGER NOT NULL, statements INTEGER NOT NULL,
  PRIMARY KEY (key, name, article)
) WITHOUT ROWID
"""
"""A segment of an earlier version has no such tables: what it lacks is worked out when it is needed."""
_NUMBERS = 4
"""How many numbers a passage has: the row of its article, start, end, first sentence."""


_INSERT_SPEAKER = "INSERT INTO speakers VALUES (?, ?, ?, ?)"


@dataclass(frozen=True, slots=True)
class Stored:
    """Where an article lies in its segment, and the fingerprint that changes when anything of it does."""

    row: int
    passages: range
    fingerprint: bytes
    revision: str


def speaker_rows(row: int, said: Sequence[Attribution]) -> list[tuple[str, str, int, int]]:
    """Return a row for each speaker with a name: its key, the name, the article's row, how often they speak."""
    return [(key, name, row, count) for (key, name), count in named_speakers(said).items()]


def fingerprint_of(article: Article) -> bytes:
    """Return 16 bytes that differ for articles that differ in text, title, source, date or address."""
    _, title, text, source, published, url = row_of(article)
    return digest_of(repr((title, text, source, published, url)), 16)


class ArchiveWriter:
    """Writes articles with their passages, one after the other, into a folder. Call `finish` and `close` at the end."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._connection = sqlite3.connect(folder / "articles.sqlite", check_same_thread=False)
        self._connection.execute("PRAGMA synchronous = OFF")  # the folder is published only once synced
        self._connection.executescript(f"{_SCHEMA};{_SAID_SCHEMA}")
        self._passages = array("i")  # four numbers a passage; plain lists of a million would fill the memory
        self._sentences = array("i")  # two numbers a sentence
        self._days = array("i")

    @property
    def n_articles(self) -> int:
        """How many articles were added."""
        return len(self._days)

    @property
    def n_passages(self) -> int:
        """How many passages were added."""
        return len(self._passages) // _NUMBERS

    @property
    def _n_sentences(self) -> int:
        return len(self._sentences) // 2

    def add(self, article: Article, passages: Sequence[Passage], said: Sequence[Attribution]) -> None:
        """Append an article, which needs an id of its own, its passages, and what somebody says in it."""
        row, first = self.n_articles, self.n_passages
        columns = (*row_of(article), fingerprint_of(article), article.revision)
        stored, speakers = encode(said), speaker_rows(row, said)
        self._insert(row, columns, first, first + len(passages))
        self._connection.execute("INSERT INTO attributions VALUES (?, ?)", (row, stored))
        self._connection.executemany(_INSERT_SPEAKER, speakers)
        self._days.append(article.published_at.date().toordinal() if article.published_at else NO_DATE)
        for passage in passages:
            self._passages.extend((row, passage.span.start, passage.span.end, self._n_sentences))
            self._sentences.extend(bound for span in passage.sentences for bound in (span.start, span.end))

    def add_part(self, part: "ArchivePart", live: NDArray[np.bool_]) -> None:
        """Append the articles of another archive, without those that are false in `live`, (n_articles,)."""
        rows, spans = part.numbers()
        kept = live[rows[:-1, 0]]
        counts = np.diff(rows[:, 3])
        moved = rows[:-1][kept].copy()
        moved[:, 0] = (np.cumsum(live) - 1 + self.n_articles)[moved[:, 0]]
        moved[:, 3] = self._n_sentences + np.cumsum(counts[kept]) - counts[kept]
        place = np.concatenate([[0], np.cumsum(kept)]) + self.n_passages  # of each passage once moved
        living = (row for row in part.whole_rows() if live[row[0]])
        for row, (_, *columns, first, end) in enumerate(living, start=self.n_articles):
            self._insert(row, columns, int(place[first]), int(place[end]))
        places = dict(
            zip(np.flatnonzero(live).tolist(), range(self.n_articles, self.n_articles + int(live.sum())), strict=True)
        )
        self._connection.executemany("INSERT INTO attributions VALUES (?, ?)", part.said_rows(places))
        self._connection.executemany(_INSERT_SPEAKER, part.speaker_rows(places))
        self._passages.frombytes(moved.astype(np.int32).tobytes())
        self._sentences.frombytes(spans[np.repeat(kept, counts)].astype(np.int32).tobytes())
        self._days.frombytes(part.days[live].astype(np.int32).tobytes())

    def finish(self) -> None:
        """Write what is left to the folder."""
        self._connection.execute(_BY_SOURCE)
        self._connection.commit()
        self._passages.extend((self.n_articles, 0, 0, self._n_sentences))  # so that row + 1 always exists
        np.save(self._folder / "passages.npy", np.array(self._passages, np.int32).reshape(-1, _NUMBERS))
        np.save(self._folder / "sentences.npy", np.array(self._sentences, np.int32).reshape(-1, 2))
        np.save(self._folder / "days.npy", np.array(self._days, np.int32))

    def close(self) -> None:
        """Close the file of the texts; without `finish` nothing of it counts."""
        self._connection.close()

    def _insert(self, row: int, columns: Sequence[Any], first_passage: int, end_passage: int) -> None:
        self._connection.execute(
            "INSERT INTO articles VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", (row, *columns, first_passage, end_passage)
        )


class ArchivePart:
    """Reads what an ArchiveWriter wrote. Safe to use from several threads."""

    def __init__(self, folder: Path) -> None:
        """Open what lies in `folder`.

        Raises:
            SnapshotCorrupt: a file is missing or cannot be read.
        """
        try:
            uri = f"{(folder / 'articles.sqlite').resolve().as_uri()}?mode=ro&immutable=1"
            self._connection = sqlite3.connect(uri, uri=True, check_same_thread=False)
            self._passages: NDArray[np.int32] = open_array(folder / "passages.npy")
            self._sentences: NDArray[np.int32] = open_array(folder / "sentences.npy")
            self.days: NDArray[np.int32] = open_array(folder / "days.npy")
        except (OSError, ValueError, sqlite3.Error) as error:
            raise SnapshotCorrupt(f"{folder} cannot be read ({error}). Run `python -m index rollback`.") from error
        self._lock = threading.Lock()
        tables = self._fetch("SELECT name FROM sqlite_master WHERE name = 'attributions'")
        self._has_said = bool(tables)

    def close(self) -> None:
        """Close the texts; the arrays go when nothing refers to them."""
        self._connection.close()

    @property
    def n_passages(self) -> int:
        """How many passages there are."""
        return len(self._passages) - 1

    @property
    def n_articles(self) -> int:
        """How many articles there are."""
        return len(self.days)

    @property
    def article_rows(self) -> NDArray[np.int32]:
        """(n_passages,), int32: the row of each passage's article."""
        rows: NDArray[np.int32] = self._passages[:-1, 0]
        return rows

    def articles(self) -> Iterator[tuple[int, Article]]:
        """Yield every article with its row, in the order they were added, read a few at a time."""
        last = -1
        while rows := self._fetch(f"SELECT row, {COLUMNS} FROM articles WHERE row > ? ORDER BY row LIMIT 200", last):
            yield from ((row[0], article_of(row[1:])) for row in rows)
            last = rows[-1][0]

    def headlines(self) -> list[tuple[int, Article]]:
        """Return every article with its row and without its text (empty)."""
        rows = self._fetch("SELECT row, id, title, '', source, published_at, url FROM articles ORDER BY row")
        return [(row[0], article_of(row[1:])) for row in rows]

    @cached_property
    def sources(self) -> tuple[dict[str, int], NDArray[np.int32]]:
        """The sources, casefolded, each with a number of its own; and (n_articles,), each article's, -1 for none."""
        numbers: dict[str, int] = {}
        of_articles = np.full(self.n_articles, -1, np.int32)
        for row, source in self._fetch("SELECT row, source FROM articles WHERE source IS NOT NULL"):
            of_articles[row] = numbers.setdefault(source.casefold(), len(numbers))
        return numbers, of_articles

    def numbers(self) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
        """Return passages, (n + 1, 4): article row, start, end, first sentence; the last is an end mark.

        Sentences, (m, 2).
        """
        return self._passages, self._sentences

    def whole_rows(self) -> Iterator[tuple[Any, ...]]:
        """Yield everything in the table of articles, in the order of rows, read a few at a time."""
        last = -1
        while rows := self._fetch("SELECT * FROM articles WHERE row > ? ORDER BY row LIMIT 200", last):
            yield from rows
            last = rows[-1][0]

    def find(self, article_id: str) -> Stored | None:
        """Return where the article of that id lies, if it does."""
        rows = self._fetch(
            "SELECT row, first_passage, end_passage, fingerprint, revision FROM articles WHERE id = ?", article_id
        )
        return Stored(rows[0][0], range(rows[0][1], rows[0][2]), *rows[0][3:]) if rows else None

    def all_stored(self) -> Iterator[tuple[str, Stored]]:
        """Yield every article's id with where it lies, in the order of rows."""
        rows = self._fetch(
            "SELECT id, row, first_passage, end_passage, fingerprint, revision FROM articles ORDER BY row"
        )
        for row in rows:
            yield row[0], Stored(row[1], range(row[2], row[3]), row[4], row[5])

    def article(self, row: int) -> Article:
        """Return the article of that row."""
        return article_of(self._fetch(f"SELECT {COLUMNS} FROM articles WHERE row = ?", row)[0])

    def text(self, row: int) -> str:
        """Return the text of the article of that row alone."""
        return str(self._fetch("SELECT text FROM articles WHERE row = ?", row)[0][0])

    def id_of(self, passage_row: int) -> str:
        """Return the id of the article that holds the passage."""
        article_row = int(self._passages[passage_row, 0])
        return str(self._fetch("SELECT id FROM articles WHERE row = ?", article_row)[0][0])

    def passage(self, article_id: str, row: int) -> Passage:
        """Return the passage of that row, which belongs to `article_id`."""
        _, start, end, first = map(int, self._passages[row])
        sentences = self._sentences[first : int(self._passages[row + 1, 3])].tolist()
        try:
            return Passage(article_id, Span(start, end), tuple(Span(s, e) for s, e in sentences))
        except ValueError as error:
            raise SnapshotCorrupt(
                f"A passage of article {article_id} has no place in it ({error}). Run `python -m index verify`, then "
                "`rollback`, or build again."
            ) from error

    def passages_of(self, article_id: str) -> list[Passage]:
        """Return every passage of an article, in order; empty for an unknown id."""
        stored = self.find(article_id)
        return [self.passage(article_id, row) for row in stored.passages] if stored is not None else []

    def said(self, row: int) -> list[Attribution] | None:
        """Return what somebody says in the article of that row; None if that was not worked out.

        Raises:
            SnapshotCorrupt: it cannot be read.
        """
        if not self._has_said:
            return None
        rows = self._fetch("SELECT said FROM attributions WHERE article = ?", row)
        try:
            return decode(rows[0][0]) if rows else None
        except ValueError as error:
            raise SnapshotCorrupt(f"{error}. Run `python -m index rollback`.") from error

    def speaking(self, key: str) -> list[tuple[int, str, int]]:
        """Return in which articles somebody speaks whose name has that key: the row, the name, how often."""
        if not self._has_said:
            return []
        return self._fetch("SELECT article, name, statements FROM speakers WHERE key = ? ORDER BY article, name", key)

    def rows_without_said(self) -> list[int]:
        """Return the rows of articles in which it was not worked out who says what."""
        if not self._has_said:
            return list(range(self.n_articles))
        missing = "SELECT row FROM articles WHERE row NOT IN (SELECT article FROM attributions) ORDER BY row"
        return [row[0] for row in self._fetch(missing)]

    def rows_holding(self, words: str, rows: Sequence[int]) -> list[int]:
        """Return those of these rows whose articles hold the words, whatever the case of A to Z."""
        found = self._fetch("SELECT row FROM articles WHERE instr(lower(text), ?) ORDER BY row", words.lower())
        wanted = set(rows)
        return [row[0] for row in found if row[0] in wanted]

    def said_rows(self, places: Mapping[int, int]) -> Iterator[tuple[int, bytes]]:
        """Yield the attributions of these rows as they are stored, with the places that the articles move to."""
        for row, place in places.items() if self._has_said else ():
            for (said,) in self._fetch("SELECT said FROM attributions WHERE article = ?", row):
                yield place, said

    def speaker_rows(self, places: Mapping[int, int]) -> Iterator[tuple[str, str, int, int]]:
        """Yield the speakers of these rows as they are stored, with the places that the articles move to."""
        if self._has_said:
            for key, name, row, statements in self._fetch("SELECT key, name, article, statements FROM speakers"):
                if row in places:
                    yield key, name, places[row], statements

    def leading(self, rows: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Return (len(rows),): which of these passages are the first of their article."""
        owners = self._passages[:, 0]
        return np.asarray((rows == 0) | (owners[rows] != owners[rows - 1]), np.bool_)

    def _fetch(self, query: str, *parameters: str | int) -> list[tuple[Any, ...]]:
        with self._lock:
            try:
                return self._connection.execute(query, parameters).fetchall()
            except sqlite3.DatabaseError as error:
                raise SnapshotCorrupt(
                    f"The articles of this snapshot cannot be read ({error}). Run `python -m index rollback`."
                ) from error
