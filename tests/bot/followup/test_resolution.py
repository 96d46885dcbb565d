"""What people are told that a message was understood as."""

import pytest

from bot.followup.resolution import Resolution
from bot.followup.subject import Subject
from index import Article

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
