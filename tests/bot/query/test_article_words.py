"""The words that an article holds, and which of them are names."""

from bot.query.article_words import words_held, written_as_names
from index import Article

_ARTICLE = Article("a", "Storm over Sotk", "In Sotk the storm broke roofs. The mayor of Sotk asked Mark to mark them.")


def test_the_title_and_the_text_are_held() -> None:
    assert {"sotk", "storm", "roof", "mayor"} <= words_held(_ARTICLE)


def test_no_more_of_the_text_is_looked_through_than_is_asked_for() -> None:
    assert "mayor" not in words_held(_ARTICLE, 30)


def test_what_mostly_has_a_capital_is_a_name() -> None:
    assert written_as_names({"sotk", "storm", "mark", "roof", "paris"}, _ARTICLE) == {"sotk"}
