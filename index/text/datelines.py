"""The date in an article's dateline ("YEREVAN, September 13 (Reuters) -"), for articles that come with no other.

Only what plainly is a dateline counts: it opens one of the first lines, and a place in capitals or an agency stands
beside the date. A wrong date would be worse than none.
"""

import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from index.article import Article
from index.text.calendar_words import MONTH, month_number
from index.text.cleaning import front_matter_end

_NEAR_THE_START_CHARS = 1000
_LINES = 6
_FIRST_YEAR = 1800
_CAPITALS = r"[A-Z][A-Z.'’-]+(?: [A-Z][A-Z.'’-]+){0,3}"
_PLACE = rf"(?P<place>{_CAPITALS}|[A-Z][\w.'’-]+(?: [A-Z][\w.'’-]+){{0,3}})"
_REGION = r"(?:, ?[A-Z][\w.'’-]+(?: [A-Z][\w.'’-]+){0,3}){0,2}"
_DAY = rf"(?:(?P<month>{MONTH}) (?P<day>\d{{1,2}})|(?P<day_first>\d{{1,2}}) (?P<month_second>{MONTH}))"
_DATELINE = re.compile(
    rf"(?:{_PLACE}{_REGION}, ?)?{_DAY}(?:,? (?P<year>\d{{4}}))?,?"
    r" ?(?P<agency>\([A-Z][\w ./-]{1,30}\)|/[A-Z][\w .-]{1,30}/)? ?(?:--|[—–-])"
)


def with_dateline(article: Article, *, read_on: date | None = None) -> Article:
    """Return the article, dated by its dateline if it has no date and the dateline tells one."""
    if article.published_at is not None:
        return article
    day = find_dateline(article.text, read_on=read_on)
    return replace(article, published_at=datetime(day.year, day.month, day.day, tzinfo=UTC)) if day else article


def find_dateline(text: str, *, read_on: date | None = None) -> date | None:
    """Return the day of the dateline, or None.

    `read_on`: a day by which the article was out, shortly before. Most datelines name no year: it is the last such day
    until then, and unknown without it.
    """
    start = front_matter_end(text)
    lines = [line.strip() for line in text[start : start + _NEAR_THE_START_CHARS].splitlines()]
    for line in [line for line in lines if line][:_LINES]:
        match = _DATELINE.match(line)
        if match and (match["agency"] or (match["place"] and match["place"].isupper())):
            return _day(match, read_on)
    return None


def latest_such_day(month: int, day: int, until: date) -> date | None:
    """Return the last day of that month and number that is not after `until`; None for a 30 February."""
    for year in range(until.year, until.year - 9, -1):  # a 29 February may be eight years away
        try:
            found = date(year, month, day)
        except ValueError:
            continue
        if found <= until:
            return found
    return None


def _day(match: re.Match[str], read_on: date | None) -> date | None:
    month = month_number(match["month"] or match["month_second"])
    number = int(match["day"] or match["day_first"])
    latest = (read_on or datetime.now(UTC).date()) + timedelta(
        days=1
    )  # it may be tomorrow already where it was written
    if month is None:
        return None
    if match["year"] is None:
        return latest_such_day(month, number, latest) if read_on else None
    try:
        day = date(int(match["year"]), month, number)
    except ValueError:
        return None
    return day if day.year >= _FIRST_YEAR and day <= latest else None
