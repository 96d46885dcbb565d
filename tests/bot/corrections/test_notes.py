"""A publisher's own notes of correction."""

import pytest

from bot.corrections.notes import new_notes, publishers_notes

STORY = "The old bridge in Marlow is closed. The county wants to correct the error of 2019."


@pytest.mark.parametrize(
    "note",
    [
        "Correction: An earlier version gave the cost as 4.2 million euros. It is 4.8 million.",
        "CORRECTION (May 4): The bridge is in Marlow.",
        "Update, 3:40 p.m.: The bridge is open again.",
        "Updated at 15:40 on 3 May: The bridge is open again.",
        "*Editor’s note: The mayor's name was misspelt.",
        "Editors' note — this was first published in May.",
        "Clarification: Cyclists may use one lane.",
        "This article was amended on 4 May 2024 to give the right cost.",
        "This story has been corrected to say that the bridge is in Marlow.",
        "An earlier version of this article misstated the cost.",
        "Because of an editing error, an earlier version of this story named another bridge.",
        "The Courier regrets the error.",
        "Korrektur: In einer früheren Version dieses Artikels stand eine andere Summe.",
        "Anmerkung der Redaktion: Die Summe wurde berichtigt.",
    ],
)
def test_a_note_is_found_and_quoted_as_it_stands(note: str) -> None:
    text = f"{STORY}\n\n{note}\n\nCyclists may use both lanes."
    assert [span.slice(text) for span in publishers_notes(text)] == [note]


@pytest.mark.parametrize(
    "line",
    [
        "Corrections officers were on strike.",
        "Correction of the market: shares fell.",
        "Updates are expected on Monday.",
        "The article was a mistake, he said.",
        "He asked for a correction: none came.",
        "Update your software, they say: it is old.",
    ],
)
def test_what_only_sounds_like_a_note_is_none(line: str) -> None:
    assert publishers_notes(f"{STORY}\n\n{line}") == []


def test_of_a_paragraph_that_goes_on_only_the_note_is_taken() -> None:
    told = "An earlier version of this article misstated the cost."
    text = f"{STORY} {told} Cyclists may use both lanes."
    assert [span.slice(text) for span in publishers_notes(text)] == [told]


def test_only_notes_that_were_not_there_before_are_new() -> None:
    old = f"{STORY}\n\nCorrection: The bridge is in Marlow."
    text = f"Update: It is open.\n{STORY}\n\nCorrection:  The bridge is in Marlow."
    assert [span.slice(text) for span in new_notes(text, old)] == ["Update: It is open."]
