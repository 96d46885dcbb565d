"""Days that are counted from an event, found in the articles themselves."""

from datetime import UTC, date, datetime

import pytest

from bot.query.event_dates import since_event
from index import Article, AskedDates, Query
from index.library.disk.library import DiskLibrary
from index.search.retrieval import Retriever
from tests.embedders import HashingEmbedder

_ASKED_ON = date(2024, 7, 1)
_EMBEDDER = HashingEmbedder()


def _article(name: str, title: str, day: date) -> Article:
    return Article(
        name, title, f"{title}, it was said on {name}.", None, datetime(day.year, day.month, day.day, tzinfo=UTC)
    )


@pytest.fixture(scope="module")
def retriever(tmp_path_factory: pytest.TempPathFactory) -> Retriever:
    library = DiskLibrary(tmp_path_factory.mktemp("index"))
    library.rebuild(
        [
            _article("a", "Marlow counts votes after election", date(2024, 5, 10)),
            _article("b", "Brook wins the election", date(2024, 5, 10)),
            _article("c", "Election cost more than thought", date(2024, 6, 3)),
            _article("d", "Old election remembered", date(2022, 5, 10)),
            _article("e", "Flood closes the road", date(2024, 6, 20)),
            _article("f", "Next election is called", date(2024, 8, 1)),
        ],
        _EMBEDDER,
    )
    return Retriever(library.open_current(_EMBEDDER), _EMBEDDER)


@pytest.mark.parametrize(
    ("question", "first"),
    [
        ("What has changed since the election?", date(2024, 5, 10)),
        ("Since the elections, what has Brook done?", date(2024, 5, 10)),
        ("Which roads are closed since the flood began?", date(2024, 6, 20)),
    ],
)
def test_an_event_is_of_the_day_on_which_most_titles_name_it(retriever: Retriever, question: str, first: date) -> None:
    assert since_event(Query(question), _ASKED_ON, retriever).dates == AskedDates(first, _ASKED_ON)


@pytest.mark.parametrize(
    "query",
    [
        Query("What has changed since the coronation?"),
        Query("Who won the election?"),
        Query("What has changed since the election?", dates=AskedDates(latest=True)),
        Query("What has changed since the election?", before=date(2020, 1, 1)),
        Query("What has changed since the?"),
    ],
)
def test_without_a_title_that_names_it_nothing_is_dated(retriever: Retriever, query: Query) -> None:
    assert since_event(query, _ASKED_ON, retriever) is query


def test_what_is_not_yet_at_the_time_of_asking_does_not_count(retriever: Retriever) -> None:
    asked = since_event(Query("What has changed since the election?"), date(2023, 1, 1), retriever)

    assert asked.dates == AskedDates(date(2022, 5, 10), date(2023, 1, 1))
