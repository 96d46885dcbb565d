"""The website: every group of routes under one roof, to be served beside Telegram or beside the terminal."""

from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.exceptions import ExceptionMiddleware
from starlette.routing import Mount

from bot.adapters.web.access import Access
from bot.adapters.web.api import program_doors
from bot.adapters.web.core import WebCore
from bot.adapters.web.headers import PageHeaders
from bot.adapters.web.hosts import KnownHosts
from bot.adapters.web.pages.beside import said_on_a_page, static_files, telegram_session
from bot.adapters.web.pages.chat import chat_pages
from bot.adapters.web.pages.checking import check_pages
from bot.adapters.web.pages.digests import digest_pages
from bot.adapters.web.pages.looking_up import look_up_pages
from bot.adapters.web.pages.reading import reading_pages
from bot.adapters.web.serving import Address, HttpServers, RouteGroup


@dataclass(frozen=True, slots=True)
class Website:
    """The pages and what programs ask, at the address of `WEB_LISTEN`."""

    address: Address
    group: RouteGroup
    is_needed: bool

    def add_to(self, servers: HttpServers, *others: RouteGroup) -> None:
        """Serve it, behind other groups at the same address."""
        for group in (*others, self.group):
            servers.add(self.address, group, is_needed=self.is_needed)


def build_website(core: WebCore) -> Website | None:
    """Return all that is served of this bot, or None where nothing is to be."""
    config = core.config
    if config.listen is None:
        return None
    return Website(config.listen, _under_one_roof(core, _groups(core)), is_needed=not config.is_default)


def _groups(core: WebCore) -> list[RouteGroup]:
    """Return the groups of routes; the first that has a route for a path serves it. A new group is entered here."""
    access = Access(core.config)
    return [
        static_files(),
        telegram_session(access),
        reading_pages(core, access),
        look_up_pages(core, access),
        chat_pages(core, access),
        check_pages(core, access),
        digest_pages(core, access),
        program_doors(core),
    ]


def _under_one_roof(core: WebCore, groups: Sequence[RouteGroup]) -> RouteGroup:
    @asynccontextmanager
    async def running() -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            stack.callback(core.close)
            for group in groups:
                await stack.enter_async_context(group.running())
            yield

    routes = [route for group in groups for route in group.routes]
    config = core.config
    around = [
        Middleware(KnownHosts, public_host=config.public_host),
        Middleware(PageHeaders, opens_in_telegram=config.bot_token is not None and config.is_secure),
        Middleware(ExceptionMiddleware, handlers={HTTPException: said_on_a_page}),
    ]
    return RouteGroup([Mount("", routes=routes, middleware=around)], running)
