"""Dates in a question: "yesterday", "in August 2022", "since March", understood from the day it was asked on.

They restrict what is searched only where articles are asked for by their date ("news from last week"); elsewhere an
event's date need not be its article's, so they only weigh. Days counted from an event are left to
`bot.query.event_dates`.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

from index import AskedDates
from index.text.calendar_words import MONTH, WEEKDAY_NAME, WEEKDAYS, month_number
from index.text.datelines import latest_such_day

_NUMBERS = {
    "a": 1, "an": 1, "one": 1, "two": 2, "a couple of": 2, "couple of": 2, "three": 3, "few": 3, "a few": 3, "four": 4,
    "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10, "twelve": 12,
}  # fmt: skip
_NUMBER = rf"(?:\d{{1,3}}|{'|'.join(sorted(_NUMBERS, key=len, reverse=True))})"
_ORDINAL = r"(?:st|nd|rd|th)?"
_YEAR = r"(?:19|20)\d\d"
_LEAD = r"(?P<lead>since|after|before|until|till|between|from|in|on|during|of|by|over|within|for|dated)"
_WORDS_BEFORE = (
    "in",
    "since",
    "before",
    "after",
    "during",
    "from",
    "until",
    "by",
    "between",
    "and",
    "to",
    "early",
    "late",
)
_AFTER = "|".join(rf"(?<=\b{word} )" for word in _WORDS_BEFORE)
"""What has to stand before a bare month or year: May and March are words, and 2000 may be a count."""
_NEWS = r"(?:news|articles?|stories|headlines|reports|coverage)"


@dataclass(frozen=True, slots=True)
class _Days:
    """From one day to another, both included. `certain`: the words cannot mean other days, whatever the article."""

    first: date
    last: date
    certain: bool = True


_Reading = Callable[[re.Match[str], date], _Days | None]


def read_dates(question: str, asked_on: date | None = None) -> AskedDates | None:
    """Return the days that a question asks about, or None if it names none; `asked_on` defaults to today.

    Where a question follows others, the last one that names a date counts.
    """
    today = asked_on or datetime.now(UTC).date()
    for sentence in reversed(re.split(r"(?<=[?!])\s+", question)):
        found = _first_date(sentence, today)
        if found is not None:
            return found
    return AskedDates(latest=True) if _LATEST.search(question) else None


def _first_date(sentence: str, today: date) -> AskedDates | None:
    match, days = _earliest(sentence, 0, today)
    if match is None or days is None:
        return None
    before = _LEAD_BEFORE.search(sentence[: match.start()])
    lead = before["lead"].lower() if before else ""
    following = _AND.match(sentence, match.end())
    if lead in ("between", "from") and following:
        _, other = _earliest(sentence, following.end(), today, at_once=True)
        days = replace(days, last=other.last) if other and days.first <= other.last else days
    restricts = _asks_for_articles(sentence, before.start() if before else match.start(), match.end(), lead)
    return _bounded(lead, days, today, restricts=restricts)


def _bounded(lead: str, days: _Days, today: date, *, restricts: bool) -> AskedDates:
    one_day = timedelta(days=1)
    first: date | None
    match lead:
        case "since":
            first, last = days.first, max(today, days.last)
        case "after":
            first, last = days.last + one_day, max(today, days.last + one_day)
        case "before":
            first, last = None, days.first - one_day
        case "until" | "till" | "by":
            first, last = None, days.last
        case _:
            first, last = days.first, days.last
    return AskedDates(first, last, restricts, certain=days.certain and first is not None and first <= today)


def _asks_for_articles(sentence: str, start: int, end: int, lead: str) -> bool:
    """Return whether these words ask for articles by their date, and not for what happened then."""
    before, after = sentence[:start], sentence[end:]
    if _PUBLISHED.search(before) or _POSSESSED.match(after):
        return True
    if lead not in ("from", "of", "since", "before", "after", "dated", ""):
        return False
    return any(not found["otherwise"] for found in _NEWS_OF.finditer(before))


def _earliest(
    sentence: str, start: int, today: date, *, at_once: bool = False
) -> tuple[re.Match[str] | None, _Days | None]:
    """Return the first date in the sentence and its days; of two at the same place, the fuller.

    `at_once`: the date has to begin at `start`.
    """
    found: list[tuple[int, int, re.Match[str], _Days]] = []
    for order, (pattern, read) in enumerate(_PATTERNS):
        for match in pattern.finditer(sentence, start):
            days = read(match, today)
            if days is not None and not (at_once and match.start() > start):
                found.append((match.start(), order, match, days))
                break
    if not found:
        return None, None
    _, _, match, days = min(found, key=lambda one: one[:2])
    return match, days


def _day(match: re.Match[str], today: date) -> _Days | None:
    month = int(match["m"]) if match["m"].isdigit() else month_number(match["m"])
    if month is None:
        return None
    if not match["y"]:
        day = latest_such_day(month, int(match["d"]), today)
    else:
        try:
            day = date(int(match["y"]), month, int(match["d"]))
        except ValueError:
            return None
    return _Days(day, day, certain=bool(match["y"])) if day else None


def _month(match: re.Match[str], today: date) -> _Days | None:
    month = month_number(match["m"])
    if month is None:
        return None
    year = match.groupdict().get("y")
    if year:
        return _month_of(date(int(year), month, 1))
    until = today.replace(day=1) - timedelta(days=1) if (match["which"] or "").lower() == "last" else today
    first = latest_such_day(month, 1, until)
    return replace(_month_of(first), certain=bool(match["which"])) if first else None


def _year(match: re.Match[str], today: date) -> _Days:
    return _year_of(int(match["y"]))


def _named_day(match: re.Match[str], today: date) -> _Days:
    words = match.group().lower()
    ago = 2 if "before" in words else 1 if words in ("yesterday", "last night") else 0
    return _Days(today - timedelta(days=ago), today - timedelta(days=ago))


def _weekday(match: re.Match[str], today: date) -> _Days:
    """Return the last such day: today only if today is that day and the words do not say "last"."""
    ago = (today.weekday() - WEEKDAYS.index(match["day"].capitalize())) % 7
    if ago == 0 and (match["which"] or "").lower() in ("last", "past"):
        ago = 7
    day = today - timedelta(days=ago)
    return _Days(day, day, certain=bool(match["which"]))


def _weekend(match: re.Match[str], today: date) -> _Days:
    saturday = today - timedelta(days=(today.weekday() - 5) % 7)
    return _Days(saturday, saturday + timedelta(days=1))


def _this(match: re.Match[str], today: date) -> _Days:
    """Return the days of "this week", "this month" or "this year".

    This week is the seven days that end today, which a weekly quiz means; a month or year begins on its first day.
    """
    unit = match["unit"].lower()
    if unit == "week":
        return _Days(today - timedelta(days=6), today)
    return _Days(today.replace(day=1, month=today.month if unit == "month" else 1), today)


def _last(match: re.Match[str], today: date) -> _Days:
    unit = match["unit"].lower()
    if unit == "week":
        monday = today - timedelta(days=today.weekday() + 7)
        return _Days(monday, monday + timedelta(days=6))
    if unit == "month":
        return _month_of(today.replace(day=1) - timedelta(days=1))
    return _year_of(today.year - 1)


def _past(match: re.Match[str], today: date) -> _Days:
    length = _length(match["n"] or "1", match["unit"])
    return _Days(today - length, today)


def _ago(match: re.Match[str], today: date) -> _Days:
    """Return the days that "so long ago" means: one day where days are counted, some days around it otherwise."""
    unit = match["unit"].lower()
    then = today - _length(match["n"], unit)
    slack = timedelta(days={"hour": 0, "day": 0, "week": 3, "month": 15, "year": 183}[unit])
    return _Days(then - slack, then + slack)


def _length(number: str, unit: str) -> timedelta:
    n = int(number) if number.isdigit() else _NUMBERS[number.lower()]
    if unit.lower() == "hour":
        return timedelta(days=-(-n // 24))
    return timedelta(days=n * {"day": 1, "week": 7, "month": 30, "year": 365}[unit.lower()])


def _month_of(first: date) -> _Days:
    first = first.replace(day=1)
    return _Days(first, (first + timedelta(days=31)).replace(day=1) - timedelta(days=1))


def _year_of(year: int) -> _Days:
    return _Days(date(year, 1, 1), date(year, 12, 31))


def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{text})(?!\w)", re.IGNORECASE)


# Fuller ones first: of two that begin at the same place, the first counts.
_PATTERNS: tuple[tuple[re.Pattern[str], _Reading], ...] = (
    (_pattern(rf"(?P<y>{_YEAR})-(?P<m>\d\d)-(?P<d>\d\d)"), _day),
    (_pattern(rf"(?P<d>\d{{1,2}}){_ORDINAL}(?: of)? (?P<m>{MONTH})(?:,? (?P<y>{_YEAR}))?"), _day),
    (_pattern(rf"(?P<m>{MONTH}) (?:the )?(?P<d>\d{{1,2}}){_ORDINAL}(?:,? (?P<y>{_YEAR}))?"), _day),
    (_pattern(rf"(?P<m>{MONTH})(?: of)?,? (?P<y>{_YEAR})"), _month),
    (_pattern("the day before yesterday|yesterday|today|tonight|last night|this (?:morning|afternoon|evening)"),
     _named_day),
    (_pattern(rf"(?:{_AFTER}|(?<=\bon )|(?P<which>last|past|this) )(?P<day>{WEEKDAY_NAME})"), _weekday),
    (_pattern("(?:last|this|past|over the|at the) weekend"), _weekend),
    (_pattern("this (?P<unit>week|month|year)"), _this),
    (_pattern("last (?P<unit>week|month|year)"), _last),
    (_pattern(rf"(?:last|past|previous) (?P<n>{_NUMBER}) (?P<unit>hour|day|week|month|year)s"), _past),
    (_pattern("past (?P<n>)(?P<unit>day|week|month|year)"), _past),
    (_pattern(rf"(?P<n>{_NUMBER}) (?P<unit>hour|day|week|month|year)s? ago"), _ago),
    (_pattern(rf"(?:{_AFTER}|(?<=\bof )|(?P<which>last|this) )(?P<m>{MONTH})"), _month),
    (_pattern(rf"(?:{_AFTER})(?P<y>{_YEAR})"), _year),
)  # fmt: skip
_LEAD_BEFORE = re.compile(rf"\b{_LEAD}(?: the| early| late| mid)?[ -]+$", re.IGNORECASE)
_AND = re.compile(r"\s+(?:and|to|until|till)\s+", re.IGNORECASE)
_PUBLISHED = re.compile(
    r"\b(?:published|posted|printed|dated|what (?:was|were|has been|have been|is being) reported)\b"
    r"(?:\s+(?:on|in|at))?\s*$",
    re.IGNORECASE,
)
_POSSESSED = re.compile(rf"['’]s?\s+(?:\w+\s+)?{_NEWS}\b", re.IGNORECASE)
_MADE = r"\b(?:made|makes?|making|hits?|hitting|grabs|grabbed)(?: the)? "
_NEWS_OF = re.compile(rf"(?P<otherwise>{_MADE}|(?-i:\b[A-Z]\w* (?=[A-Z])))?\b{_NEWS}\b", re.IGNORECASE)
"""`otherwise`: stands before "news" in a name ("Fox News") and before the headlines that something made."""
_LATEST = re.compile(r"\b(?:latest|newest|most recent(?:ly)?|recently|up[- ]to[- ]date)\b", re.IGNORECASE)
