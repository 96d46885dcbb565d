"""What may be asked next: only what is answered, and with something new. Real articles, search and reader."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.answering import Answer
from bot.app import build_dialogue
from bot.dialogue import Dialogue
from bot.replying.further import WHEN, Further, further_questions, is_answered_anew, seen_in
from bot.settings import Settings
from bot.store import Store
from index import Article
from index.embedding.embedder import OnnxEmbedder
from index.library.disk.library import DiskLibrary
from tests.bot.telegram.running_bot import shipped_models

_STORIES = (
    Article(
        "strike",
        "Dockers in Marlow end their strike",
        "The dockers of Marlow ended their strike after the port offered them 12 per cent more pay. "
        "“We got what we asked for,” said Ada Brook, who leads the union. "
        "The port's director, Tom Reed, said that the ships would sail again within a week. "
        "The strike had begun on 3 May 2024, when talks about pay broke down.",
        "The Courier",
        datetime(2024, 5, 20, tzinfo=UTC),
    ),
    Article(
        "prices",
        "Port of Marlow raises its prices",
        "The port of Marlow raises its prices by a tenth from July, its director told the council. "
        "Shops in the town fear that fruit will cost more.",
        "The Courier",
        datetime(2024, 6, 2, tzinfo=UTC),
    ),
    Article("choir", "A choir sings at the lake", "A choir of forty sang at the lake on Sunday evening.", "Gazette"),
)
_QUESTION = "How much more pay did the port offer the dockers?"


@pytest.fixture(scope="module")
def dialogue(tmp_path_factory: pytest.TempPathFactory, shipped_embedder: OnnxEmbedder) -> Dialogue:
    folder = tmp_path_factory.mktemp("index")
    DiskLibrary(folder).rebuild(list(_STORIES), shipped_embedder)
    settings = Settings.from_environment(index=Path(folder))
    return build_dialogue(settings, Store.in_memory(), models=shipped_models())


def test_they_are_of_speakers_days_and_headlines_and_each_is_answered_with_something_new(dialogue: Dialogue) -> None:
    reply = dialogue.reply("c", _QUESTION)
    found = dialogue.further_questions(reply, 3)
    assert "Port of Marlow raises its prices" in found
    assert "A choir sings at the lake" not in found
    assert 1 <= len(found) <= 3
    seen = seen_in(reply)
    for question in found:
        asked = dialogue.reply_once(question, about=_QUESTION)
        assert is_answered_anew(Further(question, dated=question == WHEN), asked, seen)
    assert dialogue.history("c", last=9)[0].id == reply.id
    assert len(dialogue.history("c", last=9)) == 1


def test_after_a_refusal_and_when_there_is_no_time_there_are_none(dialogue: Dialogue) -> None:
    assert dialogue.further_questions(dialogue.reply("d", "What is the capital of Mongolia?"), 3) == []
    assert dialogue.further_questions(dialogue.reply("d", _QUESTION), 3, lambda: False) == []


def test_a_question_that_wants_a_day_is_answered_by_one_alone(dialogue: Dialogue) -> None:
    reply = dialogue.reply("e", "Who leads the union?")
    assert isinstance(reply.outcome, Answer)
    assert is_answered_anew(Further("Who?"), reply, set())
    assert not is_answered_anew(Further(WHEN, dated=True), reply, set())
    assert not is_answered_anew(Further("Who?"), reply, seen_in(reply))


def test_who_is_asked_about_has_to_say_it(dialogue: Dialogue) -> None:
    reply = dialogue.reply("f", "What did Ada Brook say about the strike?")
    assert isinstance(reply.outcome, Answer)
    assert reply.citations[0].speaker is not None
    assert is_answered_anew(Further("Who?", speaker="Ada Brook"), reply, set())
    assert is_answered_anew(Further("Who?", speaker="Brook"), reply, set())
    assert not is_answered_anew(Further("Who?", speaker="Tom Reed"), reply, set())


def test_names_and_headlines_are_put_as_people_would(tmp_path: Path, shipped_embedder: OnnxEmbedder) -> None:
    day = datetime(2024, 5, 20, tzinfo=UTC)
    text = (
        "The port of Marlow stays shut until Friday. The Marlow Port Authority said that its cranes were not safe. "
        "Ada Brook, who leads the union, said that nobody had asked the dockers. "
        "The Harbour Safety Act says that cranes have to be looked at every year."
    )
    beside = "Ships wait outside the port of Marlow. Nine of them lay there on Monday."
    stories = (
        Article("port", "Port of Marlow stays shut", text, "The Courier", day),
        Article("ships", "Nine ships wait at the port of Marlow - CNN", beside, "CNN", day),
        Article("photos", "Photos: the shut port of Marlow", f"{beside} Cranes stand still.", "CNN", day),
    )
    DiskLibrary(tmp_path).rebuild(list(stories), shipped_embedder)
    settings = Settings.from_environment(index=tmp_path)
    with Store.in_memory() as store:
        told = build_dialogue(settings, store, models=shipped_models())
        reply = told.reply("g", "How long does the port of Marlow stay shut?")
        archive = told._index.retriever().archive
        asked = [further.question for further in further_questions(reply, archive)]
    assert "What did the Marlow Port Authority say?" in asked
    assert "What did Ada Brook say?" in asked
    assert "Nine ships wait at the port of Marlow" in asked
    assert not any("Act" in question or "Photos" in question for question in asked)
