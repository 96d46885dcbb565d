"""What somebody said: newest first, of whom and about what; and who is meant where several have the name."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.answering import Answer, Clarification, Refusal, RefusalReason
from bot.query.operators import EVERYTHING, Scope
from bot.query.said_requests import SaidRequest, said_request
from bot.replying.said import people_named, said_by
from index import Article
from index.attribution.names import NameCorrections
from index.library.disk.library import DiskLibrary
from index.search.retrieval import Retriever
from tests.embedders import HashingEmbedder

_OLD = Article(
    "old", "Bridge",
    "Prime Minister Nikol Pashinyan said that the bridge would open in June. The bridge was built in 1994.",
    "AFP", datetime(2024, 5, 4, tzinfo=UTC),
)  # fmt: skip
_NEW = Article(
    "new", "Border",
    "“We want peace at the border,” Nikol Pashinian told reporters on Monday. Mary Lane said that nothing had changed.",
    "Reuters", datetime(2024, 6, 1, tzinfo=UTC),
)  # fmt: skip
_SMITHS = Article(
    "smiths",
    "Vote",
    "John Smith said that he would vote for it. Mary Smith said that she would not. Smith added that it was late.",
)


@pytest.fixture
def retriever(tmp_path: Path) -> Retriever:
    library = DiskLibrary(tmp_path / "index")
    library.rebuild([_OLD, _NEW, _SMITHS], HashingEmbedder())
    return Retriever(library.open_current(HashingEmbedder()), HashingEmbedder())


@pytest.mark.parametrize(
    ("message", "request_"),
    [
        ("/said Michel", SaidRequest("Michel")),
        ("/said  Charles Michel about the  border?", SaidRequest("Charles Michel", "the border")),
        ("/SAID Michel on taxes about 2024", SaidRequest("Michel", "taxes about 2024")),
        ("/said", SaidRequest("")),
        ("What did Michel say?", None),
        ("/saidit Michel", None),
    ],
)
def test_a_request_names_whose_words_are_asked_for(message: str, request_: SaidRequest | None) -> None:
    assert said_request(message) == request_
    assert request_ is None or said_request(request_.typed) == request_


def test_what_somebody_said_comes_newest_first_under_every_spelling_of_the_name(retriever: Retriever) -> None:
    outcome = said_by(SaidRequest("pashinyan"), EVERYTHING, retriever)
    assert isinstance(outcome, Answer)
    assert [(one.number, one.quote.article_id, one.quote.text) for one in outcome.citations] == [
        (1, "new", "“We want peace at the border,” Nikol Pashinian told reporters on Monday."),
        (2, "old", "Prime Minister Nikol Pashinyan said that the bridge would open in June."),
    ]
    assert {one.speaker.name for one in outcome.citations if one.speaker} == {"Nikol Pashinian"}


def test_a_subject_leaves_only_what_is_about_it(retriever: Retriever) -> None:
    outcome = said_by(SaidRequest("Pashinyan", "the bridge"), EVERYTHING, retriever)
    assert isinstance(outcome, Answer)
    assert [one.quote.article_id for one in outcome.citations] == ["old"]


def test_a_scope_leaves_only_what_it_allows(retriever: Retriever) -> None:
    outcome = said_by(SaidRequest("Pashinyan"), Scope(sources=frozenset({"afp"})), retriever)
    assert isinstance(outcome, Answer)
    assert [one.quote.article_id for one in outcome.citations] == ["old"]


def test_of_several_people_it_is_asked_who_is_meant(retriever: Retriever) -> None:
    outcome = said_by(SaidRequest("Smith", "the vote"), EVERYTHING, retriever)
    assert isinstance(outcome, Clarification)
    assert [(option.label, option.question) for option in outcome.options] == [
        ("John Smith", "/said John Smith about the vote"),
        ("Mary Smith", "/said Mary Smith about the vote"),
    ]


def test_nobody_of_that_name_is_said_so(retriever: Retriever) -> None:
    for name in ("Merkel", "", "…"):
        outcome = said_by(SaidRequest(name), EVERYTHING, retriever)
        assert isinstance(outcome, Refusal)
        assert outcome.reason is RefusalReason.NOBODY_SPEAKS


def test_an_admin_s_word_joins_and_parts_people(retriever: Retriever) -> None:
    joined = NameCorrections(joined=(("Mary Lane", "Mary Smith"),))
    names = [person.names for person in people_named("Lane", retriever.archive, joined)]
    assert names == [("Mary Lane", "Mary Smith")]
    parted = NameCorrections(parted=(("Nikol Pashinyan", "Nikol Pashinian"),))
    assert [person.names for person in people_named("Pashinyan", retriever.archive, parted)] == [("Nikol Pashinyan",)]
