"""An httpx transport that connects to public addresses only, and to the very address it has checked."""

import ssl

import httpx

from index.ingest.fetching.addresses import Resolver, port_of, public_addresses

_NO_REUSE = httpx.Limits(max_connections=4, max_keepalive_connections=0)
"""Connections are told apart by network address only, so one made for one host must not serve another there."""


class PublicTransport(httpx.AsyncBaseTransport):
    """Resolves a host once, checks every address it has, and connects to those.

    A second look-up, which a hostile name server could answer otherwise, does not happen: the request goes out to the
    number, with the host's name kept in the Host header, in the TLS greeting and for the check of its certificate.
    """

    def __init__(
        self, ssl_context: ssl.SSLContext, resolve: Resolver, trusted: frozenset[tuple[str, int]] = frozenset()
    ) -> None:
        self._inner = httpx.AsyncHTTPTransport(verify=ssl_context, trust_env=False, limits=_NO_REUSE)
        self._resolve = resolve
        self._trusted = trusted

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Return the response of the first of the host's addresses that lets us connect.

        Raises:
            FetchRefused, FetchFailed: see `public_addresses`.
        """
        host = request.url.raw_host.decode("ascii")
        addresses = await public_addresses(host, port_of(request.url), self._resolve, self._trusted)
        for address in addresses[:-1]:
            try:
                return await self._inner.handle_async_request(_pinned(request, host, address))
            except (httpx.ConnectError, httpx.ConnectTimeout):
                continue
        return await self._inner.handle_async_request(_pinned(request, host, addresses[-1]))

    async def aclose(self) -> None:
        """Close what is open."""
        await self._inner.aclose()


def _pinned(request: httpx.Request, host: str, address: str) -> httpx.Request:
    return httpx.Request(
        request.method,
        request.url.copy_with(host=address),
        headers=request.headers,
        extensions={**request.extensions, "sni_hostname": host},
    )
