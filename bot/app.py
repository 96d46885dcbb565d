"""Composition root: Settings in, a ready Dialogue and Newsroom out. The one place that chooses implementations."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from bot.answering import Answerer
from bot.dialogue import Dialogue, Reply
from bot.newsroom import Newsroom
from bot.passage_reader import PassageReader, shipped_weights
from bot.settings import Settings
from bot.span_scoring import load_span_scorer
from bot.store import Store
from index.apart import Order, rebuild_apart
from index.building import ProgressListener
from index.embedding import load_embedder
from index.errors import SnapshotMissing
from index.intake import Intake
from index.libraries import open_library
from index.live import LiveIndex


@dataclass(frozen=True, slots=True)
class App:
    """Everything that runs, put together once."""

    dialogue: Dialogue
    newsroom: Newsroom
    live: LiveIndex
    store: Store

    def close(self) -> None:
        """Lets go of the database."""
        self.store.close()


def build_app(settings: Settings, store: Store, on_reply: Callable[[Reply], None] = lambda _: None) -> App:
    """The bot as `settings` describe it, keeping conversations in `store`; `on_reply` sees every reply.

    Raises:
        IndexingError: there is no index that can be served, or no model; the text says what to run.
    """
    library = open_library(settings)
    with ThreadPoolExecutor(1) as pool:  # two models, two cores: whoever asks first waits less
        scorer = pool.submit(load_span_scorer, settings.reader_model)
        live = LiveIndex(library, load_embedder(settings.embedding_model, settings.model_cache))
        reader = PassageReader(scorer.result(), shipped_weights())
    answerer = Answerer(reader, threshold=settings.answer_threshold)
    idle_after = timedelta(hours=settings.conversation_idle_hours)
    dialogue = Dialogue(live, answerer, store, on_reply, idle_after=idle_after)
    rebuild = partial(rebuild_apart, Order.of(settings))
    newsroom = Newsroom(live, rebuild, store, store.editorial, reader_name=answerer.reader_name)
    return App(dialogue, newsroom, live, store)


def build_first_index(settings: Settings, listener: ProgressListener = lambda _: None) -> bool:
    """Indexes the configured articles if nothing is indexed yet; says whether it did.

    Raises:
        IndexingError: the articles cannot be indexed.
    """
    library = open_library(settings)
    try:
        library.current_name()
    except SnapshotMissing:
        embedder = load_embedder(settings.embedding_model, settings.model_cache)
        Intake(library, embedder).rebuild(settings.articles, listener)
        return True
    return False
