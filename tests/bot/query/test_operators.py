"""What readers write beside a question to narrow what is searched."""

from datetime import date

import pytest

from bot.query.operators import EVERYTHING, Scope, read_scope
from index import AskedDates, Query


@pytest.mark.parametrize(
    ("text", "question", "scope"),
    [
        ("Who won? source:Reuters", "Who won?", Scope(sources=frozenset({"Reuters"}))),
        ('SOURCE:"The Courier" Who won?', "Who won?", Scope(sources=frozenset({"The Courier"}))),
        ("Who won? source:“The Courier” source:BBC", "Who won?", Scope(sources=frozenset({"The Courier", "BBC"}))),
        ("Who won? before:2024-06-01", "Who won?", Scope(before=date(2024, 6, 1))),
        ("article:bridge Who won?", "Who won?", Scope(frozenset({"bridge"}))),
        ("source:Reuters", "", Scope(sources=frozenset({"Reuters"}))),
    ],
)
def test_a_scope_is_read_and_left_out_of_the_question(text: str, question: str, scope: Scope) -> None:
    assert read_scope(text) == (question, scope)


@pytest.mark.parametrize(
    "text",
    ["Who won?", "What is the source: Reuters?", "Who won before:Friday?", 'source:"', "open-source:yes ?", "\n a"],
)
def test_other_words_are_left_as_they_stand(text: str) -> None:
    assert read_scope(text) == (text, EVERYTHING)


def test_a_question_never_widens_what_may_be_searched() -> None:
    given = Scope(frozenset({"bridge"}), date(2024, 1, 1), date(2024, 5, 1), frozenset({"BBC"}))

    question, scope = read_scope("Who? article:ferry article:bridge before:2025-01-01 source:Reuters", given)

    assert (question, scope) == ("Who?", Scope(frozenset({"bridge"}), given.before, given.asked_on, frozenset()))


def test_a_query_keeps_to_its_scope_and_names_the_days_from_when_it_was_asked() -> None:
    scope = Scope(frozenset({"bridge"}), date(2024, 6, 1), date(2024, 5, 5), frozenset({"Reuters"}))
    yesterday = AskedDates(date(2024, 5, 4), date(2024, 5, 4), certain=True)

    query = scope.query("Who opened it yesterday?", "The bridge.", frozenset({"ferry"}))

    assert query == Query(
        "Who opened it yesterday?",
        articles=frozenset({"bridge"}),
        before=date(2024, 6, 1),
        dates=yesterday,
        context="The bridge.",
        preferred=frozenset({"ferry"}),
        sources=frozenset({"Reuters"}),
    )
