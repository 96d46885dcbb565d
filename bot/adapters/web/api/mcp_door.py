"""/mcp: the MCP server over streamable HTTP. The SDK is imported with the first request: it takes time and memory."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Final

from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from bot.adapters.desk import Desk, Json
from bot.adapters.web.api.gate import caller_of
from bot.adapters.web.core import WebCore

if TYPE_CHECKING:
    from mcp.server.streamable_http_manager import StreamableHTTPSessionManager

_caller: ContextVar[str] = ContextVar("caller", default="nobody")
_EVERYWHERE: Final = "0.0.0.0"


class McpDoor:
    """Serves requests once the SDK is there. Each stands alone; a conversation has the name that a client gives it, and
    is the key's own."""

    def __init__(self, core: WebCore, desk: Desk) -> None:
        self._core = core
        self._desk = desk
        self._is_wanted = asyncio.Event()
        self._app: asyncio.Future[ASGIApp] | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """See ASGI."""
        if self._app is None:
            raise RuntimeError("requests are served within `running` only")
        self._is_wanted.set()
        _caller.set(caller_of(Request(scope)).name)
        app = await asyncio.shield(self._app)
        await app(scope, receive, send)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Serve for the length of a block."""
        self._app = asyncio.get_running_loop().create_future()
        serving = asyncio.create_task(self._serve(self._app))
        try:
            yield
        finally:
            serving.cancel()
            await asyncio.gather(serving, return_exceptions=True)

    async def _serve(self, app: "asyncio.Future[ASGIApp]") -> None:
        await self._is_wanted.wait()
        try:
            manager = await asyncio.to_thread(self._manager)
            async with manager.run():
                app.set_result(manager.handle_request)
                await asyncio.Event().wait()
        except Exception as error:
            if not app.done():
                app.set_exception(error)
            raise

    def _manager(self) -> "StreamableHTTPSessionManager":
        # see the module
        from bot.adapters.mcp import build_mcp_server

        async def in_thread(function: Callable[[], Json | None]) -> Json | None:
            return await self._core.in_thread(function)

        server = build_mcp_server(
            self._desk, in_thread, lambda: f"api:{_caller.get()}", when_checked=self._core.when_checked
        )
        server.streamable_http_app(stateless_http=True, json_response=True, host=_EVERYWHERE)
        return server.session_manager
