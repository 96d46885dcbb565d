"""What stands above a passage when it is read."""

from datetime import UTC, datetime

from bot.reading.headings import heading_of


def test_a_heading_is_title_and_day() -> None:
    assert heading_of("Ferry sinks", datetime(2028, 4, 3, 23, tzinfo=UTC)) == "Ferry sinks (3 April 2028): "


def test_a_title_is_one_line_and_not_endless() -> None:
    assert heading_of("Ferry\n sinks " + "again " * 100) == "Ferry sinks " + "again " * 14 + "agai: "


def test_without_a_title_there_is_no_heading() -> None:
    assert heading_of("", datetime(2028, 4, 3, tzinfo=UTC)) == ""
