"""Dates from datelines: found where they plainly are, and nowhere else."""

from datetime import UTC, date, datetime

import pytest

from index import Article
from index.text.datelines import find_dateline, latest_such_day, with_dateline

_READ_ON = date(2022, 9, 20)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("YEREVAN, September 13 (Reuters) - At least 49 servicemen were killed.", date(2022, 9, 13)),
        ("YEREVAN, Armenia, Sept. 13 (AP) — At least 49 servicemen were killed.", date(2022, 9, 13)),
        ("BEIJING, Sept. 13, 2019 (Xinhua) -- Trade grew.", date(2019, 9, 13)),
        ("WASHINGTON, Sept. 13, 2021 /PRNewswire/ -- A firm said.", date(2021, 9, 13)),
        ("NEW YORK, December 24 - Shops were full.", date(2021, 12, 24)),
        ("Sept 21 (Reuters) - It is tomorrow there already.", date(2022, 9, 21)),
        ("PARIS, 2 August 2020 – The museum opened.", date(2020, 8, 2)),
        ("Museum opens\n\nBy A Reporter\n\nParis, 2 August (AFP) – The museum opened.", date(2022, 8, 2)),
        ("---\ntitle: Museum\n---\nPARIS, 2 August (AFP) - The museum opened.", date(2022, 8, 2)),
    ],
)
def test_a_dateline_near_the_start_dates_the_article(text: str, day: date) -> None:
    assert find_dateline(text, read_on=_READ_ON) == day


@pytest.mark.parametrize(
    "text",
    [
        "",
        "YEREVAN (Reuters) - At least 49 servicemen were killed.",
        "On September 13, 2021 - a Monday - the talks began.",
        "Paris, August 2, 2020 - it was a date that nobody forgot.",
        "PARIS, February 30 (AFP) - No such day.",
        "PARIS, August 45 (AFP) - No such day.",
        "PARIS, August 2, 1620 (AFP) - Before there were agencies.",
        "PARIS, August 2, 2031 (AFP) - Not yet.",
        "The minister said: PARIS, August 2 (AFP) - is how a story starts.",
        "\n".join(["A line of the story."] * 6 + ["PARIS, August 2 (AFP) - Too far down."]),
        "x" * 1000 + "\nPARIS, August 2 (AFP) - Too far down.",
    ],
)
def test_what_is_not_plainly_a_dateline_dates_nothing(text: str) -> None:
    assert find_dateline(text, read_on=_READ_ON) is None


def test_without_a_year_or_a_day_to_reckon_from_there_is_no_date() -> None:
    assert find_dateline("PARIS, August 2 (AFP) - It opened.") is None
    assert find_dateline("PARIS, August 2, 2020 (AFP) - It opened.") == date(2020, 8, 2)


def test_the_latest_such_day_may_be_years_ago() -> None:
    assert latest_such_day(2, 29, date(2024, 2, 28)) == date(2020, 2, 29)
    assert latest_such_day(2, 29, date(1903, 1, 1)) == date(1896, 2, 29)
    assert latest_such_day(2, 30, date(2024, 2, 28)) is None


def test_a_dateline_never_takes_the_place_of_a_date() -> None:
    published_at = datetime(2020, 1, 1, tzinfo=UTC)
    text = "PARIS, August 2 (AFP) - It opened."
    dated, undated = Article("a", "", text, None, published_at), Article("b", "", text)
    assert with_dateline(dated, read_on=_READ_ON) == dated
    assert with_dateline(undated, read_on=_READ_ON).published_at == datetime(2022, 8, 2, tzinfo=UTC)
