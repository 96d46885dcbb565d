"""Messages about the bot's own last reply."""

import pytest

from bot.followup.references import CitationRequest, Side, chosen_option, citation_request


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ("What does [2] say before that?", CitationRequest(2, Side.BEFORE)),
        ("what comes after quote 1", CitationRequest(1, Side.AFTER)),
        ("Show the context of the third citation", CitationRequest(3, Side.AROUND)),
        ("the second one", CitationRequest(2, Side.AROUND)),
        ("And the last?", CitationRequest(3, Side.AROUND)),
    ],
)
def test_a_citation_is_named_by_number_or_place(message: str, expected: CitationRequest) -> None:
    assert citation_request(message, 3) == expected


@pytest.mark.parametrize(
    "message",
    ["What does [4] say?", "Who won the second round?", "Why did [2] deny the payments?", "And in the first one?", ""],
)
def test_other_messages_are_ordinary_questions(message: str) -> None:
    assert citation_request(message, 3) is None


@pytest.mark.parametrize(
    ("message", "place"),
    [("Aliyev", 1), ("ilham aliyev?", 1), ("the first one", 0), ("the last", 1), ("Macron", None), ("", None)],
)
def test_an_option_is_taken_by_its_words_or_its_place(message: str, place: int | None) -> None:
    assert chosen_option(message, ("Nikol Pashinyan", "Ilham Aliyev")) == place
