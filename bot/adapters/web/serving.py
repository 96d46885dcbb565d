"""HTTP servers of uvicorn in the loop of whoever opens them, one an address: what listens there shares it."""

import asyncio
import logging
import os
import socket
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager, contextmanager, nullcontext
from dataclasses import dataclass, field
from typing import Final

import uvicorn
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.exceptions import ExceptionMiddleware
from starlette.routing import BaseRoute

from bot.adapters.web.bodies import BodyLimits
from bot.adapters.web.heads import PromptHeads
from bot.adapters.web.problems import refused
from bot.errors import PortTaken

logger = logging.getLogger(__name__)

Address = tuple[str, int]
_STOPPING_SECONDS: Final = 1
_KEEP_ALIVE_SECONDS: Final = 30
_MOST_CONNECTIONS: Final = 1_000
_MOST_HEADER_BYTES: Final = 32_768
_GLANCE_SECONDS: Final = 0.01
_BACKLOG: Final = 1_024


@dataclass(frozen=True, slots=True)
class RouteGroup:
    """Routes that belong together, tried in their order; `running` is entered while they are served."""

    routes: Sequence[BaseRoute]
    running: Callable[[], AbstractAsyncContextManager[object]] = nullcontext


@dataclass(slots=True)
class _Place:
    groups: list[RouteGroup] = field(default_factory=list)
    is_needed: bool = False


class HttpServers:
    """Has an HTTP server for each address; groups that share an address share its server."""

    def __init__(self) -> None:
        self._places: dict[Address, _Place] = {}
        self._servers: list[tuple[_Server, asyncio.Task[None]]] = []

    def add(self, address: Address, group: RouteGroup, *, is_needed: bool = True) -> None:
        """Serve a group at an address, of host and port, behind what was added there before.

        Where an address cannot be had for which nobody asked (not `is_needed`), that is only logged.
        """
        place = self._places.setdefault(address, _Place())
        place.groups.append(group)
        place.is_needed |= is_needed

    async def open(self) -> list[Address]:
        """Start serving, and return where.

        Raises:
            PortTaken: an address that is needed cannot be listened at.
        """
        opened = []
        for address, place in sorted(self._places.items(), key=lambda item: not item[1].is_needed):
            try:
                listening = _listen(address)
            except OSError as error:
                if place.is_needed:
                    raise PortTaken(f"cannot listen at {shown(address)}: {_reason(error)}") from None
                logger.warning(
                    "no pages are served, for %s cannot be listened at (%s): set WEB_LISTEN to another or to none",
                    shown(address),
                    _reason(error),
                )
                continue
            await self._start(listening, place.groups)
            opened.append(address)
        return opened

    async def close(self) -> None:
        """Stop serving."""
        for server, _ in self._servers:
            server.should_exit = True
        await asyncio.gather(*(task for _, task in self._servers))
        self._servers.clear()

    async def _start(self, listening: socket.socket, groups: Sequence[RouteGroup]) -> None:
        server = _Server(
            uvicorn.Config(
                _application(groups),
                http=PromptHeads,
                ws="none",
                lifespan="on",
                log_config=None,
                access_log=False,
                server_header=False,
                timeout_keep_alive=_KEEP_ALIVE_SECONDS,
                timeout_graceful_shutdown=_STOPPING_SECONDS,
                limit_concurrency=_MOST_CONNECTIONS,
                h11_max_incomplete_event_size=_MOST_HEADER_BYTES,
            )
        )
        task = asyncio.create_task(server.serve([listening]))
        self._servers.append((server, task))
        while not (server.started or task.done()):
            await asyncio.sleep(_GLANCE_SECONDS)


class _Server(uvicorn.Server):
    """A server that leaves the process's signals to whoever runs the loop."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Capture none."""
        yield


def shown(address: Address) -> str:
    """Return an address as it is written in settings."""
    host, port = address
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def _reason(error: OSError) -> str:
    """Return what the system says; Python's own text may hold the address a second time."""
    return os.strerror(error.errno) if error.errno and error.errno > 0 else str(error.strerror)


def _application(groups: Sequence[RouteGroup]) -> Starlette:
    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            for group in groups:
                await stack.enter_async_context(group.running())
            yield

    routes = [route for group in groups for route in group.routes]
    around = [Middleware(ExceptionMiddleware, handlers={HTTPException: refused}), Middleware(BodyLimits)]
    return Starlette(routes=routes, middleware=around, lifespan=lifespan)


def _listen(address: Address) -> socket.socket:
    family = socket.getaddrinfo(*address, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0][0]
    listening = socket.create_server(address, family=family, backlog=_BACKLOG)
    # asyncio sets it for sockets of its own making alone; without it each answer waits for the head to be confirmed
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    listening.setblocking(False)
    return listening
