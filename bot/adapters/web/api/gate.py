"""Who may ask: who holds a key; where there are no keys, programs of this machine."""

import ipaddress
from dataclasses import dataclass
from typing import Final

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from bot.adapters.api_keys import ApiKey, KeyScope, key_given
from bot.adapters.web.allowance import Allowance
from bot.adapters.web.problems import Refused
from bot.adapters.web.visitors import is_cross_site

_FORWARDED: Final = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip", "via")
"""Headers of proxies: what carries one comes from elsewhere, whatever it says."""
_CHALLENGE: Final = {"WWW-Authenticate": 'Bearer realm="newsquote"'}


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks: the name of a key, or "local" for a program of this machine where there are no keys."""

    name: str
    is_admin: bool = False


class Gate:
    """Lets callers through, and notes who they are."""

    def __init__(self, app: ASGIApp, *, keys: tuple[ApiKey, ...], allowance: Allowance) -> None:
        self._app = app
        self._keys = keys
        self._allowance = allowance

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """See ASGI."""
        if scope["type"] == "http":
            caller = self._caller(Request(scope))
            scope.setdefault("state", {})["caller"] = caller
        await self._app(scope, receive, send)

    def _caller(self, request: Request) -> Caller:
        given = _bearer(request.headers)
        if given is not None:
            key = key_given(given, self._keys)
            if key is None:
                raise Refused(401, "This key is not known here.", _CHALLENGE)
            wait = self._allowance.take(key.name)
            if wait:
                raise Refused(
                    429, f"This key has asked enough for now: try again in {wait} s.", {"Retry-After": str(wait)}
                )
            return Caller(key.name, key.scope is KeyScope.ADMIN)
        if self._keys:
            raise Refused(401, "A key is needed: Authorization: Bearer KEY.", _CHALLENGE)
        if not is_of_this_machine(request):
            raise Refused(
                401,
                "Only programs of this machine may ask without a key. `python -m bot key NAME` makes one.",
                _CHALLENGE,
            )
        if is_cross_site(request):
            raise Refused(403, "A page of another site may not ask.")
        return Caller("local")


def caller_of(request: Request) -> Caller:
    """Return who asks."""
    caller: Caller = request.state.caller
    return caller


def require_admin(request: Request) -> Caller:
    """Return who asks, if they may change the articles.

    Raises:
        Refused: they may not.
    """
    caller = caller_of(request)
    if not caller.is_admin:
        raise Refused(403, "This needs a key of scope admin. `python -m bot key NAME --admin` makes one.")
    return caller


def is_of_this_machine(request: Request) -> bool:
    """Return whether a program of this machine asks, and surely no proxy for somebody else: the connection comes from a
    loopback address, the name asked for is this machine's own, and no proxy has left a mark."""
    client = request.client.host if request.client is not None else ""
    if any(name in request.headers for name in _FORWARDED):
        return False
    return _is_loopback(client) and _is_loopback(request.url.hostname or "")


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _bearer(headers: Headers) -> str | None:
    """Return the key that a request gives; an empty one if it authorises itself in another way."""
    authorization = headers.get("authorization")
    if authorization is None:
        return None
    kind, _, key = authorization.partition(" ")
    return key.strip() if kind.lower() == "bearer" else ""
