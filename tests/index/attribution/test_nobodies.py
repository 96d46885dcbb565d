"""What looks like a name and is nobody's."""

from index.attribution import attribute
from index.attribution.name_runs import is_role
from index.text.sentences import split_sentences


def _speakers(text: str) -> list[str | None]:
    found = attribute(text, split_sentences(text, []))
    return [one.speaker.name if one.speaker is not None and one.speaker.is_named else None for one in found]


def test_the_place_behind_her_is_not_who_she_is() -> None:
    text = "Last year she invited four friends to her Ringwood home. “I was nervous,” she said."

    assert _speakers(text) == [None, None]


def test_a_headline_in_capitals_names_nobody() -> None:
    text = (
        "Ministers met in Vienna. They talked of gas.\n\nOIL FROM RUSSIA: What to know\n\n"
        "Russia said that it would cut its exports to all of them in May."
    )

    assert "OIL FROM RUSSIA" not in _speakers(text)


def test_the_heading_of_a_table_speaks_no_line() -> None:
    text = "His position is clear.\n\nPosition: Governor of the state.\n\nPosition: Member of the senate now."

    assert _speakers(text) == []


def test_a_name_that_ends_like_a_possessive_keeps_its_end() -> None:
    assert _speakers("“Come play for the real thing,” McDonald’s said on Monday.") == ["McDonald’s"]
    assert _speakers("Trump was there. “We won,” Trump’s said in a slip.")[:1] == ["Trump"]


def test_a_role_says_what_somebody_is() -> None:
    told = ("President", "Republican Gov.", "18-time major winner", "ex-wife", "legal analyst")
    not_told = ("automated Wells Fargo email", "summary judgment", "►", "")

    assert [is_role(one) for one in told] == [True] * 5
    assert [is_role(one) for one in not_told] == [False] * 4


def test_what_words_are_published_on_does_not_say_them() -> None:
    text = (
        "Fans waited for hours. As for Ticketmaster, the company issued a statement Tuesday via Twitter saying that "
        "“there has been historically unprecedented demand with millions showing up” for the tour."
    )

    assert "Twitter" not in _speakers(text)
