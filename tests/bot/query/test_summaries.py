import pytest

from bot.query.summaries import asks_for_a_summary_of_it


@pytest.mark.parametrize(
    "message",
    ["tldr", "tl;dr pls", "Summarize this", "summarise the article in a few lines please", "give me the gist of it"],
)
def test_a_summary_of_what_is_under_discussion(message: str) -> None:
    assert asks_for_a_summary_of_it(message)


@pytest.mark.parametrize(
    "message", ["tldr brazil", "summarize the ceasefire", "who was it", "", "why", "no the other one"]
)
def test_a_message_that_names_something_or_asks_for_no_summary(message: str) -> None:
    assert not asks_for_a_summary_of_it(message)
