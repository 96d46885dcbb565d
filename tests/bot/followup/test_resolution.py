"""What people are told that a message was understood as, and which articles may answer it."""

import pytest

from bot.followup.resolution import Resolution
from bot.followup.subject import Subject
from index import Article

_REED = Article(
    "reed", "Fuel prices", "Nothing is owned by the owners alone. Tom Reed blamed high prices, and Reed left."
)
_FERRY = Article("ferry", "Ferry stops", "The ferry crossed the harbour for the last time on Sunday.")


@pytest.mark.parametrize(
    ("subject", "shown"),
    [
        ("the harbour closed", "the harbour closed – and the ferry?"),
        ("the old bridge", "and the ferry?"),
        ("", "and the ferry?"),
    ],
)
def test_a_subject_is_shown_above_an_article_that_tells_of_it(subject: str, shown: str) -> None:
    understood = f"{subject} – and the ferry?" if subject else "and the ferry?"
    resolution = Resolution("and the ferry?", "", understood, leans=True, subject=Subject(shown=subject))

    assert resolution.shown_above(_FERRY) == shown


@pytest.mark.parametrize(
    ("message", "named", "article", "may"),
    [
        ("who owned it", {"ferri", "titan"}, _FERRY, True),
        ("who owned it", {"titan"}, _REED, False),
        ("who owned it", set[str](), _REED, True),
        ("ok and reed? whats the latest", {"titan"}, _REED, True),
        ("ok and prices", {"titan"}, _REED, False),
    ],
    ids=["tells of the subject", "tells of nothing of it", "may lean on nothing", "names somebody", "names nobody"],
)
def test_only_an_article_on_what_the_chat_is_about_answers_what_leans_on_it(
    message: str, named: set[str], article: Article, may: bool
) -> None:
    resolution = Resolution(message, message, message, leans=True, named=frozenset(named))

    assert resolution.may_be_answered_by(article) is may
