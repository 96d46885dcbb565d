"""A made-up month of news with labels: stories, copies, revisions, what only sounds alike, and who watches for what."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Final

from benchmarks.made_news import made_news
from index import Article

START: Final = datetime(2026, 3, 10, tzinfo=UTC)
"""The clocks of New York were set forward two days before; those of Prague are on the 29th."""
DAYS: Final = 30
_SEED: Final = 27
_THINGS: Final = ("bridge", "school", "harbour", "library", "theatre", "market", "tunnel", "swimming pool")
_PLACES: Final = ("Skarn", "Marlow", "Tarn", "Holm", "Lund", "Brede", "Ostby", "Velm")
_FIRST: Final = ("Ada", "Tom", "Nora", "Jan", "Eva", "Paul", "Ines", "Karl")
_LAST: Final = ("Brook", "Reed", "Vale", "Horn", "Stone", "Marsh", "Field", "Lake")
_MONTHS: Final = ("May", "June", "July", "August")
WORDINGS: Final = {
    "date": (
        "When does the {thing} of {place} open again?",
        "on which day can people use the {thing} in {place} again?",
        "{place} {thing} reopening date",
    ),
    "cost": (
        "How much do the repairs of the {thing} in {place} cost?",
        "what will it cost to repair the {place} {thing}",
        "{thing} {place} repair costs",
    ),
    "said": ("/said {name}",),
}
_FIRST_HOUR: Final = 70
_LAST_HOUR: Final = (DAYS - 4) * 24


@dataclass(frozen=True, slots=True)
class Fact:
    """Words that tell a watched thing, and the hours of the month in which an article has them."""

    words: str
    since: int
    until: int = DAYS * 24


@dataclass(frozen=True, slots=True)
class Story:
    """What becomes of something in a place: two dates, a cost, and what one person says, which is revised."""

    number: int
    hour: int

    @property
    def names(self) -> dict[str, str]:
        """What it is about, as the wordings of watches name it."""
        row, column = self.number // 8, self.number % 8
        place, last = _PLACES[(3 * column + row) % 8], _LAST[(5 * column + row) % 8]
        return {"thing": _THINGS[column], "place": place, "name": f"{_FIRST[column]} {last}"}

    def facts(self, kind: str) -> Sequence[Fact]:
        """Return what is told to whoever watches for a kind of thing."""
        what, number = "{thing} of {place}".format(**self.names), self.number
        if kind == "date":
            month = _MONTHS[number % 4]
            return (
                Fact(f"{what} will open again on {number % 9 + 2} {month}", self.hour),
                Fact(f"{what} will open again only on {number % 9 + 14} {month}", self.hour + 27),
            )
        if kind == "cost":
            return (
                Fact(f"repairs of the {what} will cost {number + 2}.{number % 7 + 1} million euros", self.hour + 17),
            )
        return (
            Fact(f"{what} needs {number + 30} more workers", self.hour + 8, self.hour + 16),
            Fact(f"{what} needs {number + 130} more workers", self.hour + 16),
        )

    def articles(self, fillers: Iterator[str]) -> Iterator[tuple[int, Article]]:
        """Yield its articles with the hour that each comes at; one is copied, one revised, one only sounds alike."""
        names = self.names
        (first, then), (cost,), (old, new) = (self.facts(kind) for kind in WORDINGS)
        yield self._article(first, "plan", f"The {first.words}, the council decided.", next(fillers))
        paid = self._article(cost, "bill", f"The {cost.words}, the town reckons.", next(fillers))
        yield paid
        yield paid[0] + 5, replace(paid[1], id=f"{self.number}/copy", title="From the wire", source="Gazette")
        filler, speaker = next(fillers), "said {name}, the mayor of {place}.".format(**names)
        yield self._article(old, "words", f"“The {old.words},” {speaker}", filler)
        yield self._article(new, "words", f"“The {new.words},” {speaker}", filler)
        yield self._article(then, "delay", f"The {then.words}, the council said.", next(fillers))
        idle = "People in {place} walk past the {thing} and ask what repairs cost and when it will open again."
        yield self._article(replace(first, since=self.hour + 12), "idle", idle.format(**names), next(fillers))

    def _article(self, fact: Fact, part: str, sentence: str, filler: str) -> tuple[int, Article]:
        title = "{place}: the {thing}".format(**self.names)
        published = START + timedelta(hours=fact.since)
        return fact.since, Article(f"{self.number}/{part}", title, f"{sentence} {filler}", "Courier", published)


@dataclass(frozen=True, slots=True)
class Watched:
    """What a chat watches for, and the facts that it is to be told."""

    chat_id: int
    words: str
    facts: tuple[Fact, ...]


def make_stories(count: int) -> list[Story]:
    """Return so many stories, 64 at most, spread over the month."""
    return [Story(number, _FIRST_HOUR + number * (_LAST_HOUR - _FIRST_HOUR) // count) for number in range(count)]


def make_articles(stories: Sequence[Story], others: int) -> list[tuple[int, Article]]:
    """Return all articles with the hour each comes at, in that order; `others` have nothing to do with the stories."""
    chance = random.Random(_SEED)
    fillers = (article.text.partition("\n\n")[0] for article in made_news(6 * len(stories), seed=5))
    found = [one for story in stories for one in story.articles(fillers)]
    found += [(chance.randrange(DAYS * 24), article) for article in made_news(others, seed=6)]
    return sorted(found, key=lambda one: one[0])


def make_watches(stories: Sequence[Story], chats: int, a_chat: int) -> list[Watched]:
    """Return what chats watch for, each in words of its own."""
    chance = random.Random(_SEED)
    there_is = [(story, kind) for story in stories for kind in WORDINGS]
    return [
        Watched(chat_id, chance.choice(WORDINGS[kind]).format(**story.names), tuple(story.facts(kind)))
        for chat_id in range(1, chats + 1)
        for story, kind in chance.sample(there_is, min(a_chat, len(there_is)))
    ]
