"""The day of what a sentence tells, understood from the day its article came out: "on Tuesday", "last June", "in 2011".

Only what plainly dates the event counts. "Since 2011" or "before the vote in May" date something else, and a sentence
that leaves the day open has none: a wrong day would be worse than none.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import IntEnum

from index import Span
from index.text.calendar_words import MONTH, WEEKDAY_NAME, WEEKDAYS, month_number

_YEAR = r"(?:1[6-9]|20)\d\d"
_ORDINAL = r"(?:st|nd|rd|th)?"
_SHORT_WEEKDAY = r"(?:Mon|Tues?|Wed|Thurs?|Fri|Sat|Sun)\."
_NUMBERS = {
    "a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9,
    "ten": 10,
}  # fmt: skip
_NUMBER = rf"(?:\d{{1,3}}|(?i:{'|'.join(sorted(_NUMBERS, key=len, reverse=True))}))"
_YEARS_AHEAD = 30
"""A later year than so many from now is a number."""


class Precision(IntEnum):
    """How exactly a day is known; higher is more exact."""

    YEAR = 1
    MONTH = 2
    DAY = 3


@dataclass(frozen=True, slots=True, order=True)
class EventDay:
    """When something happened or will happen: `first` is that day, or the first one of that month or year.

    `words`: where the sentence says so, in offsets of the sentence; None where only its article's day tells.
    """

    first: date
    precision: Precision
    words: Span | None = None


def event_day(sentence: str, published: date) -> EventDay | None:
    """Return the day that a sentence dates its event with, or None.

    Of several days the most exact counts, of equally exact ones the first.
    """
    if not _NAMES_A_DAY.search(sentence):
        return None
    found = [day for day in _days(sentence, published) if not _dates_something_else(sentence, day)]
    return max(found, key=lambda day: (day.precision, -_start(day)), default=None)


def _start(day: EventDay) -> int:
    return day.words.start if day.words else 0


def _days(sentence: str, published: date) -> Iterator[EventDay]:
    """Yield every day that the sentence names, none inside another."""
    taken: list[Span] = []
    for pattern, precision, read in _PATTERNS:
        for match in pattern.finditer(sentence):
            words = Span(*match.span())
            if any(words.overlaps(other) for other in taken):
                continue
            day = read(match, published)
            if day is not None:
                taken.append(words)
                yield EventDay(day, precision, words)


def _dates_something_else(sentence: str, day: EventDay) -> bool:
    """Return whether the words around a day say that what is told was earlier or later than it, or is compared with
    it."""
    if day.words is None:
        return False
    before, after = sentence[: day.words.start], sentence[day.words.end :]
    is_long = day.precision < Precision.DAY
    if _NOT_THEN.search(before) or _SINCE_IT_DID.search(before):
        return True
    if is_long and (_SINCE.search(before) or _POSSESSIVE.match(after)):
        return True
    return bool(_SINCE.search(before) and _EVER.search(sentence))


def _is_ahead(match: re.Match[str]) -> bool:
    """Return whether the words before a day tell of what is to come, and none after them of what was."""
    cues = list(_AHEAD.finditer(match.string, 0, match.start()))
    return bool(cues) and not _PAST.search(match.string, cues[-1].end(), match.start())


def _full_day(match: re.Match[str], published: date) -> date | None:
    month = month_number(match["m"])
    if month is None:
        return None
    if match["y"]:
        return _date(int(match["y"]), month, int(match["d"]))
    return _nearest(month, int(match["d"]), published, ahead=_is_ahead(match))


def _written_day(match: re.Match[str], published: date) -> date | None:
    return _date(int(match["y"]), int(match["m"]), int(match["d"]))


def _month_of_year(match: re.Match[str], published: date) -> date | None:
    month = month_number(match["m"])
    return _date(int(match["y"]), month, 1) if month else None


def _month(match: re.Match[str], published: date) -> date | None:
    month = month_number(match["m"])
    return _nearest(month, 1, published, ahead=_is_ahead(match)) if month else None


def _year(match: re.Match[str], published: date) -> date | None:
    year = int(match["y"])
    return date(year, 1, 1) if year <= published.year + _YEARS_AHEAD else None


def _weekday(match: re.Match[str], published: date) -> date:
    """Return the nearest such day: until the day of publication, or from it on where the words look ahead."""
    name = match["day"].capitalize()
    wanted = next(number for number, day in enumerate(WEEKDAYS) if day.startswith(name.rstrip(".")[:3]))
    which = (match["which"] or "").lower()
    if which == "next" or (which != "last" and _is_ahead(match)):
        return published + timedelta(days=(wanted - published.weekday()) % 7 or 7 * (which == "next"))
    return published - timedelta(days=(published.weekday() - wanted) % 7 or 7 * (which == "last"))


def _near_day(match: re.Match[str], published: date) -> date:
    words = match.group().lower()
    ago = -1 if "tomorrow" in words else 1 if words in ("yesterday", "last night") or "overnight" in words else 0
    return published - timedelta(days=ago)


def _days_ago(match: re.Match[str], published: date) -> date:
    return published - timedelta(days=_number(match["n"]) * (7 if match["unit"].lower().startswith("week") else 1))


def _months_ago(match: re.Match[str], published: date) -> date:
    months = published.year * 12 + published.month - 1 - _number(match["n"])
    return date(months // 12, months % 12 + 1, 1)


def _years_ago(match: re.Match[str], published: date) -> date:
    return date(published.year - _number(match["n"]), 1, 1)


def _near_month(match: re.Match[str], published: date) -> date:
    first = published.replace(day=1)
    match match["which"].lower():
        case "last":
            return (first - timedelta(days=1)).replace(day=1)
        case "next":
            return (first + timedelta(days=31)).replace(day=1)
        case _:
            return first


def _near_year(match: re.Match[str], published: date) -> date:
    step = {"last": -1, "next": 1}.get(match["which"].lower(), 0)
    return date(published.year + step, 1, 1)


def _nearest(month: int, day: int, published: date, *, ahead: bool) -> date | None:
    """Return the last such day until about the day of publication, or the first from it on."""
    years = range(published.year - 1, published.year + 2)
    days = [found for year in years if (found := _date(year, month, day))]
    if ahead:
        return min((found for found in days if found >= published.replace(day=1)), default=None)
    return max((found for found in days if found <= published + timedelta(days=1)), default=None)


def _number(words: str) -> int:
    return int(words) if words.isdigit() else _NUMBERS[words.lower()]


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


_Read = Callable[[re.Match[str], date], date | None]


def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w-])(?:{text})(?![\w-])")


_D, _Y = rf"(?P<d>\d{{1,2}}){_ORDINAL}", rf"(?P<y>{_YEAR})"
_M = rf"(?P<m>{MONTH})"
_NAMED = rf"(?:(?:{WEEKDAY_NAME}|{_SHORT_WEEKDAY}),? )?"
# Fuller ones first: what they take, the others do not see.
_PATTERNS: tuple[tuple[re.Pattern[str], Precision, _Read], ...] = (
    (_pattern(rf"{_Y}-(?P<m>\d\d)-(?P<d>\d\d)"), Precision.DAY, _written_day),
    (_pattern(rf"{_NAMED}{_M} {_D}(?:,? {_Y})?"), Precision.DAY, _full_day),
    (_pattern(rf"{_NAMED}(?:the )?{_D}(?: of)? {_M}(?:,? {_Y})?"), Precision.DAY, _full_day),
    (_pattern(rf"{_M},?(?: of)? {_Y}"), Precision.MONTH, _month_of_year),
    (
        _pattern(rf"(?:(?P<which>[Ll]ast|[Nn]ext|[Tt]his) )?(?P<day>{WEEKDAY_NAME}|{_SHORT_WEEKDAY})"),
        Precision.DAY,
        _weekday,
    ),
    (
        _pattern(
            "[Yy]esterday|[Tt]oday|[Tt]omorrow|[Tt]onight|[Ll]ast night|[Oo]vernight|"
            "[Tt]his (?:morning|afternoon|evening)"
        ),
        Precision.DAY,
        _near_day,
    ),
    (_pattern(rf"(?P<n>{_NUMBER}) (?P<unit>days?) ago"), Precision.DAY, _days_ago),
    (_pattern(rf"(?P<n>{_NUMBER}) (?P<unit>weeks?) ago"), Precision.MONTH, _days_ago),
    (_pattern(rf"(?P<n>{_NUMBER}) months? ago"), Precision.MONTH, _months_ago),
    (_pattern(rf"(?P<n>{_NUMBER}) years? ago"), Precision.YEAR, _years_ago),
    (_pattern("(?:[Ee]arlier |[Ll]ater )?(?P<which>[Tt]his|[Ll]ast|[Nn]ext) month"), Precision.MONTH, _near_month),
    (_pattern("(?:[Ee]arlier |[Ll]ater )?(?P<which>[Tt]his|[Ll]ast|[Nn]ext) year"), Precision.YEAR, _near_year),
    (
        _pattern(
            rf"(?:(?<=\b[Ii]n )|(?<=\b[Ll]ast )|(?<=\b[Ee]arly )|(?<=\b[Ll]ate )|(?<=\bmid-)|(?<=\b[Ss]ince )|"
            rf"(?<=\b[Oo]f )|(?<=\b[Bb]y )|(?<=\b[Uu]ntil )|(?<=\b[Tt]his )){_M}"
        ),
        Precision.MONTH,
        _month,
    ),
    (
        _pattern(
            rf"(?:(?<=\b[Ii]n )|(?<=\b[Ee]arly )|(?<=\b[Ll]ate )|(?<=\b[Ss]ince )|(?<=\b[Oo]f )|(?<=\b[Bb]y )|"
            rf"(?<=\b[Uu]ntil )|(?<=\b[Ff]rom )|(?<=\band )|(?<=\bspring )|(?<=\bsummer )){_Y}"
        ),
        Precision.YEAR,
        _year,
    ),
)
_NAMES_A_DAY = re.compile(
    rf"{_YEAR}|{MONTH}|{WEEKDAY_NAME}|{_SHORT_WEEKDAY}|\b(?:[Yy]esterday|[Tt]oday|[Tt]omorrow|[Tt]onight|[Oo]vernight|ago)\b|"
    r"\b(?:[Ll]ast|[Tt]his|[Nn]ext) (?:night|month|year|morning|afternoon|evening)\b"
)
"""What every pattern needs: most sentences lack it, and to try each pattern takes longer."""
_NOT_THEN = re.compile(
    r"\b(?:before|until|till|by|between|through|unlike|than|compared (?:to|with)|"
    r"(?:weeks|days|months|time|period) (?:of|in))\s+(?:(?:late|early|the|last|next|end of) )*$",
    re.IGNORECASE,
)
_SINCE = re.compile(r"\bsince (?:(?:late|early|mid|at least|the|last) )*$", re.IGNORECASE)
_SINCE_IT_DID = re.compile(r"\bsince (?:[^\s,;:]+ ){2,8}$", re.IGNORECASE)
"""With what happened then: "since the firm went bankrupt last month"."""
_POSSESSIVE = re.compile(r"['’]s?\b")
_EVER = re.compile(
    r"\b(?:first|only|worst|most|least|(?:bigg|larg|deadli|long|high|low|strong|hott|cold|earli|heavi)est)\b",
    re.IGNORECASE,
)
"""With "since", these tell that the like last happened then."""
_AHEAD = re.compile(
    r"\b(?:will|shall|due|set|scheduled|expected|planned|plans?|planning|to be|intends?|hopes?|going to|"
    r"(?:is|are) to|may|might)\b",
    re.IGNORECASE,
)
_PAST = re.compile(
    r"\b(?:\w{2,}ed|said|told|wrote|was|were|had|did|made|met|held|came|went|won|lost|began|took|gave|found)\b",
    re.IGNORECASE,
)
