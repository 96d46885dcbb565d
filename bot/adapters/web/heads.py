"""A limit to how long the head of a request may take: uvicorn has one for connections at rest alone."""

import asyncio
from typing import Final

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

HEAD_SECONDS: Final = 10.0
_TOO_SLOW: Final = (
    b"HTTP/1.1 408 Request Timeout\r\nConnection: close\r\nContent-Type: text/plain; charset=utf-8\r\n"
    b"Content-Length: 0\r\n\r\n"
)


class PromptHeads(H11Protocol):
    """Closes a connection on which the first head has not come in time since it was opened, or a later one since it
    began to come; what has begun is answered with 408 before."""

    _deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as H11Protocol's own
        """See `asyncio.Protocol`."""
        super().connection_made(transport)
        self._deadline = self.loop.call_later(HEAD_SECONDS, self._give_up)

    def connection_lost(self, exc: Exception | None) -> None:
        """See `asyncio.Protocol`."""
        self._head_has_come()
        super().connection_lost(exc)

    def handle_events(self) -> None:
        """Take what has come; while a head is half there, time runs."""
        super().handle_events()
        if self.conn.their_state is not h11.IDLE:
            self._head_has_come()
        elif self._deadline is None and self.timeout_keep_alive_task is None:
            self._deadline = self.loop.call_later(HEAD_SECONDS, self._give_up)

    def _head_has_come(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _give_up(self) -> None:
        has_begun = bool(self.conn.trailing_data[0])
        if has_begun and not self.transport.is_closing():
            self.transport.write(_TOO_SLOW)
        self.timeout_keep_alive_handler()
