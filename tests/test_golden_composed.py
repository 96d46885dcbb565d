"""Golden replies of several quotes, over the seeds and made-up stories, played through the dialogue."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import pytest
import yaml

from bot.answering import Answer, Refusal
from bot.app import Models, build_dialogue
from bot.dialogue import Dialogue
from bot.query.operators import Scope
from bot.replies import Reply
from bot.settings import Settings
from bot.store import Store
from index.embedding.embedder import OnnxEmbedder
from index.ingest.sources import read_articles
from index.library.disk.library import DiskLibrary

_GOLDEN = Path(__file__).parent / "golden"


@dataclass(frozen=True)
class GoldenMessage:
    """What must come of a message; what is not given may be anything.

    `opens_with`: words of the first quote. `cites`: words of any quotes. `headings`: some of its parts, in this order.
    `only_from`: the articles that all quotes are from. `more_than`: so many quotes, and at least one more.
    """

    user: str
    kind: str | None = None
    opens_with: str = ""
    cites: list[str] = field(default_factory=list)
    headings: list[str] = field(default_factory=list)
    only_from: list[str] = field(default_factory=list)
    more_than: int = 0
    refused: bool = False


@pytest.fixture(scope="module")
def composed_index(tmp_path_factory: pytest.TempPathFactory, seeds: Path, shipped_embedder: OnnxEmbedder) -> Path:
    """An index of the seeds and all made-up stories."""
    folder = tmp_path_factory.mktemp("composed-index")
    places = (seeds, _GOLDEN / "stories", _GOLDEN / "composed" / "lighthouse.jsonl")
    DiskLibrary(folder).rebuild([one for place in places for one in read_articles(place)], shipped_embedder)
    return folder


@pytest.fixture
def composing_dialogue(composed_index: Path, models: Models) -> Iterator[Dialogue]:
    """The bot as it ships, over these, remembering nothing."""
    with Store.in_memory() as store:
        yield build_dialogue(Settings.from_environment(index=composed_index), store, models=models)


_CHATS = [
    pytest.param([GoldenMessage(**turn) for turn in chat["turns"]], id=chat["name"])
    for chat in yaml.safe_load((_GOLDEN / "composed" / "replies.yaml").read_text(encoding="utf-8"))
]


@pytest.mark.parametrize("chat", _CHATS)
def test_a_message_gets_the_reply_that_it_asks_for(chat: list[GoldenMessage], composing_dialogue: Dialogue) -> None:
    for message in chat:
        reply = composing_dialogue.reply("c", message.user)
        assert isinstance(reply.outcome, Refusal if message.refused else Answer)
        assert message.kind in (None, reply.kind.value)
        assert _is_as_golden(reply, message)


def _is_as_golden(reply: Reply, message: GoldenMessage) -> bool:
    quotes = [citation.quote for citation in reply.citations]
    headings = [block.heading for block in reply.outcome.blocks] if isinstance(reply.outcome, Answer) else []
    assert message.opens_with in quotes[0].text if quotes else True
    assert [words for words in message.cites if not any(words in quote.text for quote in quotes)] == []
    assert [heading for heading in headings if heading in message.headings] == message.headings
    assert not message.only_from or {quote.article_id for quote in quotes} == set(message.only_from)
    assert len(quotes) > message.more_than or message.refused
    return True


@pytest.mark.parametrize(("asked_on", "is_told"), [(date(2026, 3, 5), True), (date(2027, 3, 5), False)])
def test_articles_from_long_before_the_days_asked_about_are_not_composed_of(
    composing_dialogue: Dialogue, asked_on: date, is_told: bool
) -> None:
    scope = Scope(asked_on=asked_on)
    reply = composing_dialogue.reply("c", "summary of the skarn lighthouse fire of this week please", scope=scope)

    assert isinstance(reply.outcome, Answer) is is_told


@pytest.mark.parametrize(("asked_on", "newest"), [(date(2026, 3, 4), "2026-03-03"), (date(2026, 7, 1), "2026-06-22")])
def test_the_latest_is_what_was_there_on_the_day_of_asking(
    composing_dialogue: Dialogue, asked_on: date, newest: str
) -> None:
    reply = composing_dialogue.reply("c", "any news on the skarn lighthouse?", scope=Scope(asked_on=asked_on))

    assert isinstance(reply.outcome, Answer)
    assert reply.outcome.blocks[0].heading == newest
