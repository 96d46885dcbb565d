"""A reverse proxy before several replicas: each request goes to the next one that can be reached."""

import asyncio
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import count

from aiohttp import ClientConnectorError, ClientError, ClientSession, ClientTimeout, web

_PATIENCE = ClientTimeout(total=30, sock_connect=1)


class RoundRobin:
    """Passes posts on to backends, `http://host:port`, in turn; `posted` counts what each one answered."""

    def __init__(self, backends: Sequence[str]) -> None:
        self.backends = tuple(backends)
        self.posted = dict.fromkeys(self.backends, 0)
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

    async def _close(self) -> None:
        await self._runner.cleanup()
        await self._session.close()

    async def _pass_on(self, request: web.Request) -> web.Response:
        body, headers = await request.read(), {**request.headers, "Connection": "close"}
        first = next(self._turns)
        for backend in (self.backends[(first + n) % len(self.backends)] for n in range(len(self.backends))):
            try:
                async with self._session.post(f"{backend}{request.path_qs}", data=body, headers=headers) as answer:
                    self.posted[backend] += 1
                    return web.Response(status=answer.status, body=await answer.read())
            except ClientConnectorError:
                continue  # nothing was sent: the next one may have it
            except (ClientError, TimeoutError):
                break
        return web.Response(status=502)


@contextmanager
def round_robin(backends: Sequence[str]) -> Iterator[RoundRobin]:
    """A proxy that listens for the length of the block."""
    proxy = RoundRobin(backends)
    proxy.start()
    try:
        yield proxy
    finally:
        proxy.stop()
