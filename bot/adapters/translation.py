"""The language in which the bot talks to whoever it is answering. Catalogues are compiled as they are loaded.

Sentences stand in the code in English; `locales/LANGUAGE/LC_MESSAGES/newsquote.po` beside this file says them in
another language. The handler of a message calls `speak` once; everything built for the answer is then in that language.
"""

import gettext
import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime, timedelta
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Final

from babel import Locale
from babel.dates import format_date, format_datetime, format_skeleton, format_timedelta, get_day_names
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal

LOCALES: Final = Path(__file__).parent / "locales"
DOMAIN: Final = "newsquote"
ENGLISH: Final = "en"
_CATALOGUES: Final = {path.parents[1].name: path for path in sorted(LOCALES.glob(f"*/LC_MESSAGES/{DOMAIN}.po"))}
LANGUAGES: Final = (ENGLISH, *_CATALOGUES)
"""Every language that can be spoken, as Telegram's two-letter codes."""

_ISO: Final = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d))?)?")
_language: ContextVar[str] = ContextVar("language", default=ENGLISH)


def speak(language_code: str | None) -> None:
    """Speak that language from here on within this task, or English if it is not known."""
    _language.set(known_language(language_code))


def known_language(language_code: str | None) -> str:
    """Return the language that is spoken with whoever has set that one: it, or English if it is not known."""
    language = (language_code or "").replace("_", "-").partition("-")[0].lower()
    return language if language in _CATALOGUES else ENGLISH


@contextmanager
def spoken_in(language_code: str | None) -> Iterator[None]:
    """Speak that language, or English if it is not known, within the block; None: the one that is spoken."""
    before = _language.set(known_language(language_code) if language_code else _language.get())
    try:
        yield
    finally:
        _language.reset(before)


def translatable(text: str) -> str:
    """Return the text itself; this marks a constant for the catalogue, to be `translated` when it is said."""
    return text


def translated(text: str) -> str:
    """Return the text in the language being spoken, or the text itself if the catalogue does not know it."""
    return _translations(_language.get()).gettext(text) if text else text


def counted(one: str, many: str, count: int) -> str:
    """Return the form that fits the count, with `{count}` filled in as this language writes numbers."""
    form = _translations(_language.get()).ngettext(one, many, count)
    return form.format(count=number(count))


def number(value: float) -> str:
    """Return a number with this language's separators, without decimals if it is whole."""
    return format_decimal(value, locale=spoken_locale())


def day(moment: datetime) -> str:
    """Return a date as people write it, whatever the machine's locale."""
    return format_date(moment, "long", locale=spoken_locale())


def day_before(moment: datetime, end: datetime) -> str:
    """Return a date that stands before a later one, without the year if that has it, too."""
    same_year = moment.year == end.year
    return format_skeleton("MMMMd", moment, locale=spoken_locale()) if same_year else day(moment)


def calendar_day(written: str) -> str | None:
    """Return a day, month or year that ISO 8601 writes ("2025-10-20", "2025-10", "2025") as people write it; None for
    any other text."""
    found = _ISO.fullmatch(written)
    if found is None:
        return None
    year, month, number_in_month = (int(part) if part else None for part in found.groups())
    if month is None:
        return written
    try:
        moment = datetime(year or 1, month, number_in_month or 1, tzinfo=UTC)
    except ValueError:
        return None
    return day(moment) if number_in_month else format_skeleton("yMMMM", moment, locale=spoken_locale())


def weekday(number_in_week: int) -> str:
    """Return the name of a day of the week, counted from Monday, 0."""
    return str(get_day_names(locale=spoken_locale())[number_in_week])


def minute(moment: datetime) -> str:
    """Return a date and a time of day, in the moment's own zone."""
    return f"{day(moment)}, {format_datetime(moment, 'HH:mm', locale=spoken_locale())} {moment:%Z}".rstrip()


def age(moment: datetime, now: datetime) -> str:
    """Return how long ago a day was, counted in calendar days; empty for one to come."""
    days = (now.date() - moment.astimezone(now.tzinfo).date()).days
    if days < 0:
        return ""
    if days < 2:
        return translated(translatable("yesterday") if days else translatable("today"))
    # Whole units that have passed, as people count: two years and a half are two years.
    unit = next(unit for unit in (365, 30, 7, 1) if days >= unit)
    passed = timedelta(days=-(days - days % unit))
    return format_timedelta(passed, granularity="day", threshold=1, add_direction=True, locale=spoken_locale())


@cache
def _translations(language: str) -> gettext.NullTranslations:
    if language not in _CATALOGUES:
        return gettext.NullTranslations()
    with _CATALOGUES[language].open("rb") as file:
        catalogue = read_po(file, locale=language)
    compiled = BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


def spoken_locale() -> Locale:
    """Return the locale of the language being spoken, which decides how numbers and dates are written."""
    language = _language.get()
    # The day before the month, as the rest of the world writes it.
    return Locale("en", "GB") if language == ENGLISH else Locale(language)
