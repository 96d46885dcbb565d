"""The website over a few articles, with the index, the store and the models that ship."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import httpx

from bot.adapters.metrics import Metrics
from bot.adapters.web import WebConfig, WebCore, build_website
from bot.adapters.web.monitoring import monitoring
from bot.admin.services import AdminServices
from bot.app import build_admin, build_core
from bot.dialogue import Dialogue
from bot.settings import Settings
from bot.store import Store
from index import Article
from index.embedding.embedder import Embedder
from index.library.disk.library import DiskLibrary
from tests.bot.examples import BRIDGE, FERRY
from tests.bot.telegram.running_bot import shipped_models
from tests.bot.web.serving import served_routes

OPEN = WebConfig(("127.0.0.1", 0), questions_per_minute=1_000)
"""Everybody may read and ask."""
QUESTION = "Who opened the bridge again?"
ANSWERING = "The mayor, Ada Brook, opened it again on 3 May 2024."


def no_admin() -> AdminServices:
    """For sites whose admins do nothing."""
    raise AssertionError("nobody asked for it")


@dataclass(frozen=True)
class Site:
    """What is served, and what lies behind it."""

    client: httpx.AsyncClient
    library: DiskLibrary
    store: Store
    dialogue: Dialogue
    core: WebCore

    async def token(self) -> str:
        """What this client's forms carry; its first page gives it a cookie."""
        page = await self.client.get("/")
        return page.text.partition('name="token" value="')[2].partition('"')[0]

    async def send(self, path: str, **fields: str) -> httpx.Response:
        """The answer to a form of a page that this client has just loaded."""
        return await self.client.post(path, data={"token": await self.token(), **fields})

    async def ask(self, question: str = QUESTION) -> str:
        """The page that shows the reply."""
        asked = await self.send("/ask", question=question)
        assert asked.status_code == 303, asked.text
        return (await self.client.get(asked.headers["location"].partition("#")[0])).text


def embedder() -> Embedder:
    """The model that ships."""
    return shipped_models().embedder


def core_of(library: DiskLibrary, store: Store, config: WebConfig = OPEN) -> WebCore:
    """What the groups of routes are given."""
    settings = Settings.from_environment(index=library.root)
    core = build_core(settings, store, models=shipped_models())
    admin = cache(lambda: build_admin(core, settings, store))
    return WebCore(core.dialogue, core.live, admin, Metrics(), config, core.corrections)


@asynccontextmanager
async def served_site(
    folder: Path, articles: Sequence[Article] = (BRIDGE, FERRY), config: WebConfig = OPEN
) -> AsyncIterator[Site]:
    """A site over these articles for the length of the block."""
    library = DiskLibrary(folder / "index")
    library.rebuild(articles, embedder())
    with Store.in_memory() as store:
        core = core_of(library, store, config)
        website = build_website(core)
        assert website is not None
        async with served_routes(monitoring(core.metrics), website.group) as client:
            yield Site(client, library, store, core.dialogue, core)
