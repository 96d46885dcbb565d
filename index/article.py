"""The values every other part shares: Article, Span, Passage, Query and Hit.

They are plain and frozen; reading, splitting, embedding and ranking them is left to other modules.
"""

import hashlib
from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """Half-open `[start, end)` in Unicode code points of an article's stored text; never empty."""

    start: int
    end: int

    def __post_init__(self) -> None:
        if not 0 <= self.start < self.end:
            raise ValueError(f"a span needs 0 <= start < end, got [{self.start}, {self.end})")

    def __len__(self) -> int:
        return self.end - self.start

    def slice(self, text: str) -> str:
        """Return the characters of `text` that the span covers."""
        return text[self.start : self.end]

    def overlaps(self, other: "Span") -> bool:
        """Return whether the two spans share at least one character."""
        return self.start < other.end and other.start < self.end

    def contains(self, other: "Span") -> bool:
        """Return whether `other` lies wholly inside this span."""
        return self.start <= other.start and other.end <= self.end


@dataclass(frozen=True, slots=True)
class Article:
    """One news item as it came. `text` is never changed: every offset in the project points into it."""

    id: str
    title: str
    text: str
    source: str | None = None
    published_at: datetime | None = None
    url: str | None = None

    @property
    def revision(self) -> str:
        """Hash of the text: two articles with equal text have equal revisions."""
        return revision_of(self.text)


@dataclass(frozen=True, slots=True)
class Skipped:
    """An input that could not become an article: its name (file, or file and line) and why."""

    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class Passage:
    """The unit that is embedded, searched and shown: whole sentences of one article, without debris."""

    article_id: str
    span: Span
    sentences: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class AskedDates:
    """The days that a question asks about, both included; None: without end on that side.

    `restricts`: nothing published on another day is wanted. Else articles of these days, and a little less those of
    the week after, only go before equally good ones. `latest`: the newer, the better. `certain`: the words leave no
    other days open, as "last Tuesday" does, and these have begun, so what was published earlier cannot report them.
    """

    first: date | None = None
    last: date | None = None
    restricts: bool = False
    latest: bool = False
    certain: bool = False


@dataclass(frozen=True, slots=True)
class Query:
    """A self-contained text to search for, and what may be searched.

    `articles` restricts the search to these ids, `before` to articles published on an earlier day
    (an article without a date is then left out), `sources` to articles of these sources, whatever the case of their
    letters; `dates` restricts it or weighs it. `context` is what was said before:
    its words need not be in a passage, but of two passages the one that has them is meant. `preferred` are articles
    under discussion.

    `subject`: terms of the conversation, each with its share of a word of the text, where the text leans on it. They
    decide which articles are spoken of, and count a little in passages; `said` then goes in front of the text where
    these articles are looked for by meaning. `quoted`: ids of articles, each with words of it that the conversation
    has quoted, for whoever reads what is found.
    """

    text: str
    articles: frozenset[str] | None = None
    before: date | None = None
    dates: AskedDates | None = None
    context: str = ""
    preferred: frozenset[str] = frozenset()
    sources: frozenset[str] | None = None
    subject: tuple[tuple[str, float], ...] = ()
    said: str = ""
    quoted: tuple[tuple[str, str], ...] = ()

    @property
    def leans(self) -> bool:
        """Whether the text asks about the subject of the conversation, whatever its own words are."""
        return any(share >= 1.0 for _, share in self.subject)

    @property
    def reported_from(self) -> date | None:
        """The day before which no article can report what is asked about; None where that is not certain. In a
        follow-up "this week" may be that of the article under discussion."""
        return self.dates.first if self.dates and self.dates.certain and not self.context else None

    @property
    def is_restricted(self) -> bool:
        """Whether some articles may not be searched."""
        by_dates = self.before is not None or bool(self.dates and self.dates.restricts)
        return self.articles is not None or self.sources is not None or by_dates


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage that a search found. `score` is the fused one, higher is better, within this query only.

    `similarity` is the cosine to the query in [-1, 1]; `keyword_score` is BM25's, 0 when no word matches.
    """

    passage: Passage
    rank: int
    score: float
    similarity: float
    keyword_score: float


def revision_of(text: str) -> str:
    """Return the first 16 hex digits of the SHA-256 of the text's UTF-8 bytes (lone surrogates included)."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]
