"""Refuses requests for names that are not this bot's.

A page of anybody's may have its own name lead to this machine, and then read what is served here as its own. Such a
request carries that name.
"""

import ipaddress
from typing import Final

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

_OF_THIS_MACHINE: Final = "localhost"
_UNKNOWN: Final = "This address is not known here. Whoever runs the bot can name it in PUBLIC_URL."


class KnownHosts:
    """Lets through what asks for an IP address, for localhost, or for the public name."""

    def __init__(self, app: ASGIApp, *, public_host: str | None) -> None:
        self._app = app
        self._public_host = public_host

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """See ASGI."""
        if scope["type"] != "http" or self._knows(_without_port(Headers(scope=scope).get("host", ""))):
            await self._app(scope, receive, send)
        else:
            await PlainTextResponse(_UNKNOWN, 421)(scope, receive, send)

    def _knows(self, host: str) -> bool:
        return host in (_OF_THIS_MACHINE, self._public_host) or _is_ip_address(host)


def _without_port(host: str) -> str:
    if host.startswith("["):
        return host[1:].partition("]")[0]
    return host.partition(":")[0].lower()


def _is_ip_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
