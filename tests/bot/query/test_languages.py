"""Which messages are taken for another language than the articles'."""

import pytest

from bot.query.languages import other_language, told_language

_ENGLISH = {
    "ferry",
    "strike",
    "newest",
    "president",
    "who",
    "pays",
    "how",
    "many",
    "people",
    "died",
    "much",
    "why",
    "latest",
}


def _is_english(word: str) -> bool:
    return word in _ENGLISH


@pytest.mark.parametrize(
    ("message", "language"),
    [
        ("wie viele menschen sind gestorben", "de"),
        ("und warum ist das so?", "de"),
        ("combien de morts", "fr"),
        ("qui a gagné", "fr"),
        ("qué pasó en el puente", "es"),
        ("noticias sobre la huelga", "es"),
        ("cosa è successo", "it"),
        ("chi ha vinto", "it"),
        ("сколько погибших", "ru"),
        ("а почему?", "ru"),
        ("QUE DIT LE MINISTRE ?", "fr"),
    ],
)
def test_other_languages_are_told(message: str, language: str) -> None:
    assert other_language(message, _is_english) == language


@pytest.mark.parametrize(
    ("message", "own", "language"),
    [
        ("a do kogo należy?", "do kogo należy", "pl"),
        ("a do kogo należy?", "kogo", None),
        ("who do many people", "who do many people", None),
    ],
)
def test_words_of_their_own_tell_languages_that_look_english(message: str, own: str, language: str | None) -> None:
    is_english = {*_ENGLISH, "a", "do"}.__contains__

    assert other_language(message, is_english) is None
    assert other_language(message, is_english, lambda word, _: word in own.split()) == language


@pytest.mark.parametrize(
    "message",
    [
        "how many people died",
        "harbour fire casablanca",
        "la ferry strike",
        "los talas ferry latest",
        "who pays",
        "How much?",
        "why",
        "",
        "?",
        "👍",
        "123",
    ],
)
def test_names_keywords_and_short_english_are_not(message: str) -> None:
    assert other_language(message, _is_english) is None


def test_halves_of_characters_hide_no_language() -> None:
    assert told_language("\ud83d Wer hat die alte Brücke wieder eröffnet, und wann war das?") == "de"
    assert told_language("\ud83d" * 2_000) is None
