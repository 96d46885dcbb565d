"""The composition root: builds a Dialogue or the whole App from Settings. No other module chooses implementations."""

import atexit
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Final

from bot.answering import Answerer
from bot.brought import BroughtArticles
from bot.checking import Checker
from bot.composing.composer import Composer
from bot.composing.weights import shipped_weights as composing_weights
from bot.corrections.desk import CorrectionDesk
from bot.dialogue import Dialogue
from bot.pointing import Judgement, Pointing, shipped_judgement
from bot.pointing.judgement import read_judgement
from bot.reading.passage_reader import PassageReader, shipped_weights
from bot.reading.span_scoring import SpanScorer, load_span_scorer
from bot.replies import Reply
from bot.settings import Settings
from bot.store import Store
from index.embedding.embedder import Embedder, load_embedder
from index.errors import IndexBusy, SettingsInvalid, SnapshotMissing
from index.ingest.intake import Ingest
from index.ingest.rebuild_process import rebuild_apart
from index.library.builder import ProgressListener
from index.library.live import LiveIndex
from index.library.opening import open_library

if TYPE_CHECKING:
    from bot.admin.feed_schedule import FeedSchedule
    from bot.admin.services import AdminServices
    from bot.watches.watcher import Watcher, WatcherStore
    from index.ingest.fetching import Fetcher

_PATIENCE_SECONDS: Final = 300.0
_LOOK_SECONDS: Final = 1.0


@dataclass(frozen=True, slots=True)
class Core:
    """What answers readers, and the index that it answers from."""

    dialogue: Dialogue
    live: LiveIndex
    answerer: Answerer
    corrections: CorrectionDesk
    brought: BroughtArticles | None = None

    @property
    def reader_name(self) -> str:
        """The name of the reader that answers."""
        return self.answerer.reader_name

    @property
    def checker(self) -> Checker:
        """What checks quotations against the articles."""
        return Checker(self.live.kept_texts)


@dataclass(frozen=True, slots=True)
class Models:
    """What embeds questions and what reads passages. Loading them takes most of a start; bots may share them."""

    embedder: Embedder
    scorer: SpanScorer


@dataclass(frozen=True, slots=True)
class App:
    """The bot put together: what answers readers, what serves admins, and where both keep what they remember."""

    dialogue: Dialogue
    checker: Checker
    admin: "AdminServices"
    store: Store
    corrections: CorrectionDesk
    brought: BroughtArticles | None = None

    def close(self) -> None:
        """Let go of the database."""
        self.store.close()


def load_models(settings: Settings) -> Models:
    """Return the models that `settings` name, both loaded at once: two models, two cores.

    Raises:
        ModelUnavailable: one cannot be loaded; the text says what to do.
    """
    with ThreadPoolExecutor(1) as pool:
        scorer = pool.submit(load_span_scorer, settings.reader_model)
        return Models(load_embedder(settings.embedding_model, settings.model_cache), scorer.result())


def build_dialogue(
    settings: Settings, store: Store, *, models: Models | None = None, pointing: Pointing | None = None
) -> Dialogue:
    """Return what answers questions as `settings` say, keeping conversations in `store`.

    `models`: those in memory. `pointing`: a language model in the place of the one that `settings` name.

    Raises:
        IndexingError: there is no index that can be served, or no model; the text says what to run.
    """
    return build_core(settings, store, models=models, pointing=pointing).dialogue


def build_core(
    settings: Settings,
    store: Store,
    on_reply: Callable[[Reply], None] = lambda _: None,
    *,
    models: Models | None = None,
    pointing: Pointing | None = None,
) -> Core:
    """Return what answers questions as `settings` say, with its index; see `build_dialogue` for errors."""
    library = open_library(settings)
    models = models or load_models(settings)
    live = LiveIndex(library, models.embedder)
    reading, composing = shipped_weights(), composing_weights()
    reader = PassageReader(models.scorer, reading)
    composer = Composer(models.scorer, reading.typed, composing)
    answerer = Answerer(reader, threshold=settings.answer_threshold, composer=composer)
    idle_after = timedelta(hours=settings.conversation_idle_hours)
    pointing = pointing or build_pointing(settings, store)
    brought = BroughtArticles(store.brought, models.embedder) if settings.readers_may_bring else None
    dialogue = Dialogue(live, answerer, store, on_reply, idle_after=idle_after, pointing=pointing, own=brought)
    corrections = CorrectionDesk(live, store.corrections, within=timedelta(days=settings.correction_days))
    return Core(dialogue, live, answerer, corrections, brought)


def build_pointing(settings: Settings, store: Store) -> Pointing | None:
    """Return the language model that `settings` name, its tokens counted in `store`; None where none is named: then
    nothing is sent anywhere.

    Raises:
        SettingsInvalid: a model has no name, or the file about its choices cannot be used.
    """
    if settings.llm_url is None:
        return None
    if settings.llm_model is None:
        raise SettingsInvalid("LLM_MODEL should be the name of a model, since LLM_URL is set; found nothing")
    # what speaks HTTP takes a tenth of a second to import, and nothing else here needs it
    from bot.adapters.llm import ChatEndpoint, ChatPointingModel, TokenAllowance

    key = settings.llm_key.get_secret_value() if settings.llm_key else None
    endpoint = ChatEndpoint(settings.llm_url, settings.llm_model, key)
    model = ChatPointingModel(endpoint, TokenAllowance(store.tokens, settings.llm_tokens_a_day))
    atexit.register(model.close)
    return Pointing(model, settings.llm_seconds, judgement_of(settings))


