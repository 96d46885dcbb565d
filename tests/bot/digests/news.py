"""Two days of made-up news: a fire that a wire and a paper tell of, a vote that two papers do, a lost cat."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from bot.digests import Period
from index import Article
from index.library.disk.library import DiskLibrary
from index.library.live import LiveIndex
from tests.bot.telegram.running_bot import shipped_models

NOW = datetime(2031, 5, 3, 8, 0, tzinfo=UTC)
TODAY = Period.until(NOW, 1)

_WIRE = (
    "A fire destroyed the paper mill of Halden early on Friday and killed two night watchmen, the police said."
    " The flames were seen first at four in the morning in the hall where pulp is dried."
    " Forty firefighters from three towns fought them until noon, and the railway to Moss was closed for six hours."
    " The owner, Berit Solheim, said that the mill had been inspected in March."
    " About three hundred people worked there. An investigator of the insurance is expected on Saturday."
)


def _at(day: int, hour: int) -> datetime:
    return datetime(2031, 5, day, hour, tzinfo=UTC)


WIRE = Article("wire", "Two dead in fire at Halden paper mill", _WIRE, "Nordwire", _at(2, 9))
COPY = Article("copy", "Halden: mill burns down", _WIRE, "The Morning Gull", _at(2, 11), "https://gull.example/mill")
PAPER = Article(
    "paper",
    "Halden mourns its watchmen after mill fire",
    "The bells of Halden rang at noon for the two watchmen who died when the paper mill burned down on Friday."
    " Berit Solheim, who owns the mill, promised to rebuild it and to pay all three hundred workers until autumn."
    " The police have not said what set the pulp on fire. Firefighters were still at the mill in the evening.",
    "Halden Dagblad",
    _at(2, 20),
    "https://dagblad.example/halden",
)
VOTE = Article(
    "vote",
    "Parliament of Tormia bans night flights",
    "The parliament of Tormia voted on Friday to ban flights between eleven at night and six in the morning."
    " Ninety deputies were for it and 41 against. Minister Aldo Kerr said that airports have until June to change"
    " their timetables. Airlines called the ban of night flights a mistake.",
    "Tormia Today",
    _at(2, 15),
)
AIRLINES = Article(
    "airlines",
    "Airlines to sue over Tormia's ban of night flights",
    "Two airlines will go to court against the ban of night flights that the parliament of Tormia voted for on Friday."
    " They say that flights between eleven at night and six in the morning carry a fifth of their freight."
    " Minister Aldo Kerr said that the deputies had heard them out.",
    "The Morning Gull",
    _at(3, 6),
)
CAT = Article(
    "cat",
    "Cat found after eleven months",
    "A cat called Pepper was found on Friday in a bakery in Lunby, eleven months after she had run away."
    " Her owner, Ines Dahl, had put up four hundred posters.",
    "Lunby Post",
    _at(3, 7),
)
DAY_ONLY = Article(
    "day-only",
    "Lake frozen",
    "The lake of Lunby froze over in May, as it had not for fifty years.",
    "Lunby Post",
    datetime(2031, 5, 2, tzinfo=UTC),
)
OLD = Article(
    "old",
    "Harvest feast opens",
    "The harvest feast of Lunby opened with a parade of tractors.",
    "Lunby Post",
    _at(1, 12),
)
UNDATED = Article("undated", "On mills", "A mill turns grain into flour, and pulp into paper.")
ALL = (WIRE, COPY, PAPER, VOTE, AIRLINES, CAT, DAY_ONLY, OLD, UNDATED)


def news_until(now: datetime) -> list[Article]:
    """What has a date, as the news of the days before another moment than `NOW`."""
    return [replace(one, published_at=one.published_at + (now - NOW)) for one in ALL if one.published_at is not None]


@contextmanager
def library_of(folder: Path, articles: Sequence[Article] = ALL) -> Iterator[LiveIndex]:
    """An index of articles by the models that ship."""
    library = DiskLibrary(folder / "index")
    library.rebuild(articles, shipped_models().embedder)
    yield LiveIndex(library, shipped_models().embedder)
