"""What many tests share: the settings of nobody, the shipped model, and the seeds indexed with it."""

import gc
import os
import warnings
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from shutil import copyfile

import numpy as np
import pytest
from hypothesis import settings
from tokenizers import Tokenizer, pre_tokenizers
from tokenizers.models import WordLevel

from bot.app import Models, build_dialogue
from bot.dialogue import Dialogue
from bot.settings import Settings
from bot.store import Store
from index.embedding.embedder import OnnxEmbedder
from index.ingest.sources import read_articles
from index.library.disk.library import DiskLibrary
from index.library.opening import open_library
from index.library.transfer import export_library, import_library
from index.settings import IndexSettings
from tests.bot.telegram.running_bot import shipped_models
from tests.milvus import Vectors, shared_vectors
from tests.postgresql import Databases, shared_postgres
from tests.scratch import scratch_in_memory
from tests.shared import made_once, sharing

ROOT = Path(__file__).parents[1]

settings.register_profile("newsquote", deadline=None)  # a busy machine is no reason to fail
settings.load_profile("newsquote")


def pytest_configure(config: pytest.Config) -> None:
    """Files go to memory where there is room; processes that share the tests are told by the one that starts them.

    Nothing is garbage before all tests are collected: not to look for it saves a sixth of the time that takes.
    """
    gc.disable()
    if not hasattr(config, "workerinput"):
        scratch = ExitStack()
        scratch.enter_context(scratch_in_memory())
        scratch.enter_context(sharing())
        config.add_cleanup(scratch.close)


def pytest_collection_finish() -> None:
    """What all tests import is there to stay: to look through it for garbage takes a tenth of the time."""
    gc.collect()
    gc.freeze()
    gc.enable()


@pytest.fixture(scope="session", autouse=True)
def model_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The ordinary model cache: all that the tests keep of the settings of whoever runs them.

    They work in an empty folder without a `.env`; programs that they start find the packages all the same.
    """
    cache = IndexSettings.from_environment().model_cache.resolve()
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(tmp_path_factory.mktemp("work"))
        for name in [name for name in os.environ if name.lower() in Settings.model_fields]:
            patch.delenv(name)
        patch.setenv("MODEL_CACHE", str(cache))
        patch.setenv("WEB_LISTEN", "")  # several bots run at once
        patch.setenv("PYTHONPATH", str(ROOT))
        yield cache


@pytest.fixture(scope="session")
def seeds() -> Path:
    """The articles that ship."""
    return ROOT / "seeds"


@pytest.fixture(scope="session")
def vector_server() -> Vectors:
    """A vector server that runs; every test needs an address of its own."""
    return shared_vectors()


@pytest.fixture(scope="session")
def shipped_embedder(model_cache: Path) -> OnnxEmbedder:
    """The real model, exported first if nobody did yet."""
    return OnnxEmbedder.load(model_cache)


@pytest.fixture(scope="session")
def models(model_cache: Path) -> Models:
    """The models that ship, loaded once for all bots of this process."""
    return shipped_models()


@pytest.fixture(scope="session")
def seed_index(seeds: Path, shipped_embedder: OnnxEmbedder) -> Path:
    """An index folder of the seeds, for reading only."""

    def build(folder: Path) -> str:
        DiskLibrary(folder).rebuild(read_articles(seeds), shipped_embedder)
        return str(folder)

    return Path(made_once("seed-index", build))


@pytest.fixture(scope="session")
def postgres() -> Databases:
    """A PostgreSQL server of the tests' own."""
    return shared_postgres()


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of a new, empty database: of every kind that is supported, one after the other."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/kept/newsquote.db"
    server: Databases = request.getfixturevalue("postgres")
    return server.new_database()


@pytest.fixture(scope="session")
def prepared_file() -> Path:
    """A database in a file with the tables of this version and nothing in them."""

    def prepare(folder: Path) -> str:
        path = folder / "newsquote.db"
        Store.open(f"sqlite:///{path}").close()
        return str(path)

    return Path(made_once("prepared", prepare))


@pytest.fixture(params=["sqlite", "postgresql"])
def prepared_database_url(request: pytest.FixtureRequest, tmp_path: Path, prepared_file: Path) -> str:
    """The same with the tables of this version: copied, not made step by step."""
    if request.param == "sqlite":
        (tmp_path / "kept").mkdir()
        return f"sqlite:///{copyfile(prepared_file, tmp_path / 'kept/newsquote.db')}"
    server: Databases = request.getfixturevalue("postgres")
    return server.new_prepared_database()


@pytest.fixture(scope="session")
def dialogue(seed_index: Path, models: Models) -> Iterator[Dialogue]:
    """The bot as it ships, over the seeds; every conversation needs an id of its own."""
    with Store.in_memory() as store:
        yield build_dialogue(Settings.from_environment(index=seed_index), store, models=models)


@pytest.fixture(scope="session")
def cluster_dialogue(
    tmp_path_factory: pytest.TempPathFactory,
    vector_server: Vectors,
    seed_index: Path,
    shipped_embedder: OnnxEmbedder,
    models: Models,
) -> Iterator[Dialogue]:
    """The same over a vector server, where the index of the seeds was brought in a file."""

    def settings_of(folder: Path, database: str | None) -> Settings:
        given = {"index": folder, "vector_url": replace(vector_server.address(), database=database)}
        return Settings.from_environment().model_copy(update=given)

    def bring(folder: Path) -> str | None:
        database = vector_server.address().database
        export_library(DiskLibrary(seed_index), shipped_embedder, folder / "seeds.tar")
        library = open_library(settings_of(folder / "index", database))
        import_library(library, shipped_embedder, folder / "seeds.tar")
        return database

    settings = settings_of(tmp_path_factory.mktemp("cluster"), made_once("seeds-on-vectors", bring))
    with Store.in_memory() as store:
        yield build_dialogue(settings, store, models=models)


@pytest.fixture(scope="session")
def tiny_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a sentence-transformers model that counts five words. For slow tests: it takes torch."""
    words = ["[UNK]", "bridge", "opened", "mayor", "ferry", "owner"]
    tokenizer = Tokenizer(WordLevel({word: row for row, word in enumerate(words)}, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    weights = np.eye(len(words), dtype=np.float32)
    weights[0] = 1e-3
    folder = tmp_path_factory.mktemp("model") / "five-words"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # those of torch's own imports
        from sentence_transformers import SentenceTransformer
        from sentence_transformers.sentence_transformer.modules import StaticEmbedding

        modules = [StaticEmbedding(tokenizer, embedding_weights=weights)]
        SentenceTransformer(modules=modules, device="cpu").save(str(folder))
    return folder
