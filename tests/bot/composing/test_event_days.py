"""Sentences of news and the day that each one dates its event with."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.composing.event_days import EventDay, Precision, event_day
from index import Span

_WEDNESDAY = date(2026, 7, 15)


@pytest.mark.parametrize(
    ("sentence", "first", "precision"),
    [
        ("The number of deaths rose to three on Monday.", date(2026, 7, 13), Precision.DAY),
        ("The council met on Wednesday.", _WEDNESDAY, Precision.DAY),
        ("About 41,000 customers still had no power Tuesday.", date(2026, 7, 14), Precision.DAY),
        ("Last Wednesday the ferry sailed again.", date(2026, 7, 8), Precision.DAY),
        ("The ferry will sail again on Friday.", date(2026, 7, 17), Precision.DAY),
        ("The tents will be taken down soon, the mayor announced on Friday.", date(2026, 7, 10), Precision.DAY),
        ("It was found on 24 June, overgrown with barnacles.", date(2026, 6, 24), Precision.DAY),
        ("Workers began to tear it down on Monday, Oct. 20.", date(2025, 10, 20), Precision.DAY),
        ("The trial is to begin in March.", date(2027, 3, 1), Precision.MONTH),
        ("The firm laid off sixty of its workers in October.", date(2025, 10, 1), Precision.MONTH),
        ("She was freed on 3 May 2024 after a year.", date(2024, 5, 3), Precision.DAY),
        ("It closed in October 2023.", date(2023, 10, 1), Precision.MONTH),
        ("The volcano last erupted in 1984.", date(1984, 1, 1), Precision.YEAR),
        ("He was hurt yesterday.", date(2026, 7, 14), Precision.DAY),
        ("Three days ago the bridge fell.", date(2026, 7, 12), Precision.DAY),
        ("The bank was founded two years ago.", date(2024, 1, 1), Precision.YEAR),
        ("She left earlier this month.", date(2026, 7, 1), Precision.MONTH),
        ("A bull shot in 2018 reached the court on Wednesday.", _WEDNESDAY, Precision.DAY),
        ("The plane has stood there since Thursday.", date(2026, 7, 9), Precision.DAY),
    ],
)
def test_an_event_has_the_day_that_its_sentence_tells(sentence: str, first: date, precision: Precision) -> None:
    found = event_day(sentence, _WEDNESDAY)

    assert found is not None
    assert (found.first, found.precision) == (first, precision)


@pytest.mark.parametrize(
    "sentence",
    [
        "The road remains closed, and prices have tripled since March.",
        "It is the first time since 1984 that lava flows.",
        "Since the firm went bankrupt last month he has denied everything.",
        "She has spoken twice since her brother was freed on Monday.",
        "The house must be painted before Friday.",
        "It sold 14,200 tickets, against 9,100 in the same weeks of last year.",
        "She said it was like paying for last year's storm.",
        "In 90 minutes he may march again.",
        "On 31 February nothing happens.",
        "Nobody was hurt.",
    ],
)
def test_a_sentence_that_leaves_the_day_open_has_none(sentence: str) -> None:
    assert event_day(sentence, _WEDNESDAY) is None


def test_it_is_told_where_the_day_stands() -> None:
    assert event_day("On 3 May 2024 she came home.", _WEDNESDAY) == EventDay(
        date(2024, 5, 3), Precision.DAY, Span(3, 13)
    )


@given(st.text(max_size=120), st.dates(date(1000, 1, 1), date(9000, 1, 1)))
def test_no_text_and_no_day_is_too_strange(sentence: str, published: date) -> None:
    found = event_day(sentence, published)

    assert found is None or found.words is not None
