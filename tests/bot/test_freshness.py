"""When a reply says how old the newest article is."""

from datetime import date, timedelta

import pytest

from bot.answering import Answer, Outcome, Refusal, RefusalReason, Remark
from bot.freshness import newest_worth_telling
from bot.query.kinds import MessageKind, ToldKind, Topic
from bot.query.operators import EVERYTHING, Scope
from index.search.retrieval import Retriever
from tests.bot.examples import BRIDGE, OPENED
from tests.bot.fakes import small_index

PUBLISHED = date(2024, 5, 4)
ANSWER = Answer(0.87, (OPENED,), 1, None, hits=())
REFUSAL = Refusal(RefusalReason.NOT_ANSWERED, 0.1, (), hits=())
FACT, LATEST = ToldKind.surely(MessageKind.FACT), ToldKind.surely(MessageKind.LATEST)
LATER = Scope(asked_on=PUBLISHED + timedelta(days=3))


@pytest.fixture(scope="module")
def retriever() -> Retriever:
    return small_index().retriever()


@pytest.mark.parametrize(
    ("outcome", "told", "asked", "scope"),
    [
        (REFUSAL, FACT, "Who burnt it down?", LATER),
        (REFUSAL, FACT, "Who burnt it down yesterday?", LATER),
        (ANSWER, LATEST, "the bridge", LATER),
        (ANSWER, ToldKind.surely(Topic.NEWEST), "what is new?", LATER),
        (ANSWER, FACT, "Who opened the bridge today?", LATER),
        (ANSWER, LATEST, "the bridge", Scope(asked_on=LATER.asked_on, sources=frozenset({"the courier"}))),
        (REFUSAL, FACT, "Who burnt it down?", EVERYTHING),
    ],
)
def test_it_does_where_the_latest_was_wanted_or_nothing_was_found(
    outcome: Outcome, told: ToldKind, asked: str, scope: Scope, retriever: Retriever
) -> None:
    assert newest_worth_telling(outcome, told, asked, scope, retriever) == PUBLISHED


@pytest.mark.parametrize(
    ("outcome", "told", "asked", "scope"),
    [
        (ANSWER, FACT, "Who opened it?", LATER),
        (ANSWER, LATEST, "the bridge", Scope(asked_on=PUBLISHED + timedelta(days=1))),
        (REFUSAL, FACT, "Who burnt it down?", Scope(asked_on=PUBLISHED)),
        (REFUSAL, FACT, "Who burnt it down in March 2019?", LATER),
        (REFUSAL, FACT, "Who burnt it down?", Scope(asked_on=LATER.asked_on, before=date(2024, 5, 6))),
        (REFUSAL, FACT, "Who burnt it down?", Scope(frozenset({BRIDGE.id}), asked_on=LATER.asked_on)),
        (REFUSAL, FACT, "Who burnt it down?", Scope(asked_on=LATER.asked_on, sources=frozenset({"nobody"}))),
        (Refusal(RefusalReason.EMPTY_QUESTION, 0.0, (), hits=()), FACT, "?", LATER),
        (Remark(Topic.THANKS), FACT, "thanks", LATER),
    ],
)
def test_it_does_not_where_that_is_no_matter(
    outcome: Outcome, told: ToldKind, asked: str, scope: Scope, retriever: Retriever
) -> None:
    assert newest_worth_telling(outcome, told, asked, scope, retriever) is None
