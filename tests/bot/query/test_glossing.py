"""Messages in other languages, word by word in English."""

import pytest

from bot.query.glossing import GLOSSED_LANGUAGES, Lexicon, in_latin, lexicon_of

_GERMAN = Lexicon.read(
    "de",
    [
        "how many\twie viele, wieviele",
        "how\twie",
        "people\tleute, menschen",
        "ship\tschiff, boot",
        "boat\tboot",
        "wage\tlohn",
        "increase\terhöhung, steigerung",
        "-\tdenn, eigentlich, der, die, das",
        "bridge\tbrücke",
        "sink\tsinken, sank, gesunken",
    ],
)


def _is_held(word: str) -> bool:
    return word.lower() in {"bremen", "marlow", "bootmann"}


@pytest.mark.parametrize(
    ("typed", "english"),
    [
        ("Wie viele Menschen denn?", "how many people?"),
        ("wie sank das Boot", "how sink boat"),
        ("Bremen Brücken", "Bremen bridge"),
        ("die bruecke", "bridge"),
        ("die brucke", "bridge"),
        ("Lohnerhöhung in Marlow", "wage increase in Marlow"),
        ("wie geht es Bootmann", "how geht es Bootmann"),
        ("eigentlich?", "?"),
    ],
)
def test_the_longest_phrases_that_are_known_are_put_into_english(typed: str, english: str) -> None:
    assert _GERMAN.gloss(typed, _is_held) == english


def test_of_several_meanings_that_counts_for_which_a_word_is_named_first() -> None:
    assert _GERMAN.gloss("boot", _is_held) == "boat"


def test_names_lose_the_endings_of_cases() -> None:
    polish = Lexicon.read("pl", ["house\tdom"])

    assert polish.gloss("dom Bremena", _is_held) == "house Bremen"
    assert polish.gloss("dom Bremovi", _is_held) == "house Bremovi"


def test_names_in_cyrillic_are_written_in_latin_letters() -> None:
    assert [in_latin(name) for name in ("Шевченко", "зеленский", "Brno", "объезд")] == [
        "Shevchenko",
        "zelenskiy",
        "Brno",
        "obezd",
    ]


@pytest.mark.parametrize("language", sorted(GLOSSED_LANGUAGES))
def test_the_lists_that_ship_know_how_people_ask(language: str) -> None:
    lexicon = lexicon_of(language)
    english = set(lexicon.phrases.values())

    assert {"who", "where", "when", "why", "how many", "how much", "president", "arrest", "Germany", "week"} <= english
    assert len(lexicon.phrases) > 2_000
