"""Questions that name an article by its headline, and how an article begins."""

import pytest

from bot.query.headlines import asks_by_headline, lead_of
from index import Span

_TITLE = "Old bridge opens again, after two years"


@pytest.mark.parametrize(
    "question",
    [
        "What is said about “Old bridge opens again, after two years”?",
        "What happened: Old bridge opens again, after two years?",
        "OLD BRIDGE OPENS AGAIN AFTER TWO YEARS",
        "Tell me more about the article Old bridge opens again after two years.",
    ],
)
def test_a_headline_and_words_of_asking_ask_for_the_article(question: str) -> None:
    assert asks_by_headline(question, _TITLE)


@pytest.mark.parametrize(
    "question",
    [
        "Who paid for it when the old bridge opens again after two years?",
        "When will the old bridge open again?",
        "What is said about the old bridge?",
        "Why: Old bridge opens again, after two years?",
        "",
    ],
)
def test_a_question_about_something_in_it_is_a_question(question: str) -> None:
    assert not asks_by_headline(question, _TITLE)


def test_a_short_headline_is_a_topic() -> None:
    assert not asks_by_headline("What is said about Storm Ada?", "Storm Ada")


def test_a_lead_ends_where_debris_stands_between_sentences() -> None:
    text = "The bridge is open. Cars cross it.\nREAD MORE\nIt was closed for years."
    sentences = [Span(0, 19), Span(20, 34), Span(45, 69)]

    assert lead_of(sentences, text) == Span(0, 34)
    assert lead_of([], text) is None


def test_a_lead_is_a_few_sentences_and_not_long() -> None:
    text = " ".join(f"Sentence {number}." for number in range(5))
    short = [Span(12 * number, 12 * number + 11) for number in range(5)]
    long = [Span(0, 400), Span(401, 700)]

    assert lead_of(short, text) == Span(0, 35)
    assert lead_of(long, "x" * 400 + " " + "y" * 299) == Span(0, 400)
