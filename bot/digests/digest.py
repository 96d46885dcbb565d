"""Digest: the stories of a period with one quote each; DigestMaker makes it of the articles in service."""

import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final, Protocol

from bot.digests.grouping import Compared, group_articles
from bot.digests.period import Period, came_in
from bot.digests.stories import Story, ranked, story_of, with_alerts
from bot.digests.telling import told_by_one_quote
from bot.quoting.quotes import Citation, Quote, may_be_quoted
from index.errors import UnknownArticle
from index.search.retrieval import Archive, Retriever

MOST_STORIES: Final = 30
"""So many are told; of the others it is said how many they are."""
_SCREEN_CHARS: Final = 1_000
"""What a phone shows of quotes at once."""
_SCREEN_STORIES: Final = 6
_AROUND_CHARS: Final = 90
"""What stands around each quote: where it is from."""
_CAME_LATE: Final = timedelta(days=1)
"""How late an article may come in and still be told of to whoever gets digests."""
_KEPT_PERIODS: Final = 10


class RetrieverSource(Protocol):
    """Where the current retriever comes from: see `index.library.live.LiveIndex`."""

    def retriever(self) -> Retriever:
        """Return the retriever of the articles in service."""


@dataclass(frozen=True, slots=True)
class CorrectedWords:
    """Words that were quoted and that the article has no more: `before` they were, `now` its words in their place, None
    where it dropped them."""

    before: str
    now: Quote | None
    title: str
    source: str | None
    published_at: datetime | None
    url: str | None


@dataclass(frozen=True, slots=True)
class ToldStory:
    """A story with the words that say best what happened."""

    story: Story
    citation: Citation


@dataclass(frozen=True, slots=True)
class Digest:
    """What came in a period, in the order to be told: first what was `corrected`, then the stories.

    `n_articles`: how many articles came that no digest before was about. `n_left_out`: how many more stories there
    were. `covered`: the ids of all articles that came.
    """

    period: Period
    corrected: tuple[CorrectedWords, ...]
    told: tuple[ToldStory, ...]
    n_articles: int
    n_left_out: int
    covered: frozenset[str]

    @property
    def n_shown(self) -> int:
        """How many stories a screen shows, at least one of those there are; the others stand behind "More"."""
        room = _SCREEN_CHARS - sum(len(one.before) + len(one.now.text if one.now else "") for one in self.corrected)
        for place, one in enumerate(self.told[:_SCREEN_STORIES]):
            room -= len(one.citation.quote.text) + _AROUND_CHARS
            if room < 0 and place:
                return place
        return min(len(self.told), _SCREEN_STORIES)


@dataclass(frozen=True, slots=True)
class DigestReader:
    """Whom a digest is for.

    `subjects`: what they watch, in words. `alerts`: quotes that were found for what they watch and not told.
    `corrected`: what they are to be told was corrected. `covered`: the articles that their last digest was about, None
    where there was none: a story with no other is not told again, and what came in late is told now.
    """

    subjects: tuple[str, ...] = ()
    alerts: tuple[Citation, ...] = ()
    corrected: tuple[CorrectedWords, ...] = ()
    covered: frozenset[str] | None = None


ANYBODY: Final = DigestReader()


@dataclass(slots=True)
class _Groups:
    """The groups of each period that were worked out of one snapshot."""

    snapshot: str = ""
    of: dict[Period, list[list[Compared]]] = field(default_factory=dict)


class DigestMaker:
    """Makes digests of the articles in service. What many chats ask for is worked out once. Safe to call from several
    threads; too slow for an event loop."""

    def __init__(self, index: RetrieverSource) -> None:
        self._index = index
        self._groups = _Groups()
        self._lock = threading.Lock()

    def make(self, period: Period, reader: DigestReader = ANYBODY) -> Digest:
        """Return the digest of a period."""
        retriever, known = self._index.retriever(), reader.covered or frozenset()
        late = _CAME_LATE if reader.covered is not None else timedelta()
        came = self._grouped(Period(period.first - late, period.end), retriever)
        groups = [group for group in came if any(one.article.id not in known for one in group)]
        subjects = retriever.vectors_of(reader.subjects) if reader.subjects else None
        alerts = [one for one in reader.alerts if _is_so(one.quote, retriever.archive)]
        stories = ranked(with_alerts([story_of(group, subjects) for group in groups], alerts))
        return Digest(
            period,
            tuple(one for one in reader.corrected if one.now is None or _is_so(one.now, retriever.archive)),
            tuple(_told(stories[:MOST_STORIES], alerts, retriever.archive)),
            sum(one.article.id not in known for group in groups for one in group),
            len(stories[MOST_STORIES:]),
            frozenset(one.article.id for group in came for one in group),
        )

    def _grouped(self, period: Period, retriever: Retriever) -> list[list[Compared]]:
        name = retriever.snapshot.name
        with self._lock:
            if self._groups.snapshot != name:
                self._groups = _Groups(name)
            kept = self._groups.of
            if period in kept:
                return kept[period]
        found = _grouped(period, retriever)
        with self._lock:
            while len(kept) >= _KEPT_PERIODS:
                kept.pop(next(iter(kept)))
            kept[period] = found
        return found


def _told(stories: Sequence[Story], alerts: Sequence[Citation], archive: Archive) -> Iterator[ToldStory]:
    """Yield the stories that can be quoted, by what was found for a watch where anything was."""
    found = {one.quote.article_id: one for one in reversed(alerts)}
    number = 0
    for story in stories:
        alert = next((found[one.id] for one in story.articles if one.id in found), None)
        citation = alert or told_by_one_quote(story, archive)
        if citation is not None:
            number += 1
            yield ToldStory(story, replace(citation, number=number))


def _is_so(quote: Quote, archive: Archive) -> bool:
    """Return whether words are still those of their article."""
    try:
        return may_be_quoted(quote, archive)
    except UnknownArticle:
        return False


def _grouped(period: Period, retriever: Retriever) -> list[list[Compared]]:
    """Return the articles of a period in groups, without their texts."""
    archive = retriever.archive
    headlines = came_in(period, archive.headlines())
    vectors = retriever.snapshot.vectors_of([one.id for one in headlines])
    compared = [
        Compared(archive.article(one.id), vectors[one.id], archive.copy_group(one.id))
        for one in headlines
        if one.id in vectors
    ]
    groups = group_articles(compared, retriever.rarity)
    return [[replace(one, article=replace(one.article, text="")) for one in group] for group in groups]
