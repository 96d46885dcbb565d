"""A reverse proxy before several replicas: each request goes to the next one that is ready and can be reached."""

import asyncio
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import count

from aiohttp import ClientConnectorError, ClientError, ClientSession, ClientTimeout, web

_PATIENCE = ClientTimeout(total=30, sock_connect=1)
_GLANCE = ClientTimeout(total=2)
_LOOK_EVERY_SECONDS = 0.5


class RoundRobin:
    """Passes posts on to backends, `http://host:port`, in turn."""

    def __init__(self, backends: Sequence[str], health: Sequence[str] = ()) -> None:
        """`health` are the addresses, in the same order, that say whether they are ready; without, all always are."""
        self.backends = tuple(backends)
        self._health = dict(zip(self.backends, health, strict=True)) if health else {}
        self._ready = set(self.backends)
        self.port = 0
        self._turns = count()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    def start(self) -> None:
        """Listens at a free port of 127.0.0.1."""
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self._open(), self._loop).result()

    def stop(self) -> None:
        """Closes the port and ends the thread."""
        asyncio.run_coroutine_threadsafe(self._close(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _open(self) -> None:
        self._session = ClientSession(timeout=_PATIENCE)
        app = web.Application()
        app.router.add_post("/{path:.*}", self._pass_on)
        self._runner = web.AppRunner(app, access_log=None)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.port = self._runner.addresses[0][1]
        self._looking = [asyncio.create_task(self._look(backend, url)) for backend, url in self._health.items()]

    async def _look(self, backend: str, url: str) -> None:
        while True:
            try:
                async with self._session.get(url, timeout=_GLANCE) as answer:
                    (self._ready.add if answer.ok else self._ready.discard)(backend)
            except (ClientError, TimeoutError):
                self._ready.discard(backend)
            await asyncio.sleep(_LOOK_EVERY_SECONDS)

    async def _close(self) -> None:
        for looking in self._looking:
            looking.cancel()
        await self._runner.cleanup()
        await self._session.close()

    async def _pass_on(self, request: web.Request) -> web.Response:
        body, headers = await request.read(), {**request.headers, "Connection": "close"}
        first = next(self._turns)
        in_turn = [self.backends[(first + n) % len(self.backends)] for n in range(len(self.backends))]
        for backend in [backend for backend in in_turn if backend in self._ready]:
            try:
                async with self._session.post(f"{backend}{request.path_qs}", data=body, headers=headers) as answer:
                    return web.Response(status=answer.status, body=await answer.read())
            except ClientConnectorError:
                continue  # nothing was sent: the next one may have it
            except (ClientError, TimeoutError):
                break
        return web.Response(status=502)


@contextmanager
def round_robin(backends: Sequence[str], health: Sequence[str] = ()) -> Iterator[RoundRobin]:
    """A proxy that listens for the length of the block."""
    proxy = RoundRobin(backends, health)
    proxy.start()
    try:
        yield proxy
    finally:
        proxy.stop()
