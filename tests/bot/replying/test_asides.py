"""What is said of articles themselves: which one tells of something, who wrote what was quoted."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from bot.conversation import Conversation, Turn
from bot.query.kinds import MessageKind, ToldKind
from bot.query.operators import EVERYTHING
from bot.replying.asides import article_named, newest, quoted_before
from index.library.disk.library import DiskLibrary
from index.search.retrieval import Retriever
from tests.bot.examples import BRIDGE, FERRY
from tests.embedders import HashingEmbedder

_BYLINE = "Jana Dvorak\n\nThe Brno Courier"
_SIGNED = replace(BRIDGE, text=f"{_BYLINE}\n\n{BRIDGE.text}")
_PERHAPS = ToldKind(MessageKind.FACT, {MessageKind.ABOUT_ARTICLE: 0.2, MessageKind.FACT: 0.8}, is_sure=False)
_HARDLY = ToldKind(MessageKind.FACT, {MessageKind.ABOUT_ARTICLE: 0.02, MessageKind.FACT: 0.98}, is_sure=False)


@pytest.fixture(scope="module")
def retriever(tmp_path_factory: pytest.TempPathFactory) -> Retriever:
    """Over the bridge, signed, and the ferry."""
    embedder = HashingEmbedder(dimension=256)
    library = DiskLibrary(tmp_path_factory.mktemp("index"))
    library.rebuild([_SIGNED, FERRY], embedder)
    return Retriever(library.open_current(embedder), embedder)


def test_an_article_is_shown_from_its_first_letter_to_whoever_asks_for_it_by_what_it_is_on(
    retriever: Retriever,
) -> None:
    shown = article_named(_PERHAPS, "which outlet is the article on the old bridge from", EVERYTHING, retriever)

    assert shown is not None
    assert shown.confidence == 0.2
    assert shown.citations[0].quote.text.startswith(f"{_BYLINE}\n\n{BRIDGE.text[:20]}")


@pytest.mark.parametrize(
    ("told", "message"),
    [
        (_HARDLY, "which outlet is the article on the old bridge from"),
        (_PERHAPS, "which article is that"),
        (_PERHAPS, "which article is about karabakh and pashinyan"),
    ],
    ids=["hardly about an article", "names nothing", "no article is on it"],
)
def test_no_other_article_is_shown(retriever: Retriever, told: ToldKind, message: str) -> None:
    assert article_named(told, message, EVERYTHING, retriever) is None


def test_the_news_begins_where_an_article_begins_to_tell_something(retriever: Retriever) -> None:
    found = newest(EVERYTHING, retriever.archive)

    assert found is not None
    signed = next(one.quote for one in found.citations if one.quote.article_id == _SIGNED.id)
    assert BRIDGE.text.startswith(signed.text)


def test_where_a_quote_is_from_comes_with_who_wrote_it(retriever: Retriever) -> None:
    quoted = BRIDGE.text[:20]
    turn = Turn(
        "who opened it", "who opened it", datetime.now(UTC), answer=quoted, article_ids=(BRIDGE.id,), quotes=(quoted,)
    )

    shown = quoted_before("who wrote that", Conversation("c", (turn,)), retriever)

    assert shown is not None
    assert [one.quote.text for one in shown.of_first_article] == [quoted, _BYLINE]
