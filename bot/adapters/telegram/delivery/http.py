"""HTTP to Telegram on aiohttp, whose C parser costs a third of the time that the library's own httpx takes a call."""

import json
import ssl
from collections.abc import Callable, Mapping
from functools import cache, lru_cache
from typing import Any, Final
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import aiohttp
from httpx import create_ssl_context
from telegram._utils.defaultvalue import DefaultValue
from telegram._utils.types import ODVInput
from telegram.error import NetworkError, TelegramError, TimedOut
from telegram.request import BaseRequest, RequestData

NEVER_SENT: Final = (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError)
"""Causes of an error after which Telegram surely has not seen the call."""

_CONNECT_SECONDS: Final = 5.0
_POOL_SECONDS: Final = 20.0
_UPLOAD_SECONDS: Final = 20.0
_IDLE_SECONDS: Final = 30.0
_DEFAULT: Final = BaseRequest.DEFAULT_NONE


@cache
def _encryption() -> ssl.SSLContext:
    """Return what all connections of this process are encrypted by: reading the certificates takes 50 ms."""
    return create_ssl_context()


class Connection(BaseRequest):
    """Keeps at most `connections` open between calls. Nothing of what Telegram answers is ever logged."""

    def __init__(
        self, connections: int, *, read_timeout: float = 5.0, hear_date: Callable[[str | None], None] = lambda _: None
    ) -> None:
        """`read_timeout` is how many seconds may pass without a byte of the answer, unless a call says otherwise.

        `hear_date` is given the `Date` of every answer.
        """
        self._connections = connections
        self._hear_date = hear_date
        self._read_timeout = read_timeout
        self._session: aiohttp.ClientSession | None = None

    @property
    def read_timeout(self) -> float:
        """See the base class."""
        return self._read_timeout

    async def initialize(self) -> None:
        """Prepare for calls, unless that was done before."""
        if self._session is None or self._session.closed:
            connector = aiohttp.TCPConnector(
                limit=self._connections, keepalive_timeout=_IDLE_SECONDS, ssl=_encryption()
            )
            self._session = aiohttp.ClientSession(
                connector=connector, cookie_jar=aiohttp.DummyCookieJar(), headers={"User-Agent": self.USER_AGENT}
            )

    async def shutdown(self) -> None:
        """Close every connection."""
        if self._session is not None:
            await self._session.close()

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: ODVInput[float] = _DEFAULT,
        write_timeout: ODVInput[float] = _DEFAULT,
        connect_timeout: ODVInput[float] = _DEFAULT,
        pool_timeout: ODVInput[float] = _DEFAULT,
    ) -> tuple[int, bytes]:
        """Return the status and body of one call's answer. See the base class.

        Raises:
            TimedOut: no answer in time.
            NetworkError: none at all. Either has one of `NEVER_SENT` for its cause if the call did not leave.
        """
        if self._session is None:
            raise RuntimeError("the connection is used before it is initialized")
        uploads = request_data.multipart_data if request_data is not None else {}
        connect = _seconds(connect_timeout, _CONNECT_SECONDS)
        timeout = aiohttp.ClientTimeout(
            connect=None if connect is None else connect + (_seconds(pool_timeout, _POOL_SECONDS) or 0.0),
            sock_connect=connect,
            sock_read=_seconds(read_timeout, max(self._read_timeout, _UPLOAD_SECONDS if uploads else 0.0)),
        )
        try:
            body, proxy = _body(request_data, uploads), _proxy_for(url)
            async with self._session.request(
                method, url, timeout=timeout, allow_redirects=False, proxy=proxy, **body
            ) as response:
                self._hear_date(response.headers.get("Date"))
                return response.status, await response.read()
        except TimeoutError as error:
            raise TimedOut(type(error).__name__) from error
        except aiohttp.ClientError as error:
            raise NetworkError(type(error).__name__) from error  # its own words may hold the address, so the token

    @staticmethod
    def parse_json_payload(payload: bytes) -> dict[str, object]:
        """See the base class, which would log a payload that is no JSON: half of one may hold somebody's message."""
        try:
            parsed: dict[str, object] = json.loads(payload.decode(errors="replace"))
        except ValueError:
            raise TelegramError("Invalid server response") from None
        return parsed


def _seconds(given: ODVInput[float], otherwise: float) -> float | None:
    return otherwise if isinstance(given, DefaultValue) else given


def _body(request_data: RequestData | None, uploads: Mapping[str, Any]) -> dict[str, Any]:
    if request_data is None:
        return {}
    if not uploads:
        return {"data": request_data.json_payload, "headers": {"Content-Type": "application/json"}}
    form = aiohttp.FormData()
    for name, value in request_data.json_parameters.items():
        form.add_field(name, value)
    for name, (file_name, content, mime_type) in uploads.items():
        form.add_field(name, content, filename=file_name, content_type=mime_type)
    return {"data": form}


@lru_cache(maxsize=8)
def _proxy_of(scheme: str, host: str) -> str | None:
    return None if proxy_bypass(host) else getproxies().get(scheme)


def _proxy_for(url: str) -> str | None:
    """Return the HTTP proxy that the system's settings name for an address: where Telegram is blocked, bots need
    one."""
    address = urlsplit(url)
    return _proxy_of(address.scheme, address.hostname or "")
