"""What days a question asks about, and whether it asks for articles of these days only."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.query.dates import read_dates
from index import AskedDates

_ASKED_ON = date(2022, 9, 14)  # a Wednesday


@pytest.mark.parametrize(
    ("question", "first", "last"),
    [
        ("What happened today?", "2022-09-14", "2022-09-14"),
        ("What happened yesterday?", "2022-09-13", "2022-09-13"),
        ("Who was it the day before yesterday?", "2022-09-12", "2022-09-12"),
        ("Who won this week?", "2022-09-08", "2022-09-14"),
        ("Who won last week?", "2022-09-05", "2022-09-11"),
        ("Who won in the past week?", "2022-09-07", "2022-09-14"),
        ("Who won at the weekend?", "2022-09-10", "2022-09-11"),
        ("Who won this month?", "2022-09-01", "2022-09-14"),
        ("Who won last month?", "2022-08-01", "2022-08-31"),
        ("Who won last year?", "2021-01-01", "2021-12-31"),
        ("What did he say on Monday?", "2022-09-12", "2022-09-12"),
        ("What did he say on Wednesday?", "2022-09-14", "2022-09-14"),
        ("What did he say last Wednesday?", "2022-09-07", "2022-09-07"),
        ("What was built three days ago?", "2022-09-11", "2022-09-11"),
        ("What was built two weeks ago?", "2022-08-28", "2022-09-03"),
        ("What changed in the last 24 hours?", "2022-09-13", "2022-09-14"),
        ("What changed in the last few days?", "2022-09-11", "2022-09-14"),
        ("What happened in August 2022?", "2022-08-01", "2022-08-31"),
        ("What happened in Sept. 2021?", "2021-09-01", "2021-09-30"),
        ("What happened in August?", "2022-08-01", "2022-08-31"),
        ("What happened in October?", "2021-10-01", "2021-10-31"),
        ("What happened last September?", "2021-09-01", "2021-09-30"),
        ("What happened on 13 September?", "2022-09-13", "2022-09-13"),
        ("What happened on September 15th?", "2021-09-15", "2021-09-15"),
        ("What happened on the 3rd of May 2020?", "2020-05-03", "2020-05-03"),
        ("What happened on 2020-05-03?", "2020-05-03", "2020-05-03"),
        ("Who was elected in 2020?", "2020-01-01", "2020-12-31"),
        ("What has changed since March?", "2022-03-01", "2022-09-14"),
        ("What has changed since Monday?", "2022-09-12", "2022-09-14"),
        ("What came after 2 July 2022?", "2022-07-03", "2022-09-14"),
        ("Who was mayor before 2021?", None, "2020-12-31"),
        ("Who was mayor until March 2020?", None, "2020-03-31"),
        ("What happened between March and May 2022?", "2022-03-01", "2022-05-31"),
        ("What happened from June 2021 to August 2022?", "2021-06-01", "2022-08-31"),
        ("Who won in August? And in September?", "2022-09-01", "2022-09-30"),
        ("Who won in August? Who is he?", "2022-08-01", "2022-08-31"),
    ],
)
def test_days_are_understood_from_the_day_of_asking(question: str, first: str | None, last: str) -> None:
    asked = read_dates(question, _ASKED_ON)
    assert asked is not None
    assert (asked.first, asked.last) == (date.fromisoformat(first) if first else None, date.fromisoformat(last))


@pytest.mark.parametrize(
    ("question", "certain"),
    [
        ("Who won this week?", True),
        ("What happened yesterday?", True),
        ("What was built three days ago?", True),
        ("What did he say last Wednesday?", True),
        ("What happened last September?", True),
        ("What happened on the 3rd of May 2020?", True),
        ("Who was elected in 2020?", True),
        ("What has changed since 2020?", True),
        ("What did he say on Wednesday?", False),
        ("What happened on 13 September?", False),
        ("What happened in August?", False),
        ("Who was mayor before 2021?", False),
        ("How warm will it be in 2050?", False),
        ("What is the latest on the talks?", False),
    ],
)
def test_days_are_certain_where_their_words_mean_no_others_and_they_have_come(question: str, certain: bool) -> None:
    asked = read_dates(question, _ASKED_ON)
    assert asked is not None
    assert asked.certain is certain


@pytest.mark.parametrize(
    "question",
    [
        "Give me news from last week",
        "Any articles about Armenia from last week?",
        "What was reported last week?",
        "What does the story published last week say?",
        "What were last week's headlines?",
    ],
)
def test_only_articles_asked_for_by_their_date_are_restricted(question: str) -> None:
    last_week = AskedDates(date(2022, 9, 5), date(2022, 9, 11), certain=True)
    assert read_dates(question, _ASKED_ON) == replace(last_week, restricts=True)
    assert read_dates("How many cases were reported to the police last week?", _ASKED_ON) == last_week


@pytest.mark.parametrize(
    "question",
    [
        "Which Fox News host left the network last week?",
        "Which airline made headlines last week?",
        "Who hit the headlines last week?",
    ],
)
def test_news_in_a_name_and_headlines_made_ask_for_no_articles(question: str) -> None:
    asked = read_dates(question, _ASKED_ON)
    assert asked is not None
    assert not asked.restricts
    assert asked.first == date(2022, 9, 5)


@pytest.mark.parametrize(
    "question",
    [
        "",
        "Who brokered the ceasefire?",
        "May he march in this?",
        "What has changed since the election?",
        "How many of 2000 men came?",
        "Who won the 2020 election?",
        "How does he feel these days?",
        "Is $1995 a fair price?",
    ],
)
def test_what_names_no_day_asks_about_none(question: str) -> None:
    assert read_dates(question, _ASKED_ON) is None


def test_the_latest_is_asked_for_without_a_date() -> None:
    assert read_dates("What is the latest on the talks?", _ASKED_ON) == AskedDates(latest=True)
    assert read_dates("What was the latest in August 2022?", _ASKED_ON) == AskedDates(
        date(2022, 8, 1), date(2022, 8, 31), certain=True
    )


def test_without_a_day_of_asking_it_is_today() -> None:
    today = date.today()  # noqa: DTZ011  # a day off around midnight is allowed for
    asked = read_dates("What happened today?")
    assert asked is not None
    assert asked.first is not None
    assert abs(asked.first - today) <= timedelta(days=1)


@given(st.text(alphabet=st.sampled_from("0123456789 -/,.?'mayMarchlastweekinofsincebetweenandyesterday"), max_size=60),
       st.dates(date(1900, 1, 1), date(2200, 1, 1)))  # fmt: skip
def test_any_words_are_read_without_fail_and_in_order(question: str, asked_on: date) -> None:
    asked = read_dates(question, asked_on)
    if asked and asked.first and asked.last:
        assert asked.first <= asked.last
