"""Serves the website on its own: in a thread beside the terminal chat, or until a signal where nobody types."""

import asyncio
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from bot.adapters.web.core import WebCore
from bot.adapters.web.monitoring import monitoring
from bot.adapters.web.serving import Address, HttpServers
from bot.adapters.web.website import build_website
from bot.admin.freshness import FreshnessWatch


@contextmanager
def served_beside(core: WebCore, on_open: Callable[[Address], None]) -> Iterator[None]:
    """Serve for the length of a block, in a thread; `on_open` is told the address, where something is served.

    Raises:
        PortTaken: the address that was asked for cannot be listened at.
    """
    servers = _servers(core)
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="web", daemon=True)
    thread.start()
    try:
        for address in asyncio.run_coroutine_threadsafe(servers.open(), loop).result():
            on_open(address)
        yield
    finally:
        asyncio.run_coroutine_threadsafe(servers.close(), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


def serve_alone(core: WebCore, on_open: Callable[[Address], None]) -> None:
    """Serve until SIGINT or SIGTERM; where nothing is served, return at once. `on_open` is told the address.

    Raises:
        PortTaken: the address that was asked for cannot be listened at.
    """
    asyncio.run(_serve(_servers(core), on_open))


async def _serve(servers: HttpServers, on_open: Callable[[Address], None]) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    opened = await servers.open()
    for address in opened:
        on_open(address)
    if opened:
        await stop.wait()
    await servers.close()


def _servers(core: WebCore) -> HttpServers:
    servers, website = HttpServers(), build_website(core)
    if website is not None:
        freshness = FreshnessWatch(core.live)
        watched = monitoring(core.metrics, index_problem=lambda: core.live.problem, freshness=freshness.look)
        website.add_to(servers, watched)
    return servers
