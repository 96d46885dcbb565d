"""What is a sentence, and what only looks like one."""

import pytest

from bot.composing.gathering import tells


@pytest.mark.parametrize(
    "sentence",
    [
        "Lava reached the road on Monday.",
        "“We urge you to protect Medicaid,” they wrote in a letter.",
        "The photographer and/or his editor chose this picture.",
        "The Paris-based agency AFP/Reuters did not reply to it.",
        "He showed a photo of his house to the judge.",
    ],
)
def test_a_sentence_tells_something(sentence: str) -> None:
    assert tells(sentence)


@pytest.mark.parametrize(
    "words",
    [
        "CNN —",
        "1980: Sunshine Skyway bridge in Florida",
        "Gregory Bull/AP A child holds a stuffed animal on November 30.",
        "M. Patrick/USGS The volcano last erupted in 1984.",
        "Andrew Richard Hara/Getty Images People watch the lava.",
        "In this long-exposure photo, cars drive down the road as it erupts.",
        "This aerial photo, taken on November 28, shows a line of fissures.",
        "MUST WATCH Violent posts increase online after the search.",
        "Contributing: Claire Thornton and Dian Zhang, of our paper.",
    ],
)
def test_a_heading_a_link_or_a_caption_does_not(words: str) -> None:
    assert not tells(words)
