"""Months and weekdays as they are written."""

import calendar
import re

import pytest

from index.text.calendar_words import MONTH, MONTHS, WEEKDAYS, month_number


def test_months_and_weekdays_are_those_of_the_calendar_in_its_order() -> None:
    assert list(MONTHS) == list(calendar.month_name)[1:]
    assert list(WEEKDAYS) == list(calendar.day_name)


@pytest.mark.parametrize(
    ("written", "number"), [("September", 9), ("Sept.", 9), ("sep", 9), ("MAY", 5), ("dec.", 12), ("Monday", None)]
)
def test_a_month_is_known_however_it_is_shortened(written: str, number: int | None) -> None:
    assert month_number(written) == number
    assert bool(re.fullmatch(MONTH, written, re.IGNORECASE)) == (number is not None)
