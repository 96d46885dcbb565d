"""What the tests of the web ask: routes on a real server, and a client for them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx

from bot.adapters.web.serving import HttpServers, RouteGroup
from tests.ports import free_port


@asynccontextmanager
async def served_routes(*groups: RouteGroup) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the groups, served at one address for the length of the block."""
    address, servers = ("127.0.0.1", free_port()), HttpServers()
    for group in groups:
        servers.add(address, group)
    await servers.open()
    try:
        url = f"http://127.0.0.1:{address[1]}"
        # without certificates, which nothing here needs and which take longer to read than most tests do
        async with httpx.AsyncClient(base_url=url, trust_env=False, timeout=60, verify=False) as client:
            yield client
    finally:
        await servers.close()
