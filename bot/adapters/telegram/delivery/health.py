"""Health over HTTP: whether the process lives, whether it serves, and its metrics."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from dataclasses import dataclass, field
from typing import Any, Final

from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError

from bot.adapters.telegram.delivery.metrics import Metrics
from bot.errors import PortTaken

_LONGEST_SILENCE_SECONDS: Final = 90.0
_STOPPING_SECONDS: Final = 1.0
_MOST_BODY_BYTES: Final = 1_000_000

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
Routes = dict[tuple[str, str], Handler]


@dataclass(slots=True)
class HealthState:
    """When Telegram was last heard of, and whether the process is stopping.

    With a webhook there may be silence: `must_poll` says whether silence means that Telegram is out of reach.
    """

    must_poll: bool = True
    heard_at: float | None = None
    stopping: bool = False
    started_at: float = field(default_factory=time.monotonic)

    def hear(self) -> None:
        """Note that Telegram answered just now."""
        self.heard_at = time.monotonic()

    @property
    def problem(self) -> str | None:
        """Why the bot does not serve, or None if it does."""
        if self.stopping:
            return "stopping"
        if self.heard_at is None:
            return "not connected to Telegram yet"
        if self.must_poll and time.monotonic() - self.heard_at > _LONGEST_SILENCE_SECONDS:
            return "Telegram is out of reach"
        return None


def health_routes(
    health: HealthState,
    metrics: Metrics,
    problems: Iterable[Callable[[], str | None]],
    index_problem: Callable[[], str | None] = lambda: None,
) -> Routes:
    """Return the handlers of `/healthz`, `/readyz` and `/metrics`.

    `/healthz` answers while the process lives. `/readyz` answers 503 with the first of the problems, if there is one;
    what is wrong with the index it only tells, for questions are answered all the same. `/metrics` is for Prometheus.
    """

    async def alive(_: web.Request) -> web.Response:
        return web.json_response({"status": "ok", "uptime_seconds": round(time.monotonic() - health.started_at)})

    async def ready(_: web.Request) -> web.Response:
        problem = next((found for look in problems if (found := look())), None)
        if problem:
            return web.json_response({"status": "not ready", "reason": problem}, status=503)
        index = index_problem()
        return web.json_response({"status": "ready", **({"index": index} if index else {})})

    async def figures(_: web.Request) -> web.Response:
        body = await asyncio.to_thread(metrics.exposition)
        return web.Response(body=body, headers={"Content-Type": "text/plain; version=0.0.4; charset=utf-8"})

    return {("GET", "/healthz"): alive, ("GET", "/readyz"): ready, ("GET", "/metrics"): figures}


class _Brief(logging.LoggerAdapter[logging.Logger]):
    """Logs a request that is no request in one line: anybody can send a thousand of them."""

    def process(self, msg: Any, kwargs: MutableMapping[str, Any]) -> tuple[Any, MutableMapping[str, Any]]:  # noqa: ANN401
        """See the base class."""
        if isinstance(kwargs.get("exc_info"), HttpProcessingError | web.RequestPayloadError):
            kwargs["exc_info"] = None
        return msg, kwargs


_BRIEF: Final = _Brief(logging.getLogger(__name__))


class HttpServers:
    """Has an HTTP server for each address; routes that share an address share its server."""

    def __init__(self) -> None:
        self._routes: dict[tuple[str, int], Routes] = {}
        self._runners: list[web.AppRunner] = []

    def add(self, address: tuple[str, int], routes: Routes) -> None:
        """Serve these routes at an address, of host and port, once the servers are opened."""
        self._routes.setdefault(address, {}).update(routes)

    async def open(self) -> None:
        """Start serving.

        Raises:
            PortTaken: one of the addresses cannot be listened at.
        """
        for (host, port), routes in self._routes.items():
            app = web.Application(client_max_size=_MOST_BODY_BYTES)
            for (method, path), handler in routes.items():
                app.router.add_route(method, path, handler)
            runner = web.AppRunner(app, access_log=None, logger=_BRIEF, shutdown_timeout=_STOPPING_SECONDS)
            await runner.setup()
            self._runners.append(runner)
            try:
                await web.TCPSite(runner, host, port).start()
            except OSError as error:
                raise PortTaken(f"cannot listen at {host}:{port}: {error.strerror}") from None

    async def close(self) -> None:
        """Stop serving."""
        for runner in self._runners:
            await runner.cleanup()
        self._runners.clear()
