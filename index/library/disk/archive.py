"""The articles of a snapshot on disk: those of its segments, without the ones that were replaced or removed since."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from index.article import Article, Passage, Span
from index.attribution import Appearance, Attribution, voice_of
from index.attribution.names import name_key, name_words
from index.attribution.voices import appearances
from index.errors import UnknownArticle
from index.library.damage import DamagedArticles
from index.library.disk.segment_articles import NO_DATE, ArchivePart, Stored
from index.library.speaking import MOST_WORKED_OUT, WorkedOut


@dataclass(frozen=True, slots=True)
class Place:
    """An article's segment, by number, and where it lies there."""

    segment: int
    stored: Stored

    @property
    def fingerprint(self) -> bytes:
        """Changes when anything of the article does."""
        return self.stored.fingerprint


class SegmentArchive:
    """Passages are rows, numbered segment after segment. Safe to use from several threads."""

    def __init__(
        self,
        parts: Sequence[ArchivePart],
        dead: Sequence[frozenset[int]] | None = None,
        groups: Sequence[NDArray[np.uint64]] | None = None,
    ) -> None:
        """`dead`: for each part, the rows of articles that count no more.

        `groups`: see `index.library.near_duplicates`.
        """
        self._parts = tuple(parts)
        self._dead = tuple(dead) if dead is not None else (frozenset(),) * len(self._parts)
        self._groups = groups
        self._starts = np.cumsum([0, *(part.n_passages for part in self._parts)])
        self._first_articles = np.cumsum([0, *(part.n_articles for part in self._parts)])
        self._live = self._live_rows() if any(self._dead) else None
        self.damaged = DamagedArticles()
        self._worked_out = WorkedOut()

    def close(self) -> None:
        """Close the texts; the arrays go when nothing refers to them."""
        for part in self._parts:
            part.close()

    @property
    def n_rows(self) -> int:
        """How many passages there are, those of dead articles included."""
        return int(self._starts[-1])

    @property
    def live(self) -> NDArray[np.bool_] | None:
        """(n_rows,): false where an article was replaced or removed; None if none was."""
        return self._live

    def articles(self) -> Iterator[Article]:
        """Yield every article, in the order they were added, read a few at a time."""
        for part, dead in zip(self._parts, self._dead, strict=True):
            yield from (article for row, article in part.articles() if row not in dead)

    def headlines(self) -> list[Article]:
        """Return every article without its text (empty), by title: for lists of what there is."""
        pairs = zip(self._parts, self._dead, strict=True)
        found = [article for part, dead in pairs for row, article in part.headlines() if row not in dead]
        return sorted(found, key=lambda article: (article.title, article.id))

    def places(self) -> Iterator[tuple[str, Place]]:
        """Yield every article's id with its place, in the order of `articles`."""
        for segment, (part, dead) in enumerate(zip(self._parts, self._dead, strict=True)):
            for article_id, stored in part.all_stored():
                if stored.row not in dead:
                    yield article_id, Place(segment, stored)

    def ids(self) -> list[str]:
        """Return every article's id, in the order of `articles`."""
        return [article_id for article_id, _ in self.places()]

    def find(self, article_id: str) -> Place | None:
        """Return the place of the article of that id, if there is one."""
        for segment in reversed(range(len(self._parts))):
            stored = self._parts[segment].find(article_id)
            if stored is not None and stored.row not in self._dead[segment]:
                return Place(segment, stored)
        return None

    def article(self, article_id: str) -> Article:
        """Return the article of that id.

        Raises:
            UnknownArticle: there is none.
        """
        place = self.find(article_id)
        if place is None:
            raise UnknownArticle(f"No article has the id {article_id!r}. `python -m index list` shows all ids.")
        return self._parts[place.segment].article(place.stored.row)

    def is_intact(self, article_id: str) -> bool:
        """Return whether an article reads as it did when it was added; that one does not is logged once."""
        place = self.find(article_id)
        return place is not None and self.damaged.check(self.article(article_id), place.fingerprint)

    def passage(self, row: int) -> Passage:
        """Return the passage of that row."""
        segment = self._segment_of(row)
        part, local = self._parts[segment], row - int(self._starts[segment])
        return part.passage(part.id_of(local), local)

    def passages_of(self, article_id: str) -> list[Passage]:
        """Return every passage of an article, in order; empty for an unknown id."""
        place = self.find(article_id)
        if place is None:
            return []
        return [self._parts[place.segment].passage(article_id, row) for row in place.stored.passages]

    def leading(self, rows: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Return (len(rows),): which of these passages are the first of their article."""
        leading = np.zeros(len(rows), np.bool_)
        owners = np.searchsorted(self._starts, rows, side="right") - 1
        for segment, part in enumerate(self._parts):
            inside = owners == segment
            leading[inside] = part.leading(rows[inside] - self._starts[segment])
        return leading

    def sentences_of(self, article_id: str) -> tuple[Span, ...]:
        """Return every sentence of an article that may be quoted, in order; empty for an unknown id."""
        return tuple(sentence for passage in self.passages_of(article_id) for sentence in passage.sentences)

    def attributions_of(self, article_id: str) -> list[Attribution]:
        """Return what somebody says in an article, in the order of its text; empty for an unknown id."""
        place = self.find(article_id)
        if place is None:
            return []
        said = self._parts[place.segment].said(place.stored.row)
        if said is not None:
            return said
        return self._worked_out.of(self.article(article_id), lambda: self.sentences_of(article_id))

    def speaker_of(self, article_id: str, span: Span) -> Attribution | None:
        """Return who speaks in a span of an article, and where that is said; None where that is not sure."""
        return voice_of(self.attributions_of(article_id), span)

    def speaking(self, name: str) -> list[Appearance]:
        """Return the articles in which people speak whose last name is that of `name`, or spelt much like it."""
        key = name_key(name)
        found = []
        for part, dead in zip(self._parts, self._dead, strict=True):
            for row, called, statements in part.speaking(key):
                if row not in dead:
                    found.append(Appearance(part.article(row).id, called, statements))
        return found + self._worked_out_speaking(name)

    def _worked_out_speaking(self, name: str) -> list[Appearance]:
        """Return likewise for the newest articles of segments that an earlier version wrote."""
        places = []
        for segment, (part, dead) in enumerate(zip(self._parts, self._dead, strict=True)):
            rows = [row for row in part.rows_without_said() if row not in dead]
            if rows and name_words(name):
                holding = part.rows_holding(name.split()[-1], rows)
                places += [(int(part.days[row]) % NO_DATE, segment, row) for row in holding]
        newest = sorted(places, reverse=True)[:MOST_WORKED_OUT]
        articles = [self._parts[segment].article(row) for _, segment, row in newest]
        said = ((article.id, self.attributions_of(article.id)) for article in articles)
        return [one for article_id, some in said for one in appearances(article_id, some, name_key(name))]

    def allowed_rows(
        self, articles: frozenset[str] | None, before: date | None, sources: frozenset[str] | None = None
    ) -> NDArray[np.bool_] | None:
        """Return (n_rows,): which passages a scope allows; None if it allows all. Dead ones never are."""
        if articles is None and before is None and sources is None:
            return self._live
        allowed = self._only(articles) if articles is not None else self._all_rows()
        if sources is not None:
            allowed &= self._of_sources(frozenset(source.casefold() for source in sources))
        if before is not None:
            allowed &= self._days() < before.toordinal()
        return allowed

    def rows_published(self, first: date | None, last: date | None) -> NDArray[np.bool_]:
        """Return (n_rows,): which passages are of articles published from `first` to `last`; an undated one never
        is."""
        days = self._days()
        within = days < (last.toordinal() + 1 if last else NO_DATE)
        return within & (days >= first.toordinal()) if first else within

    def days_of(self, passage_rows: Sequence[int]) -> NDArray[np.int64]:
        """Return (n,): the day each passage's article was published on, counted as `date.toordinal` does; 0 for no
        date."""
        rows = np.asarray(passage_rows, np.int64)
        owners = np.searchsorted(self._starts, rows, side="right") - 1
        days = np.zeros(len(rows), np.int64)
        for segment, part in enumerate(self._parts):
            inside = owners == segment
            days[inside] = part.days[part.article_rows[rows[inside] - self._starts[segment]]]
        return np.where(days == NO_DATE, 0, days)

    def newest_day(self, allowed: NDArray[np.bool_] | None) -> int:
        """Return the last day on which an article of these passages, or of all, was published, as `date.toordinal`
        counts; 0 if none has a date."""
        days = self._days()
        if allowed is not None:
            days = days[allowed]
        return int(np.where(days == NO_DATE, 0, days).max(initial=0))

    def article_number(self, passage_row: int) -> int:
        """Return a number that the passages of one article share, and no others."""
        segment = self._segment_of(passage_row)
        local = self._parts[segment].article_rows[passage_row - int(self._starts[segment])]
        return int(self._first_articles[segment]) + int(local)

    def group_of(self, passage_row: int) -> int:
        """Return what the article of a passage has in common with its near copies, and with no other article."""
        number = self.article_number(passage_row)
        segment = self._segment_of(passage_row)
        if self._groups is None:
            return ~number
        return int(self._groups[segment][number - int(self._first_articles[segment])])

    def rows_of(self, article_id: str) -> range:
        """Return the rows of an article's passages; empty for an unknown id."""
        place = self.find(article_id)
        if place is None:
            return range(0)
        start = int(self._starts[place.segment])
        return range(start + place.stored.passages.start, start + place.stored.passages.stop)

    def copies_of(self, article_id: str) -> int:
        """Return how many other articles say nearly the same; 0 for an unknown id."""
        place = self.find(article_id)
        if place is None or self._groups is None:
            return 0
        group = self._groups[place.segment][place.stored.row]
        pairs = zip(self._groups, self._dead, strict=True)
        members = sum(row not in dead for groups, dead in pairs for row in np.flatnonzero(groups == group).tolist())
        return int(members) - 1

    def copy_group(self, article_id: str) -> int | None:
        """Return what an article has in common with its near copies, and with no other; None for an unknown id."""
        rows = self.rows_of(article_id)
        return self.group_of(rows.start) if rows else None

    def _days(self) -> NDArray[np.int32]:
        return np.concatenate([part.days[part.article_rows] for part in self._parts])

    def _all_rows(self) -> NDArray[np.bool_]:
        return np.ones(self.n_rows, np.bool_) if self._live is None else self._live.copy()

    def _only(self, articles: frozenset[str]) -> NDArray[np.bool_]:
        allowed = np.zeros(self.n_rows, np.bool_)
        for article_id in articles:
            rows = self.rows_of(article_id)
            allowed[rows.start : rows.stop] = True
        return allowed

    def _of_sources(self, sources: frozenset[str]) -> NDArray[np.bool_]:
        """Return (n_rows,): which passages are of articles of these sources, casefolded."""
        parts = []
        for part in self._parts:
            numbers, of_articles = part.sources
            wanted = [number for source, number in numbers.items() if source in sources]
            parts.append(np.isin(of_articles, wanted)[part.article_rows])
        return np.concatenate(parts)

    def _live_rows(self) -> NDArray[np.bool_]:
        kept = [
            ~np.isin(part.article_rows, sorted(dead)) if dead else np.ones(part.n_passages, np.bool_)
            for part, dead in zip(self._parts, self._dead, strict=True)
        ]
        return np.concatenate(kept)

    def _segment_of(self, row: int) -> int:
        return int(np.searchsorted(self._starts, row, side="right")) - 1
