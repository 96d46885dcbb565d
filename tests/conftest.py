"""What many tests share: the settings of nobody, the shipped model, and the seeds indexed with it."""

import os
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from bot.app import App, build_app
from bot.dialogue import Dialogue
from bot.settings import Settings
from bot.store import Store
from index.embedding import OnnxEmbedder
from index.library import Library
from index.settings import IndexSettings
from index.sources import read_articles

ROOT = Path(__file__).parents[1]


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
        patch.setenv("PYTHONPATH", str(ROOT))
        yield cache


@pytest.fixture(scope="session")
def seeds() -> Path:
    """The articles that ship."""
    return ROOT / "seeds"


@pytest.fixture(scope="session")
def shipped_embedder(model_cache: Path) -> OnnxEmbedder:
    """The real model, exported first if nobody did yet."""
    return OnnxEmbedder.load(model_cache)


@pytest.fixture(scope="session")
def seed_index(tmp_path_factory: pytest.TempPathFactory, seeds: Path, shipped_embedder: OnnxEmbedder) -> Path:
    """An index folder of the seeds, for reading only."""
    folder = tmp_path_factory.mktemp("seed-index")
    Library(folder).rebuild(read_articles(seeds), shipped_embedder)
    return folder


@pytest.fixture(scope="session")
def app(seed_index: Path) -> Iterator[App]:
    """The bot as it ships, over the seeds; every conversation needs an id of its own."""
    with closing(build_app(Settings.from_environment(index=seed_index), Store.in_memory())) as app:
        yield app


@pytest.fixture(scope="session")
def dialogue(app: App) -> Dialogue:
    """The readers' door of that bot."""
    return app.dialogue
