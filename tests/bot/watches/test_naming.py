"""A quote is of what is watched, or of another thing that is said in the same words."""

import pytest

from bot.watches.naming import missing_name, only_asks
from index.library.disk.library import DiskLibrary
from index.search.retrieval import Retriever
from index.text.terms import terms_of
from tests.bot.examples import FERRY
from tests.bot.telegram.running_bot import shipped_models


@pytest.mark.parametrize(
    ("quote", "asks"),
    [
        ("People in Skarn walk past the tunnel and ask what repairs cost.", True),
        ("Many of them wonder whether the bridge will ever be opened.", True),
        ("Asked when the tunnel would open, the mayor said that it would on 3 June.", False),
        ("The council asked the town for 3 million euros.", False),
        ("The question is what it will cost.", False),
    ],
)
def test_words_that_only_say_that_something_is_asked_are_told_from_an_answer(quote: str, asks: bool) -> None:
    assert only_asks(quote) is asks


def test_another_name_in_the_place_of_the_one_that_is_watched_is_told_from_other_words_for_it(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    library, embedder = DiskLibrary(tmp_path_factory.mktemp("index")), shipped_models().embedder
    library.rebuild([FERRY], embedder)
    retriever = Retriever(library.open_current(embedder), embedder)
    missing = missing_name("What do the repairs of the theatre cost?", set(terms_of("a quote of something")))
    assert missing is not None
    assert missing.without_name == "What do the repairs of the cost?"
    quotes = ("The repairs of the tunnel will cost 3 million.", "Mending the playhouse stage costs 3 million.")
    assert [missing.is_replaced_by(quote, retriever) for quote in quotes] == [True, False]
    assert missing_name("What do the repairs of the theatre cost?", set(terms_of("repairs theatre"))) is None
