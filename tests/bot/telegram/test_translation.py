"""Every sentence has its translation, and none of them can break at a placeholder."""

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from string import Formatter

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from bot.adapters import translation, wording
from bot.adapters.telegram.views import admin_texts, texts
from bot.adapters.telegram.views.messages import plain_message
from bot.adapters.translation import DOMAIN, ENGLISH, LANGUAGES, LOCALES, speak
from tests.conftest import ROOT

NOON = datetime(2026, 3, 5, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _in_english() -> Iterator[None]:
    speak(ENGLISH)
    yield
    speak(ENGLISH)


def _in_the_code() -> set[str | tuple[str, ...]]:
    keywords = {"translated": None, "translatable": None, "counted": (1, 2)}
    found = extract_from_dir(ROOT / "bot" / "adapters", keywords=keywords)
    return {tuple(message) if isinstance(message, tuple | list) else message for _, _, message, _, _ in found}


@pytest.mark.parametrize("language", LANGUAGES[1:])
def test_a_catalogue_holds_every_sentence_of_the_code_and_no_other(language: str) -> None:
    with (LOCALES / language / "LC_MESSAGES" / f"{DOMAIN}.po").open("rb") as file:
        catalogue = read_po(file, locale=language)
    kept = [message for message in catalogue if message.id]
    ids = {tuple(message.id) if isinstance(message.id, tuple | list) else message.id for message in kept}
    assert ids == _in_the_code()
    for message in kept:
        forms = [form or "" for form in _forms(message.string)]
        sources = [form or "" for form in _forms(message.id)]
        assert all(form.strip() for form in forms)
        assert not message.fuzzy
        assert {name for form in forms for name in _placeholders(form)} == {
            name for source in sources for name in _placeholders(source)
        }
        assert [re.findall(r"/[a-z]+", form) for form in forms] == [re.findall(r"/[a-z]+", each) for each in sources]


def _forms(text: str | Sequence[str | None] | None) -> Sequence[str | None]:
    return [text] if isinstance(text, str) or text is None else text


def _placeholders(text: str) -> list[str]:
    return [name for _, name, _, _ in Formatter().parse(text) if name is not None]


@pytest.mark.parametrize(
    ("code", "button"),
    [
        ("de", "Artikel"),
        ("de-AT", "Artikel"),
        ("DE", "Artikel"),
        ("fr", "Articles"),
        ("", "Articles"),
        (None, "Articles"),
    ],
)
def test_who_speaks_no_known_language_is_spoken_to_in_english(code: str | None, button: str) -> None:
    speak(code)
    assert translation.translated(texts.ARTICLES_BUTTON) == button


def test_numbers_dates_and_counts_follow_the_language() -> None:
    def said() -> tuple[str, ...]:
        return (texts.sources_heading(1), texts.sources_heading(1234), wording.day(NOON), translation.minute(NOON))

    in_english = said()
    speak("de")
    assert in_english == (
        "I can quote 1 article.",
        "I can quote 1,234 articles.",
        "5 March 2026",
        "5 March 2026, 12:00 UTC",
    )
    assert said() == (
        "Ich kann 1 Artikel zitieren.",
        "Ich kann 1.234 Artikel zitieren.",
        "5. März 2026",
        "5. März 2026, 12:00 UTC",
    )


@pytest.mark.parametrize(
    ("days", "english", "german"),
    [
        (-1, "", ""),
        (0, "today", "heute"),
        (1, "yesterday", "gestern"),
        (3, "3 days ago", "vor 3 Tagen"),
        (30, "1 month ago", "vor 1 Monat"),
        (13, "1 week ago", "vor 1 Woche"),
        (364, "12 months ago", "vor 12 Monaten"),
        (1000, "2 years ago", "vor 2 Jahren"),
    ],
)
def test_an_age_is_told_in_whole_units(days: int, english: str, german: str) -> None:
    ages = []
    for language in (ENGLISH, "de"):
        speak(language)
        ages.append(translation.age(NOON - timedelta(days=days, hours=-10), NOON))
    assert ages == [english, german]


def test_a_sentence_that_is_no_constant_passes_unchanged() -> None:
    speak("de")
    assert plain_message("never translated").segments[0].text == "never translated"
    assert plain_message(texts.DEAD_BUTTON).segments[0].text.startswith("Dieser Knopf")
    assert admin_texts.banned(7) == "Ich antworte 7 nicht mehr. /unban 7 hebt das auf."