def judgement_of(settings: Settings) -> Judgement:
    """Return how a model's choices are judged.

    Raises:
        SettingsInvalid: the file that is named cannot be used.
    """
    return read_judgement(settings.llm_judgement) if settings.llm_judgement else shipped_judgement()


def build_app(
    settings: Settings,
    store: Store,
    on_reply: Callable[[Reply], None] = lambda _: None,
    *,
    fetcher: "Fetcher | None" = None,
    models: Models | None = None,
) -> App:
    """Return the whole bot as `settings` describe it, keeping conversations in `store`; `on_reply` sees every reply.

    `fetcher` reads the web; None: a new one. `models`: those in memory; None: they are loaded.

    Raises:
        IndexingError: there is no index that can be served, or no model; the text says what to run.
    """
    core = build_core(settings, store, on_reply, models=models)
    admin = build_admin(core, settings, store, fetcher=fetcher)
    return App(core.dialogue, core.checker, admin, store, core.corrections, core.brought)


def build_admin(core: Core, settings: Settings, store: Store, *, fetcher: "Fetcher | None" = None) -> "AdminServices":
    """Return what serves admins; `fetcher` reads the web; None: a new one."""
    # what reads pages and feeds takes a second to import, and answering needs none of it
    from bot.admin.freshness import FreshnessWatch
    from bot.admin.ingest import ArticleIngest
    from bot.admin.moderation import Moderation
    from bot.admin.operations import IndexOperations
    from bot.admin.reports import UsageReports
    from bot.admin.services import AdminServices
    from index.ingest.fetching import Fetcher

    live, exclusive, rebuild = core.live, partial(changing_articles, store), partial(rebuild_apart, settings)
    articles = ArticleIngest(
        live, fetcher or Fetcher(), settings.feeds, feed_minutes=settings.feed_minutes, exclusive=exclusive
    )
    return AdminServices(
        IndexOperations(live, rebuild, reader_name=core.reader_name, exclusive=exclusive),
        UsageReports(store.usage, store.load_reply, live),
        Moderation(store.moderation),
        articles,
        store.names,
        build_watcher(core, settings, store),
        FreshnessWatch(live, articles),
    )


def build_watcher(core: Core, settings: Settings, store: Store) -> "Watcher":
    """Return what looks through arriving articles for what is watched."""
    # see build_admin
    from bot.watches.watcher import Watcher

    return Watcher(core.live, core.answerer, watcher_store(store), alerts_a_day=settings.alerts_a_day)


def watcher_store(store: Store) -> "WatcherStore":
    """Return what a watcher reads and writes of a store."""
    # see build_admin
    from bot.watches.watcher import WatcherStore

    return WatcherStore(store.watches, store.chat_settings, store.name_corrections)


def build_checker(settings: Settings) -> Checker:
    """Return what checks quotations against all that is kept of the articles. It needs no reader.

    Raises:
        IndexingError: there is no index that can be served, or no model; the text says what to run.
    """
    live = LiveIndex(open_library(settings), load_embedder(settings.embedding_model, settings.model_cache))
    return Checker(live.kept_texts)


def schedule_feeds(app: App) -> "FeedSchedule":
    """Return what reads the feeds in the background while it is entered; of several replicas one reads."""
    # see build_app
    from bot.admin.feed_schedule import FeedSchedule

    return FeedSchedule(app.admin.articles, leads=lambda: app.store.outbox.replicas.leads)


@contextmanager
def changing_articles(store: Store) -> Iterator[None]:
    """Keep other replicas from changing the articles for the length of a block.

    Raises:
        IndexBusy: another replica changed them for as long as it is worth waiting.
    """
    with store.outbox.replicas.lock("articles", patience_seconds=_PATIENCE_SECONDS) as is_alone:
        if not is_alone:
            raise IndexBusy("Another replica is changing the articles. Try again when it is done.")
        yield


def build_first_index(settings: Settings, listener: ProgressListener = lambda _: None) -> bool:
    """Index the configured articles if nothing is indexed yet, and return whether that was done.

    Of several processes that start together one does it, and the others wait for it.

    Raises:
        IndexingError: the articles cannot be indexed.
    """
    library = open_library(settings)
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while True:
        try:
            library.current_name()
        except SnapshotMissing:
            embedder = load_embedder(settings.embedding_model, settings.model_cache)
        else:
            return False
        try:
            Ingest(library, embedder).rebuild(settings.articles, listener)
        except IndexBusy:
            if time.monotonic() > deadline:
                raise
            time.sleep(_LOOK_SECONDS)
        else:
            return True
