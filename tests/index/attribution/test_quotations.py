"""Quotations in all shapes: what stands between marks, and what marks that close nothing leave."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.attribution.quotations import find_quotations


def _quoted(text: str) -> list[tuple[str, bool]]:
    return [(one.inner.slice(text), one.is_open) for one in find_quotations(text, 0, len(text))]


@pytest.mark.parametrize(
    ("text", "quoted"),
    [
        ('"We won," he said, "at last."', [("We won,", False), ("at last.", False)]),
        ("“We won,” he said. “At last.”", [("We won,", False), ("At last.", False)]),
        ("''We won,'' he said.", [("We won,", False)]),
        ("``We won,'' he said.", [("We won,", False)]),
        ("«We won», he said.", [("We won", False)]),
        ("„We won“, he said.", [("We won", False)]),
        ("‘We’ve won,’ he said, of the players’ cup.", [("We’ve won,", False)]),
        ("'It's ours,' he said of his players' cup.", [("It's ours,", False)]),
        ("“He told me ‘no’ twice,” she said.", [("He told me ‘no’ twice,", False)]),
        ('"He asked “why?” and left," she said.', [("He asked “why?” and left,", False)]),
        ("“Outer “inner” end,” she said.", [("Outer “inner” end,", False)]),
        ("“The first paragraph goes on", [("The first paragraph goes on", True)]),
        ('"The first paragraph goes on', [("The first paragraph goes on", True)]),
        ("“Curly in front, straight behind,\" she said.", [("Curly in front, straight behind,", False)]),
        ("”Set the wrong way round.”", [("Set the wrong way round.", False)]),
        ("The boys' club and the girls' club don't meet.", []),
        ('A 6" nail and a 12" board.', []),
        ("Nothing at all.", []),
        ("“”", []),
    ],
)  # fmt: skip
def test_a_quotation_is_what_stands_between_marks_of_one_kind(text: str, quoted: list[tuple[str, bool]]) -> None:
    assert _quoted(text) == quoted


@given(st.text(alphabet="ab .,“”‘’'\"«»„`\n", max_size=200))
def test_quotations_lie_in_the_text_and_do_not_overlap(text: str) -> None:
    found = find_quotations(text, 0, len(text))
    bounds = [place for one in found for place in (one.span.start, one.inner.start, one.inner.end, one.span.end)]
    assert bounds == sorted(bounds)
    assert all(one.span.end <= len(text) for one in found)
