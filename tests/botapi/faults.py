"""Failures to order: rate limits, broken answers, delays and dropped connections."""

import json
from dataclasses import dataclass
from typing import Literal

from .errors import ApiError


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that goes wrong with one call; see the constructors below."""

    status: int = 200
    body: str | None = None
    content_type: str = "application/json"
    delay_seconds: float = 0.0
    drop: Literal["before", "after"] | None = None
    accepts: bool = False
    silent_seconds: float = 0.0


def too_many_requests(retry_after: int) -> Fault:
    """429, with the wait that Telegram asks for."""
    refusal = ApiError(f"Too Many Requests: retry after {retry_after}", 429, retry_after)
    return Fault(status=429, body=json.dumps(refusal.as_json()))


def server_error(status: int = 502) -> Fault:
    """A gateway's HTML page in place of an answer; the call is not carried out."""
    page = f"<html><body><h1>{status} Bad Gateway</h1></body></html>"
    return Fault(status=status, body=page, content_type="text/html")


def garbage(*, accepts: bool = False) -> Fault:
    """A 200 whose body is not JSON; `accepts` says whether the call was carried out."""
    return Fault(body='{"ok":tru', accepts=accepts)


def delay(seconds: float) -> Fault:
    """A slow but otherwise honest answer."""
    return Fault(delay_seconds=seconds)


def internal_error() -> Fault:
    """A 500 in the API's own words; the call is not carried out."""
    return Fault(status=500, body=json.dumps(ApiError("Internal Server Error", 500).as_json()))


def silence(seconds: float, *, accepts: bool) -> Fault:
    """No answer for so long that the bot gives up waiting; `accepts` says whether the call was carried out, at once."""
    return Fault(status=504, body="", content_type="text/html", accepts=accepts, silent_seconds=seconds)


def drop_before() -> Fault:
    """The connection ends before the call is carried out."""
    return Fault(drop="before")


def drop_after() -> Fault:
    """The call is carried out, and the connection ends before the bot can learn so."""
    return Fault(drop="after")


@dataclass(slots=True)
class _Order:
    fault: Fault
    method: str | None
    chat_id: int | None
    times: int


class FaultQueue:
    """Faults waiting for a call that fits them, first ordered first served."""

    def __init__(self) -> None:
        self._orders: list[_Order] = []

    def add(
        self,
        fault: Fault,
        *,
        method: str | None = None,
        chat_id: int | None = None,
        times: int = 1,
    ) -> None:
        """Orders a fault for the next `times` calls.

        No method means any but getUpdates, whose polling would use the fault up unseen.
        """
        self._orders.append(_Order(fault, method, chat_id, times))

    def clear(self) -> None:
        """Cancels what has not happened yet."""
        self._orders.clear()

    def take(self, method: str, chat_id: object) -> Fault | None:
        """The fault for this call, used up by asking."""
        for order in self._orders:
            fits_method = (order.method or "").lower() == method.lower() or (
                order.method is None and method.lower() != "getupdates"
            )
            fits_chat = order.chat_id is None or str(order.chat_id) == str(chat_id)
            if fits_method and fits_chat:
                order.times -= 1
                if order.times <= 0:
                    self._orders.remove(order)
                return order.fault
        return None
