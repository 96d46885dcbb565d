"""What of an endless sentence is left out."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.quoting.clauses import shortened
from index import Span

_STORM = (
    "The storm, the strongest to hit the island in 40 years, tore roofs off hundreds of homes along the northern coast "
    "and cut power to 90,000 people overnight, while rescue teams used boats to reach villages that had been cut off "
    "by floods; schools and airports stayed shut on Thursday, and the army began to hand out water, food and blankets "
    "in the worst-hit towns, where many had spent the night in the open, with temperatures falling close to freezing."
)
_TRIAL = (
    "Prosecutors in the capital said on Tuesday that they had charged 12 people over the collapse of the shopping "
    "centre in March, which killed 61 people and injured more than 200, after an inquiry found that the owners had "
    "ignored warnings from engineers for years, and that inspectors had been paid to sign off on the building; a trial "
    "is expected to begin in September, and the families of the victims have been promised money from a state fund."
)


def _short(sentence: str, answer: str, longest: int = 350) -> str:
    start = sentence.index(answer)
    return shortened(sentence, Span(0, len(sentence)), Span(start, start + len(answer)), longest).slice(sentence)


def test_clauses_after_the_answer_go_until_the_rest_fits() -> None:
    assert _short(_STORM, "90,000 people", 200) == _STORM[: _STORM.index("; schools")][: _STORM.index(", while")]


def test_clauses_before_the_answer_go_too() -> None:
    assert _short(_STORM, "water, food and blankets", 215) == _STORM[_STORM.index("schools") :]


def test_as_much_is_kept_as_fits() -> None:
    kept = _short(_STORM, "90,000 people")

    assert kept == _STORM[: _STORM.index(", and the army")]


def test_who_speaks_stays_with_what_is_said() -> None:
    assert _short(_TRIAL, "inspectors", 360) == _TRIAL[: _TRIAL.index("; a trial")]


@pytest.mark.parametrize(
    "sentence",
    [
        "The army shelled the northern suburbs of the town for a third night and killed 40 people in a market, "
        "according to the rebels, and the hospital ran out of blood, which the ministry in the capital denied.",
        "If the parliament in the capital approves the budget on Friday, and the president signs it, the ministry will "
        "pay 40 million to the towns that were flooded, unless the courts stop it.",
        "Nobody in the town had been told of the danger by the ministry, and 40 people were in the hall when it fell, "
        "and it is not true that the owners had warned them of the cracks in the roof on the day before.",
    ],
    ids=["a denial behind", "conditions at both ends", "negations at both ends"],
)
def test_what_governs_is_never_cut_off(sentence: str) -> None:
    assert _short(sentence, "40", 120) == sentence


@pytest.mark.parametrize(
    ("sentence", "answer", "kept"),
    [
        (
            "The mayor opened the bridge over the river on Tuesday morning, and drove across it in a red 1950s car.",
            "red 1950s car",
            "The mayor opened the bridge over the river on Tuesday morning, and drove across it in a red 1950s car.",
        ),
        (
            "The mayor opened the bridge over the river on Tuesday, and the band played for two hours in the rain.",
            "two hours",
            "and the band played for two hours in the rain.",
        ),
        (
            "The list named three towns on the river: Alm, where 12 houses fell in; Brod, where 40 houses did; Cain.",
            "40 houses",
            "Alm, where 12 houses fell in; Brod, where 40 houses did; Cain.",
        ),
        (
            "The bridge (closed since May; it had begun to sink into the mud) was opened on Tuesday by the mayor.",
            "Tuesday",
            "The bridge (closed since May; it had begun to sink into the mud) was opened on Tuesday by the mayor.",
        ),
    ],
    ids=["a verb keeps its subject", "a clause of its own", "a list keeps its items", "a bracket is kept whole"],
)
def test_what_is_left_stands_alone(sentence: str, answer: str, kept: str) -> None:
    assert _short(sentence, answer, 70) == kept


_PIECES = st.sampled_from(
    [
        "the mayor said",
        "he left early that day",
        "not",
        "; ",
        ", and the army came at once",
        " – ",
        ": ",
        "if",
        "“",
        "”",
        "(",
        ")",
        '"',
        ", which fell down again",
        "denied it",
        "40 people",
        "😀 e\u0301",
    ]
)


@given(st.lists(_PIECES, min_size=1, max_size=25).map(" ".join), st.data(), st.integers(1, 200))
def test_a_short_quote_holds_the_answer_and_all_that_governs(words: str, data: st.DataObject, longest: int) -> None:
    start = data.draw(st.integers(0, len(words) - 1))
    answer = Span(start, data.draw(st.integers(start + 1, len(words))))
    text = f"Before it. {words} After it."
    sentence = Span(11, 11 + len(words))

    short = shortened(text, sentence, Span(11 + answer.start, 11 + answer.end), longest)

    assert sentence.contains(short)
    assert short.contains(Span(11 + answer.start, 11 + answer.end))
    dropped = text[sentence.start : short.start].split() + text[short.end : sentence.end].split()
    assert not {"said", "not", "denied"} & set(dropped)
    assert "if" not in text[sentence.start : short.start].split()
