"""HTTP: tokens, dispatch, long polling, files, faults and the log of calls."""

import asyncio
import time
from typing import Final

from aiohttp import web

from .errors import ApiError
from .faults import Fault, FaultQueue
from .methods import METHODS, prepare_polling
from .request import Request, read_request
from .state import Call, State
from .webhook import deliver_updates

_TICK_SECONDS: Final = 0.01
_MAX_BODY_BYTES: Final = 64_000_000
_TERMINATED: Final = "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"


class Endpoint:
    """Serves one bot's API on a port of 127.0.0.1 that the system picks."""

    def __init__(self, state: State, faults: FaultQueue) -> None:
        self._state = state
        self._token = state.setup.token
        self._faults = faults
        self._poll_number = 0
        self._is_closing = False
        self._runner: web.AppRunner | None = None
        self._delivery: asyncio.Task[None] | None = None

    async def start(self) -> int:
        """Opens the port and returns its number."""
        app = web.Application(client_max_size=_MAX_BODY_BYTES)
        app.router.add_route("*", "/bot{token}/{method}", self._serve_call)
        app.router.add_get("/file/bot{token}/{path:.+}", self._serve_file)
        app.router.add_route("*", "/{rest:.*}", _serve_nothing)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self._delivery = asyncio.create_task(deliver_updates(self._state))
        port: int = self._runner.addresses[0][1]
        return port

    async def stop(self) -> None:
        """Ends long polls and closes the port."""
        self._is_closing = True
        if self._delivery is not None:
            self._delivery.cancel()
            await asyncio.wait([self._delivery])
        if self._runner is not None:
            await self._runner.cleanup()

    async def _serve_call(self, http: web.Request) -> web.StreamResponse:
        if http.match_info["token"] != self._token:
            return _refusal(ApiError("Unauthorized", code=401))
        method = http.match_info["method"]
        request = await read_request(http)
        fault = self._faults.take(method, request.params.get("chat_id"))
        if fault is None:
            return await self._answer(http, method, request)
        return await self._fail(http, method, request, fault)

    async def _fail(self, http: web.Request, method: str, request: Request, fault: Fault) -> web.StreamResponse:
        await asyncio.sleep(fault.delay_seconds)
        answer: web.StreamResponse | None = None
        if fault.accepts or fault.drop == "after" or (fault.body is None and not fault.drop):
            answer = await self._answer(http, method, request)
        else:
            self._log(method, request, None, f"fault: {fault.drop or fault.status}")
        await self._stay_silent(http, fault.silent_seconds)
        if fault.drop and http.transport is not None:
            http.transport.abort()
        if fault.body is None:
            return answer or web.Response()
        return web.Response(status=fault.status, text=fault.body, content_type=fault.content_type)

    async def _stay_silent(self, http: web.Request, seconds: float) -> None:
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline and not self._is_closing:
            if http.transport is None or http.transport.is_closing():
                return
            await asyncio.sleep(_TICK_SECONDS)

    async def _answer(self, http: web.Request, method: str, request: Request) -> web.Response:
        try:
            result = await self._carry_out(http, method.lower(), request)
        except ApiError as error:
            self._log(method, request, None, error.description)
            return _refusal(error)
        self._log(method, request, result, None)
        return web.json_response({"ok": True, "result": result})

    async def _carry_out(self, http: web.Request, method: str, request: Request) -> object:
        if method == "getupdates":
            return await self._poll(http, request)
        if method not in METHODS:
            raise ApiError("Not Found", code=404)
        with self._state.lock:
            return METHODS[method](self._state, request)

    async def _poll(self, http: web.Request, request: Request) -> object:
        with self._state.lock:
            prepare_polling(self._state, request)
        self._poll_number += 1
        number = self._poll_number
        deadline = time.monotonic() + (request.integer("timeout") or 0)
        limit = min(max(request.integer("limit") or 100, 1), 100)
        while True:
            if number != self._poll_number:
                raise ApiError(_TERMINATED, code=409)
            with self._state.lock:
                found = self._state.updates.peek(limit)
            gone = http.transport is None or http.transport.is_closing()
            if found or gone or self._is_closing or time.monotonic() >= deadline:
                return found
            await asyncio.sleep(_TICK_SECONDS)

    async def _serve_file(self, http: web.Request) -> web.Response:
        if http.match_info["token"] != self._token:
            return _refusal(ApiError("Unauthorized", code=401))
        for file in self._state.files.values():
            if file.path == http.match_info["path"]:
                return web.Response(body=file.content, content_type="application/octet-stream")
        return _refusal(ApiError("Not Found", code=404))

    def _log(self, method: str, request: Request, result: object, error: str | None) -> None:
        with self._state.lock:
            params = dict(request.params)
            self._state.calls.append(Call(method, params, time.monotonic(), result, error))


async def _serve_nothing(http: web.Request) -> web.Response:
    return _refusal(ApiError("Not Found", code=404))


def _refusal(error: ApiError) -> web.Response:
    return web.json_response(error.as_json(), status=error.code)
