"""Limits to what a request may send: how many bytes, and for how long."""

import asyncio
from typing import Final

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

MOST_BODY_BYTES: Final = 1_000_000
_MOST_PASSED_OVER_BYTES: Final = 20_000_000
"""What is sent beyond the limit is read to here: most clients hear no answer before they have sent all."""
_BODY_SECONDS: Final = 10.0
_TOO_LARGE: Final = f"A request may send {MOST_BODY_BYTES:,} bytes at most."
_TOO_SLOW: Final = f"A request must be sent within {_BODY_SECONDS:.0f} seconds."


class BodyLimits:
    """Refuses bodies that are too large (413) or too slow (408)."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """See ASGI."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        body = _Body(receive)
        if _announced_bytes(scope) > MOST_BODY_BYTES:
            await body.refuse(_announced_bytes(scope))
        await self._app(scope, body.receive, send)


class _Body:
    """What is received of one request's body."""

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self._bytes = 0
        self._is_whole = False
        self._deadline = asyncio.get_running_loop().time() + _BODY_SECONDS

    async def receive(self) -> Message:
        """Return what arrives next; once the body is whole, wait for it as long as it takes."""
        if self._is_whole:
            return await self._receive()
        message = await self._next()
        if self._bytes > MOST_BODY_BYTES:
            await self.refuse()
        return message

    async def refuse(self, announced: int = 0) -> None:
        """Read on to the end of the body, if that is near, and say that it is too large."""
        while announced <= _MOST_PASSED_OVER_BYTES and self._bytes <= _MOST_PASSED_OVER_BYTES and not self._is_whole:
            await self._next()
        raise HTTPException(413, _TOO_LARGE, {"Connection": "close"})

    async def _next(self) -> Message:
        try:
            async with asyncio.timeout_at(self._deadline):
                message = await self._receive()
        except TimeoutError:
            raise HTTPException(408, _TOO_SLOW, {"Connection": "close"}) from None
        self._bytes += len(message.get("body", b""))
        self._is_whole = not message.get("more_body", False)
        return message


def _announced_bytes(scope: Scope) -> int:
    announced = dict(scope["headers"]).get(b"content-length", b"0")
    return int(announced) if announced.isdigit() else 0
