"""Links to the very words: what a browser reads out of them is what the page holds."""

import re
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.adapters.addresses import link_to_words
from tests.bot.telegram.hostile import hostile_texts

PAGE = "https://courier.example/bridge"


@pytest.mark.parametrize(
    ("url", "words", "link"),
    [
        (PAGE, "Ada Brook", f"{PAGE}#:~:text=Ada%20Brook"),
        (PAGE, "“A well-known, new & old one.”", f"{PAGE}#:~:text=A%20well%2Dknown%2C%20new%20%26%20old%20one"),
        (f"{PAGE}#top", "Ada", f"{PAGE}#top:~:text=Ada"),
        (f"{PAGE}#:~:text=old", "Ada", f"{PAGE}#:~:text=Ada"),
        (f"{PAGE}#", "Ada", f"{PAGE}#:~:text=Ada"),
        (PAGE, "Zürich", f"{PAGE}#:~:text=Z%C3%BCrich"),
        (PAGE, "One paragraph.\n\nAnother one.", f"{PAGE}#:~:text=One%20paragraph,Another%20one"),
        (PAGE, "…", PAGE),
        (PAGE, "", PAGE),
    ],
)
def test_short_words_are_given_whole_and_encoded(url: str, words: str, link: str) -> None:
    assert link_to_words(url, words) == link


def test_long_words_are_given_by_their_start_and_end() -> None:
    words = (
        "As part of a ceasefire agreement brokered by Moscow, which sent peacekeepers there, Yerevan ceded territory."
    )
    start, end = link_to_words(PAGE, words).partition("text=")[2].split(",")
    assert unquote(start) == "As part of a ceasefire agreement"
    assert unquote(end) == "sent peacekeepers there, Yerevan ceded territory"
    assert link_to_words(PAGE, "会" * 200).endswith("%E4%BC%9A" * 60)


@given(hostile_texts)
def test_the_words_of_a_link_stand_in_the_text_and_separate_nothing(words: str) -> None:
    directive = link_to_words(PAGE, words).partition(":~:text=")[2]
    assert re.fullmatch(r"[A-Za-z0-9._~%,]*", directive)
    flat = " ".join(words.encode("utf-8", "replace").decode().split())
    for part in directive.split(","):
        assert unquote(part) in flat
    assert directive.count(",") <= 1


@given(st.lists(st.text("ab c", min_size=1), min_size=1))
def test_start_and_end_never_overlap(lines: list[str]) -> None:
    words = "\n".join(lines)
    parts = [unquote(part) for part in link_to_words(PAGE, words).partition(":~:text=")[2].split(",") if part]
    assert sum(len(part) for part in parts) <= len(words)
