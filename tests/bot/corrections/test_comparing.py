"""What became of quoted sentences in another revision."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.made_news import made_news
from benchmarks.revision_cases import KINDS, STANDING, make_cases
from bot.corrections.comparing import Version, what_became_of
from index.text.sentences import split_sentences

QUOTED = "Repairs of the old bridge will cost 4.2 million euros, Ada Brook told reporters."
BEFORE = f"The old bridge in Marlow is closed. {QUOTED} Cyclists may use both lanes. Tom Reed sells the ferry."


def version(text: str) -> Version:
    return Version(text, tuple(split_sentences(text, ())))


def became(after: str, quoted: str = QUOTED, before: str | None = BEFORE) -> list[tuple[str, str | None]]:
    """The sentences that stand no more, each with what it became."""
    old = version(before) if before is not None else None
    found = what_became_of(quoted, version(after), old)
    return [(one.before.slice(quoted), one.after.slice(after) if one.after is not None else None) for one in found]


@pytest.mark.parametrize(
    "after",
    [
        f"Tom Reed sells the ferry. {QUOTED} The old bridge in Marlow is closed.",
        BEFORE.replace("Repairs of", "Repairs\nof  "),
        BEFORE.replace("euros, Ada", "euros – Ada").replace("reporters.", "reporters!"),
        BEFORE.replace("Repairs of the old bridge", "REPAIRS OF THE OLD BRIDGE"),
        f"{BEFORE} Correction: an earlier version of this article named another ferry.",
        BEFORE.replace("Tom Reed sells the ferry", "Tom Reed does not sell the ferry"),
    ],
)
def test_words_that_still_stand_are_not_corrected(after: str) -> None:
    assert became(after) == []


@pytest.mark.parametrize(
    ("quoted", "stands"),
    [
        ("The county paid 4,200 euros to five co-workers.", "The county paid 4200 euros to 5 coworkers."),
        ("It didn't sell twelve per cent of the well-known ferry.", "It did not sell 12% of the well known ferry."),
        ("“We’ll see,” said the mayor of Marlow.", '"We\'ll see", said the mayor of Marlow.'),
    ],
)
def test_another_way_of_writing_the_same_is_no_correction(quoted: str, stands: str) -> None:
    assert became(f"It rained. {stands}", quoted, f"It rained. {quoted}") == []


@pytest.mark.parametrize(
    "now",
    [
        QUOTED.replace("4.2", "4.8"),
        QUOTED.replace("4.2", "-4.2"),
        QUOTED.replace("euros", "dollars"),
        QUOTED.replace("Ada Brook", "Nora Vale"),
        QUOTED.replace("will cost", "will not cost"),
        f"It is not true that repairs{QUOTED.removeprefix('Repairs')}",
    ],
)
def test_another_figure_name_or_a_denial_is_one_wherever_it_stands(now: str) -> None:
    assert became(BEFORE.replace(QUOTED, now)) == [(QUOTED, now)]
    assert became(f"{BEFORE.replace(QUOTED, '')} {now}") == [(QUOTED, now)]
    assert became(BEFORE.replace(QUOTED, now), before=None) == [(QUOTED, now)]


def test_a_sentence_that_is_taken_back_at_once_is_corrected_though_its_words_stand() -> None:
    taken_back = f"{QUOTED} This is false, the council said."
    assert became(f"It rained. {taken_back}", before=f"It rained. {QUOTED}") == [(QUOTED, taken_back)]


def test_a_dropped_sentence_became_nothing_even_beside_one_like_it_that_stood_before() -> None:
    like_it = "Repairs of the old ferry will cost 9.1 million euros, Ada Brook told reporters."
    before = f"{BEFORE} {like_it}"
    assert became(before.replace(QUOTED, ""), before=before) == [(QUOTED, None)]
    assert became(before.replace(QUOTED, "").replace("9.1", "9.3"), before=before) == [(QUOTED, None)]


def test_only_the_sentences_of_a_quote_that_changed_are_corrected() -> None:
    quoted = f"{QUOTED} Cyclists may use both lanes."
    after = BEFORE.replace("both lanes", "one lane")
    assert became(after, quoted) == [("Cyclists may use both lanes.", "Cyclists may use one lane.")]
    assert became("All of it was withdrawn.", quoted) == [(QUOTED, None), ("Cyclists may use both lanes.", None)]


def test_a_sentence_written_anew_between_its_neighbours_is_what_it_became() -> None:
    now = "To repair the bridge costs the council 5 million euros, it says."
    assert became(BEFORE.replace(QUOTED, now)) == [(QUOTED, now)]


def test_of_made_revisions_each_is_told_where_the_words_stand_no_more_and_nowhere_else() -> None:
    cases = make_cases(list(made_news(60, seed=3)), each=5, seed=3)
    told = {kind: 0 for kind in KINDS}
    for case in cases:
        quoted, after = case.quoted.slice(case.article.text), case.revised.text
        found = became(after, quoted, case.article.text)
        told[case.kind] += bool(found)
        if found and case.kind in ("figure", "name", "dropped"):
            assert found == [(quoted, case.became)]
    assert told == {kind: 0 if kind in STANDING else 5 for kind in KINDS}


@given(st.text(max_size=200), st.text(max_size=400))
def test_what_is_said_to_have_changed_is_cut_from_both_texts(quoted: str, after: str) -> None:
    for one in what_became_of(quoted, version(after), None):
        assert one.before.end <= len(quoted)
        assert one.after is None or one.after.end <= len(after)


@given(st.text(max_size=200), st.text(max_size=100), st.text(max_size=100))
def test_words_that_stand_between_others_are_never_dropped(quoted: str, before: str, after: str) -> None:
    found = what_became_of(quoted, version(f"{before}\n\n{quoted}\n\n{after}"), None)
    assert [one for one in found if one.after is None] == []
