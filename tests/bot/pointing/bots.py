"""A bot over a few articles, with or without a language model."""

import atexit
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp
from typing import Any

from bot.adapters.jsonl import reply_as_json
from bot.answering import Answerer
from bot.conversation import Turn
from bot.dialogue import Dialogue
from bot.pointing import (
    Answered,
    Chosen,
    Fault,
    Judgement,
    Pointing,
    PointingModel,
    ShownSentence,
    Understood,
    shipped_judgement,
)
from bot.reading.passage_reader import PassageReader, shipped_weights
from bot.replies import Reply
from bot.store import Store
from index import Article
from index.library.disk.library import DiskLibrary
from index.library.live import LiveIndex
from tests.bot.examples import BRIDGE, FERRY
from tests.bot.reading.scorers import WordScorer
from tests.embedders import HashingEmbedder

OPENING = replace(
    FERRY,
    id="opening",
    title="A day on the bridge",
    text="Hundreds walked over the old bridge. “It was closed for too long,” said Tom Reed, who owns the ferry. "
    "The mayor opened it at noon. Nobody was hurt.",
)
ARTICLES = (BRIDGE, FERRY, OPENING)


@cache
def _live(articles: tuple[Article, ...]) -> LiveIndex:
    folder = Path(mkdtemp(prefix="newsquote-"))
    atexit.register(rmtree, folder, ignore_errors=True)
    library, embedder = DiskLibrary(folder), HashingEmbedder()
    library.rebuild(articles, embedder)
    return LiveIndex(library, embedder)


@dataclass(frozen=True)
class Bot:
    """A dialogue, and what it keeps."""

    dialogue: Dialogue
    store: Store

    def chat(self, *messages: str) -> list[Reply]:
        """The replies to the messages of one conversation."""
        return [self.dialogue.reply("c", message) for message in messages]


@contextmanager
def bot_with(
    model: PointingModel | None,
    *,
    seconds: float = 3.0,
    judgement: Judgement | None = None,
    articles: tuple[Article, ...] = ARTICLES,
) -> Iterator[Bot]:
    """One that asks this model, or none."""
    with Store.in_memory() as store:
        pointing = Pointing(model, seconds, judgement or shipped_judgement()) if model else None
        answerer = Answerer(PassageReader(WordScorer(), shipped_weights()))
        yield Bot(Dialogue(_live(articles), answerer, store, pointing=pointing), store)


def plain(reply: Reply) -> dict[str, Any]:
    """All that a script is told of a reply, but for the model and the time."""
    told = reply_as_json(reply)
    told.pop("llm", None)
    told.pop("timings_ms")
    return told


def article_of(id: str) -> Article:
    """The article of that id."""
    return next(article for article in ARTICLES if article.id == id)


class ScriptedModel:
    """Says what it is set to say; notes what it was asked."""

    name = "scripted"

    def __init__(self, understands: Understood | Fault = Fault.UNFIT, chooses: Chosen | Fault = Fault.UNFIT) -> None:
        self.understands, self.chooses = understands, chooses
        self.messages: list[str] = []
        self.shown: list[tuple[ShownSentence, ...]] = []

    def understand(self, message: str, said: Sequence[Turn], seconds: float) -> Answered[Understood]:
        """What it was set to."""
        self.messages.append(message)
        return Answered(self.understands, 10)

    def choose(self, question: str, sentences: Sequence[ShownSentence], seconds: float) -> Answered[Chosen]:
        """What it was set to."""
        self.shown.append(tuple(sentences))
        return Answered(self.chooses, 10)
