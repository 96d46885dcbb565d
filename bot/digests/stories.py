"""Story: what several articles tell of one event, how many tell it independently, and which stories go first."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final

from bot.digests.grouping import Compared
from bot.quoting.quotes import Citation
from index import Article
from index.embedding.embedder import Vectors

NEAR: Final = 0.45
"""The cosine of a passage to a watched subject from which on a story is on it; see docs/experiments/0059."""
_LONG_AGO: Final = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Story:
    """Articles that tell of one event, the newest first; the texts of the articles are left out.

    `sources`: who tells it independently, the first first: near copies of one wire are one voice, and so is one outlet
    with several articles. `is_watched`: it is on a subject that is watched.
    """

    articles: tuple[Article, ...]
    sources: tuple[str, ...]
    is_watched: bool = False

    @property
    def newest(self) -> datetime:
        """When the newest of its articles was published."""
        return self.articles[0].published_at or _LONG_AGO


def story_of(group: Sequence[Compared], subjects: Vectors | None = None) -> Story:
    """Return the story of a group, at least one article; `subjects`: (n, dimension), of unit length, those watched."""
    newest_first = sorted(group, key=lambda one: (_published(one), one.article.id), reverse=True)
    return Story(
        tuple(one.article for one in newest_first),
        _independent(newest_first[::-1]),
        is_near(newest_first, subjects),
    )


def ranked(stories: Sequence[Story]) -> list[Story]:
    """Return the stories in the order to be told: those watched, then what most tell independently, then the newest."""
    by_id = sorted(stories, key=lambda one: one.articles[0].id)
    return sorted(by_id, key=lambda one: (one.is_watched, len(one.sources), one.newest), reverse=True)


def with_alerts(stories: Sequence[Story], alerts: Sequence[Citation]) -> list[Story]:
    """Return the stories with those marked as watched that something was found of for a watch, and a story of its own
    for what was found elsewhere."""
    found = {one.quote.article_id: one for one in alerts}
    marked = [
        replace(one, is_watched=True) if any(each.id in found for each in one.articles) else one for one in stories
    ]
    known = {each.id for one in stories for each in one.articles}
    return [*marked, *(_story_of_alert(one) for article_id, one in found.items() if article_id not in known)]


def _story_of_alert(one: Citation) -> Story:
    article = Article(one.quote.article_id, one.title, "", one.source, one.published_at, one.url)
    return Story((article,), (" ".join((one.source or "").split()),), is_watched=True)


def is_near(group: Sequence[Compared], subjects: Vectors | None) -> bool:
    """Return whether a passage of the group is about one of the subjects."""
    if subjects is None or not len(subjects):
        return False
    return max(float((one.vectors @ subjects.T).max()) for one in group) >= NEAR


def _independent(oldest_first: Sequence[Compared]) -> tuple[str, ...]:
    """Return the names of those who tell it; whoever had a wire first speaks for its copies, and an article of which
    the source is not known for itself."""
    first = {one.copy_group: one.article for one in reversed(oldest_first)}
    spoken = dict.fromkeys(one.copy_group for one in oldest_first)
    names: dict[str, str] = {}
    for group in spoken:
        article = first[group]
        source = " ".join((article.source or "").split())
        names.setdefault(source.casefold() or f"\0{article.id}", source)
    return tuple(names.values())


def _published(one: Compared) -> datetime:
    return one.article.published_at or _LONG_AGO
